import PluginKit

/// Taking content out for good.
extension History {
  /// What is left of an entity.
  private static let remains = ["id", "key", "project", "kind", "type", "createdAt", "hidden", "hiddenAt"]

  func purge(_ call: Call) async throws(Failure) {
    let name = try call.string("id")
    let target = try await target(name, call.context)
    let origin = Ledger.Origin(method: "history.purge", reason: call.stringIfPresent("reason"))
    let purged = try await purgeManyAttachments(of: target, origin, call.context)
    var made: Transaction?
    // Links and sprints may change with it.
    _ = try await ledger.change(origin, about: Dependencies.turn, call.context) { transaction throws(Failure) in
      made = transaction
      try await purge(target, beyond: purged, transaction)
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

  func kindToPurge(_ target: RecordedRevision) throws(Failure) -> Kind {
    guard let kind = kinds[target.kind], target.kind != ProjectItem.noun else {
      throw Failure(
        .failedPrecondition,
        "\(target.name) is a \(target.kind), which cannot be purged; purge what is to go one by one")
    }
    return kind
  }

  private func purge(
    _ target: RecordedRevision, beyond purged: Purged, _ transaction: Transaction
  ) async throws(Failure) {
    for what in ["notes", "branched"] { try transaction.hold("\(what) \(target.entity)") }
    let kind = try kindToPurge(target)
    if var state = try await kind.get(target.entity, transaction) {
      guard state["purged"] != true else { throw History.purged(target.name) }
      if state["hidden"] != "deleted" {
        // It goes by its rules first: others that depend on it move on, timers stop.
        state["hidden"] = "deleted"
        state["hiddenAt"] = .string(transaction.now.text)
        _ = try await kind.bring(target.entity, state, .exactly, transaction)
      }
      try await purgeAttachments(of: target.entity, beyond: purged, transaction)
      try await kind.purge(target.entity, transaction)
    }
    for item in try await all(BranchedItem.self, whose: "entity", is: target.entity, beyond: purged, transaction) {
      transaction.purge(item, leaving: History.remains(onBranch: item))
    }
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
}
