import PluginKit

/// The storage service as this plugin uses it: nothing else here knows its methods.
@Loop
struct Store {
  let host: Host

  /// A collection of this plugin.
  enum Collection: String {
    case users = "auth/users"
    case tokens = "auth/tokens"
    case sessions = "auth/sessions"
    case audit = "auth/audit"
  }

  /// Changes that are made together or not at all.
  struct Batch {
    private(set) var operations: [Fields] = []

    var isEmpty: Bool { operations.isEmpty }

    /// - Parameter expected: The revision of what is there; nil for whatever there is, 0 for nothing.
    mutating func put(_ document: Fields, _ id: String, in collection: Collection, expected: Int64? = nil) {
      operations.append([
        "collection": .string(collection.rawValue), "id": .string(id),
        "expected": expected.map { $0 == 0 ? "absent" : .int($0) } ?? "any", "put": .object(document),
      ])
    }

    mutating func delete(_ id: String, in collection: Collection) {
      operations.append([
        "collection": .string(collection.rawValue), "id": .string(id), "expected": "any", "delete": true,
      ])
    }
  }

  /// Makes the collections, or brings their indexes up to date: all at once, which is one wait for the disk.
  func declare() async throws {
    async let users: Void = declare(.users, indexes: [["fields": ["name"], "unique": true]])
    async let tokens: Void = declare(.tokens, indexes: [])
    async let sessions: Void = declare(.sessions, indexes: [])
    async let audit: Void = declare(.audit, indexes: [["fields": ["kind", "id"]], ["fields": ["actor", "id"]]])
    _ = try await (users, tokens, sessions, audit)
  }

  private func declare(_ collection: Collection, indexes: [Value]) async throws(Failure) {
    let arguments: Fields = ["collection": .string(collection.rawValue), "indexes": .array(indexes)]
    _ = try await host.call("storage.declare", arguments.json)
  }

  /// All documents of a collection, the oldest first.
  func all(_ collection: Collection) async throws(Failure) -> [Fields] {
    var documents: [Fields] = []
    var cursor: String?
    repeat {
      var query: Fields = ["collection": .string(collection.rawValue), "order": ["id"], "limit": 1000]
      query["after"] = cursor.map(Value.string)
      let page = try host.parse(try await host.call("storage.query", query.json))
      documents += page["items"].elements.map { Fields($0) }
      cursor = page["next"].string
    } while cursor != nil
    return documents
  }

  /// The ids of the oldest documents of a collection.
  func oldest(_ count: Int, of collection: Collection) async throws(Failure) -> [String] {
    let query: Fields = [
      "collection": .string(collection.rawValue), "order": ["id"], "fields": ["id"], "limit": .int(Int64(count)),
    ]
    let page = try host.parse(try await host.call("storage.query", query.json))
    return page["items"].elements.compactMap { $0["id"].string }
  }

  func count(_ collection: Collection) async throws(Failure) -> Int {
    let query: Fields = ["collection": .string(collection.rawValue), "filters": []]
    return Int(try await host.call("storage.count", query.json).text) ?? 0
  }

  /// Answers a call with a page, the newest first: `{"items":[…],"next":cursor|null}`, as it is stored.
  func answer(_ call: Call, with collection: Collection, matching filters: [(field: String, value: String)]) {
    var query: Fields = [
      "collection": .string(collection.rawValue),
      "filters": .array(filters.map { ["field": .string($0.field), "op": "equal", "value": .string($0.value)] }),
      "order": ["-id"], "limit": .int(Int64(call.intIfPresent("limit") ?? 50)),
    ]
    query["after"] = call.stringIfPresent("cursor").map(Value.string)
    let kept = call.retain()
    host.call("storage.query", query.json, context: call.context) { kept.call.answer(forwarding: $0) }
  }

  /// Makes the changes.
  ///
  /// - Throws: ``Status/aborted`` when a revision is not the expected one.
  func write(_ batch: Batch) async throws(Failure) {
    guard !batch.isEmpty else { return }
    _ = try await host.call("storage.write", Store.arguments(batch).json)
  }

  /// Makes changes that nobody waits for.
  func write(later batch: Batch) {
    guard !batch.isEmpty else { return }
    host.call("storage.write", Store.arguments(batch).json) { [host] reply in
      guard let failure = reply.failure else { return }
      host.log(.warn, "auth could not store what it had to remember: \(failure.message)")
    }
  }

  private static func arguments(_ batch: Batch) -> Fields {
    ["operations": .array(batch.operations.map(Value.object))]
  }
}
