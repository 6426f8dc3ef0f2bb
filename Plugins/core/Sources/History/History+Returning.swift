import PluginKit

/// Restoring and undoing. Nothing is rewritten: both make new revisions.
extension History {
  func restore(_ call: Call) async throws(Failure) {
    let entity = try await entity(try call.string("id"), call.context)
    let revision = try await revision(of: entity, at: .revision(Int64(try call.int("revision"))), call.context)
    let kind = try kind(entity.kind, entity.name)
    let state = try await state(at: revision, call.context)
    guard state["purged"] != true else { throw History.purged(entity.name) }
    guard state["hidden"] != "deleted" else {
      throw Failure(
        .failedPrecondition, "\(entity.name) was deleted at revision \(revision.number); restore an earlier revision")
    }
    // Links may come back with it.
    try await ledger.answer(call, "history.restore", about: Dependencies.turn) { transaction throws(Failure) in
      // It may have been purged since its state was read.
      guard try await kind.get(entity.entity, transaction)?["purged"] != true else {
        throw History.purged(entity.name)
      }
      let kept = try await kind.bring(entity.entity, state, .keeping, transaction)
      let now = try await kind.get(entity.entity, transaction) ?? Fields()
      return Fields([
        ("entity", .object(now)), ("restored", .int(revision.number)), ("kept", .array(kept.map(\.json))),
      ]).json
    }
  }

  func undo(_ call: Call) async throws(Failure) {
    let change = try await change(call)
    let revisions = try await log.revisions(of: change, call.context)
    guard let first = revisions.first else {
      throw Failure(.notFound, "there is no change \"\(change)\"; history.list shows the changes that there are")
    }
    guard !revisions.contains(where: { $0.kind == BranchedItem.noun }) else {
      throw Failure(.failedPrecondition, "that change was made on a branch; change the branch back, or delete it")
    }
    guard !revisions.contains(where: { $0.isPurged || $0.isPurge }) else {
      throw Failure(
        .failedPrecondition,
        first.isPurged
          ? "that change was purged, so that nobody knows any more what was before it"
          : "that change was a purge, which cannot be undone; name another one")
    }
    try await ledger.answer(call, "history.undo", about: Dependencies.turn) { transaction throws(Failure) in
      try await refuseChanged(since: revisions, transaction)
      var items: [Value] = []
      // What was changed last goes back first, but sprints before the tasks that come back into them.
      let latestFirst = Array(revisions.reversed())
      let sprintsFirst = latestFirst.filter(\.isOfSprint) + latestFirst.filter { !$0.isOfSprint }
      for revision in sprintsFirst {
        try await takeBack(revision, transaction)
        var item = revision.head
        item["revision"] = try await kind(revision.kind, revision.name).get(revision.entity, transaction)?["revision"]
        items.append(.object(item))
      }
      return Fields([
        ("undone", .string(change)), ("at", .string(first.at)), ("items", .array(items.reversed())),
      ]).json
    }
  }

  /// The change that is to be undone: the one that the call names, or the caller's latest in the plan.
  private func change(_ call: Call) async throws(Failure) -> String {
    if let change = call.stringIfPresent("change") { return change.asciiLowercased }
    var query = Documents.Query(Revision.collection, limit: 1)
    query.match("actor", .string(call.context?.actor ?? ""))
    query.match("kind", "notEqual", .string(BranchedItem.noun))
    query.order = ["-change"]
    guard let latest = try await documents.page(query, call.context).items.first else {
      throw Failure(.notFound, "you have changed nothing that could be undone")
    }
    return RecordedRevision(latest).change
  }

  /// Refuses to undo what was changed again, and shows both: the revision that was to be undone, and the present state.
  private func refuseChanged(since revisions: [RecordedRevision], _ transaction: Transaction) async throws(Failure) {
    for revision in revisions {
      let now = try await kind(revision.kind, revision.name).get(revision.entity, transaction) ?? Fields()
      guard now["revision"] != .int(revision.number) else { continue }
      let both: Fields = [
        "changed": .object(revision.fields), "current": .object(now),
      ]
      throw Failure(
        .aborted,
        "\(revision.name) has changed since: the change made its revision \(revision.number), it has revision "
          + "\(now["revision"]?.int ?? 0); undo what came later first, or restore revision \(revision.number - 1)",
        details: String(decoding: both.json, as: UTF8.self))
    }
  }

  /// Gives an entity the state before a revision; one that the revision made is deleted.
  private func takeBack(_ revision: RecordedRevision, _ transaction: Transaction) async throws(Failure) {
    let kind = try kind(revision.kind, revision.name)
    var before: Fields
    if revision.number == 1 {
      guard let now = try await kind.get(revision.entity, transaction) else { return }
      before = now
      before["hidden"] = "deleted"
      before["hiddenAt"] = .string(transaction.now.text)
    } else {
      let previous = try await self.revision(
        of: revision, at: .revision(revision.number - 1), transaction.context)
      before = try await state(at: previous, transaction.context)
    }
    _ = try await kind.bring(revision.entity, before, .exactly, transaction)
  }
}

extension RecordedRevision {
  fileprivate var isOfSprint: Bool { kind == SprintItem.noun }
  /// Whether it is what a purge has left.
  fileprivate var isPurge: Bool { fields["method"] == "history.purge" }
}
