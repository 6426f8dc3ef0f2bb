import PluginKit

/// How much the parts of an urgency count at most.
///
/// The values are those of Taskwarrior's polynomial where it has the same part (`next`, due, blocking, high to low,
/// scheduled for the sprint, active, age, tags, waiting, blocked).
struct UrgencyWeights: Sendable {
  /// For the label `next`.
  var next = 15.0
  var due = 12.0
  var critical = 9.0
  var high = 6.0
  var medium = 3.9
  var low = 1.8
  /// For a task that others wait for.
  var blocking = 8.0
  /// For a task of the active sprint.
  var sprint = 5.0
  /// For a task that is in progress.
  var active = 4.0
  /// For a task that was made a year ago.
  var age = 2.0
  /// For a task with three labels or more.
  var labels = 1.0
  /// For a task that is not to begin yet.
  var waiting = -3.0
  var blocked = -5.0

  func priority(_ priority: TaskPriority) -> Double {
    switch priority {
    case .critical: critical
    case .high: high
    case .medium: medium
    case .low: low
    case .trivial: 0
    }
  }
}

/// How urgent a task is: a sum whose parts say why.
struct Urgency: Sendable, Equatable {
  struct Term: Sendable, Equatable {
    let name: String
    let value: Double
    /// In words: `due in 2 workdays`.
    let reason: String
  }

  /// The parts that are not 0, the largest first.
  let terms: [Term]

  /// The sum, in hundredths.
  var value: Double { Urgency.hundredths(terms.reduce(0) { $0 + $1.value }) }
  /// The parts that speak for the task, in words.
  var reason: String {
    let reasons = terms.filter { $0.value > 0 }.map(\.reason)
    return reasons.isEmpty ? "nothing is more urgent" : reasons.joined(separator: ", ")
  }

  init(_ terms: [Term]) {
    self.terms = terms.filter { $0.value != 0 }.sorted { ($1.value, $0.name) < ($0.value, $1.name) }
  }

  static func hundredths(_ value: Double) -> Double { (value * 100).rounded() / 100 }

  /// `{"urgency","reason","terms":[{"name","value","reason"}]}`.
  var fields: Fields {
    [
      "urgency": .double(value), "reason": .string(reason),
      "terms": .array(
        terms.map { ["name": .string($0.name), "value": .double($0.value), "reason": .string($0.reason)] }),
    ]
  }
}

/// Measures urgency on one day, by the calendar of one project.
struct UrgencyScale {
  private let now: Instant
  private let zone: TimeZone
  private let today: Day
  private let activeSprint: String?
  private let weights: UrgencyWeights
  private let workdays: Workdays

  /// Due dates farther away than this many days are as good as at that distance.
  private static let window = 42
  /// A due date counts fully when so many workdays have passed since, and least when so many are left.
  private static let (latest, earliest) = (-5, 10)
  /// The share of the weight that any due date has.
  private static let floor = 0.2

  init(_ project: ProjectItem, at now: Instant, activeSprint: String?, weights: UrgencyWeights = UrgencyWeights()) {
    self.now = now
    self.activeSprint = activeSprint
    self.weights = weights
    zone = project.zone
    today = zone.day(at: now)
    workdays = Workdays(of: project, in: today - Self.window...today + Self.window)
  }

  func urgency(of task: TaskItem) -> Urgency {
    var terms: [Urgency.Term] = []
    func add(_ name: String, _ value: Double, _ reason: String) {
      terms.append(Urgency.Term(name: name, value: Urgency.hundredths(value), reason: reason))
    }
    let labels = task.references("labels")
    if labels.contains("next") { add("next", weights.next, "marked as next") }
    add("priority", weights.priority(task.priority), "priority \(task.priority.rawValue)")
    if let due = day(task.fields["dueDate"]) { add("due", weights.due * share(of: due), words(for: due)) }
    let waiting = task.references(Dependencies.Kind.blockedBy.opposite).count
    if waiting > 0 {
      add("blocking", weights.blocking, waiting == 1 ? "a task waits for it" : "\(waiting) tasks wait for it")
    }
    if let sprint = task.sprint, sprint == activeSprint { add("sprint", weights.sprint, "in the active sprint") }
    if task.status == .inProgress { add("active", weights.active, "in progress") }
    let age = age(of: task)
    if age > 0 { add("age", weights.age * min(Double(age) / 365, 1), age == 1 ? "a day old" : "\(age) days old") }
    if !labels.isEmpty {
      let count = labels.count == 1 ? "a label" : "\(labels.count) labels"
      add("labels", weights.labels * min(0.7 + 0.1 * Double(labels.count), 1), count)
    }
    if let start = day(task.fields["startDate"]), start > today, task.status != .inProgress {
      add("waiting", weights.waiting, "begins on \(start.text)")
    }
    if task.status == .blocked { add("blocked", weights.blocked, "blocked") }
    return Urgency(terms)
  }

  // MARK: Days

  /// The day that a field means which holds a day or a moment.
  private func day(_ value: Value?) -> Day? {
    guard let text = value?.string else { return nil }
    return text.utf8.count == 10 ? Day(text) : Instant(text).map { zone.day(at: $0) }
  }

  private func age(of task: TaskItem) -> Int {
    guard let created = task.fields["createdAt"]?.string.flatMap({ Instant($0) }) else { return 0 }
    return Int(max(0, now.milliseconds - created.milliseconds) / 86_400_000)
  }

  /// How much of its weight a due date has: all of it a week after, the least two weeks before, and evenly between.
  private func share(of due: Day) -> Double {
    let left = max(Self.latest, min(Self.earliest, workdays.count(after: today, through: due)))
    let part = Double(Self.earliest - left) / Double(Self.earliest - Self.latest)
    return Self.floor + (1 - Self.floor) * part
  }

  private func words(for due: Day) -> String {
    if due == today { return "due today" }
    if due < today { return "overdue since \(due.text)" }
    let left = workdays.count(after: today, through: due)
    guard due - today <= Self.window, left > 0 else { return "due on \(due.text)" }
    return left == 1 ? "due in a workday" : "due in \(left) workdays"
  }
}
