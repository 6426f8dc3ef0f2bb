import PluginKit

/// The chain of tasks, each waiting for the one before it, that takes longest: nothing is finished sooner than it
/// (Kelley and Walker, "Critical-Path Planning and Scheduling", 1959).
struct CriticalPath {
  /// From the task that can begin now to the last.
  let tasks: [String]
  /// What is left of them, in hours.
  let hours: Double

  /// - Parameters:
  ///   - tasks: What is left to do of each task, in hours.
  ///   - blockers: The tasks that each waits for; those that are not in `tasks` are done.
  ///   - end: The last task; of all chains the longest when nil.
  /// - Returns: nil when there is no task.
  init?(_ tasks: [String: Double], blockers: [String: [String]], to end: String? = nil) {
    var best: [String: (hours: Double, before: String?)] = [:]
    // Visits what a task waits for before the task itself, without recursion: a chain may have thousands of links.
    for start in end.map({ [$0] }) ?? tasks.keys.sorted() {
      var stack = [(id: start, isEntered: false)]
      while let (id, isEntered) = stack.popLast() {
        guard best[id] == nil, let own = tasks[id] else { continue }
        let before = (blockers[id] ?? []).filter { tasks[$0] != nil }
        if !isEntered {
          stack.append((id, true))
          stack += before.lazy.filter { best[$0] == nil }.map { ($0, false) }
          continue
        }
        // A cycle cannot be made; in a store that has one, the link that closes it does not count.
        let longest = before.compactMap { id in best[id].map { (id, $0.hours) } }
          .max { ($0.1, $1.0) < ($1.1, $0.0) }
        best[id] = (own + (longest?.1 ?? 0), longest?.0)
      }
    }
    let ends = end.map { [$0] } ?? Array(best.keys)
    let last = ends.compactMap { id in best[id].map { (id, $0.hours) } }.max { ($0.1, $1.0) < ($1.1, $0.0) }
    guard let last else { return nil }
    hours = last.1
    var way: [String] = []
    var next: String? = last.0
    while let id = next, way.count <= best.count {
      way.append(id)
      next = best[id]?.before
    }
    self.tasks = way.reversed()
  }
}

extension Tasks {
  func criticalPath(_ call: Call) async throws(Failure) {
    let branch = try ledger.branches.branch(of: call)
    let project = if let branch { branch.project } else { try projects.project(of: call).id }
    let reading = ledger.reading(call.context, on: branch)
    var end: TaskItem?
    if let name = call.stringIfPresent("id") { end = try await task(name, reading) }
    try await dependencies.graph.load(call.context)
    let blockers = dependencies.graph.blockers(with: try await reading.differing(as: TaskItem.self))
    let linked = blockers.values.reduce(into: Set(blockers.keys)) { $0.formUnion($1) }
    var open: [String: TaskItem] = [:]
    for task in try await reading.get(Array(linked), as: TaskItem.self) + (end.map { [$0] } ?? [])
    where task.status.isOpen && !task.isHidden && task.project == (end?.project ?? project) {
      open[task.id] = task
    }
    let path = CriticalPath(
      open.mapValues(\.remainingHours), blockers: blockers, to: end?.id)
    var json = JSONWriter()
    json.beginObject()
    json.member("unit", "hours")
    json.member("hours", path?.hours ?? 0)
    let tasks = (path?.tasks ?? []).compactMap { open[$0] }
    json.member("withoutEstimate", tasks.count { $0.fields["estimatedHours"] == nil })
    json.key("items" as StaticString)
    json.beginArray()
    for task in tasks { json.fields(task.fields) }
    json.endArray()
    json.endObject()
    call.answer(json)
  }
}

extension TaskItem {
  /// What is left of its estimate by its progress, in hours; 0 without an estimate.
  var remainingHours: Double {
    status.isOpen ? (fields["estimatedHours"]?.double ?? 0) * (1 - Double(progress) / 100) : 0
  }
}
