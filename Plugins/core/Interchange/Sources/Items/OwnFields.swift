/// The fields of our own tasks, as far as exports and imports know them.
enum OwnFields {
  /// In the order of columns and members.
  static let order = [
    "id", "key", "project", "type", "title", "description", "status", "priority", "assignee", "watchers", "component",
    "labels", "parent", "sprint", "dependencies", "estimatedHours", "actualHours", "storyPoints", "startDate",
    "dueDate",
    "completedDate", "progress", "checkpoints", "createdAt", "updatedAt",
  ]

  /// What the host counts by itself: left out when our own export is read.
  static let bookkeeping: Set<String> = ["id", "key", "project", "revision"]
  /// Lists of texts.
  static let lists: Set<String> = ["labels", "watchers", "dependencies"]
  static let numbers: Set<String> = ["estimatedHours", "actualHours", "storyPoints", "progress", "revision"]
  /// The most that a number may be.
  static let maxima: [String: Double] = ["estimatedHours": 100_000, "storyPoints": 1000, "progress": 100]
  static let types: Set<String> = ["epic", "story", "task", "subtask", "todo", "bug"]
  static let priorities: Set<String> = ["critical", "high", "medium", "low", "trivial"]
}
