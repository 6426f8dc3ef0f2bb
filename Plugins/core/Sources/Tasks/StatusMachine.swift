import PluginKit

/// Which status may follow which.
enum StatusMachine {
  /// The statuses that a new task may have.
  static let initial: [TaskStatus] = [.backlog, .todo]

  /// What a task may become, in the order in which a person would think of it.
  static func successors(of status: TaskStatus, type: TaskType) -> [TaskStatus] {
    switch status {
    case .backlog: [.todo, .inProgress]
    // A to-do is small enough to be done without ever having been in progress.
    case .todo: [.inProgress, .blocked, .cancelled] + (type == .todo ? [.done] : [])
    case .inProgress: [.review, .testing, .done, .blocked, .todo, .cancelled]
    case .review: [.testing, .done, .inProgress, .cancelled]
    case .testing: [.done, .review, .inProgress, .cancelled]
    case .blocked: [.todo, .inProgress, .cancelled]
    case .done: [.todo, .inProgress]
    case .cancelled: [.todo, .backlog]
    }
  }

  static func allows(_ next: TaskStatus, after status: TaskStatus, type: TaskType) -> Bool {
    successors(of: status, type: type).contains(next)
  }
}
