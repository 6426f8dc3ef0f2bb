@testable import OrchestronHost

/// The rules of tasks once more, as simple as they can be put: what the plan must do is what this does.
struct PlanModel {
  struct Task: Equatable {
    var title = ""
    var assignee: String?
    var labels: [String] = []
    var status = "todo"
    var progress: Int64 = 0
    var blockedBy: Set<String> = []
    var blockedFrom: String?
    var hidden: String?

    var isDeleted: Bool { hidden == "deleted" }
    /// Whether it keeps those waiting that wait for it.
    var isOpen: Bool { status != "done" && !isDeleted }
  }

  /// By the keys of the tasks.
  var tasks: [String: Task] = [:]

  static let next: [String: [String]] = [
    "backlog": ["todo", "in_progress"], "todo": ["in_progress", "blocked", "cancelled"],
    "in_progress": ["review", "testing", "done", "blocked", "todo", "cancelled"],
    "review": ["testing", "done", "in_progress", "cancelled"],
    "testing": ["done", "review", "in_progress", "cancelled"], "blocked": ["todo", "in_progress", "cancelled"],
    "done": ["todo", "in_progress"], "cancelled": ["todo", "backlog"],
  ]

  enum Refused: Error { case notFound, forbidden, invalid }

  func visible(_ key: String) throws(Refused) -> Task {
    guard let task = tasks[key], !task.isDeleted else { throw .notFound }
    return task
  }

  func openBlockers(_ task: Task) -> Set<String> { task.blockedBy.filter { tasks[$0]?.isOpen == true } }

  // MARK: Operations

  mutating func update(_ key: String, _ change: (inout Task) -> Void) throws(Refused) {
    var task = try visible(key)
    change(&task)
    tasks[key] = task
  }

  mutating func setStatus(_ key: String, _ status: String) throws(Refused) {
    var task = try visible(key)
    guard status != task.status else { return }
    try move(&task, status)
    if status == "in_progress", !openBlockers(task).isEmpty { throw .forbidden }
    put(key, task)
  }

  mutating func setProgress(_ key: String, _ progress: Int64) throws(Refused) {
    var task = try visible(key)
    guard progress != task.progress else { return }
    if task.status == "done" { throw .forbidden }
    task.progress = progress
    let before = task.status
    if progress > 0, task.status == "todo" { try move(&task, "in_progress") }
    if progress == 100, ["in_progress", "review"].contains(task.status) { try move(&task, "testing") }
    // A task that goes on to testing at once has been in progress as well.
    if before == "todo", task.status != "todo", !openBlockers(task).isEmpty { throw .forbidden }
    put(key, task)
  }

  mutating func complete(_ key: String) throws(Refused) {
    var task = try visible(key)
    let way = PlanModel.way(from: task.status, to: "done")
    if way.contains("in_progress"), !openBlockers(task).isEmpty { throw .forbidden }
    for status in way { try move(&task, status) }
    put(key, task)
  }

  mutating func link(_ key: String, to other: String) throws(Refused) {
    var task = try visible(key)
    let blocker = try visible(other)
    if key == other { throw .invalid }
    if waits(other, for: key) { throw .forbidden }
    task.blockedBy.insert(other)
    if blocker.isOpen { block(&task) }
    tasks[key] = task
  }

  mutating func unlink(_ key: String, from other: String) throws(Refused) {
    var task = try visible(key)
    _ = try visible(other)
    task.blockedBy.remove(other)
    if openBlockers(task).isEmpty { unblock(&task) }
    tasks[key] = task
  }

  mutating func hide(_ key: String, _ state: String?) throws(Refused) {
    guard var task = tasks[key], state == nil || !task.isDeleted else { throw .notFound }
    task.hidden = state
    put(key, task)
    // What it waited for may have been done while it was away.
    guard state == nil, openBlockers(task).isEmpty else { return }
    unblock(&task)
    tasks[key] = task
  }

  // MARK: Rules

  private func move(_ task: inout Task, _ status: String) throws(Refused) {
    guard PlanModel.next[task.status]?.contains(status) == true else { throw .forbidden }
    if task.status == "done" { task.progress = 0 }
    task.blockedFrom = nil
    task.status = status
    if status == "done" { task.progress = 100 }
  }

  private func block(_ task: inout Task) {
    guard ["todo", "in_progress"].contains(task.status) else { return }
    (task.blockedFrom, task.status) = (task.status, "blocked")
  }

  private func unblock(_ task: inout Task) {
    guard task.status == "blocked", let before = task.blockedFrom else { return }
    (task.status, task.blockedFrom) = (before, nil)
  }

  /// Puts a task and moves those that wait for it.
  private mutating func put(_ key: String, _ task: Task) {
    let wasOpen = tasks[key]?.isOpen
    tasks[key] = task
    guard wasOpen != task.isOpen else { return }
    for (name, waiting) in tasks where waiting.blockedBy.contains(key) && !waiting.isDeleted {
      var waiting = waiting
      if task.isOpen { block(&waiting) } else if openBlockers(waiting).isEmpty { unblock(&waiting) }
      tasks[name] = waiting
    }
  }

  private func waits(_ key: String, for other: String) -> Bool {
    key == other || tasks[key]?.blockedBy.contains { waits($0, for: other) } == true
  }

  static func way(from start: String, to end: String) -> [String] {
    var ways: [(String, [String])] = [(start, [])]
    var seen: Set<String> = [start]
    while !ways.isEmpty {
      let (status, way) = ways.removeFirst()
      if status == end { return way }
      for next in PlanModel.next[status] ?? [] where next != "blocked" && seen.insert(next).inserted {
        ways.append((next, way + [next]))
      }
    }
    return []
  }
}

extension PlanModel.Task {
  /// A task as the plan tells of it.
  ///
  /// - Parameter keys: The keys of tasks by their ids.
  init(_ json: JSON, keys: [String: String]) {
    title = json["title"]?.string ?? ""
    assignee = json["assignee"]?.string
    labels = json["labels"]?.array?.compactMap(\.string) ?? []
    status = json["status"]?.string ?? ""
    progress = json["progress"]?.int ?? -1
    blockedBy = Set((json["blockedBy"]?.array ?? []).map { keys[$0.string ?? ""] ?? "?" })
    blockedFrom = json["blockedFrom"]?.string
    hidden = json["hidden"]?.string
  }
}
