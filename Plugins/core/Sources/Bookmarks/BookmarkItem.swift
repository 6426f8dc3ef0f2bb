import PluginKit

/// Something that somebody wants to find again, as it is stored.
struct BookmarkItem: Entity, Equatable {
  static let collection = "core/bookmarks"
  static let noun = "bookmark"
  static let order = [
    "id", "project", "actor", "entity", "kind", "entityKey", "name", "hidden", "hiddenAt", "createdAt", "updatedAt",
    "revision",
  ]

  var fields: Fields

  init(fields: Fields) {
    self.fields = fields
  }

  /// - Parameters:
  ///   - actor: Whose bookmark it is: `user:ada`.
  ///   - name: What they call it.
  init(id: String, of actor: String, to target: BookmarkTarget, name: String) {
    fields = [
      "id": .string(id), "project": .string(target.project), "actor": .string(actor), "entity": .string(target.id),
      "kind": .string(target.kind), "entityKey": .string(target.key), "name": .string(name),
    ]
  }

  var project: String { fields["project"]?.string ?? "" }
  var actor: String { fields["actor"]?.string ?? "" }
}

/// What a bookmark leads to: anything that has a key or a page of its own.
struct BookmarkTarget {
  let id: String
  /// The noun of its entity.
  let kind: String
  let key: String
  let title: String
  let project: String

  /// The collections that are looked through, by the noun of their entities.
  static let collections: [(kind: String, collection: String)] = [
    (TaskItem.noun, TaskItem.collection), (SprintItem.noun, SprintItem.collection),
    (ProjectItem.noun, ProjectItem.collection), (RecordItem.noun, RecordItem.collection),
  ]

  /// The fields that it is made of.
  static let fields = ["id", "key", "title", "name", "project", "hidden"]

  /// - Returns: nil for one that was deleted.
  init?(_ fields: Fields, kind: String) {
    guard let id = fields["id"]?.string, fields["hidden"]?.string != "deleted" else { return nil }
    self.id = id
    self.kind = kind
    key = fields["key"]?.string ?? ""
    title = fields["title"]?.string ?? fields["name"]?.string ?? key
    project = kind == ProjectItem.noun ? id : fields["project"]?.string ?? ""
  }
}
