/// The rule by which a zone changes its offset every year: the text of a POSIX `TZ` variable, such as
/// `CET-1CEST,M3.5.0,M10.5.0/3`.
struct ZoneRule: Sendable, Equatable {
  /// The offset outside of summer time, in seconds east of UTC.
  private let standard: Int32
  private let summer: Summer?

  private struct Summer: Equatable {
    let offset: Int32
    let begin: Change
    let end: Change
  }

  /// When in a year a change happens.
  private struct Change: Equatable {
    enum Date: Equatable {
      /// The week (5 is the last) of a month on which a weekday falls, Sunday being 0.
      case weekday(month: Int, week: Int, weekday: Int)
      /// Day 1 to 365; 29 February is never counted.
      case julian(Int)
      /// Day 0 to 365.
      case dayOfYear(Int)
    }

    let date: Date
    /// Seconds after midnight by the clock that goes before the change; may be negative or more than a day.
    let time: Int64

    /// In seconds since 1970 by the clock that goes before the change.
    func wall(in year: Int) -> Int64 {
      Int64(day(in: year).number) * 86_400 + time
    }

    private func day(in year: Int) -> Day {
      let first = Day(year: year, month: 1, day: 1)
      switch date {
      case .dayOfYear(let number): return first + number
      case .julian(let number):
        let isLeap = Day(year: year, month: 3, day: 1) - first == 60
        return first + (number - 1) + (isLeap && number >= 60 ? 1 : 0)
      case .weekday(let month, let week, let weekday):
        let start = Day(year: year, month: month, day: 1)
        let next = month == 12 ? Day(year: year + 1, month: 1, day: 1) : Day(year: year, month: month + 1, day: 1)
        // A week here begins on Sunday, a week of Day on Monday.
        var day = start + (weekday - (start.weekday + 1) % 7 + 7) % 7 + (week - 1) * 7
        while day >= next { day = day - 7 }
        return day
      }
    }
  }

  /// - Returns: nil when the text is none.
  init?(_ text: String) {
    var reader = RuleReader(text)
    guard reader.name(), let west = reader.time() else { return nil }
    standard = Int32(-west)
    guard !reader.isAtEnd else {
      summer = nil
      return
    }
    guard reader.name() else { return nil }
    var offset = Int64(standard) + 3600
    if !reader.isNext(",") {
      guard let west = reader.time() else { return nil }
      offset = -west
    }
    guard let begin = Self.change(&reader), let end = Self.change(&reader), reader.isAtEnd else { return nil }
    summer = Summer(offset: Int32(offset), begin: begin, end: end)
  }

  private static func change(_ reader: inout RuleReader) -> Change? {
    guard reader.take(","), let date = date(&reader) else { return nil }
    guard reader.take("/") else { return Change(date: date, time: 7200) }
    return reader.time().map { Change(date: date, time: $0) }
  }

  private static func date(_ reader: inout RuleReader) -> Change.Date? {
    if reader.take("M") {
      guard let month = reader.number(1...12), reader.take("."), let week = reader.number(1...5), reader.take("."),
        let weekday = reader.number(0...6)
      else { return nil }
      return .weekday(month: month, week: week, weekday: weekday)
    }
    if reader.take("J") { return reader.number(1...365).map(Change.Date.julian) }
    return reader.number(0...365).map(Change.Date.dayOfYear)
  }

  /// Seconds east of UTC.
  ///
  /// - Parameter seconds: Since 1970.
  func offset(at seconds: Int64) -> Int32 {
    guard let summer else { return standard }
    let year = Day(number: Int((seconds + Int64(standard)).flooredDivision(by: 86_400).quotient)).year
    let begin = summer.begin.wall(in: year) - Int64(standard)
    let end = summer.end.wall(in: year) - Int64(summer.offset)
    let isSummer = begin < end ? seconds >= begin && seconds < end : seconds >= begin || seconds < end
    return isSummer ? summer.offset : standard
  }
}

/// Takes the parts of a rule from the front of its text.
private struct RuleReader {
  private var rest: Substring.UTF8View

  init(_ text: String) {
    rest = text[...].utf8
  }

  var isAtEnd: Bool { rest.isEmpty }

  func isNext(_ character: Unicode.Scalar) -> Bool { rest.first == UInt8(ascii: character) }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard isNext(character) else { return false }
    rest.removeFirst()
    return true
  }

  /// The abbreviation of a zone: letters, or anything in angle brackets.
  mutating func name() -> Bool {
    if take("<") {
      while let byte = rest.popFirst() { if byte == UInt8(ascii: ">") { return true } }
      return false
    }
    let before = rest.count
    rest = rest.drop { byte in
      (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }
    return before - rest.count >= 3
  }

  mutating func number(_ range: ClosedRange<Int>) -> Int? {
    var value: Int?
    while let byte = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      value = (value ?? 0) * 10 + Int(byte - UInt8(ascii: "0"))
      guard let value, value <= range.upperBound else { return nil }
      rest.removeFirst()
    }
    return value.flatMap { range.contains($0) ? $0 : nil }
  }

  /// `3`, `-1:30` or `26:00:00`, in seconds.
  mutating func time() -> Int64? {
    let isNegative = take("-")
    if !isNegative { _ = take("+") }
    guard let hours = number(0...167) else { return nil }
    var seconds = Int64(hours) * 3600
    for unit in [60, 1] as [Int64] where take(":") {
      guard let value = number(0...59) else { return nil }
      seconds += Int64(value) * unit
    }
    return isNegative ? -seconds : seconds
  }
}
