import PluginKit

/// What a purge takes out of the records of the past: the content. That something happened, when and by whom stays.
@Loop
struct Erasure {
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

  /// The most documents that one batch stores again.
  static let batchLimit = 4000

  /// Everything of these entities that has to be stored again.
  func rewritings(of entities: [String]) async throws(Failure) -> [Rewriting] {
    var (rewritings, changes) = ([Rewriting](), Set<String>())
    for entity in entities {
      var query = RevisionLog.query(of: entity)
      query.fields = ["id"] + RecordedRevision.summarized
      for revision in try await documents.all(query, context) {
        if revision["reason"]?.string != nil, let change = revision["change"]?.string { changes.insert(change) }
        var rest = Fields(
          revision.members.filter { $0.value != .null && $0.name != "reason" }.map { ($0.name, $0.value) })
        rest["purged"] = true
        rewritings.append(Rewriting(collection: Revision.collection, document: rest))
      }
      var transitions = Documents.Query(Transition.collection)
      transitions.match("task", .string(entity))
      for transition in try await documents.all(transitions, context) {
        rewritings.append(Rewriting(collection: Transition.collection, document: Erasure.stripped(transition)))
      }
    }
    return rewritings + (try await reasons(of: changes, without: Set(entities)))
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
