import PluginKit

/// The id under which a revision of a definition is kept.
func versionID(_ workflow: String, _ revision: Int64) -> String { "\(workflow).\(revision)" }

/// The workflow and the revision that such an id names; nil for any other text.
func versionParts(_ id: String) -> (workflow: String, revision: Int64)? {
  guard let dot = id.lastIndex(of: "."), let revision = Int64(id[id.index(after: dot)...]) else { return nil }
  return (String(id[..<dot]), revision)
}

extension Store.Batch {
  /// Puts a workflow, the version of its definition and the event that tells of the change.
  mutating func put(_ new: Workflow, after old: Workflow?, topic: String, actor: String, reason: String? = nil) {
    put(new.stored, new.id, in: .definitions, expected: old?.revision ?? 0)
    put(new.definition.fields, versionID(new.id, new.revision), in: .versions)
    if old == nil { put(new.progress.fields, new.id, in: .progress) }
    tell(topic, new.eventData(since: old, actor: actor, reason: reason))
  }
}

extension Workflow {
  /// The data of an event about a change of it.
  func eventData(since old: Workflow?, actor: String, reason: String? = nil) -> Fields {
    var data: Fields = [
      "id": .string(id), "key": .string(definition.name), "actor": .string(actor), "revision": .int(revision),
      "changes": .object(changes(since: old)), "workflow": .object(stored),
    ]
    data["reason"] = reason.map(Value.string)
    return data
  }
}

extension Definition {
  /// Reads what was stored: storage adds members of its own.
  init(stored fields: Fields) throws(DefinitionError) {
    var own = Fields()
    for name in Definition.members { own[name] = fields[name] }
    try self.init(own)
  }
}
