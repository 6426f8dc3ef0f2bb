import PluginKit

/// What differs between two points.
extension History {
  func diff(_ call: Call) async throws(Failure) {
    guard let name = call.stringIfPresent("id") else { return try await diffProject(call) }
    let entity = try await entity(name, call.context)
    let to = try await revision(of: entity, at: try point(call, "to") ?? .revision(entity.number), call.context)
    let new = try await state(at: to, call.context)
    var answer = entity.head
    answer["revision"] = nil
    answer["to"] = .object(to.blame)
    let from = try await start(of: entity, before: to, try point(call, "from"), call.context)
    answer["from"] = from.map { .object($0.blame) } ?? .null
    let old = if let from { try await state(at: from, call.context) } else { Fields() }
    answer["changes"] = Changes(from: old, to: new, ignoring: TaskItem.bookkeeping).json
    call.answer(json: answer.json)
  }

  /// Where a difference begins: where the caller says, or one revision before its end; nil before the first.
  private func start(
    of entity: RecordedRevision, before end: RecordedRevision, _ point: Point?, _ context: Context?
  ) async throws(Failure) -> RecordedRevision? {
    switch point {
    case .revision(0): nil
    case nil: end.number == 1 ? nil : try await revision(of: entity, at: .revision(end.number - 1), context)
    case .instant(let instant): try await log.latest(of: entity.entity, upTo: instant, context)
    case let point?: try await revision(of: entity, at: point, context)
    }
  }

  /// The point that an argument names: a number is a revision, a text an instant.
  private func point(_ call: Call, _ name: StaticString) throws(Failure) -> Point? {
    switch try call.jsonIfPresent(name).map({ json throws(Failure) in Value(try host.parse(json)) }) {
    case .string(let text): Instant(text).map(Point.instant)
    case let value?: value.int.map(Point.revision)
    case nil: nil
    }
  }

  // MARK: Projects

  /// What became of the entities of a project between two instants, by their ids.
  private func diffProject(_ call: Call) async throws(Failure) {
    let project = try projects.project(of: call)
    let (from, to) = (try instant(call, "from"), try instant(call, "to") ?? .now)
    guard let from, from <= to else {
      throw Failure(
        .invalidArgument, "the difference of a project needs the instant from which, before the one to which it goes",
        details: Refusal.details(path: "from", message: "is needed, and comes before to"))
    }
    let limit = Int(try call.int("limit"))
    let changed = try await changed(in: project.id, from, to, after: call.stringIfPresent("cursor"), call.context)
    var items: [Value] = []
    for entity in changed.prefix(limit) {
      if let item = try await difference(entity, call.context) { items.append(item) }
    }
    let next = changed.count > limit ? changed[limit - 1].id : nil
    var answer: Fields = ["from": .string(from.text), "to": .string(to.text)]
    for (name, value) in Fields.page(items, next: next).members { answer[name] = value }
    call.answer(json: answer.json)
  }

  private func instant(_ call: Call, _ name: StaticString) throws(Failure) -> Instant? {
    switch try point(call, name) {
    case .instant(let instant): return instant
    case nil: return nil
    case .revision:
      throw Failure(
        .invalidArgument, "a project has no revisions as a whole: give an instant such as 2026-01-31T09:30:00Z",
        details: Refusal.details(path: name.description, message: "must be an instant"))
    }
  }

  /// The entities that were changed between two instants, with their first and last revision in between.
  private func changed(
    in project: String, _ from: Instant, _ to: Instant, after cursor: String?, _ context: Context?
  ) async throws(Failure) -> [(id: String, first: Int64, last: Int64)] {
    var query = Documents.Query(Revision.collection)
    query.match("project", .string(project))
    query.match("change", "greaterOrEqual", .string(from.changeBound))
    query.match("change", "less", .string(to.changeBound))
    query.match("kind", "notEqual", .string(BranchedItem.noun))
    if let cursor { query.match("entity", "greater", .string(cursor)) }
    let aggregate = Documents.Aggregate(
      query, by: ["entity"], measures: [.least("number"), .greatest("number")])
    return try await documents.groups(aggregate, context).compactMap { group in
      guard group.count == 3, let id = group[0].string, let first = group[1].int, let last = group[2].int else {
        return nil
      }
      return (id, first, last)
    }
  }

  /// `{entity,kind,key,what,changes}` of an entity; nil when it is after the last revision what it was before the first.
  private func difference(
    _ entity: (id: String, first: Int64, last: Int64), _ context: Context?
  ) async throws(Failure) -> Value? {
    let old = try await log.state(of: entity.id, at: entity.first - 1, context)
    guard let last = try await log.revision(entity.last, of: entity.id, context) else { return nil }
    let new = try await log.state(of: entity.id, at: entity.last, context)
    func isThere(_ state: Fields?) -> Bool { state != nil && state?["hidden"] != "deleted" }
    let changes = Changes(from: old ?? Fields(), to: new ?? Fields(), ignoring: TaskItem.bookkeeping)
    let what: Value
    switch (isThere(old), isThere(new)) {
    case (false, false): return nil
    case (false, true): what = "added"
    case (true, false): what = "removed"
    case (true, true):
      if changes.isEmpty { return nil }
      what = "changed"
    }
    var item = last.head
    item["what"] = what
    item["changes"] = changes.json
    return .object(item)
  }
}

extension Changes {
  /// `{"status":["todo","done"]}`.
  var json: Value { .object(Fields(list.map { ($0.field, .array([$0.old, $0.new])) })) }
}
