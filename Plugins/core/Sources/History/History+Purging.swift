import PluginKit

/// Taking content out for good.
extension History {
  /// What is left of an entity.
  private static let remains = ["id", "key", "project", "kind", "type", "createdAt", "hidden", "hiddenAt"]

  func purge(_ call: Call) async throws(Failure) {
    let name = try call.string("id")
    let target = try await target(name, call.context)
    let origin = Ledger.Origin(method: "history.purge", reason: call.stringIfPresent("reason"))
    var made: Transaction?
    // Links and sprints may change with it.
    _ = try await ledger.change(origin, about: Dependencies.turn, call.context) { transaction throws(Failure) in
      made = transaction
      try await purge(target, transaction)
      return []
    }
    var answer = target.head
    answer["erased"] = .bool(made?.isErased ?? false)
    call.answer(json: answer.json)
  }

  /// The newest revision of what a caller means; of something that only branches have, one of there.
  private func target(_ name: String, _ context: Context?) async throws(Failure) -> RecordedRevision {
    let absent: Failure
    do {
      return try await entity(name, context)
    } catch {
      guard error.status == .notFound else { throw error }
      absent = error
    }
    var query = Documents.Query(BranchedItem.collection, limit: 1)
    switch Reference(name) {
    case .id(let id): query.match("entity", .string(id))
    case .key(let key): query.match("key", .string(key))
    }
    guard var found = try await documents.page(query, context).items.first else { throw absent }
    guard found["purged"] != true else { throw History.purged(name) }
    found["number"] = found["base"]
    return RecordedRevision(found)
  }

  private func purge(_ target: RecordedRevision, _ transaction: Transaction) async throws(Failure) {
    for what in ["notes", "branched"] { try transaction.hold("\(what) \(target.entity)") }
    guard let kind = kinds[target.kind], target.kind != ProjectItem.noun else {
      throw Failure(
        .failedPrecondition,
        "\(target.name) is a \(target.kind), which cannot be purged; purge what is to go one by one")
    }
    if var state = try await kind.get(target.entity, transaction) {
      guard state["purged"] != true else { throw History.purged(target.name) }
      if state["hidden"] != "deleted" {
        // It goes by its rules first: others that depend on it move on, timers stop.
        state["hidden"] = "deleted"
        state["hiddenAt"] = .string(transaction.now.text)
        _ = try await kind.bring(target.entity, state, .exactly, transaction)
      }
      try await purgeAttachments(of: target.entity, transaction)
      try await kind.purge(target.entity, transaction)
    }
    try await purgeOnBranches(target.entity, transaction)
  }

  static func purged(_ name: String) -> Failure {
    Failure(.failedPrecondition, "\(name) was purged; nothing is left of it that could be shown or brought back")
  }

  /// What is left of a state.
  static func remains(of state: Fields) -> Fields {
    var left = Fields(remains.compactMap { name in state[name].map { (name, $0) } })
    left["purged"] = true
    return left
  }

  /// Purges what was said and noted about an entity.
  private func purgeAttachments(of entity: String, _ transaction: Transaction) async throws(Failure) {
    for comment in try await all(CommentItem.self, whose: "task", is: entity, transaction) {
      transaction.purge(comment, leaving: History.remains(of: comment.hidden(at: transaction.now).fields))
    }
    for bookmark in try await all(BookmarkItem.self, whose: "entity", is: entity, transaction) {
      transaction.purge(bookmark, leaving: History.remains(of: bookmark.hidden(at: transaction.now).fields))
    }
    for entry in try await all(TimeEntry.self, whose: "task", is: entity, transaction) {
      // How long somebody has worked stays true.
      var rest = entry.fields
      rest["note"] = nil
      transaction.purge(entry, leaving: rest)
    }
  }

  /// Purges what branches have made of an entity: there it is what is left of it in the plan, or deleted as well.
  private func purgeOnBranches(_ entity: String, _ transaction: Transaction) async throws(Failure) {
    for item in try await all(BranchedItem.self, whose: "entity", is: entity, transaction) {
      var rest = item.fields
      rest["changes"] = ["hidden": "deleted", "purged": true]
      rest["removed"] = []
      rest["purged"] = true
      transaction.purge(item, leaving: rest)
    }
  }

  private func all<E: Entity>(
    _ type: E.Type, whose field: String, is entity: String, _ transaction: Transaction
  ) async throws(Failure) -> [E] {
    var query = Documents.Query(E.collection)
    query.match(field, .string(entity))
    return try await transaction.all(query, as: E.self)
  }
}

extension Entity {
  /// The entity as one that was deleted.
  fileprivate func hidden(at now: Instant) -> Self {
    var hidden = self
    hidden.fields["hidden"] = "deleted"
    hidden.fields["hiddenAt"] = hidden.fields["hiddenAt"] ?? .string(now.text)
    return hidden
  }
}
