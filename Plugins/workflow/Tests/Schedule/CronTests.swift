import PluginData
import PluginTesting
import Testing

@testable import WorkflowPlugin

@Suite struct CronTests {
  /// The next moments, one after the other.
  private func moments(_ text: String, after start: String, in zone: String, count: Int = 3) throws -> [String] {
    let cron = try Cron(text)
    let zone = try #require(TimeZone(zone))
    var moment = try #require(Instant(start))
    var moments: [String] = []
    for _ in 0..<count {
      moment = try #require(cron.next(after: moment, in: zone))
      moments.append(String(moment.text.dropLast(8)))
    }
    return moments
  }

  @Test(arguments: [
    ("0 9 * * 1", ["2026-02-02T09:00", "2026-02-09T09:00", "2026-02-16T09:00"]),
    ("0 17 * * *", ["2026-01-31T17:00", "2026-02-01T17:00", "2026-02-02T17:00"]),
    ("*/20 * * * *", ["2026-01-31T09:40", "2026-01-31T10:00", "2026-01-31T10:20"]),
    ("30 9 * * *", ["2026-02-01T09:30", "2026-02-02T09:30", "2026-02-03T09:30"]),
    ("5,10 8-9 * * mon-fri", ["2026-02-02T08:05", "2026-02-02T08:10", "2026-02-02T09:05"]),
    ("0 0 29 2 *", ["2028-02-29T00:00", "2032-02-29T00:00", "2036-02-29T00:00"]),
    ("0 12 13 * fri", ["2026-02-06T12:00", "2026-02-13T12:00", "2026-02-20T12:00"]),
    ("0 12 */2 * fri", ["2026-02-13T12:00", "2026-02-27T12:00", "2026-03-13T12:00"]),
    ("0 0 * * 7", ["2026-02-01T00:00", "2026-02-08T00:00", "2026-02-15T00:00"]),
    ("50/5 10 1 JAN-MAR *", ["2026-02-01T10:50", "2026-02-01T10:55", "2026-03-01T10:50"]),
    ("@yearly", ["2027-01-01T00:00", "2028-01-01T00:00", "2029-01-01T00:00"]),
    ("@Weekly", ["2026-02-01T00:00", "2026-02-08T00:00", "2026-02-15T00:00"]),
    ("@hourly", ["2026-01-31T10:00", "2026-01-31T11:00", "2026-01-31T12:00"]),
  ])
  func knowsWhatIsDue(text: String, expected: [String]) throws {
    #expect(try moments(text, after: "2026-01-31T09:30:00Z", in: "UTC") == expected)
  }

  @Test func takesTheTimeThatIsSkippedAtTheNextMinute() throws {
    // Berlin goes from 02:00 to 03:00 on 29 March 2026, which is 01:00 in UTC.
    #expect(
      try moments("30 2 * * *", after: "2026-03-28T12:00:00Z", in: "Europe/Berlin") == [
        "2026-03-29T01:00", "2026-03-30T00:30", "2026-03-31T00:30",
      ])
    // All that would have been due in the hour that is missing falls together.
    #expect(
      try moments("*/30 1-3 29 3 *", after: "2026-03-28T12:00:00Z", in: "Europe/Berlin", count: 5) == [
        "2026-03-29T00:00", "2026-03-29T00:30", "2026-03-29T01:00", "2026-03-29T01:30", "2027-03-28T23:00",
      ])
  }

  @Test func takesTheTimeThatComesTwiceOnce() throws {
    // Berlin goes from 03:00 back to 02:00 on 25 October 2026, which is 01:00 in UTC.
    #expect(
      try moments("30 2 * * *", after: "2026-10-24T12:00:00Z", in: "Europe/Berlin") == [
        "2026-10-25T00:30", "2026-10-26T01:30", "2026-10-27T01:30",
      ])
  }

  @Test func countsInTheZoneOfTheProject() throws {
    #expect(
      try moments("0 9 * * *", after: "2026-06-01T00:00:00Z", in: "America/New_York", count: 1) == ["2026-06-01T13:00"])
    #expect(
      try moments("0 0 1 * *", after: "2026-06-30T20:00:00Z", in: "Asia/Kolkata", count: 1) == ["2026-07-31T18:30"])
  }

  @Test(arguments: [
    ("", "a schedule has five fields"), ("* * * *", "a schedule has five fields"),
    ("* * * * * *", "a schedule has five fields"),
    ("60 * * * *", #""60" is no minute; it is 0 to 59"#), ("* 24 * * *", #""24" is no hour"#),
    ("* * 0 * *", #""0" is no day of the month"#),
    ("* * * 13 *", #""13" is no month; it is 1 to 12, or jan to dec"#), ("* * * * 8", #""8" is no day of the week"#),
    ("*/0 * * * *", #""0" is no step"#),
    ("5-1 * * * *", "the range 5-1 of the minute runs backwards"), ("a * * * *", #""a" is no minute"#),
    ("1,,2 * * * *", #""" is no minute"#),
    ("+1 * * * *", #""+1" is no minute"#), ("0 0 30 2 *", "no month of this schedule has that day"),
    ("@often", "@daily"),
    ("99999999999999999999 * * * *", "is no minute"),
  ])
  func refuses(text: String, message: String) {
    let error = #expect(throws: CronError.self) { try Cron(text) }
    #expect(error?.message.contains(message) == true, "\(String(describing: error))")
  }

  /// Minute by minute, as the definition says, in UTC.
  @Test(arguments: SeededGenerator.seeds(20)) func agreesWithTheDefinition(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    func field(_ range: ClosedRange<Int>) -> (text: String, values: Set<Int>, isStar: Bool) {
      switch Int.random(in: 0..<4, using: &random) {
      case 0: return ("*", Set(range), true)
      case 1:
        let step = Int.random(in: 1...7, using: &random)
        return ("*/\(step)", Set(stride(from: range.lowerBound, through: range.upperBound, by: step)), true)
      case 2:
        let low = Int.random(in: range, using: &random)
        let high = Int.random(in: low...range.upperBound, using: &random)
        return ("\(low)-\(high)", Set(low...high), false)
      default:
        let value = Int.random(in: range, using: &random)
        return (String(value), [value], false)
      }
    }
    let (minute, hour) = (field(0...59), field(0...23))
    let (day, month, weekday) = (field(1...31), field(1...12), field(0...6))
    let text = [minute, hour, day, month, weekday].map(\.text).joined(separator: " ")
    let lengths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    let comes = month.values.contains { lengths[$0 - 1] >= day.values.min() ?? 1 }
    guard comes || !weekday.isStar else {
      #expect(throws: CronError.self) { try Cron(text) }
      return
    }
    let cron = try Cron(text)
    let start = Instant(milliseconds: Int64.random(in: 0...2_000_000_000_000, using: &random) / 60_000 * 60_000)
    let found = cron.next(after: start, in: .utc)
    var moment = start
    for _ in 0..<400 * 1440 {
      moment = Instant(milliseconds: moment.milliseconds + 60_000)
      let date = TimeZone.utc.day(at: moment)
      let isDay = day.values.contains(date.dayOfMonth)
      let isWeekday = weekday.values.contains((date.weekday + 1) % 7)
      let isDue = day.isStar || weekday.isStar ? isDay && isWeekday : isDay || isWeekday
      let time = TimeZone.utc.minuteOfDay(at: moment)
      if month.values.contains(date.month), isDue, hour.values.contains(time / 60), minute.values.contains(time % 60) {
        #expect(found == moment, "seed \(seed): \(cron.text) after \(start.text)")
        return
      }
    }
    #expect(found.map { $0 > moment } ?? true, "seed \(seed): \(cron.text) after \(start.text)")
  }
}
