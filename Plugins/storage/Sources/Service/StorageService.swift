import PluginKit

extension Storage {
  /// What the plugin offers. Documents belong to the plugin whose id stands before the `/` of their collection:
  /// everybody else goes through that plugin's service.
  static var service: Service<Storage> {
    Service(
      "storage", version: "1.1.0", doc: "Collections of JSON documents, sequences, full-text search and durable events."
    ) {
      Method(
        "health", [.read, .answersNow], doc: "Says how the store is.", route: "GET /api/storage/health",
        result: .json(schema: healthSchema), examples: #"[{"args":{}}]"#,
        handler: answering { try $0.answerHealth($1) })
      Method(
        "integrity", [.read], doc: "Looks at the whole file and lists what is wrong with it.",
        route: "GET /api/storage/integrity", result: .json(schema: integritySchema),
        examples: #"[{"args":{},"result":{"ok":true,"problems":[]}}]"#,
        handler: answering { try $0.checkIntegrity($1) })
      readingMethods
      writingMethods
      copyingMethods
    }
  }

  /// A handler whose refusals by the store become its answer.
  static func answering(
    _ body: @escaping @Loop (Storage, Call) throws -> Void
  ) -> @Loop (Storage, Call) throws -> Void {
    { plugin, call in
      do { try plugin.tracing(call) { try body(plugin, call) } } catch let error as StorageError {
        throw Failure(error)
      }
    }
  }

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

// MARK: - Ownership

extension Storage {
  /// The collection that a call names.
  func collection(_ call: Call) throws -> Collection {
    let name = try call.string("collection")
    try checkOwner(of: name, call)
    return try store().collection(name)
  }

  /// Refuses names of other plugins' collections and sequences.
  func checkOwner(of name: String, _ call: Call) throws(StorageError) {
    try checkOwner(of: name, call.context?.caller ?? "")
  }

  /// Refuses names of other plugins' collections and sequences.
  func checkOwner(of name: String, _ caller: String) throws(StorageError) {
    var (bytes, prefix) = (name, caller)
    let isOwner = bytes.withUTF8 { name in
      prefix.withUTF8 { owner in
        name.prefix(owner.count).elementsEqual(owner)
          && (name.count == owner.count || name[owner.count] == UInt8(ascii: "/"))
      }
    }
    guard isOwner else {
      let owner = name.utf8.prefix { $0 != UInt8(ascii: "/") }
      throw StorageError(
        .permissionDenied,
        "\(name.prefix(128)) belongs to plugin \"\(String(owner.prefix(64)) ?? "")\", and \"\(caller)\" asked for it; "
          + "go through that plugin's service")
    }
  }
}

extension RetainedCall {
  /// Answers with a failure, or lets `body` answer.
  func finish<Value>(_ result: Result<Value, StorageError>, _ body: (Value) -> Void) {
    switch result {
    case .success(let value): body(value)
    case .failure(let error): call.fail(Failure(error))
    }
  }
}
