import PluginKit

/// The service `projects`.
@Loop
final class Projects {
  private let ledger: Ledger
  private var host: Host { ledger.host }
  private var documents: Documents { ledger.documents }
  /// All projects by their id. There are few of them, and every change of a task needs one.
  private var known: [String: ProjectItem] = [:]
  /// The id of the project that is meant when none is named: the oldest.
  private var standard = ""

  init(ledger: Ledger) {
    self.ledger = ledger
  }

  /// Makes the collection, and in an empty one the first project.
  static let collection = Documents.Definition(
    collection: ProjectItem.collection, indexes: [.init(fields: ["key"], isUnique: true)])

  func start() async throws(Failure) {
    ledger.observe { [unowned self] commit in
      if commit.noun == ProjectItem.noun { learn(ProjectItem(fields: commit.new)) }
    }
    for fields in try await documents.all(Documents.Query(ProjectItem.collection), nil) {
      learn(ProjectItem(fields: fields))
    }
    guard known.isEmpty else { return }
    let name = DefaultProject(storageFolder: host.info.storageDirectory)
    _ = try await ledger.change(.init(method: "projects.create"), nil) { transaction throws(Failure) in
      transaction.put(
        ProjectItem(
          ["name": .string(name.name)], id: ledger.ids.next(at: transaction.now), key: name.key,
          timeZone: ZoneName.current)
      ).fields.json
    }
  }

  private func learn(_ project: ProjectItem) {
    known[project.id] = project
    ledger.calendars.learn(project)
    // Ids sort by the time at which they were made.
    if standard.isEmpty || project.id < standard { standard = project.id }
  }

  /// The project that a caller means.
  ///
  /// - Parameter name: Its id or key; nil for the default one.
  func project(named name: String?) throws(Failure) -> ProjectItem {
    let project: ProjectItem? =
      switch name.map(Reference.init) {
      case nil: known[standard]
      case .id(let id): known[id]
      case .key(let key): known.values.first { $0.key == key }
      }
    guard let project, !project.isDeleted else { throw absent(name ?? "default") }
    return project
  }

  /// The project that the call names with its argument `project`, or the default one.
  func project(of call: Call) throws(Failure) -> ProjectItem { try project(named: call.stringIfPresent("project")) }

  /// Lets a query find what belongs to the project that the call names; everything when it says `*`.
  func narrow(_ query: inout Documents.Query, to call: Call) throws(Failure) {
    guard call.stringIfPresent("project") != "*" else { return }
    query.match("project", .string(try project(of: call).id))
  }

  /// The project with this id, for what belongs to it; an empty one when it is gone.
  subscript(id: String) -> ProjectItem { known[id] ?? ProjectItem(fields: [:]) }

  private func absent(_ name: String) -> Failure {
    Failure(.notFound, "there is no project \"\(name)\"; projects.list shows those that there are")
  }

  // MARK: Methods

  func create(_ call: Call) async throws(Failure) {
    var given = Fields(try host.parse(call.arguments))
    for name in ["idempotencyKey", "reason"] { given[name] = nil }
    try Projects.refuseUnknownZone(given)
    let key = try call.string("key").asciiUppercased
    do {
      try await ledger.answer(call, "projects.create") { transaction throws(Failure) in
        let project = ProjectItem(
          given, id: ledger.ids.next(at: transaction.now), key: key, timeZone: ZoneName.current)
        return transaction.put(project).fields.json
      }
    } catch {
      guard error.status == .alreadyExists else { throw error }
      throw Failure(
        .alreadyExists, "there is already a project \(key); choose another key",
        details: Refusal.details(path: "key", message: "is taken"))
    }
  }

  /// Refuses a `timeZone` that the system does not have.
  static func refuseUnknownZone(_ given: Fields) throws(Failure) {
    guard let zone = given["timeZone"]?.string, TimeZone(zone) == nil else { return }
    throw Failure(
      .invalidArgument, "there is no time zone \"\(zone)\"; give an IANA name such as Europe/Berlin",
      details: Refusal.details(path: "timeZone", message: "is no IANA time zone"))
  }

  func get(_ call: Call) throws(Failure) {
    call.answer(json: try project(named: try call.string("id")).fields.json)
  }

  func list(_ call: Call) throws(Failure) {
    var query = Documents.Query(
      ProjectItem.collection, limit: try call.int("limit"), cursor: call.stringIfPresent("cursor"))
    query.match("hidden", .null)
    documents.answer(call, with: query)
  }

  func update(_ call: Call) async throws(Failure) {
    var patch = Fields(try host.parse(call.arguments))
    for name in ["id", "revision", "reason"] { patch[name] = nil }
    try Projects.refuseUnknownZone(patch)
    let id = try project(named: try call.string("id")).id
    try await ledger.answer(call, "projects.update", about: id) { transaction throws(Failure) in
      guard var project = try await transaction.get(id, as: ProjectItem.self) else { throw absent(id) }
      try Refusal.stale(call, project)
      try project.apply(patch)
      return transaction.put(project).fields.json
    }
  }

  func delete(_ call: Call) async throws(Failure) {
    let id = try project(named: try call.string("id")).id
    guard id != standard else {
      throw Failure(
        .failedPrecondition,
        "\(self[id].key) is the default project, which every call means that names none; it cannot be deleted")
    }
    try await ledger.answer(call, "projects.delete", about: id) { transaction throws(Failure) in
      guard var project = try await transaction.get(id, as: ProjectItem.self) else { throw absent(id) }
      try Refusal.stale(call, project)
      project.fields["hidden"] = "deleted"
      project.fields["hiddenAt"] = .string(transaction.now.text)
      transaction.put(project)
      return Array("null".utf8)
    }
  }
}
