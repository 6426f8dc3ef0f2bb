import PluginKit

/// The service `tasks`.
@Loop
final class Tasks {
  private let host: Host
  private let documents: Documents
  private let ids: Identities
  private let projects: Projects
  private let turns = Turns()

  init(host: Host, documents: Documents, ids: Identities, projects: Projects) {
    self.host = host
    self.documents = documents
    self.ids = ids
    self.projects = projects
  }

  /// Makes the collection. Each index begins with the project and a filter and ends with what a list is ordered by, so
  /// that a page is read from it without sorting.
  func start() async throws(Failure) {
    let filters: [[String]] = [[], ["status"], ["priority"], ["type"], ["assignee"]]
    let lists = filters.map { Documents.Index(fields: ["project"] + $0 + ["createdAt"]) }
    try await documents.declare(
      TaskItem.collection,
      indexes: [.init(fields: ["key"], isUnique: true)] + lists + [
        .init(fields: ["project", "updatedAt"]), .init(fields: ["project", "status", "updatedAt"]),
        .init(fields: ["project", "dueDate"]),
      ])
  }

  private func absent(_ name: String) -> Failure {
    Failure(.notFound, "there is no task \"\(name)\"; give the id or the key of one, such as ORC-42")
  }

  // MARK: Reading

  func get(_ call: Call) throws(Failure) {
    let name = try call.string("id")
    documents.answer(call, with: Reference(name), of: TaskItem.collection) { [self] in absent(name) }
  }

  func list(_ call: Call) async throws(Failure) {
    var query = Documents.Query(
      TaskItem.collection, limit: try call.int("limit"), cursor: call.stringIfPresent("cursor"))
    let project = call.stringIfPresent("project")
    if project != "*" { query.match("project", try await projects.project(named: project, call.context).id) }
    for name in ["status", "priority", "type"] as [StaticString] {
      let wanted = try call.jsonIfPresent(name).map { json throws(Failure) in Value(try host.parse(json)) }
      switch wanted {
      case .string(let value): query.match(name.description, value)
      case .array(let values): query.match(name.description, anyOf: values)
      default: break
      }
    }
    if let assignee = call.stringIfPresent("assignee") { query.match("assignee", assignee) }
    if let label = call.stringIfPresent("label") { query.match("labels", containing: label) }
    switch try call.string("order") {
    // Across projects no index has the date; ids have one, and sort by the time at which they were made.
    case "createdAt" where project == "*": query.order = ["id"]
    case "-createdAt" where project == "*": query.order = ["-id"]
    case let order: query.order = [order]
    }
    documents.answer(call, with: query)
  }

  // MARK: Writing

  func create(_ call: Call) async throws(Failure) {
    var given = Fields(try host.parse(call.arguments))
    for name in ["project", "idempotencyKey"] { given[name] = nil }
    let project = try await projects.project(named: call.stringIfPresent("project"), call.context)
    let number = try await documents.next("core/tasks/\(project.id)", call.context)
    let now = Instant.now
    let task = TaskItem(
      given, id: ids.next(at: now), key: "\(project.key)-\(number)", project: project.id, at: now)
    call.answer(
      json: try await documents.commit(
        task, topics: ["task:created"], idempotency: Tasks.idempotency(of: call), call.context))
  }

  private static func idempotency(of call: Call) -> Documents.Idempotency? {
    guard let key = call.stringIfPresent("idempotencyKey") else { return nil }
    return Documents.Idempotency(key: "tasks.create \(key)", fingerprint: fingerprint(call.arguments))
  }

  func update(_ call: Call) async throws(Failure) {
    var patch = Fields(try host.parse(call.arguments))
    for name in ["id", "revision"] { patch[name] = nil }
    try await change(call, by: patch)
  }

  func setStatus(_ call: Call) async throws(Failure) {
    try await change(call, by: ["status": .string(try call.string("status"))])
  }

  private func change(_ call: Call, by patch: Fields) async throws(Failure) {
    let name = try call.string("id")
    let id = try await id(of: Reference(name), name, call.context)
    try await turns.run(id) { () throws(Failure) in
      guard let old = try await documents.find(.id(id), as: TaskItem.self, call.context) else { throw absent(name) }
      if let revision = call.intIfPresent("revision"), revision != old.revision {
        throw Failure(
          .aborted,
          "\(old.key) has changed: the change was made for revision \(revision), the task has revision "
            + "\(old.revision); read it again and repeat the change",
          details: Refusal.details(current: old))
      }
      var new = old
      try new.apply(patch, at: Instant.now)
      guard new != old else {
        call.answer(json: old.fields.json)
        return
      }
      call.answer(json: try await documents.commit(new, after: old, topics: Tasks.topics(old, new), call.context))
    }
  }

  private func id(of reference: Reference, _ name: String, _ context: Context?) async throws(Failure) -> String {
    if case .id(let id) = reference { return id }
    guard let task = try await documents.find(reference, as: TaskItem.self, context) else { throw absent(name) }
    return task.id
  }

  private static func topics(_ old: TaskItem, _ new: TaskItem) -> [String] {
    old.status != .done && new.status == .done ? ["task:updated", "task:completed"] : ["task:updated"]
  }
}

/// Tells one text from another: FNV-1a of 64 bits, in hexadecimal.
private func fingerprint(_ text: UnsafeRawBufferPointer) -> String {
  String(text.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }, radix: 16)
}
