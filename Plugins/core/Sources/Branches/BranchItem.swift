import PluginKit

/// A branch of the plan: a what-if, which sees the plan with changes of its own.
struct BranchItem: Entity, Equatable {
  static let collection = "core/branches"
  static let noun = "branch"
  static let order = [
    "id", "name", "project", "description", "status", "mergedAt", "hidden", "hiddenAt", "createdAt", "updatedAt",
    "revision",
  ]

  var fields: Fields

  init(fields: Fields) {
    self.fields = fields
  }

  init(id: String, name: String, project: String, description: String?) {
    fields = ["id": .string(id), "name": .string(name), "project": .string(project), "status": "open"]
    fields["description"] = description.map(Value.string)
  }

  var key: String { name }
  var name: String { fields["name"]?.string ?? "" }
  var project: String { fields["project"]?.string ?? "" }
  /// Whether it can still be changed and merged.
  var isOpen: Bool { fields["status"] == "open" }
}
