import MCPProtocol
import PluginKit

/// One tool of a server, as the method that it becomes.
struct Tool: Sendable, Equatable {
  /// As the server calls it.
  let name: String
  /// As the method is called.
  let method: String
  let doc: String
  let effect: Effect
  let isIdempotent: Bool
  let arguments: [Argument]
  /// Whether the tool takes members that it does not name: they come in one argument.
  let takesMore: Bool
  let headers: [HeaderRule]
  /// What a result has to be, as far as the host's validator knows schemas; nil for what the server leaves open.
  let result: ResultSchema?

  static let more = "more"

  struct Argument: Sendable, Equatable {
    /// As the server calls it.
    let name: String
    let parameter: String
    /// The letter of the parameter's type.
    let type: Character
    let doc: String
    let isRequired: Bool
    let schema: String?

    /// Whether null is a value of its own for the server.
    var allowsNull: Bool { type == "j" && schema?.contains("\"null\"") != false }
  }

  /// An argument that HTTP repeats as a header `Mcp-Param-…`.
  struct HeaderRule: Sendable, Equatable {
    let path: [String]
    let name: String
  }

  /// Why a tool cannot be used.
  struct Refusal: Error, Equatable {
    let tool: String
    let reason: String
  }

  init(_ json: JSONValue, of server: String, permissions: [String: Effect]) throws(Refusal) {
    guard let name = json["name"].string, !name.isEmpty, name.utf8.count <= 256 else {
      throw Refusal(tool: "?", reason: "it has no name, or one of more than 256 bytes")
    }
    let shown = CleanText.line(name, limit: 100)
    guard let method = ToolName.fit(name) else {
      throw Refusal(tool: shown, reason: "its name has no letter of a-z and no digit")
    }
    let schema = Value(json["inputSchema"])
    guard let fields = schema.object, fields["type"]?.string == "object" else {
      throw Refusal(tool: shown, reason: "its inputSchema is not one of an object")
    }
    self.name = name
    self.method = method
    let text = CleanText.line(json["description"].string ?? json["title"].string ?? "", limit: 1000)
    doc = text.isEmpty ? "The tool \"\(shown)\" of the MCP server \"\(server)\"." : text
    let hints = Value(json["annotations"])
    effect = permissions[name] ?? Effect(hints: hints)
    isIdempotent = hints.object?["idempotentHint"]?.bool == true
    arguments = try Self.arguments(fields, schema, of: shown)
    headers = Self.headers(fields, path: [])
    let output = Value(json["outputSchema"])
    result = output.object == nil ? nil : ResultSchema(output)
    let additional = fields["additionalProperties"]
    takesMore = additional?.bool == true || additional?.object != nil
    if takesMore, arguments.contains(where: { $0.parameter == Self.more }) {
      throw Refusal(tool: shown, reason: "it takes further arguments, and one of its own is named \"\(Self.more)\"")
    }
  }

  private static func arguments(_ fields: Fields, _ schema: Value, of tool: String) throws(Refusal) -> [Argument] {
    let required = Set((fields["required"]?.array ?? []).compactMap(\.string))
    let schemas = ToolSchema(of: schema)
    var arguments: [Argument] = []
    for (name, schema) in (fields["properties"]?.object ?? Fields()).members {
      guard arguments.count < 200 else { throw Refusal(tool: tool, reason: "it has more than 200 arguments") }
      let shown = CleanText.line(name, limit: 100)
      guard let parameter = ToolName.fit(name) else {
        throw Refusal(tool: tool, reason: "its argument \"\(shown)\" has no letter of a-z and no digit")
      }
      if let other = arguments.first(where: { $0.parameter == parameter }) {
        throw Refusal(
          tool: tool, reason: "its arguments \"\(other.name)\" and \"\(shown)\" would both be \"\(parameter)\"")
      }
      let text = CleanText.line(schema.object?["description"]?.string ?? "", limit: 500)
      arguments.append(
        Argument(
          name: name, parameter: parameter, type: letter(schema),
          doc: text.isEmpty ? "The argument \"\(shown)\"." : text,
          isRequired: required.contains(name), schema: schemas.parameter(schema)))
    }
    for name in required where !arguments.contains(where: { $0.name == name }) {
      let shown = CleanText.line(name, limit: 100)
      throw Refusal(tool: tool, reason: "it requires the argument \"\(shown)\" and does not describe it")
    }
    // The typed signature has the arguments that must be there first.
    return arguments.filter(\.isRequired) + arguments.filter { !$0.isRequired }
  }

  private static func letter(_ schema: Value) -> Character {
    switch schema.object?["type"]?.string {
    case "string": "s"
    case "integer": "i"
    case "number": "d"
    case "boolean": "b"
    default: "j"
    }
  }

  private static func headers(_ schema: Fields, path: [String]) -> [HeaderRule] {
    guard path.count < 8 else { return [] }
    return (schema["properties"]?.object ?? Fields()).members.flatMap { name, value -> [HeaderRule] in
      guard let property = value.object else { return [] }
      let place = path + [name]
      let own = property["x-mcp-header"]?.string.flatMap { HeaderText.isToken($0) ? $0 : nil }
      return (own.map { [HeaderRule(path: place, name: $0)] } ?? []) + headers(property, path: place)
    }
  }
}
