import PluginKit
import Testing

@testable import CorePlugin

@Suite struct SprintItemTests {
  private let today = Day(year: 2026, month: 3, day: 2)

  private func sprint(_ given: Fields) throws(Failure) -> SprintItem {
    try SprintItem(given, id: "s", key: "ORC-S1", project: "p", today: today)
  }

  @Test func lastsTwoWeeksFromTodayUnlessToldOtherwise() throws {
    let sprint = try sprint(["name": "A"])
    #expect(sprint.fields["startDate"] == "2026-03-02")
    #expect(sprint.fields["endDate"] == "2026-03-15")
    #expect(sprint.status == .planned)
    #expect(try self.sprint(["name": "A", "startDate": "2028-02-20"]).fields["endDate"] == "2028-03-04")
  }

  @Test func mayLastADayAndALeapYear() throws {
    #expect(try sprint(["name": "A", "endDate": "2026-03-02"]).endDate == today)
    _ = try sprint(["name": "A", "startDate": "2028-01-01", "endDate": "2028-12-31"])
    for days in [("2026-03-02", "2026-03-01"), ("2028-01-01", "2029-01-01"), ("0001-01-01", "9999-12-31")] {
      let failure = #expect(throws: Failure.self) {
        try sprint(["name": "A", "startDate": .string(days.0), "endDate": .string(days.1)])
      }
      #expect(failure?.status == .invalidArgument)
      #expect(failure?.message.contains(days.1) == true)
    }
  }

  @Test func staysWithinTheYearsWithFourDigits() throws {
    for (start, end) in [("9999-12-31", nil), ("9999-12-19", nil), ("0000-05-01", "0000-05-02")] as [(Value, Value?)] {
      var given: Fields = ["name": "A", "startDate": start]
      given["endDate"] = end
      let failure = #expect(throws: Failure.self) { try sprint(given) }
      #expect(failure?.status == .invalidArgument)
      #expect(failure?.message.contains(start.string ?? "") == true && failure?.message.contains("9999") == true)
    }
    #expect(try sprint(["name": "A", "startDate": "9999-12-18"]).fields["endDate"] == "9999-12-31")
    #expect(try sprint(["name": "A", "startDate": "9999-12-31", "endDate": "9999-12-31"]).endDate.year == 9999)
    var last = try sprint(["name": "A"])
    #expect(throws: Failure.self) { try last.apply(["startDate": "0000-01-01", "endDate": "0000-01-13"]) }
  }

  @Test func losesNeitherItsNameNorItsDays() throws {
    for name in ["name", "startDate", "endDate"] {
      var sprint = try sprint(["name": "A", "goal": "B"])
      let failure = #expect(throws: Failure.self) { try sprint.apply(Fields([(name, .null)])) }
      #expect(failure?.message.contains(name) == true)
    }
    var sprint = try sprint(["name": "A", "goal": "B"])
    try sprint.apply(["goal": .null, "capacity": 3.5])
    #expect(sprint.fields["goal"] == nil)
    #expect(sprint.capacity == 3.5)
  }

  @Test func keepsItsDaysAfterTheEnd() throws {
    var sprint = try sprint(["name": "A"])
    sprint.fields["status"] = "completed"
    try sprint.apply(["name": "B", "endDate": "2026-03-15"])
    let failure = #expect(throws: Failure.self) { try sprint.apply(["endDate": "2026-03-16"]) }
    #expect(failure?.status == .failedPrecondition)
  }

  @Test func tellsOfBeginningAndEnding() throws {
    let planned = try sprint(["name": "A"])
    var (active, completed, deleted) = (planned, planned, planned)
    active.fields["status"] = "active"
    completed.fields["status"] = "completed"
    deleted.fields["hidden"] = "deleted"
    #expect(planned.topics(since: nil) == ["sprint:created"])
    #expect(active.topics(since: planned) == ["sprint:updated", "sprint:started"])
    #expect(completed.topics(since: active) == ["sprint:updated", "sprint:ended"])
    #expect(active.topics(since: active) == ["sprint:updated"])
    #expect(deleted.topics(since: planned) == ["sprint:deleted"])
    #expect(planned.topics(since: deleted) == ["sprint:restored"])
  }

  @Test func remembersWhatWasAgreed() throws {
    var sprint = try sprint(["name": "A"])
    #expect(sprint.baseline == nil)
    let tasks: [TaskItem] = [
      TaskItem(fields: ["id": "a", "status": "todo", "storyPoints": 3, "estimatedHours": 0.1]),
      TaskItem(fields: ["id": "b", "status": "done", "storyPoints": 5, "estimatedHours": 0.2]),
      TaskItem(fields: ["id": "c", "status": "in_progress"]),
    ]
    sprint.fields["startedAt"] = "2026-03-02T08:00:00.000Z"
    sprint.fields["committed"] = .array(tasks.map(SprintItem.commitment))
    let baseline = try #require(sprint.baseline)
    #expect(baseline.scope[.points] == 8)
    #expect(baseline.scope[.hours] == 0.3)
    #expect(baseline.scope[.count] == 3)
    #expect(baseline.done[.points] == 5)
    #expect(baseline.remaining[.count] == 2)
  }
}
