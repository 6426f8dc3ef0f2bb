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

extension StatusMachine {
  /// The statuses on the shortest allowed way, the last included; of several, the one whose steps come first in
  /// `successors`. Nothing when it is there already.
  static func path(from start: TaskStatus, to end: TaskStatus, type: TaskType) -> [TaskStatus] {
    var ways: [TaskStatus: [TaskStatus]] = [start: []]
    var waiting = [start]
    var place = 0
    while place < waiting.count {
      let status = waiting[place]
      place += 1
      guard let way = ways[status], status != end else { continue }
      for next in successors(of: status, type: type) where ways[next] == nil && next != .blocked {
        ways[next] = way + [next]
        waiting.append(next)
      }
    }
    return ways[end] ?? []
  }
}
