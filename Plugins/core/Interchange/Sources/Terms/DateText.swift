import PluginData

/// Dates and times as the tools write them.
///
/// Understood are ISO 8601 (`2026-01-31`, `2026-01-31T09:30:00+01:00`, `2026-01-31 09:30`, `20260131T093000Z`), days with
/// a named month (`31/Jan/26 9:30 AM`, `31 January 2026`), JavaScript's form (`Sat Jan 31 2026 09:30:00 GMT+0100 (CET)`),
/// and days of numbers alone (`31/01/2026`, `31.1.26 09:30`).
enum DateText {
  enum Reading: Equatable {
    case day(Day)
    /// A moment, and the day when its own clock shows midnight.
    case moment(Instant, midnightOf: Day?)
  }

  enum Problem: String, Error {
    case isNoDate = "no date"
    case doesNotExist = "a date that does not exist"
    case isOutOfOrder = "a date that does not exist; if day and month are swapped, import with the other date order"
  }

  /// - Parameters:
  ///   - order: Which number comes first in a day of numbers alone.
  ///   - zone: The zone of a time without one.
  /// - Returns: What was read; whether another order of day and month gives another day; whether it is a time without a
  ///   zone.
  static func read(
    _ text: String, order: DateOrder, zone: TimeZone
  ) throws(Problem) -> (reading: Reading, isAmbiguous: Bool, isLocal: Bool) {
    var scanner = DateScanner(text)
    let date = try scanner.date(order)
    // Other years are slips of the pen, and at the ends of the calendar an offset would lead out of it.
    guard (1000...9998).contains(date.year) else { throw .doesNotExist }
    let day = Day(year: date.year, month: min(max(date.month, 1), 12), day: min(max(date.day, 1), 31))
    guard day.year == date.year, day.month == date.month, day.dayOfMonth == date.day else {
      if date.isNumeric, date.month > 12, date.day <= 12 { throw .isOutOfOrder }
      throw .doesNotExist
    }
    let isAmbiguous = date.isNumeric && date.day <= 12 && date.day != date.month
    guard let time = try scanner.time() else { return (.day(day), isAmbiguous, false) }
    let midnight = time.milliseconds == 0 ? day : nil
    guard let offset = time.offset else {
      let minutes = time.milliseconds / 60_000
      let moment = zone.moment(of: day, minute: minutes)
      let rest = Int64(time.milliseconds - minutes * 60_000)
      return (.moment(Instant(milliseconds: moment.milliseconds + rest), midnightOf: midnight), isAmbiguous, true)
    }
    let milliseconds = Int64(day.number) * 86_400_000 + Int64(time.milliseconds) - Int64(offset) * 60_000
    return (.moment(Instant(milliseconds: milliseconds), midnightOf: midnight), isAmbiguous, false)
  }
}

/// Takes the parts of a date and time from the front of a text.
private struct DateScanner {
  private var rest: ArraySlice<UInt8>

  init(_ text: String) {
    rest = ArraySlice(text.utf8)
    skipSpaces()
  }

  // MARK: Days

  mutating func date(_ order: DateOrder) throws(DateText.Problem) -> CalendarDate {
    guard let first = rest.first else { throw .isNoDate }
    return first.isASCIILetter ? try named() : try numbered(order)
  }

  /// `Sat Jan 31 2026`, `January 31, 2026`.
  private mutating func named() throws(DateText.Problem) -> CalendarDate {
    var month = month(word())
    skip { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: " ") }
    if month == nil {
      month = self.month(word())
      skipSpaces()
    }
    guard let month, let day = number(), day.digits <= 2 else { throw .isNoDate }
    skip { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: " ") }
    guard let year = number(), year.digits == 4 else { throw .isNoDate }
    return CalendarDate(year: year.value, month: month, day: day.value, isNumeric: false)
  }

  /// `2026-01-31`, `20260131`, `31/Jan/26`, `31/01/2026`.
  private mutating func numbered(_ order: DateOrder) throws(DateText.Problem) -> CalendarDate {
    guard let first = number() else { throw .isNoDate }
    if first.digits == 8 {
      return CalendarDate(
        year: first.value / 10_000, month: first.value / 100 % 100, day: first.value % 100, isNumeric: false)
    }
    guard let separator = rest.popFirst(), " /.-".utf8.contains(separator) else { throw .isNoDate }
    if separator == UInt8(ascii: ".") { skipSpaces() }
    if let letter = rest.first, letter.isASCIILetter {
      guard first.digits <= 2, let month = month(word()) else { throw .isNoDate }
      skip { " /.-".utf8.contains($0) }
      return CalendarDate(year: try year(), month: month, day: first.value, isNumeric: false)
    }
    guard let second = number(), second.digits <= 2, rest.popFirst() == separator else { throw .isNoDate }
    if first.digits == 4 {
      guard let third = number(), third.digits <= 2 else { throw .isNoDate }
      return CalendarDate(year: first.value, month: second.value, day: third.value, isNumeric: false)
    }
    guard first.digits <= 2 else { throw .isNoDate }
    let (day, month) = order == .dayFirst ? (first, second) : (second, first)
    return CalendarDate(year: try year(), month: month.value, day: day.value, isNumeric: true)
  }

  /// A year of four digits, or of two between 1970 and 2069.
  private mutating func year() throws(DateText.Problem) -> Int {
    guard let year = number() else { throw .isNoDate }
    switch year.digits {
    case 4: return year.value
    case 2: return year.value + (year.value < 70 ? 2000 : 1900)
    default: throw .isNoDate
    }
  }

  private static let months = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ].map { Array($0.utf8) }

  /// The number of a month, by the first letters of its name.
  private func month(_ word: [UInt8]) -> Int? {
    guard word.count >= 3 else { return nil }
    return DateScanner.months.firstIndex { $0[0] == word[0] && $0[1] == word[1] && $0[2] == word[2] }.map { $0 + 1 }
  }

  // MARK: Times

  /// `T09:30:00.123+01:00`, ` 9:30 AM`; nil when nothing follows.
  mutating func time() throws(DateText.Problem) -> ClockTime? {
    if let first = rest.first, first == UInt8(ascii: "T") || first == UInt8(ascii: "t") {
      rest.removeFirst()
    } else {
      skip { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: " ") }
    }
    guard !rest.isEmpty else { return nil }
    guard let first = number() else { throw .isNoDate }
    var (hour, minute, second, fraction) = (first.value, 0, 0, 0)
    switch first.digits {
    case 4: (hour, minute) = (first.value / 100, first.value % 100)
    case 6: (hour, minute, second) = (first.value / 10_000, first.value / 100 % 100, first.value % 100)
    case 1, 2:
      guard take(":"), let minutes = number(), minutes.digits == 2 else { throw .isNoDate }
      minute = minutes.value
      if take(":") {
        guard let seconds = number(), seconds.digits == 2 else { throw .isNoDate }
        second = seconds.value
      }
    default: throw .isNoDate
    }
    if second >= 0, take(".") || take(",") { fraction = try milliseconds() }
    skipSpaces()
    hour = try halfOfDay(hour)
    guard hour < 24, minute < 60, second < 60 else { throw .doesNotExist }
    let offset = try offset()
    skipSpaces()
    // JavaScript puts the name of the zone behind the offset, in brackets.
    guard rest.isEmpty || rest.first == UInt8(ascii: "(") else { throw .isNoDate }
    return ClockTime(milliseconds: ((hour * 60 + minute) * 60 + second) * 1000 + fraction, offset: offset)
  }

  private mutating func milliseconds() throws(DateText.Problem) -> Int {
    var (value, weight, digits) = (0, 100, 0)
    while let digit = rest.first, digit.isASCIIDigit {
      rest.removeFirst()
      value += Int(digit - UInt8(ascii: "0")) * weight
      weight /= 10
      digits += 1
    }
    guard digits > 0 else { throw .isNoDate }
    return value
  }

  /// Applies `AM` or `PM`, when one follows.
  private mutating func halfOfDay(_ hour: Int) throws(DateText.Problem) -> Int {
    let start = rest
    switch word() {
    case Array("am".utf8): return try twelve(hour)
    case Array("pm".utf8): return try twelve(hour) + 12
    default:
      rest = start
      return hour
    }
  }

  private func twelve(_ hour: Int) throws(DateText.Problem) -> Int {
    guard (1...12).contains(hour) else { throw .doesNotExist }
    return hour % 12
  }

  /// `Z`, `UTC`, `GMT+0100`, `+01:00`, `-0130`, `+01`, in minutes; nil when there is none.
  private mutating func offset() throws(DateText.Problem) -> Int? {
    skipSpaces()
    let name = word()
    guard name.isEmpty || ["z", "utc", "gmt"].contains(where: { $0.utf8.elementsEqual(name) }) else { throw .isNoDate }
    guard let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else {
      return name.isEmpty ? nil : 0
    }
    rest.removeFirst()
    guard let first = number() else { throw .isNoDate }
    var (hours, minutes) = (first.value, 0)
    if first.digits == 4 {
      (hours, minutes) = (first.value / 100, first.value % 100)
    } else {
      guard first.digits <= 2 else { throw .isNoDate }
      if take(":") {
        guard let rest = number(), rest.digits == 2 else { throw .isNoDate }
        minutes = rest.value
      }
    }
    guard hours < 24, minutes < 60 else { throw .doesNotExist }
    return (hours * 60 + minutes) * (sign == UInt8(ascii: "-") ? -1 : 1)
  }

  // MARK: Parts

  /// A number of up to eight digits.
  private mutating func number() -> (value: Int, digits: Int)? {
    var (value, digits) = (0, 0)
    while let digit = rest.first, digit.isASCIIDigit {
      guard digits < 8 else { return nil }
      rest.removeFirst()
      value = value * 10 + Int(digit - UInt8(ascii: "0"))
      digits += 1
    }
    return digits > 0 ? (value, digits) : nil
  }

  /// Letters, in lower case.
  private mutating func word() -> [UInt8] {
    var word: [UInt8] = []
    while let letter = rest.first, letter.isASCIILetter {
      rest.removeFirst()
      word.append(letter | 0x20)
    }
    return word
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: character) else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func skipSpaces() {
    // Some locales put a narrow space before AM and PM.
    while true {
      if rest.starts(with: [0xe2, 0x80, 0xaf]) {
        rest.removeFirst(3)
      } else if rest.starts(with: [0xc2, 0xa0]) {
        rest.removeFirst(2)
      } else if let byte = rest.first, byte == UInt8(ascii: " ") || (9...13).contains(byte) {
        rest.removeFirst()
      } else {
        return
      }
    }
  }

  private mutating func skip(while belongs: (UInt8) -> Bool) {
    while let byte = rest.first, belongs(byte) { rest.removeFirst() }
  }
}

private struct CalendarDate {
  var year: Int
  var month: Int
  var day: Int
  /// Whether the order alone tells day and month apart.
  var isNumeric: Bool
}

private struct ClockTime {
  /// Since midnight.
  var milliseconds: Int
  /// Minutes east of UTC; nil when the text has no zone.
  var offset: Int?
}

extension UInt8 {
  var isASCIIDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
  var isASCIILetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
  var isASCIISpace: Bool { self == UInt8(ascii: " ") || (9...13).contains(self) }
}
