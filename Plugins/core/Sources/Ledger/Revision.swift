import PluginKit

/// The record of one change of one entity. It is written with the change and never again, unless the entity is purged.
///
/// `{id,entity,kind,key,project,number,parent,merged?,change,at,actor,method,reason?,patch|state,purged?}`: `patch` is the merge
/// patch (RFC 7396) that makes this state out of the one of `parent`; the first revision, and every fiftieth, has the
/// whole `state` besides, so that any state is reached by at most fifty patches. `merged` is the id of a second parent,
/// the revision of a branch that was merged. `purged` says that patch, state and reason were taken out (see
/// ``Erasure``).
struct Revision {
  static let collection = "core/revisions"
  /// A whole copy is kept with each revision whose number is one more than a multiple of this.
  static let copyInterval: Int64 = 50

  let id: String
  let json: [UInt8]

  /// The id of the record: the entity's, and the number in eight digits, so that they sort.
  static func id(of entity: String, _ number: Int64) -> String {
    let digits = String(number)
    return "\(entity).\(String(repeating: "0", count: max(0, 8 - digits.utf8.count)))\(digits)"
  }

  /// - Parameter isPurge: Whether it is the change that takes out what was before, so that no patch leads to its state.
  init<E: Entity>(
    of new: E, since old: E?, state: [UInt8], change: String, origin: Ledger.Origin, at now: Instant, actor: String,
    merged: String?, isPurge: Bool = false
  ) {
    let number = new.revision
    id = Revision.id(of: new.id, number)
    var json = JSONWriter(capacity: 512 + state.count)
    json.beginObject()
    json.member("entity", new.id)
    json.member("kind", E.noun)
    json.member("key", new.key)
    json.member("project", new.project)
    json.member("number", number)
    if let old { json.member("parent", old.revision) }
    if let merged { json.member("merged", merged) }
    json.member("change", change)
    json.member("at", now.text)
    json.member("actor", actor)
    json.member("method", origin.method)
    if let reason = origin.reason { json.member("reason", reason) }
    if let old, !isPurge {
      json.key("patch" as StaticString)
      json.fields(MergePatch.difference(from: old.fields, to: new.fields, ignoring: Revision.derived))
    }
    if isPurge || number % Revision.copyInterval == 1 || new.fields.members.contains(where: { $0.value.hasNullMember })
    {
      json.key("state" as StaticString)
      json.raw(state)
    }
    json.endObject()
    self.json = Array(json.bytes)
  }

  /// Fields that follow from the record itself.
  static let derived: Set<String> = ["updatedAt", "revision"]
}

extension Value {
  /// Whether an object in it has a member that is null, which no merge patch can set.
  fileprivate var hasNullMember: Bool {
    guard case .object(let fields) = self else { return false }
    return fields.members.contains { $0.value == .null || $0.value.hasNullMember }
  }
}
