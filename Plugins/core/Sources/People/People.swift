import PluginKit

/// The service `people`.
@Loop
final class People {
  private let ledger: Ledger
  private var host: Host { ledger.host }
  private var documents: Documents { ledger.documents }
  /// Everybody by the handle, those who were deleted among them. They are few, and are looked up by two names.
  private var known: [String: PersonItem] = [:]

  init(ledger: Ledger) {
    self.ledger = ledger
  }

  static let collection = Documents.Definition(
    collection: PersonItem.collection,
    indexes: [
      .init(fields: ["handle"], isUnique: true), .init(fields: ["hidden", "handle"]),
      .init(fields: ["hidden", "kind", "handle"]),
    ])

  func start() async throws(Failure) {
    ledger.observe { [unowned self] commit in
      if commit.noun == PersonItem.noun { learn(PersonItem(fields: commit.new)) }
    }
    for fields in try await documents.all(Documents.Query(PersonItem.collection), nil) {
      learn(PersonItem(fields: fields))
    }
  }

  private func learn(_ person: PersonItem) {
    if person.isPurged { known = known.filter { $0.value.id != person.id } } else { known[person.handle] = person }
  }

  /// The person with this handle; nil when there is none, or none any more.
  subscript(handle: String) -> PersonItem? { known[handle].flatMap { $0.isDeleted ? nil : $0 } }

  private func person(named name: String) throws(Failure) -> PersonItem {
    let person =
      switch Reference(name) {
      case .id(let id): known.values.first { $0.id == id }
      case .key: known[name.lowercased()]
      }
    guard let person, !person.isDeleted else { throw absent(name) }
    return person
  }

  private func absent(_ name: String) -> Failure {
    Failure(.notFound, "there is nobody called \"\(name)\"; people.list shows the handles of those that there are")
  }

  // MARK: Methods

  func create(_ call: Call) async throws(Failure) {
    var given = Fields(try host.parse(call.arguments))
    for name in ["idempotencyKey", "reason"] { given[name] = nil }
    try Projects.refuseUnknownZone(given)
    let handle = try handle(try call.string("handle"))
    try await ledger.answer(call, "people.create", about: "person \(handle)") { [self] transaction throws(Failure) in
      let old = known[handle]
      guard old?.isDeleted != false else {
        throw Failure(
          .alreadyExists, "there is already somebody with the handle \(handle); choose another one",
          details: Refusal.details(path: "handle", message: "is taken"))
      }
      var person = try PersonItem(given, id: old?.id ?? ledger.ids.next(at: transaction.now), handle: handle)
      // Whoever comes back is who they were: tasks name them by their handle.
      if let old {
        person.fields["createdAt"] = try await transaction.get(old.id, as: PersonItem.self)?.fields["createdAt"]
      }
      return transaction.put(person).fields.json
    }
  }

  private func handle(_ text: String) throws(Failure) -> String {
    guard let handle = Handle.normalized(text) else {
      throw Failure(
        .invalidArgument,
        "\"\(text)\" cannot be a handle: it needs letters, digits, \".\", \"_\" or \"-\", a letter or digit first, "
          + "and it may not be \(Refusal.list(Handle.reserved.sorted()))",
        details: Refusal.details(path: "handle", message: "is no handle"))
    }
    return handle
  }

  func get(_ call: Call) throws(Failure) {
    call.answer(json: try person(named: try call.string("id")).fields.json)
  }

  /// Answers with the person whose handle is the caller's name; with the little that is known of one whom nobody made.
  func me(_ call: Call) {
    let handle = call.caller
    let kind: Value = call.person.hasPrefix("user:") ? "person" : "agent"
    let bare: Fields = ["kind": kind, "handle": .string(handle), "name": .string(handle), "absences": []]
    call.answer(json: (self[handle]?.fields ?? bare).json)
  }

  func list(_ call: Call) throws(Failure) {
    var query = Documents.Query(
      PersonItem.collection, limit: try call.int("limit"), cursor: call.stringIfPresent("cursor"))
    query.match("hidden", .null)
    if let kind = call.stringIfPresent("kind") { query.match("kind", .string(kind)) }
    query.order = ["handle"]
    documents.answer(call, with: query)
  }

  func update(_ call: Call) async throws(Failure) {
    var patch = Fields(try host.parse(call.arguments))
    for name in ["id", "revision", "reason"] { patch[name] = nil }
    try Projects.refuseUnknownZone(patch)
    try await change(call, "people.update") { person, _ throws(Failure) in
      try person.apply(patch)
    }
  }

  func delete(_ call: Call) async throws(Failure) {
    try await change(call, "people.delete") { person, transaction throws(Failure) in
      person.fields["hidden"] = "deleted"
      person.fields["hiddenAt"] = .string(transaction.now.text)
    }
  }

  /// Changes the person that the call's argument `id` names, and answers with the person as it is then; with nothing
  /// when it was deleted.
  private func change(
    _ call: Call, _ method: StaticString, _ body: @Loop (inout PersonItem, Transaction) throws(Failure) -> Void
  ) async throws(Failure) {
    let meant = try person(named: try call.string("id"))
    try await ledger.answer(call, method, about: "person \(meant.handle)") { [self] transaction throws(Failure) in
      guard var person = try await transaction.get(meant.id, as: PersonItem.self), !person.isDeleted else {
        throw absent(meant.handle)
      }
      try Refusal.stale(call, person)
      try body(&person, transaction)
      person = transaction.put(person)
      return person.isDeleted ? Array("null".utf8) : person.fields.json
    }
  }
}
