import PluginKit

/// What plugins change: their own collections and sequences.
extension Storage {
  @MethodBuilder<Storage> static var writingMethods: [Method<Storage>] {
    Method(
      "declare", [.write, .idempotent, .internal],
      doc: "Makes a collection, or brings its indexes, search and tally to these; documents stay.",
      parameters: [
        .string("collection", "The caller's id, a slash and a name, such as core/tasks."),
        .json(
          "indexes",
          "A list of {fields, unique, sparse}; a field is a path such as forecast.p85, with - for descending; a sparse "
            + "index leaves out the documents without a value in its first field; with ? behind it, a field must have a "
            + "value and is not held.",
          defaultValue: "[]", schema: #"{"type":"array"}"#),
        .json(
          "search", "The fields that are searched for words: a list of fields, or of {field, weight}, weight 1 to 100.",
          defaultValue: "[]", schema: #"{"type":"array"}"#),
        .json(
          "tally", "The fields whose combinations of values are counted as documents are written.",
          defaultValue: "[]", schema: #"{"type":"array"}"#),
        .json("view", "{name, fields: {column: field}}: what read-only SQL sees of it.", optional: true),
      ],
      handler: answering { try $0.declare($1) })
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
        .json(
          "redact",
          "A list of {id}: nothing is left of these in the caller's earlier events and replies, nor in the file; "
            + "the answer's erased says whether it was rewritten, which the next start does otherwise.",
          defaultValue: "[]", schema: #"{"type":"array"}"#),
      ], result: .json,
      handler: answering { try $0.write($1) })
  }

  private func declare(_ call: Call) throws {
    let name = try call.string("collection")
    try checkOwner(of: name, call)
    let definition = try CollectionDefinition(
      name, indexes: Arguments.indexes(host.parse(call.json("indexes"))),
      search: Arguments.search(host.parse(call.json("search"))),
      tally: Arguments.tally(host.parse(call.json("tally"))),
      view: call.jsonIfPresent("view").flatMap { try Arguments.view(host.parse($0)) })
    let retained = call.retain()
    try store().declare(definition) { result in
      retained.finish(result) { _ in retained.call.answer() }
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
    batch.redactions = try Arguments.redactions(host.parse(call.json("redact")))
    let retained = call.retain()
    try store.write(batch) { result in
      retained.finish(result) { retained.call.answer($0.json()) }
    }
  }
}

extension BatchReply {
  /// `{"revisions":[…],"seq":[first,last]|null,"erased":bool}`, the last of a redaction, or `{"repeated":reply}`.
  fileprivate func json() -> JSONWriter {
    var json = JSONWriter()
    json.beginObject()
    switch self {
    case .committed(let revisions, let events): BatchReply.write(revisions, events, to: &json)
    case .redacted(let revisions, let events, let isErased):
      BatchReply.write(revisions, events, to: &json)
      json.member("erased", isErased)
    case .repeated(let reply):
      json.key("repeated")
      json.raw(reply)
    }
    json.endObject()
    return json
  }

  private static func write(_ revisions: [Int64], _ events: Range<Int64>, to json: inout JSONWriter) {
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
  }
}
