import PluginKit

/// The parts of a batch of storage: `{"operations":[…],"events":[…],"idempotency":{…},"redact":[…]}`.
extension JSONWriter {
  /// Writes an operation that refuses the batch when a document has another revision.
  mutating func check(_ collection: String, _ id: String, revision: Int64) {
    beginObject()
    member("collection", collection)
    member("id", id)
    key("expected" as StaticString)
    int(revision)
    member("check", true)
    endObject()
  }

  /// Writes an operation that deletes a document.
  mutating func delete(_ collection: String, _ id: String) {
    beginObject()
    member("collection", collection)
    member("id", id)
    member("expected", "any")
    member("delete", true)
    endObject()
  }

  mutating func event(_ topic: String, _ data: [UInt8]) {
    beginObject()
    member("topic", topic)
    key("data" as StaticString)
    raw(data)
    endObject()
  }

  mutating func redactions(_ ids: [String]) {
    guard !ids.isEmpty else { return }
    key("redact" as StaticString)
    beginArray()
    for id in ids {
      beginObject()
      member("id", id)
      endObject()
    }
    endArray()
  }

  mutating func idempotency(_ idempotency: Ledger.Idempotency, _ reply: [UInt8]) {
    key("idempotency" as StaticString)
    beginObject()
    member("key", idempotency.key)
    member("fingerprint", idempotency.fingerprint)
    key("reply" as StaticString)
    raw(reply)
    endObject()
  }
}
