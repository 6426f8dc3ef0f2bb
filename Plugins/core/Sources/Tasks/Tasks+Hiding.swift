import PluginKit

/// Archiving, deleting, and what brings back.
extension Tasks {
  func archive(_ call: Call) async throws(Failure) {
    try await change(call, "tasks.archive") { [self] task, transaction throws(Failure) in
      try await hide(task, as: "archived", transaction)
    }
  }

  func delete(_ call: Call) async throws(Failure) {
    let cascades = call.boolIfPresent("subtasks") ?? false
    try await change(call, "tasks.delete") { [self] task, transaction throws(Failure) in
      let below = try await subtasks(of: task.id, transaction)
      guard below.isEmpty || cascades else {
        let keys = below.prefix(5).map(\.key) + (below.count > 5 ? ["…"] : [])
        throw Failure(
          .failedPrecondition,
          "\(task.key) has \(below.count) subtasks (\(keys.joined(separator: ", "))); "
            + "give subtasks=true to delete them with it, or another parent to them first")
      }
      // Hiding one may have moved another that waited for it.
      for id in [task.id] + below.map(\.id) {
        try await hide(try await self.task(id, transaction), as: "deleted", transaction)
      }
    }
  }

  func restore(_ call: Call) async throws(Failure) {
    try await change(call, "tasks.restore", wantsDeleted: true) { [self] task, transaction throws(Failure) in
      try await hide(task, as: nil, transaction)
      // What it waited for may have been done while it was away.
      let back = try await self.task(task.id, transaction)
      guard try await dependencies.openBlockers(of: back, transaction).isEmpty else { return }
      var new = back
      try new.unblock(at: transaction.now)
      try await put(new, since: back, transaction)
    }
  }

  /// - Parameter state: `archived`, `deleted`, or nil to bring the task back.
  func hide(_ task: TaskItem, as state: String?, _ transaction: Transaction) async throws(Failure) {
    guard task.fields["hidden"]?.string != state else { return }
    // Who deletes the parent with its parts must not miss one that comes back.
    if task.isDeleted, let parent = task.fields["parentTask"]?.string { try transaction.hold("parts \(parent)") }
    var new = task
    new.fields["hidden"] = state.map(Value.string)
    new.fields["hiddenAt"] = state.map { _ in .string(transaction.now.text) }
    try await put(new, since: task, transaction)
  }

  /// All tasks below one that are not deleted, those nearest to it first.
  func subtasks(of id: String, _ transaction: Transaction) async throws(Failure) -> [TaskItem] {
    var (all, level, seen) = ([TaskItem](), [id], Set([id]))
    while !level.isEmpty {
      var query = Documents.Query(TaskItem.collection)
      for id in level.prefix(100) { try transaction.hold("parts \(id)") }
      query.match("parentTask", anyOf: level.prefix(100).map(Value.string))
      level.removeFirst(min(100, level.count))
      for task in try await transaction.all(query, as: TaskItem.self) where !task.isDeleted {
        guard seen.insert(task.id).inserted else { continue }
        all.append(task)
        level.append(task.id)
      }
    }
    return all
  }
}
