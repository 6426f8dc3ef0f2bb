import PluginKit

/// The service `branches`: what-ifs. A branch sees the plan; what it changes is kept apart, until it is merged.
@Loop
final class Branches {
  let ledger: Ledger
  let projects: Projects
  let tasks: Tasks
  let sprints: Sprints
  var host: Host { ledger.host }
  var documents: Documents { ledger.documents }

  init(ledger: Ledger, projects: Projects, tasks: Tasks, sprints: Sprints) {
    self.ledger = ledger
    self.projects = projects
    self.tasks = tasks
    self.sprints = sprints
  }

  /// Makes the collection and learns the branches that there are.
  static let collection = Documents.Definition(
    collection: BranchItem.collection, indexes: [.init(fields: ["project", "hidden"])])

  func start() async throws(Failure) {
    ledger.observe { [unowned self] commit in
      if commit.noun == BranchItem.noun { ledger.branches.learn(BranchItem(fields: commit.new)) }
    }
    for fields in try await documents.all(Documents.Query(BranchItem.collection), nil) {
      ledger.branches.learn(BranchItem(fields: fields))
    }
  }

  /// The branch that the call means with its argument `id`.
  func branch(_ call: Call) throws(Failure) -> BranchItem {
    if let branch = try ledger.branches.branch(named: try call.string("id")) { return branch }
    throw Failure(.invalidArgument, "main is the plan itself and no branch; name a branch, see branches.list")
  }

  // MARK: Methods

  func create(_ call: Call) async throws(Failure) {
    let (name, project) = (try call.string("name"), try projects.project(of: call))
    let description = call.stringIfPresent("description")
    try await ledger.answer(call, "branches.create", about: BranchItem.collection) { transaction throws(Failure) in
      let isTaken = name == BranchDirectory.main || (try? ledger.branches.branch(named: name)) != nil
      guard !isTaken else {
        throw Failure(
          .alreadyExists, "there is already a branch \(name); choose another name, or delete that one",
          details: Refusal.details(path: "name", message: "is taken"))
      }
      return transaction.put(
        BranchItem(
          id: ledger.ids.next(at: transaction.now), name: name, project: project.id, description: description)
      ).fields.json
    }
  }

  func get(_ call: Call) throws(Failure) {
    call.answer(json: try branch(call).fields.json)
  }

  func list(_ call: Call) throws(Failure) {
    var query = Documents.Query(
      BranchItem.collection, limit: Int(try call.int("limit")), cursor: call.stringIfPresent("cursor"))
    try projects.narrow(&query, to: call)
    query.match("hidden", .null)
    documents.answer(call, with: query)
  }

  func delete(_ call: Call) async throws(Failure) {
    let branch = try branch(call)
    try await ledger.alone(on: branch) { () throws(Failure) in
      try await ledger.answer(call, "branches.delete", about: BranchItem.collection) { transaction throws(Failure) in
        guard var branch = try await transaction.get(branch.id, as: BranchItem.self), !branch.isDeleted else {
          throw Failure(.notFound, "there is no branch \(branch.name)")
        }
        branch.fields["hidden"] = "deleted"
        branch.fields["hiddenAt"] = .string(transaction.now.text)
        transaction.put(branch)
        return Array("null".utf8)
      }
    }
  }

  /// What the branch has changed, since it began with each entity.
  func diff(_ call: Call) async throws(Failure) {
    let branch = try branch(call)
    let limit = Int(try call.int("limit"))
    let view = BranchView(branch, documents: documents, context: call.context)
    var touched = try await view.items()
    if let cursor = call.stringIfPresent("cursor") { touched.removeAll { $0.entity <= cursor } }
    var items: [Value] = []
    for item in touched.prefix(limit) {
      let base = view.base(of: item.entity)
      let state = item.state(since: base)
      let changes = Changes(from: base, to: state, ignoring: TaskItem.bookkeeping)
      let what = item.base == 0 ? "added" : state["hidden"] == "deleted" ? "removed" : "changed"
      var fields = item.head
      fields["what"] = .string(what)
      fields["base"] = .int(item.base)
      fields["changes"] = changes.json
      items.append(.object(fields))
    }
    let next = touched.count > limit ? touched[limit - 1].entity : nil
    call.answer(json: Fields.page(items, next: next).json)
  }
}

extension BranchedItem {
  /// Which entity it is about.
  var head: Fields {
    var head: Fields = ["entity": .string(entity), "kind": .string(kind), "project": .string(project)]
    head["key"] = fields["key"]
    return head
  }
}
