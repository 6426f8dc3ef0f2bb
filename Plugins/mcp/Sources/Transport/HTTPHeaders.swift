import MCPProtocol
import PluginKit

/// The headers of a modern request, which repeat what stands in its body: for those on the way that do not read bodies.
@Loop
struct HTTPHeaders {
  private let exchange: WebExchange

  init(_ exchange: WebExchange) { self.exchange = exchange }

  /// Whether a body is JSON, by its `Content-Type`.
  static func isJSON(_ type: String?) -> Bool {
    MediaType((type ?? "")[...].utf8).isNamed("application/json")
  }

  /// Compares revision, method and name with the body.
  func check(_ method: String, _ params: JSONValue, version: String) throws(RPCError) {
    guard let stated = exchange.header("mcp-protocol-version") else {
      throw .headerMismatch("the header MCP-Protocol-Version is missing")
    }
    guard stated == version else {
      throw .headerMismatch("the header MCP-Protocol-Version says \"\(stated)\", the body \"\(version)\"")
    }
    guard let stated = exchange.header("mcp-method") else { throw .headerMismatch("the header Mcp-Method is missing") }
    guard stated == method else {
      throw .headerMismatch("the header Mcp-Method says \"\(stated)\", the body \"\(method)\"")
    }
    let member: String
    switch method {
    case "tools/call", "prompts/get": member = "name"
    case "resources/read": member = "uri"
    case "tasks/get", "tasks/update", "tasks/cancel": member = "taskId"
    default: return
    }
    guard let name = params[member].string else { return }  // What is missing in the body is told by who needs it.
    guard let stated = exchange.header("mcp-name") else { throw .headerMismatch("the header Mcp-Name is missing") }
    guard HeaderText.decode(stated) == name else {
      throw .headerMismatch("the header Mcp-Name is not the \"\(member)\" of the body")
    }
  }

  /// Compares `Mcp-Param-` headers with the arguments that a tool's schema marks by `x-mcp-header`.
  func check(_ schema: JSONValue, _ arguments: JSONValue) throws(RPCError) {
    for (name, property) in schema["properties"].members {
      let value = arguments[name]
      if let header = property["x-mcp-header"].string {
        try check(header, name, value, isInteger: property["type"].string == "integer")
      } else if property["properties"].kind == .object {
        try check(property, value)
      }
    }
  }

  private func check(_ suffix: String, _ name: String, _ value: JSONValue, isInteger: Bool) throws(RPCError) {
    let header = "Mcp-Param-\(suffix)"
    let stated = exchange.header(header.lowercased())
    guard let wanted = Self.text(of: value) else {
      if stated != nil {
        throw .headerMismatch("the header \(header) stands for \"\(name)\", which the body does not have")
      }
      return
    }
    guard let stated else { throw .headerMismatch("the header \(header) is missing: it repeats \"\(name)\"") }
    guard let decoded = HeaderText.decode(stated) else {
      throw .headerMismatch("the header \(header) is no Base64 of UTF-8, and claims to be")
    }
    if decoded == wanted { return }
    if isInteger, let left = Self.integer(decoded), let right = Self.integer(wanted), left == right { return }
    throw .headerMismatch("the header \(header) is not the argument \"\(name)\" of the body")
  }

  /// A value as a header says it; nil for what has none.
  private static func text(of value: JSONValue) -> String? {
    switch value.kind {
    case .string: value.string
    case .bool, .int, .double: value.text
    default: nil
    }
  }

  /// `42` and `42.0`.
  private static func integer(_ text: String) -> Int? {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count < 2 || (!parts[1].isEmpty && parts[1].allSatisfy { $0 == "0" }) else { return nil }
    return parts.first.flatMap { Int($0) }
  }
}
