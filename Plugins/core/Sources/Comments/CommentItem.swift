import PluginKit

/// What somebody said about a task, as it is stored.
struct CommentItem: Entity, Equatable {
  static let collection = "core/comments"
  static let noun = "comment"
  static let order = [
    "id", "project", "task", "author", "text", "mentions", "hidden", "hiddenAt", "createdAt", "updatedAt", "revision",
  ]

  var fields: Fields

  init(fields: Fields) {
    self.fields = fields
  }

  /// - Parameters:
  ///   - author: The actor who says it: `user:ada`.
  ///   - text: Markdown.
  init(id: String, on task: TaskItem, by author: String, text: String) {
    fields = [
      "id": .string(id), "project": .string(task.project), "task": .string(task.id), "author": .string(author),
    ]
    set(text: text)
  }

  var project: String { fields["project"]?.string ?? "" }
  var task: String { fields["task"]?.string ?? "" }
  /// The handles of those whom the text names.
  var mentions: [String] { fields["mentions"]?.array?.compactMap(\.string) ?? [] }

  mutating func set(text: String) {
    fields["text"] = .string(text)
    fields["mentions"] = .array(Mentions.handles(in: text).map(Value.string))
  }
}
