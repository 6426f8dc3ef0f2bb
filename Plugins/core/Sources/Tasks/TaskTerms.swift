import PluginKit

/// Where a task stands.
enum TaskStatus: String, Sendable, CaseIterable {
  case backlog
  case todo
  case inProgress = "in_progress"
  case review
  case testing
  case blocked
  case done
  case cancelled

  /// Whether somebody works on it: the rest of the time it waits.
  var isActive: Bool { self == .inProgress || self == .testing }
  /// Whether work on it has begun, so that its cycle time runs.
  var isStarted: Bool { [.inProgress, .review, .testing, .done].contains(self) }
  /// Whether something is left to do.
  var isOpen: Bool { self != .done && self != .cancelled }
}

/// How large a task is, or what it is about.
enum TaskType: String, Sendable, CaseIterable {
  case epic, story, task, subtask, todo, bug

  /// The priority of a new task of this type that is given none.
  var defaultPriority: TaskPriority { self == .todo ? .low : .medium }
}

/// How much a task matters, most first.
enum TaskPriority: String, Sendable, CaseIterable {
  case critical, high, medium, low, trivial
}
