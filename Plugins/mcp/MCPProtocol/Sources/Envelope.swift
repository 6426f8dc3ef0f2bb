public import PluginKit

/// Writes whole messages.
public enum Envelope {
  public typealias Writing = (inout JSONWriter) -> Void

  /// What either side says of itself, as JSON.
  public static func implementation(version: String) -> String {
    #"{"name":"orchestron","title":"Orchestron","version":"\#(version)"}"#
  }

  /// - Parameter params: Writes members of the parameters.
  public static func request(_ id: RequestID, _ method: String, _ params: Writing) -> [UInt8] {
    message { json in
      json.key("id")
      id.write(to: &json)
      json.member("method", method)
      json.key("params")
      json.beginObject()
      params(&json)
      json.endObject()
    }
  }

  /// - Parameters:
  ///   - tag: The id of the subscription that it belongs to.
  ///   - params: Writes members of the parameters.
  public static func notification(
    _ method: String, tag: RequestID? = nil, _ params: Writing = { _ in }
  ) -> [UInt8] {
    message { json in
      json.member("method", method)
      json.key("params")
      json.beginObject()
      if let tag {
        json.key("_meta")
        json.beginObject()
        json.key(MetaKey.subscriptionID)
        tag.write(to: &json)
        json.endObject()
      }
      params(&json)
      json.endObject()
    }
  }

  /// An answer.
  ///
  /// - Parameter body: Writes members of the result.
  public static func result(_ id: RequestID, _ body: Writing = { _ in }) -> [UInt8] {
    message { json in
      json.key("id")
      id.write(to: &json)
      json.key("result")
      json.beginObject()
      body(&json)
      json.endObject()
    }
  }

  /// An error; without an id when that of the request could not be read.
  public static func error(_ error: RPCError, _ id: RequestID?) -> [UInt8] {
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

  private static func message(_ body: Writing) -> [UInt8] {
    var json = JSONWriter(capacity: 512)
    json.beginObject()
    json.member("jsonrpc", "2.0")
    body(&json)
    json.endObject()
    return Array(json.bytes)
  }
}
