import Glibc
import PluginKit

/// The storage service as core uses it: nothing else here knows its methods.
@Loop
struct Documents {
  let host: Host

  /// An index that a collection needs. Names with `-` before them run downwards; documents without a value in a field
  /// with `?` behind it are left out, and its value is not held.
  struct Index {
    var fields: [String]
    var isUnique = false
    /// Documents without a value in the first field are left out, and cost nothing.
    var isSparse = false
  }

  /// A field whose words can be searched for, and how much more a hit in it counts.
  struct SearchField {
    var field: String
    var weight = 1
  }

  /// A collection: what its documents are found by.
  struct Definition {
    var collection: String
    var indexes: [Index]
    var search: [SearchField] = []
    /// The fields whose combinations of values storage counts as it writes: groups of documents by some of them are then
    /// answered from the counts.
    var tally: [String] = []
  }

  // MARK: Collections

  /// Makes collections, or brings their indexes up to date: all at once, and storage commits them together.
  func declare(_ definitions: [Definition]) async throws {
    let replies = definitions.map { definition in
      Loop.task { try await host.call("storage.declare", Documents.arguments(definition)) }
    }
    for reply in replies { _ = try await reply.value }
  }

  private static func arguments(_ definition: Definition) -> JSONWriter {
    var json = JSONWriter()
    json.beginObject()
    json.member("collection", definition.collection)
    json.key("indexes" as StaticString)
    json.beginArray()
    for index in definition.indexes {
      json.beginObject()
      json.key("fields" as StaticString)
      json.strings(index.fields)
      json.member("unique", index.isUnique)
      json.member("sparse", index.isSparse)
      json.endObject()
    }
    json.endArray()
    if !definition.search.isEmpty {
      json.key("search" as StaticString)
      json.beginArray()
      for field in definition.search {
        json.beginObject()
        json.member("field", field.field)
        json.member("weight", field.weight)
        json.endObject()
      }
      json.endArray()
    }
    if !definition.tally.isEmpty {
      json.key("tally" as StaticString)
      json.strings(definition.tally)
    }
    json.endObject()
    return json
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

  /// The entities with these ids, in their order; nil where there is none.
  func get<E: Entity>(_ ids: [String], as type: E.Type, _ context: Context?) async throws(Failure) -> [E?] {
    guard !ids.isEmpty else { return [] }
    var found: [E?] = []
    // Storage reads them on the loop: it shall not be kept from everything else for longer than a few milliseconds.
    for start in stride(from: 0, to: ids.count, by: 200) {
      var json = JSONWriter()
      json.beginObject()
      json.member("collection", E.collection)
      json.key("ids" as StaticString)
      json.strings(Array(ids[start..<min(start + 200, ids.count)]))
      json.endObject()
      let page = try host.parse(await host.call("storage.getAll", json, context: context))
      found += page["items"].elements.map { $0.kind == .object ? E(fields: Fields($0)) : nil }
    }
    return found
  }

  /// One page of the documents that match, and the cursor of the next one.
  func page(_ query: Query, _ context: Context?) async throws(Failure) -> (items: [Fields], next: String?) {
    let page = try host.parse(await host.call("storage.query", query.arguments, context: context))
    return (page["items"].elements.map { Fields($0) }, page["next"].string)
  }

  /// All documents that match. For what is bounded by its nature: the subtasks of a task, the sprints of a project.
  func all(_ query: Query, _ context: Context?) async throws(Failure) -> [Fields] {
    var (query, all) = (query, [Fields]())
    while true {
      let page = try await page(query, context)
      all += page.items
      guard let next = page.next else { return all }
      query.cursor = next
    }
  }

  /// What a function makes of each document that matches, leaving out where it makes nothing. The documents are parsed
  /// on a worker: for thousands of them.
  ///
  /// - Parameter limit: How many documents are read at most.
  func map<Value: Sendable>(
    _ query: Query, _ context: Context?, atMost limit: Int = .max,
    _ transform: @escaping @Sendable (JSONValue) -> Value?
  ) async throws(Failure) -> [Value] {
    var (query, values) = (query, [Value]())
    var left = limit
    while true {
      query.limit = min(5000, left)
      let (host, body) = (host, try await host.call("storage.query", query.arguments, context: context))
      let page: (values: [Value], next: String?)
      do {
        page = try await host.work {
          let page = try host.parse(body)
          return (page["items"].elements.compactMap(transform), page["next"].string)
        }
      } catch {
        throw error as? Failure ?? Failure(.internal, "\(query.collection) cannot be read: \(error)")
      }
      values += page.values
      left -= query.limit
      guard left > 0, let next = page.next else { return values }
      query.cursor = next
    }
  }

  /// The first document of a collection; nil when it is empty.
  func first<E: Entity>(of type: E.Type) async throws(Failure) -> E? {
    let page = try host.parse(await host.call("storage.query", Documents.Query(E.collection, limit: 1).arguments))
    return page["items"].elements.first { _ in true }.map { E(fields: Fields($0)) }
  }

  /// Answers a call with an entity. The bytes go as they are stored: nobody parses them on the way.
  ///
  /// - Parameter absent: What to say when there is none.
  func answer(
    _ call: Call, with reference: Reference, of collection: String, absent: @escaping @Loop () -> Failure
  ) {
    let kept = call.retain()
    host.call(reference.lookUp, Documents.arguments(reference, in: collection), context: call.context) { reply in
      if let failure = reply.failure {
        kept.call.fail(failure.status == .notFound ? absent() : failure)
      } else if isDeleted(reply.json) {
        kept.call.fail(absent())
      } else {
        kept.call.answer(forwarding: reply)
      }
    }
  }

  /// Answers a call with a page: `{"items":[…],"next":cursor|null}`.
  func answer(_ call: Call, with query: Query) {
    forward("storage.query", query.arguments, to: call)
  }

  /// Answers a call with a page of the documents in which words occur, the best first.
  func answer(_ call: Call, with query: Query, matching text: String) {
    var json = JSONWriter()
    json.beginObject()
    json.member("collection", query.collection)
    json.member("text", text)
    json.key("filters" as StaticString)
    Query.write(query.filters, to: &json)
    json.member("limit", query.limit)
    if let cursor = query.cursor { json.member("after", cursor) }
    json.endObject()
    forward("storage.search", json, to: call)
  }

  /// Answers a call with what a method of storage answers, whose bytes nobody parses on the way.
  func forward(_ method: String, _ arguments: borrowing JSONWriter, to call: Call) {
    let kept = call.retain()
    host.call(method, arguments, context: call.context) { reply in
      if let failure = reply.failure { kept.call.fail(failure) } else { kept.call.answer(forwarding: reply) }
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

  /// Commits a batch that is written already: `{"operations":[…],"events":[…],"idempotency":{…}}`.
  ///
  /// - Returns: What storage answers.
  func write(_ batch: borrowing JSONWriter, _ context: Context?) async throws(Failure) -> Body {
    try await host.call("storage.write", batch, context: context)
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

/// Whether a stored entity says that it was deleted. Within a string the quotes would have a backslash before them.
private func isDeleted(_ entity: UnsafeRawBufferPointer) -> Bool {
  let mark: StaticString = #","hidden":"deleted","#
  guard var place = entity.baseAddress, entity.count >= mark.utf8CodeUnitCount else { return false }
  let end = place + (entity.count - mark.utf8CodeUnitCount + 1)
  while let comma = memchr(place, Int32(UInt8(ascii: ",")), end - place) {
    if memcmp(comma, mark.utf8Start, mark.utf8CodeUnitCount) == 0 { return true }
    place = UnsafeRawPointer(comma) + 1
  }
  return false
}
