/// The `Date` line of replies, formatted once per second.
struct HTTPDate: ~Copyable {
  private var line = ByteBuffer()
  private var second: Int64 = .min

  /// `Date: Sun, 06 Nov 1994 08:49:37 GMT` with its line end, for the second last set.
  var bytes: Bytes { line.bytes }

  init(unixSeconds: Int64) { set(unixSeconds: unixSeconds) }

  /// Formats again when the second changed. Seconds since 1970 UTC.
  mutating func set(unixSeconds: Int64) {
    guard unixSeconds != second else { return }
    second = unixSeconds
    let days = unixSeconds.floorDivided(by: 86400)
    let date = CivilDate(daysSince1970: Int(days))
    line.removeAll()
    line.append("Date: ")
    line.append(Self.name(Self.weekdays, date.weekday))
    line.append(", ")
    line.append(date.day, digits: 2)
    line.append(" ")
    line.append(Self.name(Self.months, date.month - 1))
    line.append(" ")
    line.append(date.year, digits: 4)
    line.append(" ")
    line.append(clock: Int(unixSeconds - days * 86400))
    line.append(" GMT\r\n")
  }

  private static let weekdays: StaticString = "SunMonTueWedThuFriSat"
  private static let months: StaticString = "JanFebMarAprMayJunJulAugSepOctNovDec"

  private static func name(_ table: StaticString, _ index: Int) -> Bytes {
    Bytes(start: table.utf8Start + index * 3, count: 3)
  }
}
