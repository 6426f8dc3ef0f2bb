import Glibc

/// A moment, in milliseconds since 1970 UTC.
public struct Instant: Sendable, Hashable, Comparable {
  public let milliseconds: Int64

  public init(milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  /// What the wall clock says.
  public static var now: Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }

  public static func < (left: Instant, right: Instant) -> Bool { left.milliseconds < right.milliseconds }

  // MARK: Text

  /// RFC 3339 in UTC with milliseconds: `2026-01-31T09:30:00.000Z`.
  public var text: String {
    let (days, rest) = milliseconds.flooredDivision(by: 86_400_000)
    let date = CivilDate(daysSince1970: days)
    var text = [UInt8](repeating: UInt8(ascii: "0"), count: 24)
    func write(_ value: Int64, at place: Int, digits: Int, then separator: UInt8) {
      var value = value
      for offset in (0..<digits).reversed() {
        text[place + offset] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10)
        value /= 10
      }
      text[place + digits] = separator
    }
    write(date.year, at: 0, digits: 4, then: UInt8(ascii: "-"))
    write(date.month, at: 5, digits: 2, then: UInt8(ascii: "-"))
    write(date.day, at: 8, digits: 2, then: UInt8(ascii: "T"))
    write(rest / 3_600_000, at: 11, digits: 2, then: UInt8(ascii: ":"))
    write(rest / 60_000 % 60, at: 14, digits: 2, then: UInt8(ascii: ":"))
    write(rest / 1000 % 60, at: 17, digits: 2, then: UInt8(ascii: "."))
    write(rest % 1000, at: 20, digits: 3, then: UInt8(ascii: "Z"))
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads an RFC 3339 date and time with any offset; what is finer than a millisecond is cut off.
  ///
  /// - Returns: nil when it is none, or lies outside the years 0 to 9999. The host has checked the format before.
  public init?(_ text: String) {
    var reader = DigitReader(text)
    guard let year = reader.number(4, "-"), let month = reader.number(2, "-"), let day = reader.number(2, "Tt"),
      let hour = reader.number(2, ":"), let minute = reader.number(2, ":"), let second = reader.number(2),
      (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
    else { return nil }
    let fraction = reader.fraction()
    guard let offset = reader.offset() else { return nil }
    let days = CivilDate(year: year, month: month, day: day).daysSince1970
    let minutes = (days * 24 + hour) * 60 + minute - offset
    milliseconds = (minutes * 60 + second) * 1000 + fraction
    guard (Instant.earliest...Instant.latest).contains(milliseconds) else { return nil }
  }

  private static let earliest = CivilDate(year: 0, month: 1, day: 1).daysSince1970 * 86_400_000
  private static let latest = CivilDate(year: 10_000, month: 1, day: 1).daysSince1970 * 86_400_000 - 1
}
