import PluginKit
import PluginTesting
import Testing

@testable import CorePlugin

@Suite struct TimeEntryTests {
  private static let berlin = TimeZone("Europe/Berlin") ?? .utc
  private static let task = TaskItem(fields: ["id": "t", "project": "p"])

  private func timer(_ start: String, in zone: TimeZone = berlin) throws -> TimeEntry {
    TimeEntry(timerOf: "ada", on: Self.task, id: "e", at: try #require(Instant(start)), zone: zone)
  }

  private func finished(_ start: String, _ end: String) throws -> TimeEntry {
    var entry = try timer(start)
    entry.finish(at: try #require(Instant(end)), Self.berlin)
    return entry
  }

  @Test func runsUntilItIsFinished() throws {
    let running = try timer("2026-01-30T09:00:00.999Z")
    #expect(running.isRunning)
    #expect(running.seconds == 0)
    #expect(running.fields["startTime"] == "2026-01-30T09:00:00.000Z")
    #expect(running.topics(since: nil) == ["timer:started"])
    var stopped = running
    stopped.finish(at: try #require(Instant("2026-01-30T10:30:00.500Z")), Self.berlin)
    #expect(!stopped.isRunning)
    #expect(stopped.seconds == 5400)
    #expect(stopped.fields["hours"] == 1.5)
    #expect(stopped.topics(since: running) == ["timer:stopped"])
  }

  @Test func lastsNoTimeWhenTheClockWasSetBack() throws {
    let entry = try finished("2026-01-30T09:00:00Z", "2026-01-30T08:00:00Z")
    #expect(entry.seconds == 0)
    #expect(entry.fields["endTime"] == entry.fields["startTime"])
  }

  @Test func countsTimeThatPassedAndNotWhatTheWallShows() throws {
    // On 29 March 2026 clocks in Berlin go from 2 to 3, on 25 October from 3 to 2.
    #expect(try finished("2026-03-29T01:30:00+01:00", "2026-03-29T03:30:00+02:00").seconds == 3600)
    #expect(try finished("2026-10-25T01:30:00+02:00", "2026-10-25T03:30:00+01:00").seconds == 3 * 3600)
  }

  @Test func belongsToTheDaysOfTheProjectsZone() throws {
    let late = try finished("2026-01-30T22:30:00Z", "2026-01-30T23:30:00Z")
    #expect(late.fields["day"] == "2026-01-30")
    #expect(late.fields["lastDay"] == "2026-01-31")
    let untilMidnight = try finished("2026-01-30T22:30:00Z", "2026-01-30T23:00:00Z")
    #expect(untilMidnight.fields["lastDay"] == "2026-01-30")
  }

  @Test func takesAnyAmountWithoutLosingSeconds() {
    for seconds in [Int64(1), 59, 100, 1000, 3599, 86_399, 1_000_000_007] {
      #expect(TimeEntry.seconds(TimeEntry.hours(seconds)) == seconds)
    }
    #expect(TimeEntry.seconds(.infinity) == 0)
    #expect(TimeEntry.seconds(.nan) == 0)
    #expect(TimeEntry.seconds(1e300) == 0)
  }

  @Test func countsNothingOnceItIsDeleted() throws {
    var entry = try finished("2026-01-30T09:00:00Z", "2026-01-30T10:00:00Z")
    let old = entry
    entry.fields["hidden"] = "deleted"
    #expect(entry.seconds == 0)
    #expect(entry.topics(since: old) == ["timeEntry:deleted"])
  }
}

@Suite struct TimesheetTests {
  private static let zones = ["UTC", "Europe/Berlin", "America/New_York", "Pacific/Apia", "Australia/Lord_Howe"]
    .compactMap { TimeZone($0) }

  private func session(_ start: Int64, _ end: Int64, _ id: String = "a", _ person: String = "ada") -> WorkSession {
    WorkSession(
      start: Instant(milliseconds: start * 1000), end: Instant(milliseconds: end * 1000), id: id, person: person)
  }

  @Test(arguments: [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
  func dividesASessionAtEachMidnight(day: String, hours: Int64) throws {
    let (zone, day) = (try #require(TimeZone("Europe/Berlin")), try #require(Day(day)))
    let start = zone.moment(of: day - 1, minute: 23 * 60)
    let parts = WorkSession(start: start, end: zone.moment(of: day + 1, minute: 30)).days(in: zone)
    #expect(parts.map(\.day) == [day - 1, day, day + 1])
    #expect(parts.map(\.seconds) == [3600, hours * 3600, 1800])
  }

  @Test func givesEachSecondToTheDayThatItFallsOn() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    for zone in Self.zones {
      for _ in 0..<200 {
        let start = Int64.random(in: 1_300_000_000...1_900_000_000, using: &random)
        let session = session(start, start + Int64.random(in: 0...400_000, using: &random))
        let parts = session.days(in: zone)
        #expect(parts.reduce(0) { $0 + $1.seconds } * 1000 == session.end.milliseconds - session.start.milliseconds)
        for (place, part) in zip(parts.indices, parts) where place > 0 {
          #expect(part.day > parts[place - 1].day, "seed \(seed)")
        }
        // One second of each part, by the clock of the zone.
        var place = session.start.milliseconds
        for part in parts where part.seconds > 0 {
          #expect(zone.day(at: Instant(milliseconds: place)) == part.day, "seed \(seed), \(zone.name)")
          place += part.seconds * 1000
        }
      }
    }
  }

  @Test func addsUpWhatFallsIntoThePeriod() throws {
    let task = TaskItem(fields: ["id": "t", "project": "p"])
    let days = try ["2026-01-29", "2026-01-30", "2026-01-31"].map { try #require(Day($0)) }
    let amounts = days.map { TimeEntry(of: "ada", on: task, id: $0.text, seconds: 600, day: $0) }
    var night = TimeEntry(
      timerOf: "ada", on: task, id: "n", at: try #require(Instant("2026-01-30T23:00:00Z")), zone: .utc)
    night.finish(at: try #require(Instant("2026-01-31T02:00:00Z")), .utc)
    let running = TimeEntry(
      timerOf: "bob", on: task, id: "r", at: try #require(Instant("2026-01-31T10:00:00Z")), zone: .utc)
    let sheet = Timesheet(
      amounts + [night, running], days: days[1]...days[2], now: try #require(Instant("2026-01-31T10:00:30Z"))
    ) { _ in .utc }
    let (byDay, byPerson): ([Int64], [Int64]) = ([4200, 7830], [12_000, 30])
    #expect(sheet.sums(by: \.day).map(\.seconds) == byDay)
    #expect(sheet.sums(by: \.person).map(\.seconds) == byPerson)
    #expect(sheet.total == 12_030)
    #expect(sheet.overlaps.isEmpty)
  }

  @Test(.timeLimit(.minutes(1)))
  func takesOfALongSessionOnlyWhatFallsIntoThePeriod() throws {
    var endless = TimeEntry(
      timerOf: "ada", on: TaskItem(fields: ["id": "t", "project": "p"]), id: "e",
      at: try #require(Instant("0001-01-01T00:00:00Z")), zone: .utc)
    let now = try #require(Instant("2026-01-31T10:00:00Z"))
    let day = try #require(Day("2026-01-31"))
    for _ in 0..<100 {
      let sheet = Timesheet([endless], days: day - 1...day, now: now) { _ in .utc }
      #expect(sheet.sums(by: \.day).map(\.seconds) == [86_400, 36_000] as [Int64])
    }
    #expect(Timesheet([endless], days: day + 1...day + 1, now: now) { _ in .utc }.seconds.isEmpty)
    endless.finish(at: try #require(Instant("2026-01-30T00:00:00Z")), .utc)
    // What ends at midnight has nothing of the day that begins.
    #expect(Timesheet([endless], days: day - 1...day, now: now) { _ in .utc }.seconds.isEmpty)
  }

  @Test func showsASessionThatLastedNoTimeOnItsDay() throws {
    let midnight = try #require(Instant("2026-01-31T00:00:00Z"))
    var entry = TimeEntry(
      timerOf: "ada", on: TaskItem(fields: ["id": "t", "project": "p"]), id: "e", at: midnight, zone: .utc)
    entry.finish(at: midnight, .utc)
    let day = try #require(Day("2026-01-31"))
    #expect(Timesheet([entry], days: day...day, now: midnight) { _ in .utc }.sums(by: \.day).map(\.key) == [day])
    #expect(Timesheet([entry], days: day - 1...day - 1, now: midnight) { _ in .utc }.seconds.isEmpty)
  }

  @Test func reportsSessionsThatShareTime() {
    let overlaps = WorkSession.overlaps([
      session(0, 100, "a"), session(50, 60, "b"), session(90, 200, "c"), session(200, 300, "d"),
      session(0, 300, "e", "bob"),
    ])
    #expect(overlaps.map(\.entries) == [["a", "b"], ["a", "c"]])
    #expect(overlaps.map(\.seconds) == [10, 10])
  }
}
