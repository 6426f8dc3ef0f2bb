import PluginKit

/// Giving a sprint an earlier state.
extension Sprints {
  /// Fields that beginning and ending set. No history does either: tasks and figures depend on it.
  private static let course = [
    "status", "activeIn", "startedAt", "endedAt", "committed", "completed", "carriedOver", "metrics",
  ]
  /// Fields that are history once the sprint has ended.
  private static let settledByEnd = ["startDate", "endDate", "capacity", "people"]

  /// Gives a sprint another state.
  ///
  /// - Returns: The fields that the sprint keeps although the state has other values for them, and why.
  func bring(
    _ id: String, to state: Fields, _ way: Tasks.Way, _ transaction: Transaction
  ) async throws(Failure) -> [History.Kept] {
    guard let now = try await transaction.get(id, as: SprintItem.self) else { return [] }
    let wanted = SprintItem(fields: state)
    var (fields, kept) = (now.keepingBookkeeping(in: state), [History.Kept]())
    if way == .exactly {
      guard wanted.status != .active || now.status == .active else {
        throw Failure(
          .failedPrecondition,
          "\(now.key) is \(now.status.rawValue), and no history makes it active again; "
            + "\(now.status == .planned ? "sprints.start does" : "plan another sprint")")
      }
    } else {
      func keep(_ names: [String]) { for name in names { fields[name] = now.fields[name] } }
      keep(Sprints.course)
      if now.status != wanted.status {
        kept.append(.init("status", .string(wanted.status.rawValue), "sprints begin and end by their own methods"))
      }
      if now.status == .completed {
        for name in Sprints.settledByEnd where now.fields[name] != state[name] {
          kept.append(.init(name, state[name] ?? .null, "the sprint has ended"))
        }
        keep(Sprints.settledByEnd)
      } else if !SprintItem.mayLast(from: fields["startDate"], to: fields["endDate"]) {
        // Either day may have been chosen for another one of the other.
        for name in ["startDate", "endDate"] where now.fields[name] != state[name] {
          kept.append(.init(name, state[name] ?? .null, "the sprint would end before it begins, or be too long"))
        }
        keep(["startDate", "endDate"])
      }
    }
    if wanted.isDeleted, !now.isDeleted { try await release(now, transaction) }
    transaction.put(SprintItem(fields: fields))
    return kept
  }

  /// Takes tasks out of a sprint that is to be deleted, when it has more than one batch has room for: in several, each of
  /// which leaves a planned sprint with fewer tasks. What interrupts that, the next attempt goes on with.
  func takeOutMany(of name: String, _ call: Call) async throws(Failure) {
    guard try ledger.branches.branch(of: call) == nil else { return }
    let origin = Ledger.Origin(method: "sprints.delete", reason: call.stringIfPresent("reason"))
    var isMore = true
    while isMore {
      _ = try await ledger.change(origin, about: Sprints.turn, call.context) { [self] transaction throws(Failure) in
        isMore = false
        // Whatever is to be refused is refused by the deletion itself.
        guard let sprint = try await transaction.find(Reference(name), as: SprintItem.self), !sprint.isDeleted,
          sprint.status == .planned
        else { return [] }
        try Refusal.stale(call, sprint)
        var query = Documents.Query(TaskItem.collection, limit: Sprints.mostTasks + 1)
        query.match("sprint", .string(sprint.id))
        query.match("hidden", .null)
        query.fields = ["id"]
        let ids = try await documents.page(query, transaction.context).items.compactMap { $0["id"]?.string }
        guard ids.count > Sprints.mostTasks else { return [] }
        isMore = true
        for task in try await transaction.get(Array(ids.prefix(Sprints.mostTasks)), as: TaskItem.self) {
          try await tasks.apply(["sprint": .null], to: task, transaction)
        }
        return []
      }
    }
  }

  /// Takes the tasks out of a sprint that is to be deleted; refuses an active one.
  ///
  /// Tasks stay with a sprint that has ended: that they were done in it stays true.
  func release(_ sprint: SprintItem, _ transaction: Transaction) async throws(Failure) {
    guard sprint.status != .active else {
      throw Failure(.failedPrecondition, "\(sprint.key) is active; end it first, and then it can be deleted")
    }
    guard sprint.status == .planned else { return }
    let members = try await members(of: sprint, transaction)
    try refuseTooMany(members, of: sprint, "take them out with sprints.removeTasks in parts, and then delete it")
    for task in members {
      try await tasks.apply(["sprint": .null], to: task, transaction)
    }
  }
}
