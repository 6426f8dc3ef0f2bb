import PluginKit

/// The service `sprints`: making, reading and changing one. Beginning, ending, tasks and figures are in the extensions.
@Loop
final class Sprints {
  /// The turn that every change takes which depends on the state of sprints: that of links, because one change of a task
  /// may concern both.
  static let turn = Dependencies.turn

  let ledger: Ledger
  let projects: Projects
  let tasks: Tasks
  var settled = MovementCache()
  var host: Host { ledger.host }
  var documents: Documents { ledger.documents }

  init(ledger: Ledger, projects: Projects, tasks: Tasks) {
    self.ledger = ledger
    self.projects = projects
    self.tasks = tasks
  }

  /// Makes the collection. That `activeIn` is unique means that no project has two active sprints, by whatever way.
  static let collection = Documents.Definition(
    collection: SprintItem.collection,
    indexes: [
      .init(fields: ["key"], isUnique: true), .init(fields: ["activeIn"], isUnique: true),
      .init(fields: ["project", "hidden", "startDate"]),
      .init(fields: ["project", "hidden", "status", "startDate"]),
      .init(fields: ["project", "hidden", "status", "endedAt"]),
    ])

  static func absent(_ name: String) -> Failure {
    Failure(.notFound, "there is no sprint \"\(name)\"; give the id or the key of one, such as ORC-S3")
  }

  /// The sprint of that id or key.
  func sprint(_ name: String, _ transaction: Transaction) async throws(Failure) -> SprintItem {
    guard let sprint = try await transaction.find(Reference(name), as: SprintItem.self), !sprint.isDeleted else {
      throw Sprints.absent(name)
    }
    return sprint
  }

  /// The sprint that the call's argument `id` names.
  func sprint(of call: Call) async throws(Failure) -> SprintItem {
    let name = try call.string("id")
    guard let sprint = try await documents.find(Reference(name), as: SprintItem.self, call.context), !sprint.isDeleted
    else { throw Sprints.absent(name) }
    return sprint
  }

  // MARK: Reading

  func get(_ call: Call) async throws(Failure) {
    let name = try call.string("id")
    if let branch = try ledger.branches.branch(of: call) {
      let sprint = try await sprint(name, ledger.reading(call.context, on: branch))
      call.answer(json: sprint.fields.arranged(by: SprintItem.order).json)
      return
    }
    documents.answer(call, with: Reference(name), of: SprintItem.collection) { Sprints.absent(name) }
  }

  func list(_ call: Call) async throws(Failure) {
    var query = Documents.Query(
      SprintItem.collection, limit: try call.int("limit"), cursor: call.stringIfPresent("cursor"))
    try projects.narrow(&query, to: call)
    query.match("hidden", .null)
    if let status = call.stringIfPresent("status") { query.match("status", .string(status)) }
    query.order = ["startDate"]
    if let branch = try ledger.branches.branch(of: call) { return try await list(query, on: branch, call) }
    documents.answer(call, with: query)
  }

  func active(_ call: Call) async throws(Failure) {
    let project = try projects.project(of: call).id
    let sprint = try await active(in: project, call.context)
    call.answer(json: sprint?.fields.json ?? Array("null".utf8))
  }

  /// The active sprint of a project; nil when it has none.
  func active(in project: String, _ context: Context?) async throws(Failure) -> SprintItem? {
    try await documents.page(SprintItem.active(in: project), context).items.first.map(SprintItem.init)
  }

  // MARK: Writing

  func create(_ call: Call) async throws(Failure) {
    var given = Fields(try host.parse(call.arguments))
    for name in ["project", "branch", "reason", "idempotencyKey"] { given[name] = nil }
    let project = try projects.project(of: call)
    try await ledger.answer(call, "sprints.create") { transaction throws(Failure) in
      let sprint = try SprintItem(
        given, id: ledger.ids.next(at: transaction.now),
        key: "\(project.key)-S\(try await transaction.next("core/sprints/\(project.id)"))", project: project.id,
        today: project.zone.day(at: transaction.now))
      return transaction.put(sprint).fields.json
    }
  }

  func update(_ call: Call) async throws(Failure) {
    var patch = Fields(try host.parse(call.arguments))
    for name in ["id", "branch", "revision", "reason"] { patch[name] = nil }
    try await change(call, "sprints.update") { sprint, transaction throws(Failure) in
      var new = sprint
      try new.apply(patch)
      return transaction.put(new)
    }
  }

  func retrospective(_ call: Call) async throws(Failure) {
    var notes = Fields(try host.parse(call.arguments))
    for name in ["id", "revision", "reason"] { notes[name] = nil }
    try await change(call, "sprints.retrospective") { sprint, transaction throws(Failure) in
      var new = sprint
      let merged = MergePatch.apply(notes, to: sprint.fields["retrospective"]?.object ?? Fields())
      new.fields["retrospective"] =
        merged.members.isEmpty
        ? nil : .object(merged.arranged(by: ["whatWentWell", "whatCouldImprove", "actionItems"]))
      return transaction.put(new)
    }
  }

  func delete(_ call: Call) async throws(Failure) {
    let name = try call.string("id")
    try await takeOutMany(of: name, call)
    try await ledger.answer(call, "sprints.delete", about: Sprints.turn) { [self] transaction throws(Failure) in
      var sprint = try await sprint(name, transaction)
      try Refusal.stale(call, sprint)
      try await release(sprint, transaction)
      sprint.fields["hidden"] = "deleted"
      sprint.fields["hiddenAt"] = .string(transaction.now.text)
      transaction.put(sprint)
      return Array("null".utf8)
    }
  }

  /// Changes the sprint that the call's argument `id` names, for the revision that its argument `revision` names, and
  /// answers with what `body` has put.
  func change(
    _ call: Call, _ method: StaticString,
    _ body: @escaping @Loop (SprintItem, Transaction) async throws(Failure) -> SprintItem
  ) async throws(Failure) {
    let name = try call.string("id")
    try await ledger.answer(call, method, about: Sprints.turn) { [self] transaction throws(Failure) in
      let sprint = try await sprint(name, transaction)
      try Refusal.stale(call, sprint)
      return try await body(sprint, transaction).fields.json
    }
  }

  /// The tasks of a sprint that lists show.
  func members(of sprint: SprintItem, _ transaction: Transaction) async throws(Failure) -> [TaskItem] {
    var query = Documents.Query(TaskItem.collection)
    query.match("sprint", .string(sprint.id))
    query.match("hidden", .null)
    return try await transaction.all(query, as: TaskItem.self)
  }
}
