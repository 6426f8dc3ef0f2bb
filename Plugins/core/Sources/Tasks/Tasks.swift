import PluginKit

/// The service `tasks`: making, reading and changing one task. What concerns several is in the extensions.
@Loop
final class Tasks {
  let ledger: Ledger
  let projects: Projects
  let dependencies: Dependencies
  /// The timers, which stop when nobody works on their task any more.
  weak var time: TimeTracking?
  var host: Host { ledger.host }
  var documents: Documents { ledger.documents }

  init(ledger: Ledger, projects: Projects) {
    self.ledger = ledger
    self.projects = projects
    dependencies = Dependencies(graph: DependencyGraph(documents: ledger.documents))
  }

  /// Makes the collection. Each index begins with the project and what is not hidden, goes on with a filter and ends
  /// with what a list is ordered by, so that a page is read from it without sorting.
  static let collection: Documents.Definition = {
    let filters: [[String]] = [[], ["status"], ["assignee"]]
    let lists = filters.map { Documents.Index(fields: ["project", "hidden"] + $0 + ["createdAt"]) }
    let orders = ["updatedAt", "dueDate", "rank"].map { Documents.Index(fields: ["project", "hidden", $0]) }
    return Documents.Definition(
      collection: TaskItem.collection,
      indexes: [
        .init(fields: ["key"], isUnique: true), .init(fields: ["parentTask"], isSparse: true),
        .init(fields: ["source"], isSparse: true), DependencyGraph.index,
      ] + lists + orders + [
        .init(fields: ["project", "hidden", "status", "rank"]),
        .init(fields: ["sprint", "hidden", "rank"], isSparse: true),
        .init(fields: ["project", "hidden", "status", "assignee", "priority", "rank"]),
        .init(fields: ["project", "hidden", "status", "assignee", "dueDate"]),
      ],
      search: [.init(field: "title", weight: 8), .init(field: "labels", weight: 4), .init(field: "description")])
  }()

  func start() {
    ledger.observe { [unowned self] commit in
      if commit.noun == TaskItem.noun { dependencies.graph.note(TaskItem(fields: commit.new)) }
    }
  }

  static func absent(_ name: String) -> Failure {
    Failure(.notFound, "there is no task \"\(name)\"; give the id or the key of one, such as ORC-42")
  }

  /// The task of that id or key.
  ///
  /// - Parameters:
  ///   - wantsDeleted: Whether one that was deleted is meant as well; otherwise there is none.
  ///   - caller: What the caller named it, where that is another name.
  func task(
    _ name: String, _ transaction: Transaction, wantsDeleted: Bool = false, called caller: String? = nil
  ) async throws(Failure) -> TaskItem {
    guard let task = try await transaction.find(Reference(name), as: TaskItem.self), wantsDeleted || !task.isDeleted
    else { throw Tasks.absent(caller ?? name) }
    guard !task.isPurged else { throw History.purged(task.key) }
    return task
  }

  // MARK: Reading

  func get(_ call: Call) throws(Failure) {
    let name = try call.string("id")
    if let branch = try ledger.branches.branch(of: call) { return get(name, on: branch, call) }
    documents.answer(call, with: Reference(name), of: TaskItem.collection) { Tasks.absent(name) }
  }

  func list(_ call: Call) async throws(Failure) {
    var query = Documents.Query(
      TaskItem.collection, limit: try call.int("limit"), cursor: call.stringIfPresent("cursor"))
    try projects.narrow(&query, to: call)
    try await narrow(&query, to: call)
    if let branch = try ledger.branches.branch(of: call) { return try await list(query, on: branch, call) }
    switch try call.string("order") {
    // Across projects no index has the date; ids have one, and sort by the time at which they were made.
    case "createdAt" where call.stringIfPresent("project") == "*": query.order = ["id"]
    case "-createdAt" where call.stringIfPresent("project") == "*": query.order = ["-id"]
    case let order: query.order = [order]
    }
    documents.answer(call, with: query)
  }

  /// Adds the filters of a list that the call names.
  func narrow(_ query: inout Documents.Query, to call: Call) async throws(Failure) {
    switch call.stringIfPresent("hidden") {
    case nil: query.match("hidden", .null)
    case "all": query.match("hidden", "notEqual", "deleted")
    case let hidden?:
      query.match("hidden", .string(hidden))
      query.match("purged", .null)
    }
    for name in ["status", "priority", "type"] as [StaticString] {
      let wanted = try call.jsonIfPresent(name).map { json throws(Failure) in Value(try host.parse(json)) }
      switch wanted {
      case .string(let value): query.match(name.description, .string(value))
      case .array(let values): query.match(name.description, anyOf: values)
      default: break
      }
    }
    for name in ["assignee", "component", "sprint", "parentTask"] as [StaticString] {
      guard let wanted = call.stringIfPresent(name) else { continue }
      guard wanted != "none" else {
        query.match(name.description, .null)
        continue
      }
      let meant =
        switch name.description {
        case "assignee": call.handle(wanted)
        case "sprint": try await id(of: wanted, as: SprintItem.self, call) { Sprints.absent(wanted) }
        case "parentTask": try await id(of: wanted, as: TaskItem.self, call) { Tasks.absent(wanted) }
        default: wanted
        }
      query.match(name.description, .string(meant))
    }
    if let label = call.stringIfPresent("label") { query.match("labels", containing: label) }
  }

  /// The id of what a filter names: an id as it is, whether or not there is such a thing, and a key of one that is there.
  private func id<E: Entity>(
    of name: String, as type: E.Type, _ call: Call, absent: @Loop () -> Failure
  ) async throws(Failure) -> String {
    let reference = Reference(name)
    if case .id(let id) = reference { return id }
    // What was made on a branch is not to be found in the plan.
    let found: E? =
      if let branch = try ledger.branches.branch(of: call) {
        try await BranchView(branch, documents: documents, context: call.context).find(reference, as: E.self)
      } else {
        try await documents.find(reference, as: E.self, call.context)
      }
    guard let found, !found.isDeleted else { throw absent() }
    return found.id
  }

  // MARK: Writing

  func create(_ call: Call) async throws(Failure) {
    var given = Fields(try host.parse(call.arguments))
    for name in ["project", "branch", "idempotencyKey", "reason"] { given[name] = nil }
    let project = try projects.project(of: call)
    try await ledger.answer(call, "tasks.create", about: Dependencies.turn(for: given)) { transaction throws(Failure) in
      try await make(given, in: project, transaction).fields.json
    }
  }

  /// Puts a new task.
  ///
  /// - Parameter given: Its fields; references to other tasks as ids or keys.
  func make(_ given: Fields, in project: ProjectItem, _ transaction: Transaction) async throws(Failure) -> TaskItem {
    var given = given
    let blockers = given["blockedBy"]?.array?.compactMap(\.string) ?? []
    given["blockedBy"] = nil
    try await resolve(&given, of: nil, in: project.id, transaction)
    let number = try await transaction.next("core/tasks/\(project.id)")
    var task = transaction.put(
      try TaskItem(
        given, id: ledger.ids.next(at: transaction.now), key: "\(project.key)-\(number)", project: project.id,
        rank: Rank.initial(number)))
    for name in blockers {
      let blocker = try await self.task(name, transaction)
      try await dependencies.link(task, .blockedBy, blocker, transaction)
      task = try await self.task(task.id, transaction)
    }
    return task
  }

  func update(_ call: Call) async throws(Failure) {
    var patch = Fields(try host.parse(call.arguments))
    for name in ["id", "branch", "revision", "reason"] { patch[name] = nil }
    try await change(call, "tasks.update", turn: Dependencies.turn(for: patch)) {
      [self] task, transaction throws(Failure) in
      try await apply(patch, to: task, transaction)
    }
  }

  func setStatus(_ call: Call) async throws(Failure) {
    let patch: Fields = ["status": .string(try call.string("status"))]
    try await change(call, "tasks.setStatus") { [self] task, transaction throws(Failure) in
      try await apply(patch, to: task, transaction)
    }
  }

  func complete(_ call: Call) async throws(Failure) {
    try await change(call, "tasks.complete") { [self] task, transaction throws(Failure) in
      var new = task
      let begins = StatusMachine.path(from: task.status, to: .done, type: task.type).contains(.inProgress)
      if begins { try await dependencies.refuseToBegin(task, transaction) }
      try new.complete(at: transaction.now)
      try await put(new, since: task, transaction)
    }
  }

  /// Changes the task that the call's argument `id` names, for the revision that its argument `revision` names, and
  /// answers with the task as it is then; with nothing when it was deleted.
  func change(
    _ call: Call, _ method: StaticString, wantsDeleted: Bool = false, turn: String? = nil,
    _ body: @escaping @Loop (TaskItem, Transaction) async throws(Failure) -> Void
  ) async throws(Failure) {
    let name = try call.string("id")
    // A task that was made on a branch is not to be found in the plan; changes of a branch wait for each other anyway.
    let isOnBranch = try ledger.branches.branch(of: call) != nil
    let id = isOnBranch ? name : try await id(of: Reference(name), name, call.context)
    try await ledger.answer(call, method, about: turn ?? id) { transaction throws(Failure) in
      let task = try await task(id, transaction, wantsDeleted: wantsDeleted, called: name)
      try Refusal.stale(call, task)
      try await body(task, transaction)
      let new = try await self.task(task.id, transaction, wantsDeleted: true)
      return new.isDeleted ? Array("null".utf8) : new.fields.json
    }
  }

  private func id(of reference: Reference, _ name: String, _ context: Context?) async throws(Failure) -> String {
    if case .id(let id) = reference { return id }
    guard let task = try await documents.find(reference, as: TaskItem.self, context) else { throw Tasks.absent(name) }
    return task.id
  }

  // MARK: Rules

  /// Changes a task as a merge patch says, with all that follows for others. Every change of a task by whatever way
  /// comes here or to `put`.
  func apply(_ patch: Fields, to task: TaskItem, _ transaction: Transaction) async throws(Failure) {
    var (new, patch) = (task, patch)
    try await resolve(&patch, of: task, in: task.project, transaction)
    try new.apply(patch, at: transaction.now)
    let begins = new.status == .inProgress && task.status != .inProgress
    if begins || new.status.isStarted && !task.status.isStarted {
      try await dependencies.refuseToBegin(new, transaction)
    }
    try await put(new, since: task, transaction)
  }

  /// Puts a changed task and moves those that wait for it.
  func put(_ new: TaskItem, since old: TaskItem, _ transaction: Transaction) async throws(Failure) {
    let new = transaction.put(new)
    try await dependencies.settle(new, since: old, transaction)
    // Timers know nothing of branches.
    if transaction.branch == nil { try await time?.settle(new, since: old, transaction) }
  }

  /// Turns the keys in a patch that name other entities into their ids, and refuses those that cannot be meant.
  private func resolve(
    _ patch: inout Fields, of task: TaskItem?, in project: String, _ transaction: Transaction
  ) async throws(Failure) {
    if let name = patch["assignee"]?.string {
      patch["assignee"] = .string(Handle.resolve(name, for: transaction.person))
    }
    for field in ["reviewers", "watchers"] {
      guard let names = patch[field]?.array?.compactMap(\.string) else { continue }
      // me and the caller's own handle are one.
      var seen: Set<String> = []
      let handles = names.map { Handle.resolve($0, for: transaction.person) }.filter { seen.insert($0).inserted }
      patch[field] = .array(handles.map(Value.string))
    }
    if let name = patch["parentTask"]?.string {
      let parent = try await self.task(name, transaction)
      try await refuseParent(parent, of: task, in: project, transaction)
      patch["parentTask"] = .string(parent.id)
    }
    try await resolveSprint(&patch, of: task, in: project, transaction)
  }

  private func refuseParent(
    _ parent: TaskItem, of task: TaskItem?, in project: String, _ transaction: Transaction
  ) async throws(Failure) {
    func refuse(_ sentence: String, _ message: String) -> Failure {
      Failure(.failedPrecondition, sentence, details: Refusal.details(path: "parentTask", message: message))
    }
    guard parent.project == project else {
      throw refuse("\(parent.key) belongs to another project; a task and its parent are of one", "is elsewhere")
    }
    // Whoever deletes the parent asks for its parts.
    try transaction.hold("parts \(parent.id)")
    guard let task else { return }
    // A tree has no cycles, so that the way up ends; the limit is for a store that somebody else has written to.
    var (ancestor, way) = (Optional(parent), [task.key])
    while let current = ancestor, way.count < 1000 {
      way.append(current.key)
      guard current.id != task.id else {
        throw refuse(
          "\(parent.key) is below \(task.key) and cannot be its parent: \(way.joined(separator: " → "))",
          "closes a cycle")
      }
      guard let above = current.parentTask else { return }
      ancestor = try await transaction.get(above, as: TaskItem.self)
    }
  }
}
