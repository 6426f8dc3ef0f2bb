import PluginKit

/// A task as it is stored. What a task may become is decided here and nowhere else.
struct TaskItem: Entity, Equatable {
  static let collection = "core/tasks"
  static let noun = "task"
  static let bookkeeping: Set<String> = ["id", "key", "project", "createdAt", "updatedAt", "revision"]

  /// All fields, in the order in which they are written.
  private static let order = [
    "id", "key", "project", "type", "title", "description", "status", "priority", "assignee", "component", "labels",
    "estimatedHours", "storyPoints", "startDate", "dueDate", "completedDate", "progress", "createdAt", "updatedAt",
    "revision",
  ]

  private(set) var fields: Fields

  init(fields: Fields) {
    self.fields = fields
  }

  var project: String { fields["project"]?.string ?? "" }
  var status: TaskStatus { fields["status"]?.string.flatMap(TaskStatus.init) ?? .todo }
  var type: TaskType { fields["type"]?.string.flatMap(TaskType.init) ?? .task }
  var progress: Int64 { fields["progress"]?.int ?? 0 }

  // MARK: Making

  /// Makes a new task.
  ///
  /// - Parameter given: The fields that the caller set; the host has validated them.
  init(_ given: Fields, id: String, key: String, project: String, at now: Instant) {
    let type = given["type"]?.string.flatMap(TaskType.init) ?? .task
    var fields: Fields = [
      "id": .string(id), "key": .string(key), "project": .string(project), "type": .string(type.rawValue),
      "status": .string(TaskStatus.todo.rawValue), "priority": .string(type.defaultPriority.rawValue), "labels": [],
      "progress": 0, "createdAt": .string(now.text), "updatedAt": .string(now.text), "revision": 1,
    ]
    for (name, value) in given.members where value != .null { fields[name] = TaskItem.normalized(value, of: name) }
    self.fields = fields.arranged(by: TaskItem.order)
  }

  // MARK: Changing

  /// Changes the task as a merge patch says.
  ///
  /// A status must be one that may follow. A progress without a status moves the task along where that is allowed.
  /// A patch that changes nothing leaves everything as it was; any other makes the next revision.
  ///
  /// - Parameter patch: The fields to set, and those to remove as null; the host has validated the values.
  mutating func apply(_ patch: Fields, at now: Instant) throws(Failure) {
    let old = self
    try merge(patch)
    let progress = patch["progress"].map { $0.int ?? 0 }
    if let name = patch["status"]?.string, let status = TaskStatus(rawValue: name) {
      if status != old.status { try move(to: status, at: now) }
      if let progress { try set(progress: progress) }
    } else if let progress, progress != old.progress {
      try set(progress: progress)
      try follow(progress, at: now)
    }
    guard !changes(since: old).isEmpty else { return self = old }
    fields["updatedAt"] = .string(now.text)
    fields["revision"] = .int(old.revision + 1)
    fields = fields.arranged(by: TaskItem.order)
  }

  /// Sets and removes the fields that no rule depends on.
  private mutating func merge(_ patch: Fields) throws(Failure) {
    var plain = Fields()
    for (name, value) in patch.members {
      switch (name, value) {
      case ("title", .null), ("type", .null), ("status", .null), ("priority", .null):
        throw Failure(
          .invalidArgument, "a task has a \(name); give another one instead of removing it",
          details: Refusal.details(path: name, message: "cannot be removed"))
      case ("status", _), ("progress", _): continue
      case ("labels", .null): plain[name] = []
      default: plain[name] = TaskItem.normalized(value, of: name)
      }
    }
    fields = MergePatch.apply(plain, to: fields)
  }

  private mutating func move(to next: TaskStatus, at now: Instant) throws(Failure) {
    let status = status
    guard StatusMachine.allows(next, after: status, type: type) else {
      let allowed = StatusMachine.successors(of: status, type: type).map(\.rawValue)
      throw Failure(
        .failedPrecondition,
        "\(key) is \(status.rawValue) and cannot become \(next.rawValue); it may become \(Refusal.list(allowed))",
        details: Refusal.details(
          path: "status", message: "cannot follow \(status.rawValue)", allowed: allowed.map(Value.string)))
    }
    if status == .done {
      fields["completedDate"] = nil
      fields["progress"] = 0
    }
    fields["status"] = .string(next.rawValue)
    if next == .inProgress, fields["startDate"] == nil { fields["startDate"] = .string(now.text) }
    if next == .done {
      fields["completedDate"] = .string(now.text)
      fields["progress"] = 100
    }
  }

  private mutating func set(progress: Int64) throws(Failure) {
    guard status != .done || progress == 100 else {
      throw Failure(
        .failedPrecondition,
        "\(key) is done, so its progress is 100; set its status to todo or in_progress to open it again",
        details: Refusal.details(path: "progress", message: "is 100 when a task is done", allowed: [100]))
    }
    fields["progress"] = .int(progress)
  }

  /// Moves the task to where its progress says that it is.
  private mutating func follow(_ progress: Int64, at now: Instant) throws(Failure) {
    if progress > 0, status == .todo { try move(to: .inProgress, at: now) }
    if progress == 100, status == .inProgress || status == .review { try move(to: .testing, at: now) }
  }

  /// Days stay days; moments are kept in UTC.
  private static func normalized(_ value: Value, of name: String) -> Value {
    guard name == "startDate" || name == "dueDate", let text = value.string, text.utf8.count > 10 else { return value }
    return Instant(text).map { .string($0.text) } ?? value
  }
}
