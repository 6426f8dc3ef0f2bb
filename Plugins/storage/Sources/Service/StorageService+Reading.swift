import CPluginSDK
import Glibc
import PluginKit

/// The questions that plugins ask about their own collections.
extension Storage {
  @MethodBuilder<Storage> static var readingMethods: [Method<Storage>] {
    Method(
      "get", [.read, .answersNow, .internal], doc: "Answers with a document as it is stored.",
      parameters: [collection, .string("id", "The document's id.")], result: .json,
      handler: answering { try $0.get($1) })
    Method(
      "getAll", [.read, .answersNow, .internal],
      doc: "Answers with {items}: the documents of these ids in their order, null where there is none.",
      parameters: [
        collection, .json("ids", "At most \(readLimit) ids.", schema: #"{"type":"array","maxItems":\#(readLimit)}"#),
      ], result: .json,
      handler: answering { try $0.getAll($1) })
    Method(
      "find", [.read, .answersNow, .internal], doc: "Answers with the document that has a value in a unique field.",
      parameters: [
        collection, .string("field", "A field with a unique index of its own."),
        .json("value", "The value: a string, number or boolean."),
      ], result: .json,
      handler: answering { try $0.find($1) })
    Method(
      "query", [.read, .internal], doc: "Answers with {items, next}: one page of the documents that match.",
      parameters: [
        collection, filters,
        .json(
          "order", "A list of fields, with - for descending; then the order of creation.", defaultValue: "[]",
          schema: #"{"type":"array"}"#),
        .json(
          "fields",
          "What to answer of each document; all of it when empty. A field of an index comes as it is compared: "
            + "a boolean as 0 or 1.", defaultValue: "[]", schema: #"{"type":"array"}"#),
        .int(
          "limit", "How many documents at most: 1 to \(Query.limits.upperBound). A page also ends at 64 MiB.",
          defaultValue: 50),
        after,
      ], result: .json,
      handler: answering { try $0.query($1) })
    Method(
      "count", [.read, .internal], doc: "Says how many documents match.",
      parameters: [collection, filters], result: .int,
      handler: answering { try $0.count($1) })
    Method(
      "aggregate", [.read, .internal],
      doc: "Answers with {groups, truncated}: a list of keys and measures for each group, ordered by the keys.",
      parameters: [
        collection, filters,
        .json(
          "groupBy", "A list of fields, or of {field, prefix}: the first characters of a text, 10 for a day.",
          defaultValue: "[]", schema: #"{"type":"array"}"#),
        .json(
          "measures", "A list of {op, field}; op is count (field optional), sum, min or max.",
          defaultValue: "[]", schema: #"{"type":"array"}"#),
        .int("limit", "How many groups at most: 1 to \(Aggregate.limits.upperBound).", defaultValue: 10_000),
      ], result: .json,
      handler: answering { try $0.aggregate($1) })
    Method(
      "search", [.read, .internal],
      doc: "Answers with {items, next}: the documents in which words occur, the best first.",
      parameters: [
        collection,
        .string(
          "text", "Words; \"exact words\" stand together, -word is left out, the last word may be the beginning of one."
        ),
        filters, .int("limit", "How many documents at most: 1 to 500.", defaultValue: 50), after,
      ], result: .json,
      handler: answering { try $0.search($1) })
    Method(
      "sql", [.read, .internal],
      doc: "Answers one SELECT over the views that collections show, with {columns, rows, truncated}.",
      parameters: [
        .string("text", "One SELECT; its parameters are ?1, ?2 and so on."),
        .json("parameters", "The values of the parameters: scalars.", defaultValue: "[]", schema: #"{"type":"array"}"#),
        .int("limit", "How many rows at most: 1 to \(SQLQuestion.limits.upperBound).", defaultValue: 1000),
      ], result: .json,
      handler: answering { try $0.sql($1) })
  }

  /// The most documents that are read on the loop in one call.
  private static let readLimit = 1000
  private static let readByteLimit = 64 << 20

  private static let collection = Parameter.string("collection", "The collection.")
  private static let filters = Parameter.json(
    "filters", "A list of {field, op, value}, all of which must hold; op is \(Filter.words).", defaultValue: "[]",
    schema: #"{"type":"array"}"#)
  private static let after = Parameter.string("after", "Where the last page ended: its next.", optional: true)

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

  private func getAll(_ call: Call) throws {
    let collection = try collection(call)
    let store = try store()
    let ids = try host.parse(call.json("ids"))
    guard ids.kind == .array, ids.count <= Storage.readLimit else {
      throw StorageError(.invalidArgument, "ids is a list of at most \(Storage.readLimit) ids")
    }
    var json = JSONWriter(capacity: 1024 * ids.count)
    json.beginObject()
    json.key("items")
    json.beginArray()
    for id in ids.elements {
      guard var id = id.string else { throw StorageError(.invalidArgument, "an id is a string; got \(id.text)") }
      let found: Void? = try id.withUTF8 { id throws(StorageError) in
        try store.read(UnsafeRawBufferPointer(id), in: collection) { json.raw($0) }
      }
      if found == nil { json.null() }
      guard json.count <= Storage.readByteLimit else {
        throw StorageError(
          .resourceExhausted, "these documents have more than \(Storage.readByteLimit) bytes; ask for fewer at a time")
      }
    }
    json.endArray()
    json.endObject()
    call.answer(json)
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
    query.fields = try Arguments.fields(host.parse(call.json("fields")))
    query.limit = try call.int("limit")
    query.after = call.stringIfPresent("after")
    let retained = call.retain()
    try store().page(query) { retained.finish(json: $0) }
  }

  private func count(_ call: Call) throws {
    var query = Query(collection: try collection(call))
    query.filters = try Arguments.filters(host.parse(call.json("filters")))
    let retained = call.retain()
    try store().count(query) { result in
      retained.finish(result) { retained.call.answer(json: Array(String($0).utf8)) }
    }
  }

  private func aggregate(_ call: Call) throws {
    var aggregate = Aggregate(collection: try collection(call))
    aggregate.filters = try Arguments.filters(host.parse(call.json("filters")))
    aggregate.keys = try Arguments.keys(host.parse(call.json("groupBy")))
    aggregate.measures = try Arguments.measures(host.parse(call.json("measures")))
    aggregate.limit = try call.int("limit")
    let retained = call.retain()
    try store().groups(aggregate) { retained.finish(json: $0) }
  }

  private func sql(_ call: Call) throws {
    var question = SQLQuestion(text: try call.string("text"))
    question.parameters = try Arguments.values(host.parse(call.json("parameters")))
    question.limit = try call.int("limit")
    let retained = call.retain()
    try store().ask(question) { retained.finish(json: $0) }
  }

  private func search(_ call: Call) throws {
    var search = Search(collection: try collection(call), text: try call.string("text"))
    search.filters = try Arguments.filters(host.parse(call.json("filters")))
    search.limit = try call.int("limit")
    search.after = call.stringIfPresent("after")
    let retained = call.retain()
    try store().search(search) { retained.finish(json: $0) }
  }
}

extension RetainedCall {
  /// Answers with JSON text that storage itself has put together.
  fileprivate func finish(json result: Result<[UInt8], StorageError>) {
    finish(result) { call.answer(copying: $0, validated: true) }
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
