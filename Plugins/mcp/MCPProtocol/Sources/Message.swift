public import PluginKit

/// What one side sends the other.
public enum Message {
  case request(RequestID, method: String, params: JSONValue)
  case notification(method: String, params: JSONValue)
  /// The answer to a request; one of both is present. An error lacks the id when that of the request could not be read.
  case response(RequestID?, result: JSONValue, error: JSONValue)

  /// Why something is no message, and the id with which to say so, if it can be read.
  public struct Malformed: Error {
    public var id: RequestID?
    public var error: RPCError

    init(_ id: RequestID?, _ message: String) {
      self.id = id
      error = .invalidRequest(message)
    }
  }

  /// Reads one message.
  public init(_ json: JSONValue) throws(Malformed) {
    if json.kind == .array { throw Malformed(nil, "send one message at a time: batches are not part of this protocol") }
    guard json.kind == .object else { throw Malformed(nil, "a message is a JSON object") }
    let idValue = json["id"]
    let id = RequestID(idValue)
    guard json["jsonrpc"].string == "2.0" else { throw Malformed(id, "\"jsonrpc\" has to be \"2.0\"") }
    if json["method"].kind == .absent {
      let isError = json["error"].kind == .object
      guard isError || (id != nil && json["result"].kind != .absent) else {
        throw Malformed(id, "a message has a \"method\", or is the answer to a request with that \"id\"")
      }
      self = .response(id, result: json["result"], error: json["error"])
      return
    }
    guard let method = json["method"].string else { throw Malformed(id, "\"method\" has to be a string") }
    let params = json["params"]
    guard params.kind == .object || params.kind == .absent else {
      throw Malformed(id, "\"params\" has to be an object")
    }
    if idValue.kind == .absent {
      self = .notification(method: method, params: params)
    } else if let id {
      self = .request(id, method: method, params: params)
    } else {
      throw Malformed(nil, "\"id\" has to be a string or an integer")
    }
  }
}
