import PluginKit

/// Writes whole messages.
enum Envelope {
  typealias Writing = (inout JSONWriter) -> Void

  /// What this server says of itself.
  static func serverInfo(_ json: inout JSONWriter) {
    json.raw(#"{"name":"orchestron","title":"Orchestron","version":"0.1.0"}"#)
  }

  /// An answer. Modern ones say of which type they are, and by whom.
  ///
  /// - Parameters:
  ///   - type: `complete`, `input_required`, or that of an extension.
  ///   - tag: Of the answer that ends a subscription: its id.
  ///   - body: Writes members of the result.
  static func result(
    _ id: RequestID, _ era: Era, type: String = "complete", tag: RequestID? = nil, _ body: Writing
  ) -> [UInt8] {
    message { json in
      json.key("id")
      id.write(to: &json)
      json.key("result")
      json.beginObject()
      if era.isModern { json.member("resultType", type) }
      body(&json)
      if era.isModern {
        json.key("_meta")
        json.beginObject()
        json.key("io.modelcontextprotocol/serverInfo")
        serverInfo(&json)
        writeTag(tag, &json)
        json.endObject()
      }
      json.endObject()
    }
  }

  /// An error; without an id when that of the request could not be read.
  static func error(_ error: RPCError, _ id: RequestID?) -> [UInt8] {
    message { json in
      if let id {
        json.key("id")
        id.write(to: &json)
      }
      json.key("error")
      json.beginObject()
      json.member("code", error.code)
      json.member("message", error.message)
      if let data = error.data {
        json.key("data")
        json.raw(data)
      }
      json.endObject()
    }
  }

  /// - Parameter tag: The id of the subscription that it belongs to.
  static func notification(_ method: String, tag: RequestID? = nil, _ params: Writing = { _ in }) -> [UInt8] {
    message { json in
      json.member("method", method)
      json.key("params")
      json.beginObject()
      if tag != nil {
        json.key("_meta")
        json.beginObject()
        writeTag(tag, &json)
        json.endObject()
      }
      params(&json)
      json.endObject()
    }
  }

  /// A request of ours, as sessions before 2026-07-28 have them.
  static func request(_ id: RequestID, _ method: String, params: some JSONText) -> [UInt8] {
    message { json in
      json.key("id")
      id.write(to: &json)
      json.member("method", method)
      json.key("params")
      json.raw(params)
    }
  }

  private static func writeTag(_ tag: RequestID?, _ json: inout JSONWriter) {
    guard let tag else { return }
    json.key("io.modelcontextprotocol/subscriptionId")
    tag.write(to: &json)
  }

  private static func message(_ body: Writing) -> [UInt8] {
    var json = JSONWriter(capacity: 512)
    json.beginObject()
    json.member("jsonrpc", "2.0")
    body(&json)
    json.endObject()
    return Array(json.bytes)
  }
}
