import Glibc

/// A moment, in milliseconds since 1970 UTC.
struct Instant: Sendable, Hashable, Comparable {
  let milliseconds: Int64

  init(milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  /// What the wall clock says.
  static var now: Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }

  static func < (left: Instant, right: Instant) -> Bool { left.milliseconds < right.milliseconds }

  // MARK: Text

  /// RFC 3339 in UTC with milliseconds: `2026-01-31T09:30:00.000Z`.
  var text: String {
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
  init?(_ text: String) {
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

/// A day of the Gregorian calendar.
private struct CivilDate {
  var year: Int64
  var month: Int64
  var day: Int64

  init(year: Int64, month: Int64, day: Int64) {
    self.year = year
    self.month = month
    self.day = day
  }

  // Both ways count in years that begin on 1 March, so that the leap day is the last of its year, and in eras of 400
  // years, which all have 146,097 days. Day 0 is 1 March of the year 0, 719,468 days before 1970.

  init(daysSince1970: Int64) {
    let (era, day) = (daysSince1970 + 719_468).flooredDivision(by: 146_097)
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365
    let dayOfYear = day - (365 * year + year / 4 - year / 100)
    let month = (5 * dayOfYear + 2) / 153
    self.day = dayOfYear - (153 * month + 2) / 5 + 1
    self.month = month < 10 ? month + 3 : month - 9
    self.year = era * 400 + year + (self.month <= 2 ? 1 : 0)
  }

  var daysSince1970: Int64 {
    let (era, year) = (month <= 2 ? self.year - 1 : self.year).flooredDivision(by: 400)
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + year * 365 + year / 4 - year / 100 + dayOfYear - 719_468
  }
}

extension Int64 {
  /// The quotient rounded down, and what is left, which is never negative.
  fileprivate func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}

/// Takes the parts of a date and time from the front of a text.
private struct DigitReader {
  private var rest: Substring.UTF8View

  init(_ text: String) {
    rest = text[...].utf8
  }

  /// A number of so many digits, and one of the separators behind it.
  mutating func number(_ digits: Int, _ separators: String = "") -> Int64? {
    var value: Int64 = 0
    for _ in 0..<digits {
      guard let digit = digit() else { return nil }
      value = value * 10 + digit
    }
    guard !separators.isEmpty else { return value }
    guard let separator = rest.popFirst(), separators.utf8.contains(separator) else { return nil }
    return value
  }

  /// `.123456` as milliseconds; 0 when there is none.
  mutating func fraction() -> Int64 {
    guard rest.first == UInt8(ascii: ".") else { return 0 }
    rest.removeFirst()
    var milliseconds: Int64 = 0
    var weight: Int64 = 100
    while let digit = digit() {
      milliseconds += digit * weight
      weight /= 10
    }
    return milliseconds
  }

  /// `Z` or `+01:00` up to the end of the text, in minutes.
  mutating func offset() -> Int64? {
    guard let sign = rest.popFirst() else { return nil }
    switch sign {
    case UInt8(ascii: "Z"), UInt8(ascii: "z"): return rest.isEmpty ? 0 : nil
    case UInt8(ascii: "+"), UInt8(ascii: "-"):
      guard let hours = number(2, ":"), let minutes = number(2), hours < 24, minutes < 60, rest.isEmpty else {
        return nil
      }
      return (hours * 60 + minutes) * (sign == UInt8(ascii: "-") ? -1 : 1)
    default: return nil
    }
  }

  private mutating func digit() -> Int64? {
    guard let byte = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
    rest.removeFirst()
    return Int64(byte - UInt8(ascii: "0"))
  }
}
