import MCPProtocol
import PluginKit

/// What a client was asked, by key: the kinds of the questions and the state of who asked. A client carries it, sealed, from
/// one round to the next.
struct Questions {
  private var methods: [(key: String, method: String)] = []
  private(set) var state = ""

  init(_ questions: JSONValue, state: String) {
    methods = questions.members.map { ($0.key, $0.value["method"].string ?? "") }
    self.state = state
  }

  /// Reads what ``text`` wrote.
  init(_ json: JSONValue) {
    methods = json["methods"].members.map { ($0.key, $0.value.string ?? "") }
    state = json["state"].string ?? ""
  }

  var text: String {
    var json = JSONWriter()
    json.beginObject()
    json.key("methods")
    json.beginObject()
    for (key, method) in methods {
      json.key(key)
      json.string(method)
    }
    json.endObject()
    json.member("state", state)
    json.endObject()
    return json.text
  }

  /// Looks whether answers are of the kinds that were asked for; one may be missing, and one that nobody asked for means
  /// nothing.
  func check(_ replies: JSONValue) throws(RPCError) {
    for (key, method) in methods {
      let reply = replies[key]
      guard reply.kind == .absent || Self.isAnswer(reply, to: method) else {
        throw .invalidParams("the answer \"\(key.prefix(100))\" is none to \(method)")
      }
    }
  }

  /// Looks whether answers that come without their questions are answers to anything.
  static func checkUnasked(_ replies: JSONValue) throws(RPCError) {
    for (key, reply) in replies.members where !methods.contains(where: { isAnswer(reply, to: $0) }) {
      throw .invalidParams("the answer \"\(key.prefix(100))\" is none to \(methods.joined(separator: ", "))")
    }
  }

  private static let methods = ["elicitation/create", "sampling/createMessage", "roots/list"]

  /// Whether something is an answer to a question of a kind.
  static func isAnswer(_ reply: JSONValue, to method: String) -> Bool {
    switch method {
    case "elicitation/create":
      let content = reply["content"].kind
      return ["accept", "decline", "cancel"].contains(reply["action"].string)
        && (content == .absent || content == .object)
    case "sampling/createMessage":
      return reply["role"].kind == .string && reply["model"].kind == .string && reply["content"].isPresent
    case "roots/list":
      return reply["roots"].kind == .array && reply["roots"].elements.allSatisfy { $0["uri"].kind == .string }
    default: return false
    }
  }
}
