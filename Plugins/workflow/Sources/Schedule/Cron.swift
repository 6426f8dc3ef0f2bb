import PluginData

/// When something is due: five fields (minute, hour, day of the month, month, day of the week), each `*`, a number, a
/// name, a range `a-b`, any of these with a step `/n`, or several of them with commas between.
///
/// As in Vixie cron, a day is due when either of the two day fields names it, unless one of them begins with `*`.
struct Cron: Sendable, Equatable {
  /// What was written.
  let text: String
  private let minutes: Set<Int>
  private let hours: Set<Int>
  private let days: Set<Int>
  private let months: Set<Int>
  /// Sunday is 0.
  private let weekdays: Set<Int>
  /// Whether both day fields have to name a day.
  private let needsBoth: Bool

  init(_ text: String) throws(CronError) {
    self.text = text
    let spelled = Cron.nicknames[text.lowercased()] ?? text
    let fields = spelled.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
    guard text.utf8.count <= 200, fields.count == 5 else {
      throw CronError(
        "a schedule has five fields, minute hour day month weekday, such as \"30 9 * * mon-fri\", or is one of "
          + Cron.nicknames.keys.sorted().joined(separator: ", "))
    }
    minutes = try CronField.minute.values(fields[0])
    hours = try CronField.hour.values(fields[1])
    days = try CronField.day.values(fields[2])
    months = try CronField.month.values(fields[3])
    weekdays = Set(try CronField.weekday.values(fields[4]).map { $0 % 7 })
    needsBoth = fields[2].hasPrefix("*") || fields[4].hasPrefix("*")
    guard Cron.possibleDays(days, months) || (!needsBoth && !weekdays.isEmpty) else {
      throw CronError("no month of this schedule has that day")
    }
  }

  private static let nicknames = [
    "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
  ]

  private static func possibleDays(_ days: Set<Int>, _ months: Set<Int>) -> Bool {
    let lengths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return months.contains { month in days.contains { $0 <= lengths[month - 1] } }
  }

  /// The first moment after `moment` at which it is due.
  ///
  /// What clocks skip when they are set forward is due at the next minute that there is; what they show twice when they
  /// are set back is due once, the first time.
  ///
  /// - Returns: nil when nothing is due within the next 30 years: 29 February on a Monday comes every 28 years, or 40.
  func next(after moment: Instant, in zone: TimeZone) -> Instant? {
    let first = zone.day(at: moment)
    let times = hours.sorted().flatMap { hour in minutes.sorted().map { hour * 60 + $0 } }
    for distance in 0...30 * 366 {
      let day = first + distance
      guard isDue(on: day) else { continue }
      // The times of a day rise, and so do their moments. On the first day most of them are over.
      let start = distance == 0 ? Cron.firstIndex(in: times, after: moment, on: day, zone) : 0
      if start < times.count { return zone.moment(of: day, minute: times[start]) }
    }
    return nil
  }

  private static func firstIndex(in times: [Int], after moment: Instant, on day: Day, _ zone: TimeZone) -> Int {
    var (low, high) = (0, times.count)
    while low < high {
      let middle = (low + high) / 2
      if zone.moment(of: day, minute: times[middle]) > moment { high = middle } else { low = middle + 1 }
    }
    return low
  }

  private func isDue(on day: Day) -> Bool {
    guard months.contains(day.month) else { return false }
    let isDay = days.contains(day.dayOfMonth)
    let isWeekday = weekdays.contains((day.weekday + 1) % 7)
    return needsBoth ? isDay && isWeekday : isDay || isWeekday
  }
}

/// What is wrong with a schedule: a sentence.
struct CronError: Error, Sendable, Equatable {
  let message: String

  init(_ message: String) {
    self.message = message
  }
}

/// What stands in one field.
private struct CronField {
  let name: String
  let range: ClosedRange<Int>
  var names: [String] = []
  /// The number of the first name.
  var firstName = 0

  static let minute = CronField(name: "minute", range: 0...59)
  static let hour = CronField(name: "hour", range: 0...23)
  static let day = CronField(name: "day of the month", range: 1...31)
  static let month = CronField(
    name: "month", range: 1...12,
    names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], firstName: 1)
  /// Sunday is 0 and 7.
  static let weekday = CronField(
    name: "day of the week", range: 0...7, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"])

  func values(_ text: String) throws(CronError) -> Set<Int> {
    var values: Set<Int> = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      values.formUnion(try self.part(String(part)))
    }
    return values
  }

  /// `*`, `5`, `1-5`, `*/10`, `10-40/5` or `7/15`, which means from 7 on.
  private func part(_ text: String) throws(CronError) -> StrideThrough<Int> {
    let halves = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    var step = 1
    if halves.count == 2 {
      guard let number = Int(halves[1]), (1...range.upperBound + 1).contains(number) else {
        throw CronError("\"\(halves[1])\" is no step of the \(name); it is 1 to \(range.upperBound)")
      }
      step = number
    }
    if halves[0] == "*" {
      // As a weekday, 7 is only another name for 0.
      return stride(from: range.lowerBound, through: range.upperBound == 7 ? 6 : range.upperBound, by: step)
    }
    let ends = halves[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let low = try number(ends[0])
    let high = ends.count == 2 ? try number(ends[1]) : halves.count == 2 ? range.upperBound : low
    guard low <= high else {
      throw CronError("the range \(halves[0]) of the \(name) runs backwards; write it as two ranges")
    }
    return stride(from: low, through: high, by: step)
  }

  private func number(_ text: String) throws(CronError) -> Int {
    if let place = names.firstIndex(of: text.lowercased()) { return firstName + place }
    guard let number = Int(text), text.utf8.allSatisfy(\.isDigit), range.contains(number) else {
      let orName = names.isEmpty ? "" : ", or \(names.first ?? "") to \(names.last ?? "")"
      throw CronError("\"\(text)\" is no \(name); it is \(range.lowerBound) to \(range.upperBound)\(orName)")
    }
    return number
  }
}
