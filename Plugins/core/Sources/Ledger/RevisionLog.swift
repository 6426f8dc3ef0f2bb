import PluginKit

/// The recorded revisions, read again.
@Loop
struct RevisionLog {
  let documents: Documents

  /// The newest revision of an entity, or the newest that a moment has seen; nil when there is none.
  func latest(
    of entity: String, upTo moment: Instant? = nil, _ context: Context?
  ) async throws(Failure) -> RecordedRevision? {
    var query = RevisionLog.query(of: entity)
    query.order = ["-id"]
    query.limit = 1
    if let moment { query.match("change", "less", .string(moment.changeBound)) }
    return try await documents.page(query, context).items.first.map { RecordedRevision($0) }
  }

  /// One revision of an entity; nil when there is none of that number.
  func revision(
    _ number: Int64, of entity: String, _ context: Context?
  ) async throws(Failure) -> RecordedRevision? {
    var query = Documents.Query(Revision.collection, limit: 1)
    query.match("id", .string(Revision.id(of: entity, number)))
    return try await documents.page(query, context).items.first.map { RecordedRevision($0) }
  }

  /// The state of an entity at a revision; nil when there was none.
  ///
  /// Reads at most as many revisions as lie between two whole copies.
  func state(of entity: String, at number: Int64, _ context: Context?) async throws(Failure) -> Fields? {
    guard number > 0 else { return nil }
    let copy = (number - 1) / Revision.copyInterval * Revision.copyInterval + 1
    var query = Documents.Query(Revision.collection)
    query.match("id", "greaterOrEqual", .string(Revision.id(of: entity, copy)))
    query.match("id", "lessOrEqual", .string(Revision.id(of: entity, number)))
    query.order = ["id"]
    let revisions = try await documents.all(query, context).map { RecordedRevision($0) }
    guard revisions.last?.number == number else { return nil }
    return Replay.state(of: revisions)
  }

  /// All revisions that one change has made.
  func revisions(of change: String, _ context: Context?) async throws(Failure) -> [RecordedRevision] {
    var query = Documents.Query(Revision.collection)
    query.match("change", .string(change))
    query.order = ["id"]
    return try await documents.all(query, context).map { RecordedRevision($0) }
  }

  /// Finds the revisions of an entity: their ids begin with its own.
  static func query(of entity: String) -> Documents.Query {
    var query = Documents.Query(Revision.collection)
    query.match("id", prefix: "\(entity).")
    return query
  }
}
