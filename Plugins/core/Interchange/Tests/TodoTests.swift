import PluginData
import Testing

@testable import Interchange

struct TodoTests {
  @Test func readsListsHeadingsAndMarks() throws {
    let result = try imported(.todo, fixture("TODO.md"))
    let tasks = result.tasks
    #expect(
      tasks.map { $0.text("title") } == [
        "Order the valves", "Ask for a price", "Compare", "Call the shop",
        "Mail ines@example.com about `due:never` and issue #12", "Order the valves", "Foundation", "Climate", "Heater",
        "Fan",
      ])
    #expect(
      tasks.map { $0.text("status") } == [
        "todo", "done", "in_progress", "cancelled", "todo", "todo", "done", "todo", "todo", "done",
      ])
    let valves = try #require(tasks.first)
    #expect(
      valves.fields == [
        "title": "Order the valves", "description": "The 24 V ones.", "status": "todo", "priority": "high",
        "assignee": "ines", "labels": ["hardware"], "component": "Watering", "dueDate": "2026-03-01",
        "estimatedHours": 2,
      ])
    #expect(tasks[1].parent == valves.sourceID && tasks[2].parent == valves.sourceID)
    #expect(tasks[3].parent == tasks[2].sourceID && tasks[3].text("type") == "subtask")
    #expect(tasks[6].sourceID == "todo:base" && tasks[6].fields["storyPoints"] == 3)
    let epic = tasks[7]
    #expect(
      epic.text("type") == "epic" && epic.texts("labels") == ["q2"] && epic.text("description") == "It must not freeze."
    )
    #expect(tasks[8].parent == epic.sourceID && tasks[8].links == [ImportedLink(.blockedBy, "todo:base")])
    #expect(result.people == ["ines", "omar"])
  }

  @Test func reportsWhatItDoesNotTake() throws {
    let report = try imported(.todo, fixture("TODO.md")).report
    #expect(report.skipped == [.init(reason: "list item without a box", count: 1)])
    #expect(
      report.problems == [
        .init(row: 15, message: "has no title and is left out"),
        .init(row: 26, message: "due “2026-02-30” is a date that does not exist"),
      ])
  }

  @Test func aTaskIsKnownAgainWhenItsMarksChange() throws {
    let before = try imported(.todo, "## Home\n- [ ] Paint the door\n- [ ] Paint the door\n")
    let after = try imported(.todo, "## Home\n- [x] Paint the door @ines due:2026-01-01\n- [ ] Paint the door\n")
    #expect(before.tasks.map(\.sourceID) == after.tasks.map(\.sourceID))
    #expect(Set(before.tasks.map(\.sourceID)).count == 2)
    let elsewhere = try imported(.todo, "## Shed\n- [ ] Paint the door\n")
    #expect(elsewhere.tasks.first?.sourceID != before.tasks.first?.sourceID)
  }

  @Test func readsTodoTxt() throws {
    let result = try imported(.todoTxt, fixture("todo.txt"))
    #expect(
      result.tasks.map(\.sourceID) == [
        "todo:Call the grower", "todo:Buy seeds", "todo:Buy seeds (2)", "todo:Water http://example.com/a:b twice",
      ])
    #expect(
      result.tasks.first?.fields == [
        "title": "Call the grower", "type": "todo", "status": "todo", "priority": "critical", "component": "greenhouse",
        "assignee": "ines", "dueDate": "2026-02-01", "createdAt": "2026-01-02T00:00:00.000Z",
      ])
    #expect(result.tasks[1].text("completedDate") == "2026-01-05T00:00:00.000Z")
    #expect(result.tasks[1].text("createdAt") == "2026-01-01T00:00:00.000Z")
    #expect(result.tasks.map(\.row) == [1, 2, 3, 5])
  }
}
