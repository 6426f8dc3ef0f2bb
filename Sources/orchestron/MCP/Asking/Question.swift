import OrchestronHost

/// A request of MCP in its modern form (2026-07-28), which stands for itself.
struct Question {
  static let version = "2026-07-28"

  let method: String
  var params: JSONObject = [:]

  func message(id: Int64) -> JSON {
    var params = self.params
    params["_meta"] = [
      "io.modelcontextprotocol/protocolVersion": .string(Question.version),
      "io.modelcontextprotocol/clientCapabilities": [:],
      "io.modelcontextprotocol/clientInfo": ["name": "orchestron", "version": .string(Host.versionText)],
    ]
    return ["jsonrpc": "2.0", "id": .int(id), "method": .string(method), "params": .object(params)]
  }

  /// Asks for all pages of the tools.
  static func tools(_ ask: (Question) throws(Problem) -> JSON) throws(Problem) -> [JSON] {
    var tools: [JSON] = []
    var cursor: JSON?
    repeat {
      var question = Question(method: "tools/list")
      question.params["cursor"] = cursor
      let page = try ask(question)
      tools += page["tools"]?.array ?? []
      cursor = page["nextCursor"]
    } while cursor?.string != nil
    return tools
  }
}

extension JSON {
  /// The result of an answer, or why there is none.
  var result: JSON {
    get throws(Problem) {
      if let result = self["result"] { return result }
      throw Problem(Failure(.internal, self["error"]?["message"]?.string ?? "the answer is none: \(text.prefix(200))"))
    }
  }
}
