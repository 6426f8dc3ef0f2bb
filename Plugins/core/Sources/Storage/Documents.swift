import PluginKit

/// The storage service as core uses it: nothing else here knows its methods.
@Loop
struct Documents {
  let host: Host

  /// An index that a collection needs. Names with `-` before them run downwards.
  struct Index {
    var fields: [String]
    var isUnique = false
  }

  /// Which documents of a collection, in which order, and how many at a time.
  struct Query {
    var collection: String
    private(set) var filters: [(field: String, test: String, value: Value)] = []
    var order: [String] = []
    var limit: Int
    var cursor: String?

    init(_ collection: String, limit: Int, cursor: String? = nil) {
      self.collection = collection
      self.limit = limit
      self.cursor = cursor
    }

    /// The field has this value.
    mutating func match(_ field: String, _ value: String) {
      filters.append((field, "equal", .string(value)))
    }

    /// The field has one of these values.
    mutating func match(_ field: String, anyOf values: [Value]) {
      filters.append((field, "any", .array(values)))
    }

    /// The field is an array with this element.
    mutating func match(_ field: String, containing value: String) {
      filters.append((field, "contains", .string(value)))
    }
  }

  /// Makes a repeated change harmless: the same key within 24 hours gets the first answer again.
  struct Idempotency {
    /// Storage keeps the keys of different actors apart.
    var key: String
    /// Tells one set of arguments from another.
    var fingerprint: String
  }

  // MARK: Collections

  /// Makes a collection, or brings its indexes up to date.
  func declare(_ collection: String, indexes: [Index]) async throws(Failure) {
    var json = JSONWriter()
    json.beginObject()
    json.member("collection", collection)
    json.key("indexes" as StaticString)
    json.beginArray()
    for index in indexes {
      json.beginObject()
      json.key("fields" as StaticString)
      json.beginArray()
      for field in index.fields { json.string(field) }
      json.endArray()
      json.member("unique", index.isUnique)
      json.endObject()
    }
    json.endArray()
    json.endObject()
    _ = try await host.call("storage.declare", json)
  }

  // MARK: Reading

  /// The entity of that name; nil when there is none.
  func find<E: Entity>(_ reference: Reference, as type: E.Type, _ context: Context?) async throws(Failure) -> E? {
    do {
      let body = try await host.call(
        reference.lookUp, Documents.arguments(reference, in: E.collection), context: context)
      return E(fields: Fields(try host.parse(body)))
    } catch {
      if error.status == .notFound { return nil }
      throw error
    }
  }

  /// The first document of a collection; nil when it is empty.
  func first<E: Entity>(of type: E.Type) async throws(Failure) -> E? {
    let page = try host.parse(await host.call("storage.query", Documents.arguments(Query(E.collection, limit: 1))))
    return page["items"].elements.first { _ in true }.map { E(fields: Fields($0)) }
  }

  /// Answers a call with an entity. The bytes go as they are stored: nobody parses them on the way.
  ///
  /// - Parameter absent: What to say when there is none.
  func answer(
    _ call: Call, with reference: Reference, of collection: String, absent: @escaping @Loop () -> Failure
  ) {
    forward(reference.lookUp, Documents.arguments(reference, in: collection), to: call) {
      $0.status == .notFound ? absent() : $0
    }
  }

  /// Answers a call with a page: `{"items":[…],"next":cursor|null}`.
  func answer(_ call: Call, with query: Query) {
    forward("storage.query", Documents.arguments(query), to: call) { $0 }
  }

  private func forward(
    _ method: String, _ arguments: borrowing JSONWriter, to call: Call, failing: @escaping @Loop (Failure) -> Failure
  ) {
    let kept = call.retain()
    host.call(method, arguments, context: call.context) { reply in
      if let failure = reply.failure { kept.call.fail(failing(failure)) } else { kept.call.answer(forwarding: reply) }
    }
  }

  private static func arguments(_ reference: Reference, in collection: String) -> JSONWriter {
    var json = JSONWriter()
    json.beginObject()
    json.member("collection", collection)
    switch reference {
    case .id(let id): json.member("id", id)
    case .key(let key):
      json.member("field", "key")
      json.member("value", key)
    }
    json.endObject()
    return json
  }

  private static func arguments(_ query: Query) -> JSONWriter {
    var json = JSONWriter()
    json.beginObject()
    json.member("collection", query.collection)
    json.key("filters" as StaticString)
    json.beginArray()
    for filter in query.filters {
      json.beginObject()
      json.member("field", filter.field)
      json.member("op", filter.test)
      json.key("value" as StaticString)
      json.value(filter.value)
      json.endObject()
    }
    json.endArray()
    json.key("order" as StaticString)
    json.beginArray()
    for field in query.order { json.string(field) }
    json.endArray()
    json.member("limit", query.limit)
    if let cursor = query.cursor { json.member("after", cursor) }
    json.endObject()
    return json
  }

  // MARK: Writing

  /// The next number of a sequence. It goes to disk with the change that uses it.
  func next(_ sequence: String, _ context: Context?) async throws(Failure) -> Int {
    var json = JSONWriter()
    json.beginObject()
    json.member("sequence", sequence)
    json.endObject()
    // An integer in JSON is its digits: not worth a parser.
    guard let number = Int(try await host.call("storage.next", json, context: context).text) else {
      throw Failure(.internal, "storage gave no number for \(sequence)")
    }
    return number
  }

  /// Stores an entity and the events that tell of it, all or nothing.
  ///
  /// - Parameters:
  ///   - old: The state that it was before; nil when it is new. When the stored one is another, it throws `aborted`.
  ///   - topics: In their order.
  /// - Returns: The entity as JSON; for a repeated change, the one that was answered the first time.
  func commit<E: Entity>(
    _ new: E, after old: E? = nil, topics: [String], idempotency: Idempotency? = nil, _ context: Context?
  ) async throws(Failure) -> [UInt8] {
    let entity = new.fields.json
    let event = new.eventData(new.changes(since: old), by: context?.actor ?? "plugin:\(Core.id)", json: entity)
    var json = JSONWriter(capacity: 512 + entity.count * 2 + event.count * topics.count)
    json.beginObject()
    json.key("operations" as StaticString)
    json.beginArray()
    json.beginObject()
    json.member("collection", E.collection)
    json.member("id", new.id)
    json.key("expected" as StaticString)
    if let old { json.int(old.revision) } else { json.string("absent") }
    json.key("put" as StaticString)
    json.raw(entity)
    json.endObject()
    json.endArray()
    json.key("events" as StaticString)
    json.beginArray()
    for topic in topics {
      json.beginObject()
      json.member("topic", topic)
      json.key("data" as StaticString)
      json.raw(event)
      json.endObject()
    }
    json.endArray()
    if let idempotency {
      json.key("idempotency" as StaticString)
      json.beginObject()
      json.member("key", idempotency.key)
      json.member("fingerprint", idempotency.fingerprint)
      json.key("reply" as StaticString)
      json.raw(entity)
      json.endObject()
    }
    json.endObject()
    let reply = try await host.call("storage.write", json, context: context)
    guard idempotency != nil else { return entity }
    let repeated = try host.parse(reply)["repeated"]
    return repeated.isPresent ? Array(repeated.text.utf8) : entity
  }
}

extension Reference {
  /// Storage's method that finds a document by it.
  fileprivate var lookUp: String {
    switch self {
    case .id: "storage.get"
    case .key: "storage.find"
    }
  }
}
