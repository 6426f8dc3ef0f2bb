import CPluginSDK
import Glibc
import PluginKit

extension Storage {
  /// What the plugin offers. Documents belong to the plugin whose id stands before the `/` of their collection:
  /// everybody else goes through that plugin's service.
  static var service: Service<Storage> {
    Service("storage", version: "1.0.0", doc: "Collections of JSON documents, sequences and durable events.") {
      Method(
        "health", [.read, .answersNow], doc: "Says how the store is.", route: "GET /api/storage/health",
        result: .json(schema: healthSchema), examples: #"[{"args":{}}]"#,
        handler: answering { try $0.answerHealth($1) })
      Method(
        "integrity", [.read], doc: "Looks at the whole file and lists what is wrong with it.",
        route: "GET /api/storage/integrity", result: .json(schema: integritySchema),
        examples: #"[{"args":{},"result":{"ok":true,"problems":[]}}]"#,
        handler: answering { try $0.checkIntegrity($1) })
      Method(
        "declare", [.write, .idempotent, .internal],
        doc: "Makes a collection, or brings its indexes to this list; documents stay.",
        parameters: [
          .string("collection", "The caller's id, a slash and a name, such as core/tasks."),
          .json(
            "indexes", "A list of {fields, unique}; a field is a path such as forecast.p85, with - for descending.",
            defaultValue: "[]", schema: #"{"type":"array"}"#),
        ],
        handler: answering { try $0.declare($1) })
      Method(
        "get", [.read, .answersNow, .internal], doc: "Answers with a document as it is stored.",
        parameters: [.string("collection", "The collection."), .string("id", "The document's id.")], result: .json,
        handler: answering { try $0.get($1) })
      Method(
        "find", [.read, .answersNow, .internal], doc: "Answers with the document that has a value in a unique field.",
        parameters: [
          .string("collection", "The collection."), .string("field", "A field with a unique index of its own."),
          .json("value", "The value: a string, number or boolean."),
        ], result: .json,
        handler: answering { try $0.find($1) })
      Method(
        "query", [.read, .internal], doc: "Answers with one page of the documents that match.",
        parameters: [
          .string("collection", "The collection."), filters,
          .json(
            "order", "A list of fields, with - for descending; then the order of creation.", defaultValue: "[]",
            schema: #"{"type":"array"}"#),
          .int("limit", "How many documents at most: 1 to 500.", defaultValue: 50),
          .string("after", "Where the last page ended: its next.", optional: true),
        ], result: .json,
        handler: answering { try $0.query($1) })
      Method(
        "count", [.read, .internal], doc: "Says how many documents match.",
        parameters: [.string("collection", "The collection."), filters], result: .int,
        handler: answering { try $0.count($1) })
      Method(
        "next", [.write, .answersNow, .internal],
        doc: "Draws the next number of a sequence; it is on disk with the next write.",
        parameters: [.string("sequence", "The caller's id, a slash and a name, such as core/ORC.")], result: .int,
        handler: answering { try $0.next($1) })
      Method(
        "write", [.write, .internal], doc: "Commits operations and the events that tell of them, all or none.",
        parameters: [
          .json(
            "operations",
            "A list of {collection, id, expected} with put: document, delete: true or check: true; "
              + "expected is absent, any or a revision.", defaultValue: "[]", schema: #"{"type":"array"}"#),
          .json("events", "A list of {topic, data}.", defaultValue: "[]", schema: #"{"type":"array"}"#),
          .json(
            "idempotency", "{key, fingerprint, reply}: the same key answers {repeated: reply} for 24 hours.",
            optional: true),
        ], result: .json,
        handler: answering { try $0.write($1) })
    }
  }

  /// A handler whose refusals by the store become its answer.
  private static func answering(
    _ body: @escaping @Loop (Storage, Call) throws -> Void
  ) -> @Loop (Storage, Call) throws -> Void {
    { plugin, call in
      do { try body(plugin, call) } catch let error as StorageError { throw Failure(error) }
    }
  }

  private static let filters = Parameter.json(
    "filters", "A list of {field, op, value}, all of which must hold; op is \(Filter.words).", defaultValue: "[]",
    schema: #"{"type":"array"}"#)

  private static let healthSchema = """
    {"type":"object","required":["status","collections","waitingChanges","events"],"properties":{
    "status":{"enum":["ok","degraded"]},"problem":{"type":"string"},"collections":{"type":"integer"},
    "waitingChanges":{"type":"integer"},
    "events":{"type":"object","properties":{"first":{"type":"integer"},"last":{"type":"integer"}}}}}
    """
  private static let integritySchema = """
    {"type":"object","required":["ok","problems"],"properties":{"ok":{"type":"boolean"},
    "problems":{"type":"array","items":{"type":"string"}}}}
    """
}

// MARK: - Public methods

extension Storage {
  private func answerHealth(_ call: Call) throws {
    let store = try store()
    let range = try store.eventRange()
    var json = JSONWriter()
    json.beginObject()
    json.member("status", store.fault == nil ? "ok" : "degraded")
    if let fault = store.fault { json.member("problem", fault.message) }
    json.member("collections", store.collectionCount)
    json.member("waitingChanges", store.waitingChanges)
    json.key("events")
    json.beginObject()
    json.member("first", range.first)
    json.member("last", range.last)
    json.endObject()
    json.endObject()
    call.answer(json)
  }

  private func checkIntegrity(_ call: Call) throws {
    let retained = call.retain()
    try store().problems { result in
      retained.finish(result) { problems in
        var json = JSONWriter()
        json.beginObject()
        json.member("ok", problems.isEmpty)
        json.key("problems")
        json.beginArray()
        for problem in problems { json.string(problem) }
        json.endArray()
        json.endObject()
        retained.call.answer(json)
      }
    }
  }
}

// MARK: - For plugins

extension Storage {
  private func declare(_ call: Call) throws {
    let name = try call.string("collection")
    try checkOwner(of: name, call)
    let definition = try CollectionDefinition(name, indexes: Arguments.indexes(host.parse(call.json("indexes"))))
    let retained = call.retain()
    try store().declare(definition) { result in
      retained.finish(result) { _ in retained.call.answer() }
    }
  }

  private func get(_ call: Call) throws {
    let collection = try collection(call)
    let id = try call.utf8("id")
    guard let document = try store().read(id, in: collection, orch_buf.init(copying:)) else {
      throw StorageError(
        .notFound,
        "there is no \(collection.name) \(String(decoding: id, as: UTF8.self)); it was never made, or has been deleted")
    }
    call.answer(document, validated: true)
  }

  private func find(_ call: Call) throws {
    let collection = try collection(call)
    let field = try Field(call.string("field"))
    let value = try Arguments.value(host.parse(call.json("value")), of: field.path)
    guard let document = try store().read(field, equalTo: value, in: collection, orch_buf.init(copying:)) else {
      throw StorageError(.notFound, "there is no \(collection.name) whose \(field.path) is \(value)")
    }
    call.answer(document, validated: true)
  }

  private func query(_ call: Call) throws {
    var query = Query(collection: try collection(call))
    query.filters = try Arguments.filters(host.parse(call.json("filters")))
    query.order = try Arguments.order(host.parse(call.json("order")))
    query.limit = try call.int("limit")
    query.after = call.stringIfPresent("after")
    let retained = call.retain()
    try store().page(query) { result in
      retained.finish(result) { retained.call.answer(copying: $0, validated: true) }
    }
  }

  private func count(_ call: Call) throws {
    var query = Query(collection: try collection(call))
    query.filters = try Arguments.filters(host.parse(call.json("filters")))
    let retained = call.retain()
    try store().count(query) { result in
      retained.finish(result) { retained.call.answer(json: Array(String($0).utf8)) }
    }
  }

  private func next(_ call: Call) throws {
    let sequence = try call.string("sequence")
    try checkOwner(of: sequence, call)
    call.answer(json: Array(String(try store().next(sequence)).utf8))
  }

  private func write(_ call: Call) throws {
    let store = try store()
    let context = call.context
    let caller = context?.caller ?? ""
    var batch = Batch(source: caller, actor: context?.actor ?? "system")
    batch.operations = try Arguments.operations(host.parse(call.json("operations"))) {
      name throws(StorageError) in
      try checkOwner(of: name, caller)
      return try store.collection(name)
    }
    batch.events = try Arguments.events(host.parse(call.json("events")))
    if let idempotency = call.jsonIfPresent("idempotency") {
      batch.idempotency = try Arguments.idempotency(host.parse(idempotency), caller: caller, actor: batch.actor)
    }
    let retained = call.retain()
    try store.write(batch) { result in
      retained.finish(result) { retained.call.answer($0.json()) }
    }
  }

  // MARK: Ownership

  private func collection(_ call: Call) throws -> Collection {
    let name = try call.string("collection")
    try checkOwner(of: name, call)
    return try store().collection(name)
  }

  private func checkOwner(of name: String, _ call: Call) throws(StorageError) {
    try checkOwner(of: name, call.context?.caller ?? "")
  }

  private func checkOwner(of name: String, _ caller: String) throws(StorageError) {
    let owner = name.utf8.prefix { $0 != UInt8(ascii: "/") }
    guard owner.elementsEqual(caller.utf8) else {
      throw StorageError(
        .permissionDenied,
        "\(name.prefix(128)) belongs to plugin \"\(String(owner.prefix(64)) ?? "")\", and \"\(caller)\" asked for it; "
          + "go through that plugin's service")
    }
  }
}

extension RetainedCall {
  /// Answers with a failure, or lets `body` answer.
  fileprivate func finish<Value>(_ result: Result<Value, StorageError>, _ body: (Value) -> Void) {
    switch result {
    case .success(let value): body(value)
    case .failure(let error): call.fail(Failure(error))
    }
  }
}

extension BatchReply {
  /// `{"revisions":[…],"seq":[first,last]|null}`, or `{"repeated":reply}`.
  fileprivate func json() -> JSONWriter {
    var json = JSONWriter()
    json.beginObject()
    switch self {
    case .committed(let revisions, let events):
      json.key("revisions")
      json.beginArray()
      for revision in revisions { json.int(revision) }
      json.endArray()
      json.key("seq")
      if let first = events.first, let last = events.last {
        json.beginArray()
        json.int(first)
        json.int(last)
        json.endArray()
      } else {
        json.null()
      }
    case .repeated(let reply):
      json.key("repeated")
      json.raw(reply)
    }
    json.endObject()
    return json
  }
}

extension orch_buf {
  /// A copy of these bytes, to be given away.
  fileprivate init(copying bytes: UnsafeRawBufferPointer) {
    // malloc answers null only when memory has run out, and then nothing can be answered.
    let copy = malloc(max(bytes.count, 1))!
    copy.copyMemory(from: bytes.baseAddress ?? UnsafeRawPointer(copy), byteCount: bytes.count)
    self.init(p: copy.assumingMemoryBound(to: CChar.self), n: bytes.count, release: { free($0) }, owner: copy)
  }
}
