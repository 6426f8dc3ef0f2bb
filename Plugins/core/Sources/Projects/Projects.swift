import PluginKit

/// The service `projects`.
@Loop
final class Projects {
  private let host: Host
  private let documents: Documents
  private let ids: Identities
  /// The project that is meant when none is named: the oldest.
  private var standard = ProjectItem(fields: Fields())

  init(host: Host, documents: Documents, ids: Identities) {
    self.host = host
    self.documents = documents
    self.ids = ids
  }

  /// Makes the collection, and in an empty one the first project.
  func start() async throws(Failure) {
    try await documents.declare(ProjectItem.collection, indexes: [.init(fields: ["key"], isUnique: true)])
    if let oldest = try await documents.first(of: ProjectItem.self) {
      standard = oldest
      return
    }
    let name = DefaultProject(storageFolder: host.info.storageDirectory)
    let now = Instant.now
    let project = ProjectItem(
      ["name": .string(name.name)], id: ids.next(at: now), key: name.key, timeZone: ZoneName.current, at: now)
    _ = try await documents.commit(project, topics: ["project:created"], nil)
    standard = project
  }

  /// The project that a caller means.
  ///
  /// - Parameter name: Its id or key; nil for the default one.
  func project(named name: String?, _ context: Context?) async throws(Failure) -> ProjectItem {
    guard let name else { return standard }
    let reference = Reference(name)
    if reference == .id(standard.id) || reference == .key(standard.key) { return standard }
    guard let project = try await documents.find(reference, as: ProjectItem.self, context) else {
      throw absent(name)
    }
    return project
  }

  private func absent(_ name: String) -> Failure {
    Failure(.notFound, "there is no project \"\(name)\"; projects.list shows those that there are")
  }

  // MARK: Methods

  func create(_ call: Call) async throws(Failure) {
    let given = Fields(try host.parse(call.arguments))
    if let zone = given["timeZone"]?.string, !ZoneName.isKnown(zone) {
      throw Failure(
        .invalidArgument, "there is no time zone \"\(zone)\"; give an IANA name such as Europe/Berlin",
        details: Refusal.details(path: "timeZone", message: "is no IANA time zone"))
    }
    let now = Instant.now
    let project = ProjectItem(
      given, id: ids.next(at: now), key: try call.string("key"), timeZone: ZoneName.current, at: now)
    do {
      call.answer(json: try await documents.commit(project, topics: ["project:created"], call.context))
    } catch {
      guard error.status == .alreadyExists else { throw error }
      throw Failure(
        .alreadyExists, "there is already a project \(project.key); choose another key",
        details: Refusal.details(path: "key", message: "is taken"))
    }
  }

  func get(_ call: Call) throws(Failure) {
    let name = try call.string("id")
    documents.answer(call, with: Reference(name), of: ProjectItem.collection) { [self] in absent(name) }
  }

  func list(_ call: Call) throws(Failure) {
    documents.answer(
      call,
      with: Documents.Query(
        ProjectItem.collection, limit: try call.int("limit"), cursor: call.stringIfPresent("cursor")))
  }
}
