import PluginKit

/// The service `comments`.
@Loop
final class Comments {
  private let ledger: Ledger
  private let projects: Projects
  private let tasks: Tasks
  private var host: Host { ledger.host }
  private var documents: Documents { ledger.documents }

  /// The most watchers of a task.
  private static let watcherLimit = 500

  init(ledger: Ledger, projects: Projects, tasks: Tasks) {
    self.ledger = ledger
    self.projects = projects
    self.tasks = tasks
  }

  static let collection = Documents.Definition(
    collection: CommentItem.collection,
    indexes: [
      .init(fields: ["task", "hidden", "createdAt"]), .init(fields: ["project", "hidden", "createdAt"]),
    ], search: [.init(field: "text")])

  private func absent(_ name: String) -> Failure {
    Failure(.notFound, "there is no comment \"\(name)\"; comments.list shows those of a task")
  }

  // MARK: Methods

  func create(_ call: Call) async throws(Failure) {
    let (name, text) = (try call.string("task"), try call.string("text"))
    guard let id = try await documents.find(Reference(name), as: TaskItem.self, call.context)?.id else {
      throw Tasks.absent(name)
    }
    try await ledger.answer(call, "comments.create", about: id) { [self] transaction throws(Failure) in
      // Whoever purges the task purges the comments that it finds.
      try transaction.hold("notes \(id)")
      let task = try await tasks.task(id, transaction)
      let comment = transaction.put(
        CommentItem(id: ledger.ids.next(at: transaction.now), on: task, by: transaction.person, text: text))
      try await addWatchers(comment.mentions, to: task, transaction)
      return comment.fields.json
    }
  }

  func get(_ call: Call) throws(Failure) {
    let name = try call.string("id")
    documents.answer(call, with: .id(name.asciiLowercased), of: CommentItem.collection) { [self] in absent(name) }
  }

  func list(_ call: Call) async throws(Failure) {
    var query = Documents.Query(
      CommentItem.collection, limit: try call.int("limit"), cursor: call.stringIfPresent("cursor"))
    query.match("hidden", .null)
    if let name = call.stringIfPresent("task") {
      guard let task = try await documents.find(Reference(name), as: TaskItem.self, call.context), !task.isDeleted
      else { throw Tasks.absent(name) }
      query.match("task", .string(task.id))
    } else {
      try projects.narrow(&query, to: call)
    }
    let order = try call.string("order")
    // Across projects no index has the date; ids sort by the time at which they were made.
    let isEverywhere = call.stringIfPresent("task") == nil && call.stringIfPresent("project") == "*"
    query.order = [isEverywhere ? (order == "createdAt" ? "id" : "-id") : order]
    documents.answer(call, with: query)
  }

  func update(_ call: Call) async throws(Failure) {
    let text = try call.string("text")
    try await change(call, "comments.update") { [self] comment, transaction throws(Failure) in
      let before = Set(comment.mentions)
      comment.set(text: text)
      let added = comment.mentions.filter { !before.contains($0) }
      guard !added.isEmpty, let task = try await transaction.get(comment.task, as: TaskItem.self), !task.isDeleted
      else { return }
      try await addWatchers(added, to: task, transaction)
    }
  }

  func delete(_ call: Call) async throws(Failure) {
    try await change(call, "comments.delete") { comment, transaction throws(Failure) in
      comment.fields["hidden"] = "deleted"
      comment.fields["hiddenAt"] = .string(transaction.now.text)
    }
  }

  private func change(
    _ call: Call, _ method: StaticString,
    _ body: @Loop (inout CommentItem, Transaction) async throws(Failure) -> Void
  ) async throws(Failure) {
    let name = try call.string("id")
    let id = name.asciiLowercased
    guard let task = try await documents.find(.id(id), as: CommentItem.self, call.context)?.task else {
      throw absent(name)
    }
    try await ledger.answer(call, method, about: task) { [self] transaction throws(Failure) in
      guard var comment = try await transaction.get(id, as: CommentItem.self), !comment.isDeleted else {
        throw absent(name)
      }
      try Refusal.stale(call, comment)
      try await body(&comment, transaction)
      comment = transaction.put(comment)
      return comment.isDeleted ? Array("null".utf8) : comment.fields.json
    }
  }

  /// Lets those who were named hear of the task from now on.
  private func addWatchers(
    _ handles: [String], to task: TaskItem, _ transaction: Transaction
  ) async throws(Failure) {
    let watchers = task.references("watchers")
    let all = watchers + handles.filter { !watchers.contains($0) }
    guard all.count > watchers.count else { return }
    try await tasks.apply(["watchers": .array(all.prefix(Self.watcherLimit).map(Value.string))], to: task, transaction)
  }
}
