import PluginKit

/// What a server sends.
enum Message {
  case answer(id: Int, result: JSONValue)
  case refusal(id: Int?, RemoteError)
  case notification(method: String, params: JSONValue)
  /// A request of the server's, with its id as JSON.
  case request(id: String, method: String)

  /// Reads one message; nil for what is none.
  init?(_ json: JSONValue) {
    guard json.kind == .object, json["jsonrpc"].string == "2.0" else { return nil }
    let id = json["id"]
    if let method = json["method"].string {
      switch id.kind {
      case .absent: self = .notification(method: method, params: json["params"])
      case .int, .string: self = .request(id: id.text, method: method)
      default: return nil
      }
    } else if json["error"].kind == .object {
      self = .refusal(id: id.int, RemoteError(json["error"]))
    } else if json["result"].kind == .object, let id = id.int {
      self = .answer(id: id, result: json["result"])
    } else {
      return nil
    }
  }
}

/// An error that a server answered with.
struct RemoteError: Error {
  var code: Int
  var message: String
  /// The revisions that the server speaks, when it tells.
  var supported: [String]

  init(_ json: JSONValue) {
    code = json["code"].int ?? 0
    message = CleanText.line(json["message"].string ?? "", limit: 1000)
    supported = json["data"]["supported"].elements.prefix(20).compactMap(\.string)
  }

  static let unsupportedVersion = -32022

  /// What a caller is told.
  func failure(of server: String) -> Failure {
    let status: Status =
      switch code {
      case -32602: .invalidArgument
      case -32601: .unimplemented
      default: .failedPrecondition
      }
    return Failure(status, "the MCP server \"\(server)\" answered with the error \(code): \(message)")
  }
}
