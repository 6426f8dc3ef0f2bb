import CPluginSDK
import PluginKit

/// Speaks the Model Context Protocol: at `/mcp` over HTTP, and with `orchestron mcp` over pipes.
final class MCPPlugin: Plugin {
  static let id = "mcp"
  nonisolated static let version = "0.1.0"

  private let host: Host
  private let server: Server
  private let endpoint: HTTPEndpoint
  private let bridge: Bridge

  static var services: [Service<MCPPlugin>] {
    [
      Service("mcp", version: "1.0.0", doc: "Connections of MCP clients that come by the bridge.") {
        Method(
          "open", [.read, .stream],
          doc:
            "Opens a connection: its id is the first item, then each is a message for the client. Cancelling ends it.",
          permission: "read",
          parameters: [
            .string("profile", "The tools to list; that of the configuration when left out", optional: true),
            .string("role", "The most that the client may do; mcp.role when left out", optional: true),
          ],
          examples: #"[{"args":{"profile":"none-such"},"error":"invalid_argument"}]"#
        ) { plugin, call in try plugin.bridge.open(call) }
        Method(
          "send", [.write], doc: "Hands in a message of the client; answers come by the connection.",
          permission: "read",
          parameters: [
            .string("connection", "The id of the connection"),
            .json("message", "One message", optional: true),
            .string("text", "In place of it, what was no JSON", optional: true),
          ], result: .json,
          examples: #"[{"args":{"connection":"none","message":{}},"error":"not_found"}]"#
        ) { plugin, call in try plugin.bridge.send(call) }
      }
    ]
  }

  init(host: Host, config: JSONValue) throws {
    self.host = host
    server = Server(host, Settings(config))
    endpoint = HTTPEndpoint(server)
    bridge = Bridge(server)
    guard server.settings.hasProfile(server.settings.profile) else {
      throw Failure(
        .invalidArgument,
        "mcp.profile names \"\(server.settings.profile)\"; there are \(server.settings.profileNames)")
    }
  }

  func start() throws {
    try endpoint.start()
    server.metadata.start()
    try host.subscribe(["service:*"]) { [self] _ in
      server.catalog.isStale = true
      changed(.tools)
    }
    try host.subscribe(["mcp:*"]) { [self] in declarationsChanged($0) }
    try host.every(milliseconds: 5000) { [self] in
      endpoint.tick()
      server.expire()
    }
  }

  func drain(within milliseconds: Int64) async throws {
    // Some of the time is for the messages to get out.
    try await server.drain(within: max(milliseconds - 1000, 0))
    end()
  }

  func stop() { end() }

  private func end() {
    server.stop()
    endpoint.stop()
    bridge.stop()
  }

  // MARK: Changes

  private func declarationsChanged(_ event: Event) {
    guard let data = try? host.parse(event.data) else { return }
    if event.topic == "mcp:updated" {
      if let uri = data["uri"].string { server.listeners.tellUpdate(of: uri) }
      return
    }
    server.declared.isStale = true
    switch data["kind"].string {
    case "tool": changed(.tools)
    case "prompt": changed(.prompts)
    default: changed(.resources)
    }
  }

  private func changed(_ list: Listeners.List) {
    guard server.listeners.note(list) else { return }
    // A plugin that starts adds many at once.
    _ = try? host.after(milliseconds: 50) { [server] in server.listeners.tellChanges() }
  }
}
