import PluginKit

/// What a branch has changed in one entity: only what differs from the revision at which the branch first touched it.
struct BranchedItem: Entity, Equatable {
  static let collection = "core/branched"
  static let noun = "branched"
  static let order = [
    "id", "branch", "entity", "kind", "key", "project", "base", "changes", "removed", "createdAt", "updatedAt",
    "revision",
  ]

  var fields: Fields

  init(fields: Fields) {
    self.fields = fields
  }

  static func id(of entity: String, on branch: String) -> String { "\(branch).\(entity)" }

  /// What leads from one state to another on a branch.
  ///
  /// - Parameters:
  ///   - state: The entity as it is to be on the branch.
  ///   - base: The entity at the revision `number` of the plan, which the branch began with; empty when it is new.
  init(_ state: Fields, of kind: String, on branch: String, since base: Fields, at number: Int64) {
    let id = state["id"]?.string ?? ""
    var changes = Fields()
    for (name, value) in state.members where !BranchedItem.bookkeeping.contains(name) && base[name] != value {
      changes[name] = value
    }
    let removed = base.names.filter { state[$0] == nil && !BranchedItem.bookkeeping.contains($0) }
    fields = [
      "id": .string(BranchedItem.id(of: id, on: branch)), "branch": .string(branch), "entity": .string(id),
      "kind": .string(kind), "key": state["key"] ?? .null, "project": state["project"] ?? .null, "base": .int(number),
      "changes": .object(changes), "removed": .array(removed.map(Value.string)),
    ]
    if fields["key"] == .null { fields["key"] = nil }
  }

  var project: String { fields["project"]?.string ?? "" }
  var branch: String { fields["branch"]?.string ?? "" }
  var entity: String { fields["entity"]?.string ?? "" }
  var kind: String { fields["kind"]?.string ?? "" }
  /// The revision of the plan that it began with; 0 when the entity was made on the branch.
  var base: Int64 { fields["base"]?.int ?? 0 }

  /// The entity as it is on the branch. Its revision counts on from that which the branch began with.
  ///
  /// - Parameter base: The entity at the revision ``base``.
  func state(since base: Fields) -> Fields {
    var state = base
    state["id"] = .string(entity)
    for name in ["key", "project"] { state[name] = fields[name] }
    for (name, value) in fields["changes"]?.object?.members ?? [] { state[name] = value }
    for name in fields["removed"]?.array ?? [] { state[name.string ?? ""] = nil }
    state["createdAt"] = base["createdAt"] ?? fields["createdAt"]
    state["updatedAt"] = fields["updatedAt"]
    state["revision"] = .int(self.base + revision)
    return state
  }

  /// Branches tell nobody: what happens there has not happened.
  func topics(since old: BranchedItem?) -> [String] { [] }
}
