import PluginKit

extension Tool {
  /// The arguments as the server wants them, from those of the method.
  func arguments(from call: JSONValue) -> Fields {
    var arguments = Fields()
    for argument in self.arguments {
      let value = call[argument.parameter]
      // Null stands for nothing where the server knows no null.
      if value.kind == .absent || value.kind == .null && !argument.allowsNull { continue }
      arguments[argument.name] = Value(value)
    }
    if takesMore {
      for (name, value) in Fields(call[Self.more]).members where !self.arguments.contains(where: { $0.name == name }) {
        arguments[name] = value
      }
    }
    return arguments
  }

  /// What HTTP repeats of them.
  func headers(for arguments: Fields) -> [(name: String, value: String)] {
    headers.compactMap { rule in
      var value: Value? = .object(arguments)
      for name in rule.path { value = value?.object?[name] }
      switch value {
      case .string(let text): return (rule.name, text)
      case .int(let number): return (rule.name, String(number))
      case .bool(let flag): return (rule.name, String(flag))
      default: return nil
      }
    }
  }

  /// What the method answers with: what the tool gives in a structured way, or the list of its contents as it is.
  func answer(_ result: JSONValue, of server: String) throws(Failure) -> String {
    let type = result["resultType"].string ?? "complete"
    if type == "input_required" {
      throw Failure(
        .failedPrecondition,
        "the tool \"\(name)\" of the MCP server \"\(server)\" wants to ask something before it goes on, and nobody can be asked here: give it all that it needs in its arguments"
      )
    }
    guard type == "complete" else {
      throw Failure(
        .unimplemented,
        "the tool \"\(name)\" of the MCP server \"\(server)\" answered with a result of the type \"\(CleanText.line(type, limit: 40))\""
      )
    }
    let content = result["content"]
    if result["isError"].bool == true {
      let texts = content.elements.compactMap { $0["text"].string }
      let text = CleanText.line(texts.joined(separator: " "), limit: 2000)
      throw Failure(
        .failedPrecondition,
        "the tool \"\(name)\" of the MCP server \"\(server)\" failed: \(text.isEmpty ? "it does not say why" : text)")
    }
    let structured = result["structuredContent"]
    if let schema = self.result {
      guard structured.kind != .absent else {
        throw Failure(
          .failedPrecondition,
          "the tool \"\(name)\" of the MCP server \"\(server)\" declares what it answers with and answered without structuredContent"
        )
      }
      if let breach = schema.breach(in: Value(structured)) {
        throw Failure(
          .failedPrecondition,
          "the tool \"\(name)\" of the MCP server \"\(server)\" answered with what it does not declare: \(breach)")
      }
    }
    if structured.kind != .absent { return structured.text }
    return content.kind == .array ? content.text : "[]"
  }
}
