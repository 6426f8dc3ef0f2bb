import PluginKit
import Testing

@testable import CorePlugin

@Suite struct UrgencyTests {
  /// A Friday.
  private static let now = Instant(milliseconds: Int64(Day(year: 2026, month: 1, day: 30).number) * 86_400_000)

  private func project(holidays: Value = []) -> ProjectItem {
    ProjectItem(fields: [
      "id": "p", "timeZone": "UTC", "workdays": ["mon", "tue", "wed", "thu", "fri"], "holidays": holidays,
    ])
  }

  private func urgency(_ fields: Fields, holidays: Value = [], sprint: String? = nil) -> Urgency {
    var all: Fields = ["priority": "trivial", "status": "todo", "createdAt": .string(Self.now.text)]
    for (name, value) in fields.members { all[name] = value }
    return UrgencyScale(project(holidays: holidays), at: Self.now, activeSprint: sprint)
      .urgency(of: TaskItem(fields: all))
  }

  private func due(_ day: String, holidays: Value = []) -> Urgency.Term? {
    urgency(["dueDate": .string(day)], holidays: holidays).terms.first
  }

  @Test func isNothingForATaskThatHasNothingToSay() {
    #expect(urgency([:]).value == 0)
    #expect(urgency([:]).terms == [])
    #expect(urgency([:]).reason == "nothing is more urgent")
  }

  @Test func followsThePriority() {
    let values = TaskPriority.allCases.map { urgency(["priority": .string($0.rawValue)]).value }
    #expect(values == [9, 6, 3.9, 1.8, 0])
  }

  @Test(arguments: [
    ("2025-01-01", 12.0, "overdue since 2025-01-01"), ("2026-01-23", 12, "overdue since 2026-01-23"),
    ("2026-01-30", 8.8, "due today"), ("2026-01-31", 8.8, "due on 2026-01-31"),
    ("2026-02-02", 8.16, "due in a workday"),
    ("2026-02-06", 5.6, "due in 5 workdays"), ("2026-02-13", 2.4, "due in 10 workdays"),
    ("2026-03-02", 2.4, "due in 21 workdays"), ("2027-01-01", 2.4, "due on 2027-01-01"),
  ])
  func growsTowardsTheDueDate(day: String, value: Double, reason: String) {
    #expect(due(day) == Urgency.Term(name: "due", value: value, reason: reason))
    #expect(due("\(day)T12:00:00.000Z")?.value == value)
  }

  @Test func neverFallsAsADueDateComesNearer() {
    let values = (-60...60).map { due((Day(year: 2026, month: 1, day: 30) + $0).text)?.value ?? 0 }
    #expect(values == values.sorted(by: >))
    #expect(values.first == 12 && values.last == 2.4)
  }

  @Test func countsTheWorkdaysOfTheProject() {
    let holidays: Value = ["2026-02-02", "2026-02-03", "2026-02-04", "2026-02-05"]
    #expect(due("2026-02-06", holidays: holidays)?.reason == "due in a workday")
  }

  @Test func saysWhatItIsMadeOf() {
    let urgency = urgency(
      [
        "priority": "high", "status": "in_progress", "sprint": "s", "labels": ["next", "a", "b"],
        "blocking": ["x", "y"], "createdAt": "2025-01-30T00:00:00.000Z",
      ], sprint: "s")
    #expect(urgency.terms.map(\.name) == ["next", "blocking", "priority", "sprint", "active", "age", "labels"])
    #expect(urgency.value == 15 + 8 + 6 + 5 + 4 + 2 + 1)
    #expect(
      urgency.reason
        == "marked as next, 2 tasks wait for it, priority high, in the active sprint, in progress, 365 days old, 3 labels"
    )
  }

  @Test func fallsForWhatCannotBegin() {
    #expect(urgency(["startDate": "2026-01-31"]).value == -3)
    #expect(urgency(["startDate": "2026-01-30"]).value == 0)
    #expect(urgency(["status": "blocked"]).value == -5)
    #expect(urgency(["status": "blocked"]).reason == "nothing is more urgent")
  }

  @Test func countsOnlyTheSprintThatIsActive() {
    #expect(urgency(["sprint": "s"], sprint: nil).value == 0)
    #expect(urgency(["sprint": "s"], sprint: "t").value == 0)
  }

  @Test func ignoresDatesThatAreNone() {
    #expect(urgency(["dueDate": "soon", "startDate": "", "createdAt": "2027-01-01T00:00:00.000Z"]).value == 0)
  }
}
