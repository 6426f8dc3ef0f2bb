import PluginKit

/// Time that somebody spent on a task, as it is stored: a session with a start and an end, which is running as long as it
/// has no end, or an amount on a day.
///
/// Times are whole seconds. `day` and `lastDay` are the first and the last day that the time falls on, by the calendar
/// of the task's project; `person` is a handle.
struct TimeEntry: Entity, Equatable {
  static let collection = "core/time"
  static let noun = "timeEntry"
  static let order = [
    "id", "project", "task", "person", "running", "startTime", "endTime", "day", "lastDay", "hours", "note", "hidden",
    "hiddenAt", "createdAt", "updatedAt", "revision",
  ]

  var fields: Fields

  init(fields: Fields) {
    self.fields = fields
  }

  var project: String { fields["project"]?.string ?? "" }
  var task: String { fields["task"]?.string ?? "" }
  var person: String { fields["person"]?.string ?? "" }
  var isRunning: Bool { fields["running"] != nil }
  var day: Day? { fields["day"]?.string.flatMap { Day($0) } }
  var start: Instant? { fields["startTime"]?.string.flatMap { Instant($0) } }
  var end: Instant? { fields["endTime"]?.string.flatMap { Instant($0) } }
  /// What counts for the task: nothing while it is running, and nothing when it was deleted.
  var seconds: Int64 { isDeleted ? 0 : TimeEntry.seconds(fields["hours"]?.double ?? 0) }

  /// The whole seconds of an amount of hours; 0 for one beyond measure.
  static func seconds(_ hours: Double) -> Int64 { Int64(exactly: (hours * 3600).rounded()) ?? 0 }
  static func hours(_ seconds: Int64) -> Double { Double(seconds) / 3600 }

  // MARK: Making

  /// A timer that begins to run.
  init(timerOf person: String, on task: TaskItem, id: String, at now: Instant, zone: TimeZone) {
    fields = [
      "id": .string(id), "project": .string(task.project), "task": .string(task.id), "person": .string(person),
      "running": true,
    ]
    begin(at: now, zone)
  }

  /// An amount on a day.
  init(of person: String, on task: TaskItem, id: String, seconds: Int64, day: Day) {
    fields = [
      "id": .string(id), "project": .string(task.project), "task": .string(task.id), "person": .string(person),
      "hours": .double(TimeEntry.hours(seconds)),
    ]
    set(day: day)
  }

  // MARK: Changing

  /// Sets when the session began.
  mutating func begin(at moment: Instant, _ zone: TimeZone) {
    let moment = moment.wholeSecond
    fields["startTime"] = .string(moment.text)
    set(day: zone.day(at: moment))
  }

  /// Ends the session. One that would end before it began, because the clock was set back, lasted no time.
  mutating func finish(at moment: Instant, _ zone: TimeZone) {
    guard let start else { return }
    let end = max(start, moment.wholeSecond)
    let seconds = (end.milliseconds - start.milliseconds) / 1000
    fields["running"] = nil
    fields["endTime"] = .string(end.text)
    fields["hours"] = .double(TimeEntry.hours(seconds))
    // What ends at midnight has nothing of the day that begins.
    let last = seconds > 0 ? Instant(milliseconds: end.milliseconds - 1) : end
    fields["day"] = .string(zone.day(at: start).text)
    fields["lastDay"] = .string(zone.day(at: last).text)
  }

  mutating func set(day: Day) {
    fields["day"] = .string(day.text)
    fields["lastDay"] = .string(day.text)
  }

  // MARK: Telling

  func topics(since old: TimeEntry?) -> [String] {
    if isRunning, old == nil { return ["timer:started"] }
    if let old, old.isDeleted != isDeleted { return [isDeleted ? "timeEntry:deleted" : "timeEntry:restored"] }
    if old?.isRunning == true, !isRunning { return ["timer:stopped"] }
    return [old == nil ? "timeEntry:created" : "timeEntry:updated"]
  }
}

extension Instant {
  /// The moment without its fraction of a second.
  var wholeSecond: Instant {
    let rest = milliseconds % 1000
    return Instant(milliseconds: milliseconds - (rest < 0 ? rest + 1000 : rest))
  }
}
