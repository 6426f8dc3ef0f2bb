import PluginKit

/// The service `records`.
@Loop
final class Records {
  private let ledger: Ledger
  private let projects: Projects
  private var host: Host { ledger.host }
  private var documents: Documents { ledger.documents }

  init(ledger: Ledger, projects: Projects) {
    self.ledger = ledger
    self.projects = projects
  }

  static let collection = Documents.Definition(
    collection: RecordItem.collection,
    indexes: [
      .init(fields: ["key"], isUnique: true), .init(fields: ["project", "hidden", "createdAt"]),
      .init(fields: ["project", "hidden", "kind", "createdAt"]),
      .init(fields: ["project", "hidden", "pattern", "createdAt"]),
    ],
    search: [.init(field: "title", weight: 8), .init(field: "labels", weight: 4), .init(field: "body")])

  private func absent(_ name: String) -> Failure {
    Failure(.notFound, "there is no record \"\(name)\"; give the id or the key of one, such as ORC-R7")
  }

  private func record(_ name: String, _ transaction: Transaction) async throws(Failure) -> RecordItem {
    guard let record = try await transaction.find(Reference(name), as: RecordItem.self), !record.isDeleted else {
      throw absent(name)
    }
    return record
  }

  // MARK: Reading

  func get(_ call: Call) throws(Failure) {
    let name = try call.string("id")
    documents.answer(call, with: Reference(name), of: RecordItem.collection) { [self] in absent(name) }
  }

  func list(_ call: Call) async throws(Failure) {
    var query = Documents.Query(
      RecordItem.collection, limit: try call.int("limit"), cursor: call.stringIfPresent("cursor"))
    try projects.narrow(&query, to: call)
    query.match("hidden", .null)
    for name in ["kind", "component", "severity", "pattern"] as [StaticString] {
      if let wanted = call.stringIfPresent(name) { query.match(name.description, .string(wanted)) }
    }
    if let name = call.stringIfPresent("task") {
      guard let task = try await documents.find(Reference(name), as: TaskItem.self, call.context), !task.isDeleted
      else { throw Tasks.absent(name) }
      query.match("tasks", containing: task.id)
    }
    query.order = ["-createdAt"]
    if let text = call.stringIfPresent("text") {
      documents.answer(call, with: query, matching: text)
    } else {
      documents.answer(call, with: query)
    }
  }

  /// The errors of a project by what their messages have in common, the most frequent first.
  func errorPatterns(_ call: Call) async throws(Failure) {
    var query = Documents.Query(RecordItem.collection)
    query.match("project", .string(try projects.project(of: call).id))
    query.match("hidden", .null)
    query.match("pattern", "exists", true)
    let least = try call.int("atLeast")
    let groups = try await documents.groups(
      .init(query, by: ["pattern"], measures: [.count, .least("createdAt"), .greatest("createdAt")]), call.context)
    let patterns = groups.compactMap { group -> (pattern: String, count: Int64, first: Value, last: Value)? in
      guard group.count == 4, let pattern = group[0].string, let count = group[1].int, count >= least else {
        return nil
      }
      return (pattern, count, group[2], group[3])
    }.sorted { ($1.count, $0.pattern) < ($0.count, $1.pattern) }
    let items = patterns.prefix(500).map { pattern -> Value in
      [
        "pattern": .string(pattern.pattern), "count": .int(pattern.count), "first": pattern.first, "last": pattern.last,
      ]
    }
    call.answer(json: Fields.page(items, next: nil).json)
  }

  // MARK: Writing

  func create(_ call: Call) async throws(Failure) {
    var given = Fields(try host.parse(call.arguments))
    for name in ["project", "idempotencyKey", "reason"] { given[name] = nil }
    let project = try projects.project(of: call)
    try await ledger.answer(call, "records.create") { transaction throws(Failure) in
      var given = given
      try await resolveTasks(&given, transaction)
      let number = try await transaction.next("core/records/\(project.id)")
      let record = RecordItem(
        given, id: ledger.ids.next(at: transaction.now), key: "\(project.key)-R\(number)", project: project.id)
      return transaction.put(record).fields.json
    }
  }

  func update(_ call: Call) async throws(Failure) {
    var patch = Fields(try host.parse(call.arguments))
    for name in ["id", "revision", "reason"] { patch[name] = nil }
    try await change(call, "records.update") { [self] record, transaction throws(Failure) in
      var (record, patch) = (record, patch)
      try await resolveTasks(&patch, transaction)
      try record.apply(patch)
      return record
    }
  }

  func delete(_ call: Call) async throws(Failure) {
    try await change(call, "records.delete") { record, transaction throws(Failure) in
      var record = record
      record.fields["hidden"] = "deleted"
      record.fields["hiddenAt"] = .string(transaction.now.text)
      return record
    }
  }

  func link(_ call: Call) async throws(Failure) {
    try await changeLink(call, "records.link") { record, relation, target in record.link(relation, to: target) }
  }

  func unlink(_ call: Call) async throws(Failure) {
    try await changeLink(call, "records.unlink") { record, relation, target in record.unlink(relation, from: target) }
  }

  private func changeLink(
    _ call: Call, _ method: StaticString,
    _ body: @escaping @Loop (inout RecordItem, RecordItem.Relation, String) -> Void
  ) async throws(Failure) {
    let name = try call.string("target")
    let relation = RecordItem.Relation(rawValue: try call.string("relation")) ?? .relates
    try await change(call, method) { [self] record, transaction throws(Failure) in
      var record = record
      let target = try await target(name, transaction)
      guard target != record.id else {
        throw Failure(.invalidArgument, "\(record.key) cannot be linked with itself; name another record or a task")
      }
      body(&record, relation, target)
      return record
    }
  }

  /// The id of the record or the task that somebody names.
  private func target(_ name: String, _ transaction: Transaction) async throws(Failure) -> String {
    let record = try await transaction.find(Reference(name), as: RecordItem.self)
    if let record, !record.isDeleted { return record.id }
    let task = try await transaction.find(Reference(name), as: TaskItem.self)
    if let task, !task.isDeleted { return task.id }
    throw Failure(
      .notFound, "there is neither a record nor a task \"\(name)\"; give the id or the key of one, such as ORC-R7")
  }

  private func change(
    _ call: Call, _ method: StaticString,
    _ body: @escaping @Loop (RecordItem, Transaction) async throws(Failure) -> RecordItem
  ) async throws(Failure) {
    let name = try call.string("id")
    try await ledger.answer(call, method) { transaction throws(Failure) in
      let record = try await record(name, transaction)
      try Refusal.stale(call, record)
      let new = transaction.put(try await body(record, transaction))
      return new.isDeleted ? Array("null".utf8) : new.fields.json
    }
  }

  /// Turns the keys of tasks into their ids.
  private func resolveTasks(_ fields: inout Fields, _ transaction: Transaction) async throws(Failure) {
    guard let names = fields["tasks"]?.array?.compactMap(\.string) else { return }
    var ids: [Value] = []
    for name in names {
      guard let task = try await transaction.find(Reference(name), as: TaskItem.self), !task.isDeleted else {
        throw Tasks.absent(name)
      }
      if !ids.contains(.string(task.id)) { ids.append(.string(task.id)) }
    }
    fields["tasks"] = .array(ids)
  }
}
