import PluginKit

/// The service `history`: what was, who changed it, and how to get it back.
@Loop
final class History {
  let ledger: Ledger
  let projects: Projects
  let log: RevisionLog
  var host: Host { ledger.host }
  var documents: Documents { ledger.documents }
  var kinds: [String: Kind] = [:]

  init(ledger: Ledger, projects: Projects) {
    self.ledger = ledger
    self.projects = projects
    log = RevisionLog(documents: ledger.documents)
  }

  // MARK: Finding

  /// An entity that a caller means: its newest revision says all that has to be known of it.
  func entity(_ name: String, _ context: Context?) async throws(Failure) -> RecordedRevision {
    var id: String?
    switch Reference(name) {
    case .id(let text): id = text
    case let key:
      for kind in kinds.keys.sorted() {
        if let found = try await kinds[kind]?.find(key, context) { id = found["id"]?.string }
      }
    }
    if let id, let latest = try await log.latest(of: id, context) { return latest }
    throw Failure(.notFound, "there is nothing called \"\(name)\"; give the id of an entity, or a key such as ORC-42")
  }

  /// A point in the history of an entity.
  enum Point {
    case revision(Int64)
    case instant(Instant)
  }

  /// The revision that an entity had at a point.
  func revision(
    of entity: RecordedRevision, at point: Point, _ context: Context?
  ) async throws(Failure) -> RecordedRevision {
    switch point {
    case .revision(let number):
      if number == entity.number { return entity }
      if let found = try await log.revision(number, of: entity.entity, context) { return found }
      throw Failure(
        .notFound, "\(entity.name) has no revision \(number); its newest is \(entity.number)",
        details: Refusal.details(path: "revision", message: "is not there"))
    case .instant(let instant):
      if let found = try await log.latest(of: entity.entity, upTo: instant, context) { return found }
      throw Failure(.notFound, "\(entity.name) was not there yet at \(instant.text)")
    }
  }

  /// The state that a revision led to.
  func state(at revision: RecordedRevision, _ context: Context?) async throws(Failure) -> Fields {
    if let state = try await log.state(of: revision.entity, at: revision.number, context) {
      return state.arranged(by: kinds[revision.kind]?.order ?? [])
    }
    guard !revision.isPurged else {
      throw Failure(
        .failedPrecondition,
        "revision \(revision.number) of \(revision.name) was purged: who made it and when is left, not what it said")
    }
    throw Failure(
      .dataLoss,
      "the revisions of \(revision.name) do not lead to its revision \(revision.number); storage.integrity says what is "
        + "wrong with the store")
  }

  // MARK: Reading

  func get(_ call: Call) async throws(Failure) {
    let entity = try await entity(try call.string("id"), call.context)
    let (number, instant) = (call.intIfPresent("revision"), call.stringIfPresent("at").flatMap { Instant($0) })
    guard number == nil || instant == nil else {
      throw Failure(
        .invalidArgument, "give the revision or the instant, and not both",
        details: Refusal.details(path: "at", message: "or revision, not both"))
    }
    let point = number.map { Point.revision(Int64($0)) } ?? instant.map(Point.instant) ?? .revision(entity.number)
    let revision = try await revision(of: entity, at: point, call.context)
    var answer = revision.summary
    answer["state"] = .object(try await state(at: revision, call.context))
    call.answer(json: answer.json)
  }

  func list(_ call: Call) async throws(Failure) {
    var query: Documents.Query
    if let name = call.stringIfPresent("id") {
      query = RevisionLog.query(of: try await entity(name, call.context).entity)
      query.order = ["-id"]
    } else {
      query = Documents.Query(Revision.collection)
      try projects.narrow(&query, to: call)
      query.match("kind", "notEqual", .string(BranchedItem.noun))
      query.order = ["-change"]
    }
    if let actor = call.stringIfPresent("actor") { query.match("actor", .string(actor)) }
    query.limit = Int(try call.int("limit"))
    query.cursor = call.stringIfPresent("cursor")
    query.fields = RecordedRevision.summarized + ["patch"]
    let page = try await documents.page(query, call.context)
    let items = page.items.map { fields -> Value in
      let revision = RecordedRevision(fields)
      var summary = revision.summary
      summary["changes"] = revision.patch.map(Value.object)
      return .object(summary)
    }
    call.answer(json: Fields.page(items, next: page.next).json)
  }

  func blame(_ call: Call) async throws(Failure) {
    let entity = try await entity(try call.string("id"), call.context)
    let state = try await state(at: entity, call.context)
    var open = Set(state.names).subtracting(TaskItem.bookkeeping)
    var blamed = Fields()
    var query = RevisionLog.query(of: entity.entity)
    query.order = ["-id"]
    query.limit = 200
    query.fields = RecordedRevision.summarized + ["patch"]
    // The newest revision that names a field has set it; most fields are found in the first page.
    search: repeat {
      let page = try await documents.page(query, call.context)
      for revision in page.items.map(RecordedRevision.init) {
        let names = revision.patch.map { Set($0.names) } ?? open
        for name in open.intersection(names) { blamed[name] = .object(revision.blame) }
        open.subtract(names)
        if open.isEmpty { break search }
      }
      query.cursor = page.next
    } while query.cursor != nil
    var answer = entity.head
    answer["fields"] = .object(blamed.arranged(by: state.names))
    call.answer(json: answer.json)
  }
}

extension RecordedRevision {
  /// The key of the entity, or its id when it has none.
  var name: String { key.isEmpty ? entity : key }

  static let summarized = [
    "entity", "kind", "key", "project", "number", "parent", "merged", "change", "at", "actor", "method", "reason",
    "purged",
  ]

  /// All but patch and state.
  var summary: Fields {
    var summary = Fields()
    for name in RecordedRevision.summarized {
      guard let value = fields[name], value != .null, value != "" else { continue }
      summary[name == "number" ? "revision" : name] = value
    }
    return summary
  }

  /// Which entity it is.
  var head: Fields { select(["entity", "kind", "key", "project", "number"]) }
  /// Who made it, when and why.
  var blame: Fields { select(["number", "at", "actor", "method", "reason", "change"]) }

  private func select(_ names: [String]) -> Fields {
    let summary = summary
    var selected = Fields()
    for name in names {
      let name = name == "number" ? "revision" : name
      selected[name] = summary[name]
    }
    return selected
  }
}

extension Fields {
  /// `{"items":[…],"next":cursor|null}`.
  static func page(_ items: [Value], next: String?) -> Fields {
    ["items": .array(items), "next": next.map(Value.string) ?? .null]
  }
}
