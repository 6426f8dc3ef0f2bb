import PluginKit

/// Links between tasks.
extension Tasks {
  func addLink(_ call: Call) async throws(Failure) {
    try await changeLink(call, "tasks.addLink") { [self] task, kind, other, transaction throws(Failure) in
      try await dependencies.link(task, kind, other, transaction)
    }
  }

  func removeLink(_ call: Call) async throws(Failure) {
    try await changeLink(call, "tasks.removeLink") { [self] task, kind, other, transaction throws(Failure) in
      try await dependencies.unlink(task, kind, other, transaction)
    }
  }

  private func changeLink(
    _ call: Call, _ method: StaticString,
    _ body: @Loop (TaskItem, Dependencies.Kind, TaskItem, Transaction) async throws(Failure) -> Void
  ) async throws(Failure) {
    let (name, otherName) = (try call.string("id"), try call.string("other"))
    let kind = Dependencies.Kind(rawValue: try call.string("kind")) ?? .blockedBy
    try await ledger.answer(call, method, about: Dependencies.turn) { transaction throws(Failure) in
      let task = try await task(name, transaction)
      try Refusal.stale(call, task)
      try await body(task, kind, self.task(otherName, transaction), transaction)
      return try await self.task(task.id, transaction).fields.json
    }
  }
}
