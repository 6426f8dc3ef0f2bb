import PluginData
import Testing

@testable import Interchange

struct JiraTests {
  @Test func readsAnIssueOfAServer() throws {
    let result = try imported(.jira, fixture("jira-server.csv"))
    let pump = try result.task("jira:PUMP-7")
    #expect(
      pump.fields == [
        "title": "Pump stops, sometimes", "description": "It stops \"at night\".\n\nSee the log.", "type": "bug",
        "status": "in_progress", "priority": "critical", "assignee": "jdoe", "watchers": ["asmith", "mmuster"],
        "component": "Drive", "labels": ["Display", "field", "urgent"], "estimatedHours": 4, "storyPoints": 5,
        "dueDate": "2026-09-30", "createdAt": "2026-09-05T11:00:00.000Z", "updatedAt": "2026-09-06T14:00:00.000Z",
      ])
    #expect(pump.aliases == ["jira:#10007"] && pump.parent == "jira:PUMP-1" && pump.sprint == "jira:sprint:Sprint 12")
    #expect(pump.links == [ImportedLink(.blocks, "jira:PUMP-9"), ImportedLink(.blockedBy, "jira:PUMP-3")])
    #expect(
      pump.comments == [
        ImportedComment(author: "jdoe", text: "I see; it is the relay.", createdAt: Instant("2026-09-06T14:00:00Z")),
        ImportedComment(author: "asmith", text: "Thanks", createdAt: Instant("2026-09-07T08:00:00Z")),
      ])
    #expect(
      pump.timeEntries == [
        ImportedTimeEntry(
          person: "jdoe", start: Instant("2026-09-06T09:00:00Z"), hours: 1, note: "looked; found nothing"),
        ImportedTimeEntry(person: "jdoe", start: Instant("2026-09-06T13:00:00Z"), hours: 0.5),
      ])
    #expect(result.projects == [ImportedProject(sourceID: "jira:project:PUMP", name: "Pump control")])
    #expect(result.people == ["jdoe", "asmith", "mmuster"])
    #expect(result.report.tasks == 4 && result.report.comments == 2 && result.report.timeEntries == 3)
  }

  @Test func mapsStatusesAndPrioritiesAndSaysHow() throws {
    let result = try imported(.jira, fixture("jira-server.csv"))
    #expect(result.tasks.map { $0.text("status") } == ["in_progress", "cancelled", "done", "todo"])
    #expect(result.tasks.map { $0.text("priority") } == ["critical", "low", "high", nil])
    #expect(result.tasks.map { $0.text("type") } == ["bug", "story", "story", "epic"])
    let unknown = result.report.terms.filter { $0.basis == .unknown }
    #expect(
      unknown == [
        .init(field: "priority", source: "Strange", target: nil, basis: .unknown, count: 1),
        .init(field: "status", source: "Awaiting Fairy Dust", target: "todo", basis: .unknown, count: 1),
      ])
  }

  @Test func reportsProblemsWithTheirLines() throws {
    let report = try imported(.jira, fixture("jira-server.csv")).report
    #expect(
      report.problems == [
        .init(row: 6, message: "Created “31/Jun/26 9:00 AM” is a date that does not exist"),
        .init(row: 6, message: "Original Estimate is -60 and cannot be less than 0"),
        .init(row: 6, message: "Custom field (Story Points) “x” is no number"),
      ])
    #expect(report.unmapped == ["Project type", "Remaining Estimate", "Reporter", "Work Ratio"])
  }

  @Test func readsAnIssueOfTheCloudInTheZoneOfItsUser() throws {
    let options = ImportOptions(timeZone: try #require(TimeZone("Europe/Berlin")))
    let result = try imported(.jira, fixture("jira-cloud.csv"), options: options)
    let step = try result.task("jira:FLOW-2")
    #expect(step.parent == "jira:#20001" && step.text("type") == "subtask" && step.text("status") == "in_progress")
    #expect(step.text("createdAt") == "2026-03-28T22:30:00.000Z" && step.text("dueDate") == "2026-04-01")
    #expect(step.text("startDate") == "2026-03-29")
    let all = try result.task("jira:FLOW-1")
    // The category says what the language of the status does not; the clocks have been set forward since.
    #expect(all.text("status") == "done" && all.text("completedDate") == "2026-03-29T10:00:00.000Z")
    #expect(all.aliases == ["jira:#20001"])
  }

  @Test func readsDatesOfNumbersAndSaysInWhichOrder() throws {
    let text = "Summary,Issue key,Created\na,X-1,03/04/2026\nb,X-2,25/12/26 14:30\nc,X-3,12/25/2026\n"
    let result = try imported(.jira, text)
    #expect(result.tasks.map { $0.text("createdAt") } == ["2026-04-03T00:00:00.000Z", "2026-12-25T14:30:00.000Z", nil])
    #expect(
      result.report.notes == [
        "dates of numbers alone were read with the day first: 03/04/2026 is 3 April",
        "times without a zone were taken as of UTC",
      ])
    #expect(result.report.problems.first?.message.contains("import with the other date order") == true)
    let american = try imported(.jira, text, options: ImportOptions(dateOrder: .monthFirst))
    #expect(
      american.tasks.map { $0.text("createdAt") } == ["2026-03-04T00:00:00.000Z", nil, "2026-12-25T00:00:00.000Z"])
  }

  @Test func findsTheSeparator() throws {
    let result = try imported(.jira, "Summary;Issue key;Labels\n\"a;b\";X-1;c,d\n")
    #expect(result.tasks.first?.text("title") == "a;b" && result.tasks.first?.texts("labels") == ["c,d"])
  }

  @Test func reportsRaggedRowsDuplicatesAndRowsWithoutAKey() throws {
    let result = try imported(.jira, "Summary,Issue key\na,X-1,extra\nb\nc,X-1\n,X-2\n")
    #expect(result.tasks.map(\.sourceID) == ["jira:X-1"])
    #expect(result.report.duplicates == [.init(sourceID: "jira:X-1", row: 4)])
    #expect(
      result.report.problems == [
        .init(row: 2, message: "has 3 values where the first line names 2 columns"),
        .init(row: 3, message: "has 1 values where the first line names 2 columns"),
        .init(row: 3, message: "has no issue key and is left out"),
        .init(row: 5, message: "has no title and is left out"),
      ])
  }

  @Test(arguments: ["a,b\n1,2\n", "Issue key\nX-1\n", "PK\u{3}\u{4}rest\n", "Summary,Issue key\n\"never closed"])
  func refusesOtherFiles(_ text: String) {
    #expect(throws: ImportFailure.self) { try imported(.jira, text) }
  }

  @Test func reportsAnOpenQuoteBehindTasks() throws {
    let result = try imported(.jira, "Summary,Issue key\na,X-1\n\"never closed")
    #expect(result.tasks.count == 1)
    #expect(result.report.problems.first?.message == "a quote is opened and never closed")
  }
}

struct LinearTests {
  @Test func readsAnExport() throws {
    let result = try imported(.linear, fixture("linear.csv"))
    let cool = try result.task("linear:ENG-12")
    #expect(
      cool.fields == [
        "title": "Cool the pump", "description": "First\nsecond", "status": "in_progress", "storyPoints": 3,
        "priority": "critical", "component": "Cooling", "assignee": "bo@example.com", "labels": ["heat", "pump"],
        "createdAt": "2026-05-13T09:21:41.000Z", "updatedAt": "2026-07-01T11:51:28.000Z",
        "startDate": "2026-05-14T09:00:00.000Z", "dueDate": "2026-06-25",
      ])
    #expect(
      cool.project == "linear:team:Engines" && cool.parent == "linear:ENG-1" && cool.aliases == ["linear:9f2b-uuid"])
    #expect(
      cool.links == [
        ImportedLink(.relates, "linear:ENG-2"), ImportedLink(.relates, "linear:ENG-3"),
        ImportedLink(.blockedBy, "linear:ENG-4"),
      ])
    #expect(
      result.sprints == [
        ImportedSprint(
          sourceID: "linear:cycle:Engines/7", name: "Cycle 7", start: Instant("2026-05-04T00:00:00Z"),
          end: Instant("2026-05-18T00:00:00Z"))
      ])
    // A state of the team's own, with a date that shows what it means.
    #expect(try result.task("linear:ENG-1").text("status") == "done")
    let duplicate = try result.task("linear:ENG-3")
    #expect(duplicate.text("status") == "cancelled" && duplicate.text("dueDate") == "2026-06-25")
    #expect(duplicate.links == [ImportedLink(.duplicates, "linear:ENG-12")])
    #expect(result.report.problems == [.init(row: 6, message: "has no ID and is left out")])
  }
}

struct VibeKanbanTests {
  @Test func readsAnExport() throws {
    let result = try imported(.vibeKanban, fixture("vibe-kanban.csv"))
    let board = try result.task("vibekanban:HUB-1")
    #expect(
      board.fields == [
        "title": "Board", "description": "All, of it", "status": "in_progress", "priority": "critical",
        "assignee": "Mia Wong", "watchers": ["Leo"], "createdAt": "2026-04-01T10:11:12.123Z",
        "updatedAt": "2026-04-02T10:11:12.000Z", "startDate": "2026-04-01", "dueDate": "2026-04-30",
      ])
    #expect(result.tasks.map(\.parent) == [nil, "vibekanban:HUB-1", "vibekanban:HUB-1"])
    #expect(result.tasks.map { $0.text("status") } == ["in_progress", "todo", "done"])
    #expect(result.report.unmapped == ["Creator"])
  }

  @Test func asksToUnpackTheArchive() {
    #expect(throws: ImportFailure("this is a ZIP archive; unpack it and import the CSV file in it")) {
      try imported(.vibeKanban, "PK\u{3}\u{4}\n")
    }
  }
}
