import PluginKit

/// The storage service as this plugin uses it: nothing else here knows its methods.
@Loop
struct Store {
  let host: Host

  /// A collection of this plugin.
  enum Collection: String {
    /// Workflows as they are.
    case definitions = "workflow/definitions"
    /// The definition of each revision, which runs follow to their end.
    case versions = "workflow/versions"
    case runs = "workflow/runs"
    /// What the triggers of each workflow have done, and how far the event log has been read.
    case progress = "workflow/progress"
  }

  /// Changes that are made together with the events that tell of them, or not at all.
  struct Batch {
    private(set) var operations: [Fields] = []
    private(set) var events: [Fields] = []
    /// Makes a repetition harmless.
    var idempotency: Idempotency?

    var isEmpty: Bool { operations.isEmpty && events.isEmpty }

    /// - Parameter expected: The revision of what is there; nil for whatever there is, 0 for nothing.
    mutating func put(_ document: Fields, _ id: String, in collection: Collection, expected: Int64? = nil) {
      let expectation: Value = expected.map { $0 == 0 ? "absent" : .int($0) } ?? "any"
      operations.append([
        "collection": .string(collection.rawValue), "id": .string(id), "expected": expectation,
        "put": .object(document),
      ])
    }

    /// - Parameter expected: The revision of what is there; nil for whatever there is.
    mutating func delete(_ id: String, in collection: Collection, expected: Int64? = nil) {
      operations.append([
        "collection": .string(collection.rawValue), "id": .string(id), "expected": expected.map(Value.int) ?? "any",
        "delete": true,
      ])
    }

    mutating func tell(_ topic: String, _ data: Fields) {
      events.append(["topic": .string(topic), "data": .object(data)])
    }
  }

  /// The same key within 24 hours gets the first reply again, and changes nothing.
  struct Idempotency: Sendable {
    /// Keys of different methods differ by it. Those of different actors storage keeps apart, where it is told them.
    let key: String
    let fingerprint: String
    /// What the caller is answered, as JSON.
    var reply: [UInt8] = []

    /// Reads the argument `idempotencyKey` of a call; nil without one.
    ///
    /// - Parameter actor: Who calls, for what is written in nobody's name.
    @Loop
    init?(_ call: Call, _ method: StaticString, by actor: String? = nil) {
      guard let key = call.stringIfPresent("idempotencyKey") else { return nil }
      self.key = actor.map { "\(method) \($0) \(key)" } ?? "\(method) \(key)"
      // FNV-1a of 64 bits tells one set of arguments from another.
      let hash = call.arguments.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
      fingerprint = String(hash, radix: 16)
    }
  }

  /// Which documents, in which order.
  struct Query {
    let collection: Collection
    var filters: [(field: String, test: String, value: Value)] = []
    var order: [String] = []
    /// The members that are wanted; all when empty.
    var fields: [String] = []
    var limit = 100
    var cursor: String?
  }

  // MARK: Methods

  /// Makes the collections, or brings their indexes up to date: all at once, which is one wait for the disk.
  func declare() async throws {
    async let definitions: Void = declare(.definitions, indexes: [["fields": ["name"], "unique": true]])
    async let versions: Void = declare(.versions, indexes: [])
    async let runs: Void = declare(
      .runs,
      indexes: [
        ["fields": ["workflow", "startedAt"]], ["fields": ["status", "startedAt"]],
        ["fields": ["workflow", "status", "startedAt"]], ["fields": ["startedAt"]],
      ])
    async let progress: Void = declare(.progress, indexes: [])
    _ = try await (definitions, versions, runs, progress)
  }

  private func declare(_ collection: Collection, indexes: [Value]) async throws(Failure) {
    let arguments: Fields = ["collection": .string(collection.rawValue), "indexes": .array(indexes)]
    _ = try await host.call("storage.declare", arguments.json)
  }

  /// A document; nil when there is none of that id.
  func get(_ id: String, in collection: Collection) async throws(Failure) -> Fields? {
    let arguments: Fields = ["collection": .string(collection.rawValue), "id": .string(id)]
    do {
      return Fields(try host.parse(try await host.call("storage.get", arguments.json)))
    } catch {
      if error.status == .notFound { return nil }
      throw error
    }
  }

  /// All documents that match, page by page.
  func all(_ query: Query) async throws(Failure) -> [Fields] {
    var query = query
    var documents: [Fields] = []
    repeat {
      let page = try host.parse(try await host.call("storage.query", Store.arguments(query).json))
      documents += page["items"].elements.map { Fields($0) }
      query.cursor = page["next"].string
    } while query.cursor != nil
    return documents
  }

  /// The first page of what matches.
  func page(_ query: Query) async throws(Failure) -> [Fields] {
    let page = try host.parse(try await host.call("storage.query", Store.arguments(query).json))
    return page["items"].elements.map { Fields($0) }
  }

  /// Answers a call with a page: `{"items":[…],"next":cursor|null}`, as it is stored.
  func answer(_ call: Call, with query: Query) {
    let kept = call.retain()
    host.call("storage.query", Store.arguments(query).json, context: call.context) { reply in
      kept.call.answer(forwarding: reply)
    }
  }

  /// Makes the changes.
  ///
  /// - Returns: The first reply, as JSON, when this is a repetition and nothing was changed; else nil.
  /// - Throws: ``Status/aborted`` when a revision is not the expected one.
  @discardableResult
  func write(_ batch: Batch, _ context: Context? = nil) async throws(Failure) -> [UInt8]? {
    var json = JSONWriter()
    json.beginObject()
    json.key("operations" as StaticString)
    json.value(.array(batch.operations.map(Value.object)))
    json.key("events" as StaticString)
    json.value(.array(batch.events.map(Value.object)))
    if let idempotency = batch.idempotency {
      json.key("idempotency" as StaticString)
      json.beginObject()
      json.member("key", idempotency.key)
      json.member("fingerprint", idempotency.fingerprint)
      json.key("reply" as StaticString)
      json.raw(idempotency.reply)
      json.endObject()
    }
    json.endObject()
    let answer = try await host.call("storage.write", json, context: context)
    guard batch.idempotency != nil else { return nil }
    let repeated = try host.parse(answer)["repeated"]
    return repeated.isPresent ? Array(repeated.text.utf8) : nil
  }

  /// The different values of a field among the documents that match.
  func values(of field: String, _ query: Query) async throws(Failure) -> [Value] {
    var arguments = Fields()
    for name in ["collection", "filters"] { arguments[name] = Store.arguments(query)[name] }
    arguments["groupBy"] = [.string(field)]
    arguments["measures"] = [["op": "count"]]
    let answer = try host.parse(try await host.call("storage.aggregate", arguments.json))
    guard answer["truncated"].bool != true else {
      throw Failure(.resourceExhausted, "\(query.collection.rawValue) has too many values of \(field)")
    }
    return answer["groups"].elements.compactMap { $0.elements.first { _ in true }.map { Value($0) } }
  }

  private static func arguments(_ query: Query) -> Fields {
    var fields: Fields = [
      "collection": .string(query.collection.rawValue),
      "filters": .array(
        query.filters.map { ["field": .string($0.field), "op": .string($0.test), "value": $0.value] }),
      "order": .array(query.order.map(Value.string)), "limit": .int(Int64(query.limit)),
    ]
    if !query.fields.isEmpty { fields["fields"] = .array(query.fields.map(Value.string)) }
    if let cursor = query.cursor { fields["after"] = .string(cursor) }
    return fields
  }
}
