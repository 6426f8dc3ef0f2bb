import Interchange
import PluginKit

/// The service `imports`: takes the exports of other tools piece by piece, and makes tasks of them.
@Loop
final class Imports {
  let ledger: Ledger
  let projects: Projects
  let tasks: Tasks
  let time: TimeTracking
  var host: Host { ledger.host }
  var documents: Documents { ledger.documents }
  private let turns = Turns()
  /// The imports under way, the one that was used last at the end.
  private var sessions: [ImportSession] = []

  /// The most bytes of one piece, and of a content that comes in one call.
  static let pieceLimit = 1 << 20
  static let contentLimit = 4 << 20
  /// So many imports are held in memory. Of more, those that were used longest ago are forgotten: their content has to
  /// come again.
  private static let sessionLimit = 8

  init(ledger: Ledger, projects: Projects, tasks: Tasks, time: TimeTracking) {
    self.ledger = ledger
    self.projects = projects
    self.tasks = tasks
    self.time = time
  }

  static let collection = Documents.Definition(
    collection: ImportItem.collection, indexes: [.init(fields: ["project", "hidden", "createdAt"])])

  // MARK: Methods

  func formats(_ call: Call) {
    var json = JSONWriter(capacity: 2048)
    json.beginObject()
    json.key("items" as StaticString)
    json.beginArray()
    for format in ImportFormat.allCases {
      json.beginObject()
      json.member("format", format.rawValue)
      json.member("doc", ImportText.doc(of: format))
      json.endObject()
    }
    json.endArray()
    json.endObject()
    call.answer(json)
  }

  func begin(_ call: Call) async throws(Failure) {
    call.answer(json: try await open(call).item.fields.json)
  }

  /// The whole import of a small content.
  func run(_ call: Call) async throws(Failure) {
    let content = try content(of: call, limit: Imports.contentLimit)
    let session = try await open(call)
    try await turns.run(session.item.id) { () throws(Failure) in
      do throws(Failure) {
        try await read(content, session, call.context)
        try await end(session, call.context)
      } catch {
        close(session)
        throw error
      }
    }
    call.answer(json: session.item.fields.json)
  }

  func feed(_ call: Call) async throws(Failure) {
    let (id, offset) = (try call.string("id").asciiLowercased, try call.int("offset"))
    let content = try content(of: call, limit: Imports.pieceLimit)
    let answer = try await turns.run(id) { () throws(Failure) in
      let session = try await session(id, call.context)
      try refuseUnlessReceiving(session.item)
      guard offset <= session.received else {
        throw Failure(
          .failedPrecondition,
          "the import has \(session.received) bytes; the next piece begins there, not at \(offset)",
          details: #"{"received":\#(session.received)}"#)
      }
      let known = session.received - offset
      try await read(known < content.count ? Array(content[known...]) : [], session, call.context)
      return self.answer(session)
    }
    call.answer(json: answer)
  }

  func finish(_ call: Call) async throws(Failure) {
    let id = try call.string("id").asciiLowercased
    let size = call.intIfPresent("size")
    let answer = try await turns.run(id) { () throws(Failure) in
      if let item = try await stored(id, call.context), item.status == .finished { return item.fields.json }
      let session = try await session(id, call.context)
      if session.item.status == .finished { return session.item.fields.json }
      try refuseUnlessReceiving(session.item)
      guard size == nil || size == session.received else {
        throw Failure(
          .failedPrecondition,
          "the import has \(session.received) of \(size ?? 0) bytes; send the rest, then finish it",
          details: #"{"received":\#(session.received)}"#)
      }
      try await end(session, call.context)
      return session.item.fields.json
    }
    call.answer(json: answer)
  }

  func get(_ call: Call) async throws(Failure) {
    let id = try call.string("id").asciiLowercased
    if let session = sessions.first(where: { $0.item.id == id }) {
      call.answer(json: answer(session))
    } else if let item = try await stored(id, call.context) {
      call.answer(json: item.fields.json)
    } else {
      throw absent(id)
    }
  }

  func list(_ call: Call) throws(Failure) {
    var query = Documents.Query(
      ImportItem.collection, limit: try call.int("limit"), cursor: call.stringIfPresent("cursor"))
    try projects.narrow(&query, to: call)
    query.match("hidden", .null)
    query.order = [call.stringIfPresent("project") == "*" ? "-id" : "-createdAt"]
    query.fields = ImportItem.order.filter { !["report", "options"].contains($0) }
    documents.answer(call, with: query)
  }

  func cancel(_ call: Call) async throws(Failure) {
    let id = try call.string("id").asciiLowercased
    let answer = try await turns.run(id) { () throws(Failure) in
      let session = try await session(id, call.context)
      guard session.item.status != .cancelled else { return session.item.fields.json }
      try refuseUnlessReceiving(session.item)
      try await close(session, as: .cancelled, "imports.cancel", call.context)
      return session.item.fields.json
    }
    call.answer(json: answer)
  }

  // MARK: Sessions

  private func absent(_ id: String) -> Failure {
    Failure(
      .notFound,
      "there is no import \"\(id)\"; imports.list shows those that there are, and a dry run ends with the host")
  }

  private func stored(_ id: String, _ context: Context?) async throws(Failure) -> ImportItem? {
    try await documents.find(.id(id), as: ImportItem.self, context)
  }

  private func refuseUnlessReceiving(_ item: ImportItem) throws(Failure) {
    guard item.status != .receiving else { return }
    throw Failure(
      .failedPrecondition, "the import is \(item.status.rawValue) and takes nothing more; begin another one")
  }

  /// Begins an import as the call says.
  private func open(_ call: Call) async throws(Failure) -> ImportSession {
    let project = try projects.project(of: call)
    var options = Fields()
    for name in ["timeZone", "dateOrder", "repository"] as [StaticString] {
      options[name.description] = call.stringIfPresent(name).map(Value.string)
    }
    if let statuses = try call.jsonIfPresent("statuses").map({ json throws(Failure) in try host.parse(json) }) {
      options["statuses"] = Value(statuses)
    }
    try Projects.refuseUnknownZone(options)
    let isDry = try call.bool("dryRun")
    let item = ImportItem(
      id: ledger.ids.next(at: .now), project: project.id, format: try call.string("format"), options: options,
      isDry: isDry)
    let session = try makeSession(item)
    try await store(session, "imports.begin", call.context)
    keep(session)
    return session
  }

  private func makeSession(_ item: ImportItem) throws(Failure) -> ImportSession {
    guard let format = ImportFormat(rawValue: item.format) else {
      throw Failure(.internal, "the import has the format \"\(item.format)\", which is none")
    }
    let given = item.options
    var options = ImportOptions(
      timeZone: given["timeZone"]?.string.flatMap { TimeZone($0) } ?? projects[item.project].zone,
      dateOrder: given["dateOrder"]?.string.flatMap(DateOrder.init) ?? .dayFirst,
      repository: given["repository"]?.string)
    for (word, status) in given["statuses"]?.object?.members ?? [] { options.statuses[word] = status.string }
    return ImportSession(item, reader: ImportReader(format, options, host: host))
  }

  /// The import of that id, with a reader that begins at the beginning when it was not in memory.
  private func session(_ id: String, _ context: Context?) async throws(Failure) -> ImportSession {
    if let session = sessions.first(where: { $0.item.id == id }) {
      keep(session)
      return session
    }
    guard let item = try await stored(id, context) else { throw absent(id) }
    let session = try makeSession(item)
    if item.status == .receiving { keep(session) }
    return session
  }

  private func keep(_ session: ImportSession) {
    close(session)
    sessions.append(session)
    if sessions.count > Imports.sessionLimit { sessions.removeFirst() }
  }

  func close(_ session: ImportSession) {
    sessions.removeAll { $0 === session }
  }

  func close(
    _ session: ImportSession, as status: ImportItem.Status, _ method: String, _ context: Context?
  ) async throws(Failure) {
    session.item.fields["status"] = .string(status.rawValue)
    try await store(session, method, context)
    if !session.item.isDry { close(session) }
  }

  private func answer(_ session: ImportSession) -> [UInt8] {
    var item = session.item
    item.fields["received"] = .int(Int64(session.received))
    return item.fields.json
  }

  /// Stores the state of an import; a dry run leaves no trace.
  private func store(_ session: ImportSession, _ method: String, _ context: Context?) async throws(Failure) {
    guard !session.item.isDry else { return }
    let item = session.item
    var stored = item
    _ = try await ledger.change(.init(method: method), about: item.id, context) { transaction throws(Failure) in
      _ = try await transaction.get(item.id, as: ImportItem.self)
      stored = transaction.put(item)
      return []
    }
    session.item = stored
  }
}
