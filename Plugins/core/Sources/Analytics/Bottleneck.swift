import PluginKit

/// Something that keeps work from flowing, with the figures that show it.
struct Bottleneck: Sendable, Equatable {
  enum Kind: String, Sendable {
    /// A task has been open for longer than tasks like it take.
    case longRunningTask = "long_running_task"
    /// A task is older than 85 % of the finished ones were when they were done.
    case ageingWork = "ageing_work"
    /// Several tasks wait for one.
    case criticalDependency = "critical_dependency"
    /// Somebody has more in progress than a person can hold.
    case resourceOverload = "resource_overload"
    /// A part of the product has many open bugs.
    case qualityIssue = "quality_issue"
  }

  enum Severity: String, Sendable, Comparable {
    case medium, high, critical

    static func < (left: Severity, right: Severity) -> Bool { left.order < right.order }
    private var order: Int { [.medium: 0, .high: 1, .critical: 2][self] ?? 0 }
  }

  let kind: Kind
  let severity: Severity
  /// The id of the task, the assignee or the component that it is about.
  let subject: String
  /// What people call it.
  let name: String
  let description: String
  let suggestion: String
  /// The measured figure, and the one from which on it is reported.
  let value: Double
  let threshold: Double

  /// Five workdays in progress are long, ten are very long.
  static func longRunning(_ task: TaskItem, workdays: Int) -> Bottleneck? {
    guard workdays > 5 else { return nil }
    return Bottleneck(
      kind: .longRunningTask, severity: workdays > 10 ? .critical : .high, subject: task.id, name: task.key,
      description: "\(task.key) has been in progress for \(workdays) workdays",
      suggestion: "Split it, or say in a comment what keeps it", value: Double(workdays), threshold: 5)
  }

  /// - Parameter usual: The 85th percentile of the cycle times of finished tasks, in hours.
  static func ageing(_ task: TaskItem, hours: Double, usual: Double) -> Bottleneck? {
    guard usual > 0, hours > usual else { return nil }
    let times = hours / usual
    return Bottleneck(
      kind: .ageingWork, severity: times > 3 ? .critical : times > 2 ? .high : .medium, subject: task.id,
      name: task.key,
      description:
        "\(task.key) is \(rounded(hours / 24)) days old; 85 % of the finished tasks took less than \(rounded(usual / 24))",
      suggestion: "Look at it before anything new is begun", value: rounded(hours), threshold: rounded(usual))
  }

  static func criticalDependency(_ task: TaskItem, waiting: Int) -> Bottleneck? {
    guard waiting >= 3 else { return nil }
    return Bottleneck(
      kind: .criticalDependency, severity: waiting >= 5 ? .critical : .high, subject: task.id, name: task.key,
      description: "\(waiting) open tasks wait for \(task.key)", suggestion: "Do it first", value: Double(waiting),
      threshold: 3)
  }

  static func overload(_ assignee: String, inProgress: Int) -> Bottleneck? {
    guard inProgress > 3 else { return nil }
    return Bottleneck(
      kind: .resourceOverload, severity: inProgress > 5 ? .critical : .medium, subject: assignee, name: assignee,
      description: "\(assignee) has \(inProgress) tasks in progress",
      suggestion: "Finish some before beginning others, or give some away", value: Double(inProgress), threshold: 3)
  }

  static func quality(_ component: String, openBugs: Int) -> Bottleneck? {
    guard openBugs > 5 else { return nil }
    return Bottleneck(
      kind: .qualityIssue, severity: openBugs > 10 ? .high : .medium, subject: component, name: component,
      description: "\(component) has \(openBugs) open bugs",
      suggestion: "Plan time to find what they have in common", value: Double(openBugs), threshold: 5)
  }

  private static func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}
