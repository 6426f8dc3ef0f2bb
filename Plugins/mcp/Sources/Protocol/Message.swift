import PluginKit

/// What a client sends.
enum Message {
  case request(RequestID, method: String, params: JSONValue)
  case notification(method: String, params: JSONValue)
  /// The answer to a request of ours; one of both is present.
  case response(RequestID, result: JSONValue, error: JSONValue)

  /// Why something is no message, and the id with which to say so, if it can be read.
  struct Malformed: Error {
    var id: RequestID?
    var error: RPCError

    init(_ id: RequestID?, _ message: String) {
      self.id = id
      error = .invalidRequest(message)
    }
  }

  /// Reads one message.
  init(_ json: JSONValue) throws(Malformed) {
    if json.kind == .array { throw Malformed(nil, "send one message at a time: batches are not part of this protocol") }
    guard json.kind == .object else { throw Malformed(nil, "a message is a JSON object") }
    let idValue = json["id"]
    let id = RequestID(idValue)
    guard json["jsonrpc"].string == "2.0" else { throw Malformed(id, "\"jsonrpc\" has to be \"2.0\"") }
    if json["method"].kind == .absent {
      guard let id, json["result"].kind != .absent || json["error"].kind == .object else {
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
