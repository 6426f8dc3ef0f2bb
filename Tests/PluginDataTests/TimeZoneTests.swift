import Glibc
import PluginData
import Testing

@Suite(.serialized) struct TimeZoneTests {
  private func zone(_ name: String) throws -> TimeZone { try #require(TimeZone(name)) }

  @Test(arguments: [
    ("Europe/Berlin", "2026-01-31T12:00:00Z", 3600), ("Europe/Berlin", "2026-07-01T12:00:00Z", 7200),
    ("Europe/Berlin", "2026-03-29T00:59:59Z", 3600), ("Europe/Berlin", "2026-03-29T01:00:00Z", 7200),
    ("Europe/Berlin", "2026-10-25T00:59:59Z", 7200), ("Europe/Berlin", "2026-10-25T01:00:00Z", 3600),
    ("America/New_York", "2090-07-01T12:00:00Z", -14_400), ("Australia/Sydney", "2090-01-01T00:00:00Z", 39_600),
    ("Asia/Kolkata", "2026-01-31T12:00:00Z", 19_800), ("America/St_Johns", "2026-01-31T12:00:00Z", -12_600),
    ("UTC", "2026-01-31T12:00:00Z", 0),
  ])
  func knowsTheOffset(name: String, moment: String, offset: Int) throws {
    #expect(try zone(name).offset(at: #require(Instant(moment))) == offset)
  }

  /// The C library reads the same database on its own.
  @Test(arguments: [
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/Sao_Paulo",
    "Pacific/Apia", "Asia/Tehran", "Antarctica/Troll", "Europe/Dublin",
  ])
  func agreesWithTheCLibrary(name: String) throws {
    let zone = try zone(name)
    let before = getenv("TZ").map { String(cString: $0) }
    setenv("TZ", name, 1)
    tzset()
    defer {
      if let before { setenv("TZ", before, 1) } else { unsetenv("TZ") }
      tzset()
    }
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<20_000 {
      var seconds = time_t(Int64.random(in: -1_500_000_000...4_000_000_000, using: &generator))
      var local = tm()
      localtime_r(&seconds, &local)
      let moment = Instant(milliseconds: Int64(seconds) * 1000)
      #expect(zone.offset(at: moment) == local.tm_gmtoff, "\(name) at \(moment.text)")
    }
  }

  @Test func mapsTheClockOnTheWallToAMoment() throws {
    let berlin = try zone("Europe/Berlin")
    let spring = try #require(Day("2026-03-29"))
    let autumn = try #require(Day("2026-10-25"))
    #expect(berlin.moment(of: spring).text == "2026-03-28T23:00:00.000Z")
    // 02:30 is skipped: the next minute that exists is 03:00.
    #expect(berlin.moment(of: spring, minute: 150).text == "2026-03-29T01:00:00.000Z")
    #expect(berlin.moment(of: spring, minute: 180).text == "2026-03-29T01:00:00.000Z")
    // 02:30 comes twice: the first is meant.
    #expect(berlin.moment(of: autumn, minute: 150).text == "2026-10-25T00:30:00.000Z")
    #expect(berlin.moment(of: autumn, minute: 180).text == "2026-10-25T02:00:00.000Z")
  }

  @Test func findsTheFirstMomentOfADayThatBeginsAtOne() throws {
    // Clocks in Beirut are set forward at midnight.
    let beirut = try zone("Asia/Beirut")
    let day = try #require(Day("2026-03-29"))
    let start = beirut.moment(of: day)
    #expect(beirut.day(at: start) == day)
    #expect(beirut.day(at: Instant(milliseconds: start.milliseconds - 1)) == day - 1)
  }

  @Test func everyMinuteOfAYearComesBack() throws {
    for name in ["Europe/Berlin", "Australia/Lord_Howe", "America/New_York", "UTC"] {
      let zone = try zone(name)
      let first = try #require(Day("2026-01-01"))
      for hour in 0..<(365 * 24) {
        let moment = Instant(milliseconds: (Int64(first.number) * 24 + Int64(hour)) * 3_600_000)
        let (day, minute) = (zone.day(at: moment), zone.minuteOfDay(at: moment))
        let back = zone.moment(of: day, minute: minute)
        // Only a time that comes twice comes back as its first.
        #expect(back == moment || (back < moment && zone.minuteOfDay(at: back) == minute), "\(name) \(moment.text)")
      }
    }
  }

  @Test(arguments: ["Mars/Olympus", "../etc/passwd", "", "Europe//Berlin", "/etc/localtime", "posixrules\0", "Europe"])
  func knowsNoSuchZone(name: String) {
    #expect(TimeZone(name) == nil)
  }
}
