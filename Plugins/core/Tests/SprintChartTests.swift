import PluginKit
import Testing

@testable import CorePlugin

@Suite struct SprintChartTests {
  /// A Monday.
  private let monday = Day(year: 2026, month: 3, day: 23)

  private func chart(
    _ changes: [ScopeHistory.Movement] = [], days: Int, known: Int?, points: Double = 10,
    project: ProjectItem = ProjectItem(["name": "A"], id: "p", key: "ORC", timeZone: "UTC"), plannedDays: Int? = nil
  ) -> SprintChart {
    let baseline = ScopeHistory.Total(scope: Effort(points: points), done: Effort())
    return SprintChart(
      ScopeHistory(baseline: baseline, changes, first: monday), days: monday...(monday + (days - 1)),
      end: monday + ((plannedDays ?? days) - 1), known: known.map { monday + $0 }, isWorkday: project.isWorkday)
  }

  @Test func goesDownOnWorkdaysAlone() {
    let chart = chart(days: 14, known: nil)
    #expect(chart.rows.map(\.isWorkday) == [1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 0, 0].map { $0 == 1 })
    #expect(chart.rows.map { ($0.idealShare * 10).rounded() } == [1, 2, 3, 4, 5, 5, 5, 6, 7, 8, 9, 10, 10, 10])
    #expect(chart.rows.allSatisfy { $0.total == nil })
  }

  @Test func restsOnHolidays() {
    let project = ProjectItem(
      ["name": "A", "holidays": [.string((monday + 1).text), .string((monday + 2).text)]], id: "p", key: "ORC",
      timeZone: "UTC")
    let chart = chart(days: 7, known: nil, project: project)
    #expect(chart.rows.map { ($0.idealShare * 3).rounded() } == [1, 1, 1, 2, 3, 3, 3])
  }

  @Test func countsAllDaysWhenNoneIsAWorkday() {
    let project = ProjectItem(["name": "A", "workdays": ["tue"]], id: "p", key: "ORC", timeZone: "UTC")
    #expect(chart(days: 1, known: nil, project: project).rows.map(\.idealShare) == [1])
  }

  @Test func saysNothingOfDaysToCome() {
    let done = ScopeHistory.Movement(
      day: monday + 1, from: .testing, to: .done, wasInSprint: true, isInSprint: true, before: Effort(points: 4),
      after: Effort(points: 4))
    let added = ScopeHistory.Movement(
      day: monday + 2, from: nil, to: .todo, wasInSprint: false, isInSprint: true, before: Effort(),
      after: Effort(points: 5))
    let chart = chart([added, done], days: 5, known: 2)
    #expect(chart.rows.map { $0.total?.remaining[.points] } == [10, 6, 11, nil, nil])
    #expect(chart.rows.map { $0.total?.scope[.points] } == [10, 10, 15, nil, nil])
  }

  @Test func hasDoneEverythingByThePlannedEndHoweverLongItTakes() {
    let chart = chart(days: 7, known: 6, plannedDays: 3)
    #expect(chart.rows.map { ($0.idealShare * 3).rounded() } == [1, 2, 3, 3, 3, 3, 3])
  }

  @Test func hasEachDayOnceWhenClocksChange() throws {
    let zone = try #require(TimeZone("Europe/Berlin"))
    // Clocks were set forward on 29 March 2026: that day had 23 hours.
    let midnight = zone.moment(of: Day(year: 2026, month: 3, day: 30))
    #expect(zone.day(at: Instant(milliseconds: midnight.milliseconds - 1)) == monday + 6)
    #expect(midnight.text == "2026-03-29T22:00:00.000Z")
    #expect(chart(days: 8, known: 7).rows.map(\.day) == (0..<8).map { monday + $0 })
  }

  @Test func writesOneLineForEachFace() throws {
    let chart = chart(days: 2, known: 0, points: 1)
    var down = JSONWriter()
    var up = JSONWriter()
    chart.writeDays(.burndown, in: .points, to: &down)
    chart.writeDays(.burnup, in: .points, to: &up)
    #expect(
      down.text == #"[{"day":"2026-03-23","workday":true,"ideal":0.5,"remaining":1.0,"scope":1.0},"#
        + #"{"day":"2026-03-24","workday":true,"ideal":0.0,"remaining":null,"scope":null}]"#)
    #expect(
      up.text == #"[{"day":"2026-03-23","workday":true,"ideal":0.5,"done":0.0,"scope":1.0},"#
        + #"{"day":"2026-03-24","workday":true,"ideal":1.0,"done":null,"scope":null}]"#)
  }
}
