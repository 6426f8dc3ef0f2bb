import PluginKit

/// A sprint as it is stored: a stretch of days in which a project does a chosen set of tasks.
///
/// Which tasks these are is their own field `sprint`; the sprint itself keeps only what was agreed when it began and
/// what had come of it when it ended.
struct SprintItem: Entity, Equatable {
  static let collection = "core/sprints"
  static let noun = "sprint"
  static let order = [
    "id", "key", "project", "name", "goal", "status", "startDate", "endDate", "capacity", "people", "activeIn",
    "startedAt", "endedAt", "committed", "completed", "carriedOver", "metrics", "retrospective", "hidden", "hiddenAt",
    "createdAt", "updatedAt", "revision",
  ]

  enum Status: String, Sendable, CaseIterable {
    case planned, active, completed
  }

  /// The most days that a sprint may last: a leap year.
  static let longest = 366

  var fields: Fields

  init(fields: Fields) {
    self.fields = fields
  }

  /// Makes a planned sprint.
  ///
  /// - Parameters:
  ///   - given: The fields that the caller set, `name` among them; the host has validated them.
  ///   - today: The first day when none is given. Without a last one a sprint has 14 days.
  init(_ given: Fields, id: String, key: String, project: String, today: Day) throws(Failure) {
    var fields: Fields = [
      "id": .string(id), "key": .string(key), "project": .string(project),
      "status": .string(Status.planned.rawValue),
    ]
    for (name, value) in given.members where value != .null { fields[name] = value }
    let start = fields["startDate"]?.string.flatMap { Day($0) } ?? today
    fields["startDate"] = .string(start.text)
    if fields["endDate"] == nil {
      guard (start + 13).isKeepable else {
        throw Failure(
          .invalidArgument,
          "a sprint of 14 days from \(start.text) would end after the year 9999; give an endDate",
          details: Refusal.details(path: "endDate", message: "is needed: 14 days would end after the year 9999"))
      }
      fields["endDate"] = .string((start + 13).text)
    }
    self.fields = fields
    try refuseImpossibleDays()
  }

  var project: String { fields["project"]?.string ?? "" }
  var name: String { fields["name"]?.string ?? "" }
  var status: Status { fields["status"]?.string.flatMap(Status.init) ?? .planned }
  /// The planned first day, which belongs to the sprint.
  var startDate: Day { fields["startDate"]?.string.flatMap { Day($0) } ?? Day(number: 0) }
  /// The planned last day, which belongs to the sprint.
  var endDate: Day { fields["endDate"]?.string.flatMap { Day($0) } ?? startDate }
  var startedAt: Instant? { fields["startedAt"]?.string.flatMap { Instant($0) } }
  var endedAt: Instant? { fields["endedAt"]?.string.flatMap { Instant($0) } }
  /// What the team can do, in the project's unit, when somebody has said so.
  var capacity: Double? { fields["capacity"]?.double }

  /// Changes the sprint as a merge patch says.
  mutating func apply(_ patch: Fields) throws(Failure) {
    for name in ["name", "startDate", "endDate"] where patch[name] == .null {
      throw Failure(
        .invalidArgument, "a sprint has a \(name); give another one instead of removing it",
        details: Refusal.details(path: name, message: "cannot be removed"))
    }
    let old = self
    fields = MergePatch.apply(patch, to: fields)
    for name in ["startDate", "endDate", "capacity", "people"]
    where status == .completed && old.fields[name] != fields[name] {
      throw Failure(
        .failedPrecondition, "\(key) has ended, so that its \(name) is history; name and goal can still be changed",
        details: Refusal.details(path: name, message: "cannot be changed after the end"))
    }
    try refuseImpossibleDays()
  }

  /// Whether a sprint may have these first and last days.
  static func mayLast(from start: Value?, to end: Value?) -> Bool {
    guard let first = start?.string.flatMap({ Day($0) }), let last = end?.string.flatMap({ Day($0) }) else {
      return false
    }
    return (1...longest).contains(last - first + 1)
  }

  private func refuseImpossibleDays() throws(Failure) {
    for name in ["startDate", "endDate"] {
      let day = name == "startDate" ? startDate : endDate
      guard day.isKeepable else { throw Refusal.unkeepable(day.text, path: name) }
    }
    let days = endDate - startDate + 1
    guard !(1...SprintItem.longest).contains(days) else { return }
    throw Failure(
      .invalidArgument,
      days < 1
        ? "a sprint from \(startDate.text) cannot end on \(endDate.text); give an endDate that is not before its startDate"
        : "a sprint from \(startDate.text) to \(endDate.text) has \(days) days; it may have \(SprintItem.longest)",
      details: Refusal.details(path: "endDate", message: days < 1 ? "is before startDate" : "is too late"))
  }

  /// Finds the active sprint of a project.
  static func active(in project: String) -> Documents.Query {
    var query = Documents.Query(collection, limit: 1)
    query.match("activeIn", .string(project))
    return query
  }

  // MARK: Beginning and ending

  /// What a task that belongs to the sprint when it begins counts for, kept because estimates change.
  static func commitment(_ task: TaskItem) -> Value {
    var entry: Fields = ["task": .string(task.id)]
    entry["storyPoints"] = task.fields["storyPoints"]
    entry["estimatedHours"] = task.fields["estimatedHours"]
    if task.isDone { entry["done"] = true }
    return .object(entry)
  }

  /// What was agreed when the sprint began, and how much of it was done already; nil when it has not begun.
  var baseline: ScopeHistory.Total? {
    guard startedAt != nil else { return nil }
    var total = ScopeHistory.Total()
    for case .object(let entry) in fields["committed"]?.array ?? [] {
      let effort = Effort(of: entry)
      total.scope += effort
      if entry["done"] == true { total.done += effort }
    }
    return total
  }

  // MARK: Telling

  func topics(since old: SprintItem?) -> [String] {
    guard let old else { return ["sprint:created"] }
    if old.isDeleted != isDeleted { return [isDeleted ? "sprint:deleted" : "sprint:restored"] }
    switch (old.status, status) {
    case (.planned, .active): return ["sprint:updated", "sprint:started"]
    case (.active, .completed): return ["sprint:updated", "sprint:ended"]
    default: return ["sprint:updated"]
    }
  }
}
