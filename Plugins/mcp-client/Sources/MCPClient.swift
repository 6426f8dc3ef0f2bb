import PluginKit

/// Uses other MCP servers: each becomes a service `mcp_<name>` whose methods are the server's tools.
final class MCPClient: Plugin {
  static let id = "mcp-client"
  nonisolated static let version = "0.1.0"

  static var services: [Service<MCPClient>] { [serverMethods] }

  let servers: Servers

  init(host: Host, config: JSONValue) throws {
    servers = try Servers(host: host, configuration: config["servers"])
  }

  func start() throws { try servers.start() }

  func health() throws {
    let faults = servers.all.compactMap { server in server.fault.map { "\(server.name): \($0)" } }
    if !faults.isEmpty {
      throw Failure(.unavailable, "MCP servers that cannot be used: \(faults.joined(separator: "; "))")
    }
  }

  func stop() async throws { servers.stop() }
}
