import PluginKit

/// What a purge takes out of the records of the past: the content. That something happened, when and by whom stays.
///
/// A past that is too long for one batch is rewritten in several. The first one is the change itself: it takes the
/// content out of the entity and the events, and notes the intent to go on, which the last one deletes. An intent that
/// is found at a start is carried out then, so that no crash leaves a purge half done.
@Loop
struct Erasure {
  static let collection = "core/purges"
  /// The most documents that one batch stores again.
  static let batchLimit = 4000

  let documents: Documents
  let context: Context?

  /// A document that is stored again without its content.
  struct Rewriting {
    var collection: String
    var document: Fields

    /// Writes the operation that stores it.
    func write(to json: inout JSONWriter) {
      json.beginObject()
      json.member("collection", collection)
      json.member("id", document["id"]?.string ?? "")
      json.member("expected", "any")
      json.key("put" as StaticString)
      json.fields(document)
      json.endObject()
    }
  }

  // MARK: Several batches

  /// Writes the operation that notes that a purge is to go on.
  static func writeIntent(_ change: String, to entities: [String], _ json: inout JSONWriter) {
    json.beginObject()
    json.member("collection", collection)
    json.member("id", change)
    json.member("expected", "absent")
    json.key("put" as StaticString)
    json.fields(["entities": .array(entities.map(Value.string))])
    json.endObject()
  }

  /// Goes on with the purges that a crash has interrupted.
  func finishAll() async throws(Failure) {
    for intent in try await documents.all(Documents.Query(Erasure.collection), context) {
      let (change, entities) = (intent["id"]?.string ?? "", intent["entities"]?.array?.compactMap(\.string) ?? [])
      _ = try await finish(change, of: entities, rewritings(of: entities, before: change)[...])
    }
  }

  /// Stores the rest again, and deletes the intent with the last of it.
  ///
  /// - Returns: Whether nothing of the content is left in the store's files.
  func finish(
    _ change: String, of entities: [String], _ rewritings: ArraySlice<Rewriting>
  ) async throws(Failure) -> Bool {
    var rest = rewritings
    while true {
      let isLast = rest.count <= Erasure.batchLimit
      var json = JSONWriter()
      json.beginObject()
      json.key("operations" as StaticString)
      json.beginArray()
      for rewriting in rest.prefix(Erasure.batchLimit) { rewriting.write(to: &json) }
      if isLast { json.delete(Erasure.collection, change) }
      json.endArray()
      if isLast { json.redactions(entities) }
      json.endObject()
      let answer = try await documents.write(json, context)
      if isLast { return try documents.host.parse(answer)["erased"].bool ?? false }
      rest = rest.dropFirst(Erasure.batchLimit)
    }
  }

  // MARK: What is rewritten

  /// Everything of these entities that has to be stored again, in an order that may be interrupted: the revisions of
  /// the entities come last, because they lead to all else.
  ///
  /// - Parameter change: The purge itself, whose records have nothing to be taken out.
  func rewritings(of entities: [String], before change: String) async throws(Failure) -> [Rewriting] {
    var (own, transitions, changes) = ([Rewriting](), [Rewriting](), Set<String>())
    for entity in entities {
      var query = RevisionLog.query(of: entity)
      query.fields = ["id"] + RecordedRevision.summarized
      for revision in try await documents.all(query, context)
      where revision["purged"] != true && revision["change"] != .string(change) {
        if revision["reason"]?.string != nil, let change = revision["change"]?.string { changes.insert(change) }
        var rest = Fields(
          revision.members.filter { $0.value != .null && $0.name != "reason" }.map { ($0.name, $0.value) })
        rest["purged"] = true
        own.append(Rewriting(collection: Revision.collection, document: rest))
      }
      var moves = Documents.Query(Transition.collection)
      // Their ids begin with that of the task.
      moves.match("id", prefix: "\(entity).")
      for transition in try await documents.all(moves, context) {
        let rest = Erasure.stripped(transition)
        if rest != transition { transitions.append(Rewriting(collection: Transition.collection, document: rest)) }
      }
    }
    return try await reasons(of: changes, without: Set(entities)) + transitions + own
  }

  /// The revisions of other entities that give the same reasons, because the same changes have made them.
  private func reasons(
    of changes: Set<String>, without entities: Set<String>
  ) async throws(Failure) -> [Rewriting] {
    var rewritings: [Rewriting] = []
    for change in changes.sorted() {
      for revision in try await RevisionLog(documents: documents).revisions(of: change, context)
      where !entities.contains(revision.entity) {
        var rest = revision.fields
        rest["reason"] = nil
        rewritings.append(Rewriting(collection: Revision.collection, document: rest))
      }
    }
    return rewritings
  }

  /// A transition without those whom the task was assigned to.
  nonisolated static func stripped(_ transition: Fields) -> Fields {
    var rest = transition
    for name in ["assignee", "assigneeBefore"] { rest[name] = nil }
    return rest
  }
}
