/// A day of the Gregorian calendar.
struct CivilDate {
  var year: Int
  var month: Int
  var day: Int
  /// 0 is Sunday.
  var weekday: Int

  /// From days since 1970-01-01. Years begin in March here, so that the leap day is last.
  init(daysSince1970 days: Int) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
    month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    weekday = ((days % 7) + 11) % 7
  }
}

extension ByteBuffer {
  /// Appends a number below 10,000 in so many digits.
  mutating func append(_ value: Int, digits: Int) {
    var divisor = 1
    for _ in 1..<digits { divisor *= 10 }
    while divisor > 0 {
      append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
      divisor /= 10
    }
  }

  /// Appends an instant as RFC 3339 in UTC with milliseconds.
  mutating func append(instant milliseconds: Int64) {
    let day = milliseconds.floorDivided(by: 86_400_000)
    let date = CivilDate(daysSince1970: Int(day))
    let rest = Int(milliseconds - day * 86_400_000)
    append(date.year, digits: 4)
    append(UInt8(ascii: "-"))
    append(date.month, digits: 2)
    append(UInt8(ascii: "-"))
    append(date.day, digits: 2)
    append(UInt8(ascii: "T"))
    append(clock: rest / 1000)
    append(UInt8(ascii: "."))
    append(rest % 1000, digits: 3)
    append(UInt8(ascii: "Z"))
  }

  /// Appends seconds of a day as `hh:mm:ss`.
  mutating func append(clock seconds: Int) {
    append(seconds / 3600, digits: 2)
    append(UInt8(ascii: ":"))
    append(seconds / 60 % 60, digits: 2)
    append(UInt8(ascii: ":"))
    append(seconds % 60, digits: 2)
  }
}

extension Int64 {
  func floorDivided(by divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }
}
