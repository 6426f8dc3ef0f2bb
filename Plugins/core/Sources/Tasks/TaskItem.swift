import PluginKit

/// A task as it is stored. What a task may become by itself is decided in its extensions and nowhere else.
struct TaskItem: Entity, Equatable {
  static let collection = "core/tasks"
  static let noun = "task"

  static let order = [
    "id", "key", "project", "type", "title", "description", "status", "priority", "assignee", "reviewers", "watchers",
    "component", "labels", "parentTask", "sprint", "rank", "estimatedHours", "actualHours", "storyPoints", "startDate",
    "dueDate", "completedDate", "startedAt", "statusSince", "activeTime",
    "progress", "checkpoints", "blockedBy", "blocking", "blockedFrom", "relatedTo",
    "duplicates", "duplicatedBy", "gitBranch", "pullRequest", "commits", "files", "source", "sourceState", "hidden",
    "hiddenAt", "createdAt", "updatedAt", "revision",
  ]

  var fields: Fields

  init(fields: Fields) {
    self.fields = fields
  }

  var project: String { fields["project"]?.string ?? "" }
  var status: TaskStatus { fields["status"]?.string.flatMap(TaskStatus.init) ?? .todo }
  var type: TaskType { fields["type"]?.string.flatMap(TaskType.init) ?? .task }
  var priority: TaskPriority { fields["priority"]?.string.flatMap(TaskPriority.init) ?? .medium }
  var title: String { fields["title"]?.string ?? "" }
  var progress: Int64 { fields["progress"]?.int ?? 0 }
  var rank: String { fields["rank"]?.string ?? "" }
  var parentTask: String? { fields["parentTask"]?.string }
  var sprint: String? { fields["sprint"]?.string }
  /// Whether it was deleted or archived: lists leave it out.
  var isHidden: Bool { fields["hidden"] != nil }
  /// Whether nothing is left to do.
  var isDone: Bool { status == .done }

  /// The ids in a field that holds references to other tasks.
  func references(_ field: String) -> [String] { fields[field]?.array?.compactMap(\.string) ?? [] }

  /// Makes a new task.
  ///
  /// - Parameter given: The fields that the caller set; the host has validated them.
  /// - Throws: `invalid_argument` for a date that cannot be kept.
  init(_ given: Fields, id: String, key: String, project: String, rank: String) throws(Failure) {
    let type = given["type"]?.string.flatMap(TaskType.init) ?? .task
    var fields: Fields = [
      "id": .string(id), "key": .string(key), "project": .string(project), "type": .string(type.rawValue),
      "status": .string(TaskStatus.todo.rawValue), "priority": .string(type.defaultPriority.rawValue), "labels": [],
      "rank": .string(rank), "progress": 0,
    ]
    for (name, value) in given.members where value != .null { fields[name] = try TaskItem.normalized(value, of: name) }
    self.fields = fields
  }

  /// Days stay days; moments are kept in UTC.
  ///
  /// - Throws: `invalid_argument` for what lies outside of the years 1 to 9999, in UTC.
  static func normalized(_ value: Value, of name: String) throws(Failure) -> Value {
    guard name == "startDate" || name == "dueDate", let text = value.string else { return value }
    let isDay = text.utf8.count <= 10
    let kept = isDay ? Day(text)?.text : Instant(text)?.text
    guard let kept, let day = Day(String(kept.prefix(10))), day.isKeepable else {
      throw Refusal.unkeepable(isDay ? text : "\(text), in UTC,", path: name)
    }
    return isDay ? value : .string(kept)
  }

  // MARK: Telling

  func topics(since old: TaskItem?) -> [String] {
    guard let old else { return ["task:created"] }
    if old.isDeleted != isDeleted { return [isDeleted ? "task:deleted" : "task:restored"] }
    return isDone && !old.isDone ? ["task:updated", "task:completed"] : ["task:updated"]
  }

  /// Fields that tell how the task got where it is. Nobody sets them, and no older state brings them back.
  static let clocks = ["startedAt", "statusSince", "activeTime"]

  /// Fields whose values analytics need before and after each change.
  static let counted = ["sprint", "storyPoints", "estimatedHours", "assignee"]

  func transition(since old: TaskItem?) -> Fields? {
    let (before, after) = (old.flatMap { $0.isHidden ? nil : $0 }, isHidden ? nil : self)
    let isMoved = before?.status != after?.status || TaskItem.counted.contains { old?.fields[$0] != fields[$0] }
    guard before != nil || after != nil, isMoved else { return nil }
    var transition: Fields = ["type": .string(type.rawValue), "priority": .string(priority.rawValue)]
    transition["from"] = before.map { .string($0.status.rawValue) }
    transition["to"] = after.map { .string($0.status.rawValue) }
    for name in TaskItem.counted {
      transition[name] = after?.fields[name]
      transition["\(name)Before"] = before?.fields[name]
    }
    guard let before, let after, before.status != after.status else { return transition }
    transition["spent"] = TaskItem.milliseconds(from: before.fields["statusSince"], to: after.fields["statusSince"])
    guard after.isDone else { return transition }
    transition["lead"] = TaskItem.milliseconds(from: after.fields["createdAt"], to: after.fields["completedDate"])
    transition["cycle"] = TaskItem.milliseconds(from: after.fields["startedAt"], to: after.fields["completedDate"])
    transition["active"] = after.fields["activeTime"]
    return transition
  }

  private static func milliseconds(from start: Value?, to end: Value?) -> Value? {
    guard let start = start?.string.flatMap({ Instant($0) }), let end = end?.string.flatMap({ Instant($0) }) else {
      return nil
    }
    return .int(max(0, end.milliseconds - start.milliseconds))
  }
}
