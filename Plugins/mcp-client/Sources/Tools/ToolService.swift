import PluginKit

/// The service that a server's tools make up.
struct ToolService {
  let server: String
  let tools: [Tool]
  /// By their own names.
  let streamed: Set<String>

  var name: String { Self.name(server) }

  static func name(_ server: String) -> String { "mcp_\(server)" }

  /// Sorts what a server lists into tools and refusals.
  static func read(
    _ list: [JSONValue], settings: ServerSettings, name: String
  ) -> (tools: [Tool], refused: [Tool.Refusal]) {
    var tools: [Tool] = []
    var refused: [Tool.Refusal] = []
    for json in list {
      if let allowed = settings.tools, !allowed.contains(json["name"].string ?? "") { continue }
      do throws(Tool.Refusal) {
        tools.append(try Tool(json, of: name, permissions: settings.permissions))
      } catch {
        refused.append(error)
      }
    }
    let byMethod = Dictionary(grouping: tools, by: \.method)
    for tool in tools {
      guard let others = byMethod[tool.method], others.count > 1 else { continue }
      let names = others.map { "\"\(CleanText.line($0.name, limit: 100))\"" }.joined(separator: " and ")
      refused.append(
        Tool.Refusal(
          tool: CleanText.line(tool.name, limit: 100), reason: "\(names) would all be the method \"\(tool.method)\""))
    }
    return (tools.filter { byMethod[$0.method]?.count == 1 }, refused)
  }

  /// - Parameter isPlain: Without schemas, should the host not take them.
  func declaration(isPlain: Bool) -> Service<MCPClient> {
    Service(name, version: "1.0.0", doc: "Tools of the MCP server \"\(server)\".") {
      tools.map { method($0, isPlain: isPlain) }
    }
  }

  private func method(_ tool: Tool, isPlain: Bool) -> Method<MCPClient> {
    var traits = tool.effect.traits
    if tool.isIdempotent { traits.insert(.idempotent) }
    let isStreamed = streamed.contains(tool.name)
    if isStreamed { traits.insert(.stream) }
    let server = server
    return .async(
      tool.method, traits, doc: tool.doc, permission: tool.effect.permission,
      parameters: parameters(of: tool, isPlain: isPlain),
      result: isPlain ? .json : tool.result.map { .json(schema: $0.text) } ?? .json
    ) { client, call in
      try await client.servers.call(tool, of: server, call, isStreamed: isStreamed)
    }
  }

  private func parameters(of tool: Tool, isPlain: Bool) -> [Parameter] {
    var parameters = tool.arguments.map { argument in
      let name = argument.parameter
      let schema = isPlain ? nil : argument.schema
      let optional = !argument.isRequired
      return switch argument.type {
      case "s": Parameter.string(name, argument.doc, optional: optional, schema: schema)
      case "i": Parameter.int(name, argument.doc, optional: optional, schema: schema)
      case "d": Parameter.double(name, argument.doc, optional: optional, schema: schema)
      case "b": Parameter.bool(name, argument.doc, optional: optional, schema: schema)
      default: Parameter.json(name, argument.doc, optional: optional, schema: schema)
      }
    }
    if tool.takesMore {
      parameters.append(
        .json(Tool.more, "Further arguments, by name.", optional: true, schema: #"{"type":["object","null"]}"#))
    }
    return parameters
  }
}
