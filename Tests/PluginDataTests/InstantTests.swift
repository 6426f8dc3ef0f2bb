import Glibc
import PluginData
import PluginTesting
import Testing

@Suite struct InstantTests {
  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
    (951_782_400_000, "2000-02-29T00:00:00.000Z"), (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
    (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
  ])
  func writesAndReadsUTC(milliseconds: Int64, text: String) {
    #expect(Instant(milliseconds: milliseconds).text == text)
    #expect(Instant(text)?.milliseconds == milliseconds)
  }

  @Test(arguments: [
    ("2026-01-31T10:30:00+01:00", "2026-01-31T09:30:00.000Z"),
    ("2026-01-31t23:00:00.5-02:30", "2026-02-01T01:30:00.500Z"),
    ("2026-01-01T00:30:00.123987+01:00", "2025-12-31T23:30:00.123Z"),
    ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"),
    ("2026-01-31T09:30:00z", "2026-01-31T09:30:00.000Z"),
  ])
  func bringsEveryOffsetToUTC(text: String, utc: String) {
    #expect(Instant(text)?.text == utc)
  }

  @Test(arguments: [
    "", "2026-01-31", "2026-01-31T09:30:00", "2026-01-31T09:30Z", "2026-13-01T00:00:00Z", "2026-01-31T24:00:00Z",
    "2026-01-31T09:30:00+1:00", "2026-01-31T09:30:00Zz", "2026-01-31 09:30:00Z", "0000-01-01T00:00:00+00:01",
    "9999-12-31T23:59:59-00:01", "20260131T093000Z",
  ])
  func readsNothingElse(text: String) {
    #expect(Instant(text) == nil)
  }

  @Test func agreesWithTheSystemsCalendar() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    for _ in 0..<2000 {
      let seconds = Int64.random(in: -62_167_219_200..<253_402_300_800, using: &random)
      var time = time_t(seconds)
      var parts = tm()
      gmtime_r(&time, &parts)
      let text = Instant(milliseconds: seconds * 1000).text
      let expected = [parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec]
      let numbers = text.dropLast(5).split { !$0.isNumber }.map { Int32($0) }
      #expect(numbers == expected, "seed \(seed): \(text)")
      #expect(Instant(text)?.milliseconds == seconds * 1000, "seed \(seed): \(text)")
    }
  }

  @Test func sortsAsTextAsItSortsInTime() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    let instants = (0..<500).map { _ in
      Instant(milliseconds: .random(in: -62_167_219_200_000..<253_402_300_800_000, using: &random))
    }
    #expect(instants.sorted().map { $0.text } == instants.map { $0.text }.sorted(), "seed \(seed)")
  }
}
