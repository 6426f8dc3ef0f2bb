import PluginKit

/// The service `bookmarks`: what callers marked, and what they changed of late.
@Loop
final class Bookmarks {
  private let ledger: Ledger
  private var host: Host { ledger.host }
  private var documents: Documents { ledger.documents }

  /// How many of a caller's latest changes are looked through for what was changed of late.
  private static let recentChanges = 500

  init(ledger: Ledger) {
    self.ledger = ledger
  }

  static let collection = Documents.Definition(
    collection: BookmarkItem.collection,
    indexes: [.init(fields: ["actor", "entity"], isUnique: true), .init(fields: ["actor", "hidden", "id"])])

  // MARK: Methods

  func create(_ call: Call) async throws(Failure) {
    let (name, actor) = (try call.string("entity"), call.person)
    func absent() -> Failure {
      Failure(
        .notFound,
        "there is nothing called \"\(name)\"; give the id or the key of a task, a sprint, a project or a record",
        details: Refusal.details(path: "entity", message: "is not known"))
    }
    guard let id = try await target(Reference(name), call.context)?.id else { throw absent() }
    try await ledger.answer(call, "bookmarks.create", about: "bookmarks \(actor)") {
      [self] transaction throws(Failure) in
      // Whoever purges the target purges the bookmarks that it finds, which have its title.
      try transaction.hold("notes \(id)")
      guard let target = try await target(.id(id), transaction.context) else { throw absent() }
      var query = Documents.Query(BookmarkItem.collection)
      query.match("actor", .string(actor))
      query.match("entity", .string(target.id))
      let old = try await transaction.all(query, as: BookmarkItem.self).first
      let given = call.stringIfPresent("name")
      let kept = old.flatMap { $0.isDeleted ? nil : $0.fields["name"]?.string }
      var bookmark = BookmarkItem(
        id: old?.id ?? ledger.ids.next(at: transaction.now), of: actor, to: target, name: given ?? kept ?? target.title)
      if let old { bookmark.fields["createdAt"] = old.fields["createdAt"] }
      return transaction.put(bookmark).fields.json
    }
  }

  func list(_ call: Call) throws(Failure) {
    var query = Documents.Query(
      BookmarkItem.collection, limit: try call.int("limit"), cursor: call.stringIfPresent("cursor"))
    query.match("actor", .string(call.person))
    query.match("hidden", .null)
    query.order = ["-id"]
    documents.answer(call, with: query)
  }

  func delete(_ call: Call) async throws(Failure) {
    let (name, actor) = (try call.string("id"), call.person)
    try await ledger.answer(call, "bookmarks.delete", about: "bookmarks \(actor)") {
      transaction throws(Failure) in
      guard var bookmark = try await transaction.find(.id(name.asciiLowercased), as: BookmarkItem.self),
        bookmark.actor == actor, !bookmark.isDeleted
      else { throw Failure(.notFound, "you have no bookmark \"\(name)\"; bookmarks.list shows yours") }
      bookmark.fields["hidden"] = "deleted"
      bookmark.fields["hiddenAt"] = .string(transaction.now.text)
      transaction.put(bookmark)
      return Array("null".utf8)
    }
  }

  /// Answers with what the caller changed of late, the latest first, each thing once.
  func recent(_ call: Call) async throws(Failure) {
    var query = Documents.Query(Revision.collection, limit: Self.recentChanges)
    query.match("actor", .string(call.person))
    query.match("kind", anyOf: BookmarkTarget.collections.map { .string($0.kind) })
    query.order = ["-change"]
    query.fields = ["entity", "kind", "at", "method"]
    let (limit, context) = (try call.int("limit"), call.context)
    var latest: [Fields] = []
    var seen: Set<String> = []
    for change in try await documents.page(query, context).items {
      guard latest.count < limit, let id = change["entity"]?.string, seen.insert(id).inserted else { continue }
      latest.append(change)
    }
    let targets = try await targets(latest, context)
    let items = latest.compactMap { change -> Value? in
      guard let target = change["entity"]?.string.flatMap({ targets[$0] }) else { return nil }
      return [
        "entity": .string(target.id), "kind": .string(target.kind), "key": .string(target.key),
        "title": .string(target.title), "at": change["at"] ?? .null, "method": change["method"] ?? .null,
      ]
    }
    call.answer(json: Fields.page(items, next: nil).json)
  }

  // MARK: Targets

  /// What a reference leads to; nil when it leads nowhere.
  private func target(_ reference: Reference, _ context: Context?) async throws(Failure) -> BookmarkTarget? {
    for (kind, collection) in BookmarkTarget.collections {
      var query = Documents.Query(collection, limit: 1)
      switch reference {
      case .id(let id): query.match("id", .string(id))
      case .key(let key): query.match("key", .string(key))
      }
      if let found = try await found(query, context).first.flatMap({ BookmarkTarget($0, kind: kind) }) { return found }
    }
    return nil
  }

  /// What the changes were about, by the id; without what is gone.
  private func targets(_ changes: [Fields], _ context: Context?) async throws(Failure) -> [String: BookmarkTarget] {
    var targets: [String: BookmarkTarget] = [:]
    for (kind, collection) in BookmarkTarget.collections {
      let ids = changes.filter { $0["kind"] == .string(kind) }.compactMap { $0["entity"] }
      guard !ids.isEmpty else { continue }
      var query = Documents.Query(collection, limit: ids.count)
      query.match("id", anyOf: ids)
      for fields in try await found(query, context) {
        if let target = BookmarkTarget(fields, kind: kind) { targets[target.id] = target }
      }
    }
    return targets
  }

  /// The documents that match, with what a target is made of.
  private func found(_ query: Documents.Query, _ context: Context?) async throws(Failure) -> [Fields] {
    var query = query
    query.fields = BookmarkTarget.fields
    return try await documents.page(query, context).items
  }
}
