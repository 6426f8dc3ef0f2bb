import PluginKit
import PluginTesting
import Testing

@testable import CorePlugin

@Suite struct SprintCapacityTests {
  private let monday = Day(year: 2026, month: 3, day: 2)
  private let project = ProjectItem(
    ["name": "A", "holidays": ["2026-03-04"]], id: "p", key: "ORC", timeZone: "UTC")

  private func capacity(_ people: SprintCapacity.Person..., days: Int = 14) -> SprintCapacity {
    SprintCapacity(people, days: monday...(monday + (days - 1)), isWorkday: project.isWorkday)
  }

  @Test func leavesWeekendsHolidaysAndAbsencesOut() {
    let ada = SprintCapacity.Person(
      handle: "ada", hoursPerDay: 6,
      // Tuesday to Thursday with the holiday in between, overlapping with itself, and a weekend.
      absences: [(monday + 1, monday + 3), (monday + 3, monday + 3), (monday + 5, monday + 6)])
    let bob = SprintCapacity.Person(handle: "bob", hoursPerDay: 4.5)
    let capacity = capacity(ada, bob)
    #expect(capacity.workdays == 9)
    #expect(
      capacity.shares == [
        .init(handle: "ada", workdays: 7, absentDays: 2, hours: 42),
        .init(handle: "bob", workdays: 9, absentDays: 0, hours: 40.5),
      ])
    #expect(capacity.hours == 82.5)
  }

  @Test func isNothingWithoutWorkdaysOrPeople() {
    #expect(capacity().hours == 0)
    let saturday = SprintCapacity(
      [.init(handle: "ada", hoursPerDay: 6)], days: (monday + 5)...(monday + 6), isWorkday: project.isWorkday)
    #expect(saturday.hours == 0)
  }

  @Test func readsPeopleAndGivesThemTheHoursOfTheProject() {
    let ada = SprintCapacity.Person(
      ["handle": "ada", "kind": "person", "absences": [["from": "2026-03-02"], ["from": "nonsense"]]], hoursPerDay: 6)
    #expect(ada == .init(handle: "ada", hoursPerDay: 6, absences: [(monday, monday)]))
    #expect(SprintCapacity.Person(["handle": "bot", "kind": "agent"], hoursPerDay: 6) == nil)
    #expect(
      SprintCapacity.Person(["handle": "bot", "kind": "agent", "hoursPerDay": 24], hoursPerDay: 6)?.hoursPerDay == 24)
  }
}

@Suite struct SprintVelocityTests {
  @Test func isARangeOfWhatHasHappened() {
    let velocity = Velocity([8, 3, 5, 13, 2, 8, 1, 21, 5, 8].map(Double.init))
    #expect([0.15, 0.5, 0.85].map(velocity.percentile) == [2, 5, 13])
    #expect(velocity.samples == 10)
    #expect(Velocity([4]).percentile(0.15) == 4)
    #expect(Velocity([]).percentile(0.5) == nil)
  }

  @Test func holdsThatManyOfTheSprints() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      let values = (0..<Int.random(in: 1...40, using: &random)).map { _ in Double(Int.random(in: 0...9, using: &random))
      }
      for share in [0.15, 0.5, 0.85] {
        guard let value = Velocity(values).percentile(share) else { continue }
        #expect(Double(values.count { $0 <= value }) >= share * Double(values.count) - 1e-6, "seed \(seed)")
        #expect(Double(values.count { $0 < value }) < share * Double(values.count) + 1e-6, "seed \(seed)")
      }
    }
  }

  @Test func roundsAwayTheTailOfDecimalFractions() {
    #expect((Effort(hours: 0.1) + Effort(hours: 0.2))[.hours] == 0.3)
    #expect((Effort(hours: 0.3) - Effort(hours: 0.1) - Effort(hours: 0.2)).isZero)
    #expect(Effort(Effort(hours: 1.5, points: 2, count: 3).fields) == Effort(hours: 1.5, points: 2, count: 3))
    #expect(Effort(nil) == Effort())
  }
}
