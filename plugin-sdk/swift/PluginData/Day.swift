/// A day of the Gregorian calendar, without a time and without a zone: `2026-01-31`.
public struct Day: Sendable, Hashable, Comparable {
  /// Days since 1 January 1970; negative before it.
  public let number: Int

  public init(number: Int) {
    self.number = number
  }

  public init(year: Int, month: Int, day: Int) {
    number = Int(CivilDate(year: Int64(year), month: Int64(month), day: Int64(day)).daysSince1970)
  }

  public static func < (left: Day, right: Day) -> Bool { left.number < right.number }

  /// So many days later; earlier when negative.
  public static func + (day: Day, days: Int) -> Day { Day(number: day.number + days) }

  public static func - (day: Day, days: Int) -> Day { Day(number: day.number - days) }

  /// The days between two.
  public static func - (left: Day, right: Day) -> Int { left.number - right.number }

  public var year: Int { Int(civil.year) }
  /// 1 to 12.
  public var month: Int { Int(civil.month) }
  /// 1 to 31.
  public var dayOfMonth: Int { Int(civil.day) }

  private var civil: CivilDate { CivilDate(daysSince1970: Int64(number)) }

  /// Monday is 0, Sunday 6.
  public var weekday: Int {
    // Day 0 was a Thursday.
    let rest = (number + 3) % 7
    return rest < 0 ? rest + 7 : rest
  }

  // MARK: Text

  /// `2026-01-31`.
  public var text: String { String(Instant(milliseconds: Int64(number) * 86_400_000).text.prefix(10)) }

  /// Reads `2026-01-31`.
  ///
  /// - Returns: nil for any other form and for a day that does not exist, such as 2026-02-30.
  public init?(_ text: String) {
    var reader = DigitReader(text)
    guard let year = reader.number(4, "-"), let month = reader.number(2, "-"), let day = reader.number(2),
      reader.isAtEnd, (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    let civil = CivilDate(year: year, month: month, day: day)
    let read = CivilDate(daysSince1970: civil.daysSince1970)
    guard read.month == month, read.day == day else { return nil }
    number = Int(civil.daysSince1970)
  }
}

/// Year, month and day of the Gregorian calendar, and how many days they are from 1970.
struct CivilDate {
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
  func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
