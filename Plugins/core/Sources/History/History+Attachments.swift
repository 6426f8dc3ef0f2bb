import PluginKit

/// Purging what belongs to an entity: what was said and noted about it, and what branches have made of it.
///
/// A few hundred of each have room in the batch of the entity's own purge. Of more, the oldest are purged before it, in
/// batches of their own: whatever interrupts that, the entity is still there, and purging it again goes on.
extension History {
  /// The id of the last that was purged before the entity, by collection.
  typealias Purged = [String: String]

  /// How many of each kind the entity's own purge takes. All kinds together, with a revision and an event for each, and
  /// what is rewritten of the past, have room in one batch.
  private static let attachmentLimit = 400

  func purgeManyAttachments(
    of target: RecordedRevision, _ origin: Ledger.Origin, _ context: Context?
  ) async throws(Failure) -> Purged {
    _ = try kindToPurge(target)
    let entity = target.entity
    var purged: Purged = [:]
    purged[CommentItem.collection] = try await purgeMany("task", entity, origin, context) {
      (comment: CommentItem, now) in History.remains(of: comment.hidden(at: now).fields)
    }
    purged[BookmarkItem.collection] = try await purgeMany("entity", entity, origin, context) {
      (bookmark: BookmarkItem, now) in History.remains(of: bookmark.hidden(at: now).fields)
    }
    purged[TimeEntry.collection] = try await purgeMany("task", entity, origin, context) {
      (entry: TimeEntry, _) in History.remains(of: entry)
    }
    purged[BranchedItem.collection] = try await purgeMany("entity", entity, origin, context) {
      (item: BranchedItem, _) in History.remains(onBranch: item)
    }
    return purged
  }

  /// Purges the oldest of a kind until no more are left than the entity's own purge takes.
  ///
  /// - Returns: The id of the last that was purged; nil when there are few.
  private func purgeMany<E: Entity>(
    _ field: String, _ entity: String, _ origin: Ledger.Origin, _ context: Context?,
    leaving remains: @escaping @Loop (E, Instant) -> Fields
  ) async throws(Failure) -> String? {
    var last: String?
    while true {
      var query = Documents.Query(E.collection, limit: History.attachmentLimit + 1)
      query.match(field, .string(entity))
      if let last { query.match("id", "greater", .string(last)) }
      query.order = ["id"]
      query.fields = ["id"]
      let ids = try await documents.page(query, context).items.compactMap { $0["id"]?.string }
      guard ids.count > History.attachmentLimit else { return last }
      _ = try await ledger.change(origin, about: Dependencies.turn, context) { transaction throws(Failure) in
        for item in try await transaction.get(ids.dropLast(), as: E.self) where item.fields["purged"] != true {
          transaction.purge(item, leaving: remains(item, transaction.now))
        }
        return []
      }
      last = ids.dropLast().last
    }
  }

  /// Purges what was said and noted about an entity, with the entity.
  func purgeAttachments(
    of entity: String, beyond purged: Purged, _ transaction: Transaction
  ) async throws(Failure) {
    for comment in try await all(CommentItem.self, whose: "task", is: entity, beyond: purged, transaction) {
      transaction.purge(comment, leaving: History.remains(of: comment.hidden(at: transaction.now).fields))
    }
    for bookmark in try await all(BookmarkItem.self, whose: "entity", is: entity, beyond: purged, transaction) {
      transaction.purge(bookmark, leaving: History.remains(of: bookmark.hidden(at: transaction.now).fields))
    }
    for entry in try await all(TimeEntry.self, whose: "task", is: entity, beyond: purged, transaction) {
      transaction.purge(entry, leaving: History.remains(of: entry))
    }
  }

  func all<E: Entity>(
    _ type: E.Type, whose field: String, is entity: String, beyond purged: Purged, _ transaction: Transaction
  ) async throws(Failure) -> [E] {
    var query = Documents.Query(E.collection)
    query.match(field, .string(entity))
    if let last = purged[E.collection] { query.match("id", "greater", .string(last)) }
    return try await transaction.all(query, as: E.self)
  }

  /// What is left of a time entry: how long somebody has worked stays true.
  private static func remains(of entry: TimeEntry) -> Fields {
    var rest = entry.fields
    rest["note"] = nil
    return rest
  }

  /// What is left on a branch: there an entity is what is left of it in the plan, or deleted as well.
  static func remains(onBranch item: BranchedItem) -> Fields {
    var rest = item.fields
    rest["changes"] = ["hidden": "deleted", "purged": true]
    rest["removed"] = []
    rest["purged"] = true
    return rest
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
