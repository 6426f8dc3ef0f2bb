import PluginKit

/// Writes whole messages.
enum Envelope {
  typealias Writing = (inout JSONWriter) -> Void

  static let clientInfo = #"{"name":"orchestron","title":"Orchestron","version":"0.1.0"}"#

  /// A request.
  ///
  /// - Parameters:
  ///   - wantsProgress: Whether the server may tell how far it is; the token is the id.
  ///   - trace: W3C traceparent, or the empty string.
  ///   - params: Writes members of the parameters.
  static func request(
    _ id: Int, _ method: String, _ era: Era, wantsProgress: Bool = false, trace: String = "", _ params: Writing
  ) -> [UInt8] {
    message { json in
      json.member("id", id)
      json.member("method", method)
      json.key("params")
      json.beginObject()
      params(&json)
      if era.isModern || wantsProgress {
        json.key("_meta")
        json.beginObject()
        if era.isModern {
          json.member("io.modelcontextprotocol/protocolVersion", era.version)
          json.key("io.modelcontextprotocol/clientCapabilities")
          json.raw("{}")
          json.key("io.modelcontextprotocol/clientInfo")
          json.raw(clientInfo)
          if !trace.isEmpty { json.member("traceparent", trace) }
        }
        if wantsProgress { json.member("progressToken", id) }
        json.endObject()
      }
      json.endObject()
    }
  }

  static func notification(_ method: String, _ params: Writing = { _ in }) -> [UInt8] {
    message { json in
      json.member("method", method)
      json.key("params")
      json.beginObject()
      params(&json)
      json.endObject()
    }
  }

  /// An answer to a request of a server's, whose id is JSON.
  static func answer(_ id: String) -> [UInt8] {
    message { json in
      json.key("id")
      json.raw(id)
      json.key("result")
      json.raw("{}")
    }
  }

  static func refusal(_ id: String, code: Int, _ text: String) -> [UInt8] {
    message { json in
      json.key("id")
      json.raw(id)
      json.key("error")
      json.beginObject()
      json.member("code", code)
      json.member("message", text)
      json.endObject()
    }
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
