import PluginKit

/// All servers: those of the configuration, and those that admins have added, which are kept in the plugin's state.
@Loop
final class Servers {
  private(set) var all: [Server] = []
  let host: Host
  private var configured: [(name: String, settings: ServerSettings)] = []
  /// What admins have added, by name, as they wrote it.
  private var added = Fields()

  init(host: Host, configuration: JSONValue) throws(Failure) {
    self.host = host
    for (name, value) in Fields(configuration).members {
      configured.append((name, try ServerSettings(value.object ?? Fields(), name: name)))
    }
  }

  func start() throws(Failure) {
    for (name, settings) in configured { begin(name, settings, .configuration) }
    guard let stored = try host.loadState() else { return }
    added = Fields(try host.parse(stored)["servers"])
    for (name, value) in added.members where find(name) == nil {
      do throws(Failure) {
        begin(name, try ServerSettings(value.object ?? Fields(), name: name), .admin)
      } catch {
        host.log(.error, "the stored MCP server \"\(name)\" cannot be used: \(error.message)")
      }
    }
  }

  func stop() {
    for server in all { server.stop() }
    all = []
  }

  func find(_ name: String) -> Server? { all.first { $0.name == name } }

  func get(_ name: String) throws(Failure) -> Server {
    guard let server = find(name) else {
      throw Failure(
        .notFound,
        "there is no MCP server \"\(CleanText.line(name, limit: 60))\"; mcp_servers.list names those that there are")
    }
    return server
  }

  /// Adds a server, stored before it begins.
  func add(_ name: String, _ definition: JSONValue) throws(Failure) -> Server {
    let fields = Fields(definition)
    let settings = try ServerSettings(fields, name: name)
    guard find(name) == nil else {
      throw Failure(.alreadyExists, "there is an MCP server \"\(name)\" already: remove it first")
    }
    var others = added
    others[name] = .object(fields)
    try store(others)
    return begin(name, settings, .admin)
  }

  func remove(_ name: String) throws(Failure) {
    let server = try get(name)
    guard server.origin == .admin else {
      throw Failure(
        .failedPrecondition,
        "the MCP server \"\(name)\" comes from the configuration: take it out of plugins.mcp-client.servers there")
    }
    var others = added
    others[name] = nil
    try store(others)
    server.stop()
    all.removeAll { $0 === server }
  }

  /// Ends the connection and makes a new one, without waiting for it.
  func restart(_ name: String) throws(Failure) -> Server {
    let server = try get(name)
    server.stop()
    all.removeAll { $0 === server }
    return begin(name, server.settings, server.origin)
  }

  @discardableResult
  private func begin(_ name: String, _ settings: ServerSettings, _ origin: Server.Origin) -> Server {
    let server = Server(name: name, settings: settings, origin: origin, host: host)
    all.append(server)
    all.sort { $0.name < $1.name }
    server.start()
    return server
  }

  private func store(_ fields: Fields) throws(Failure) {
    try host.storeState((["servers": .object(fields)] as Fields).json)
    added = fields
  }

  /// Answers a call of a method that is a tool.
  func call(_ tool: Tool, of name: String, _ call: Call, isStreamed: Bool) async throws {
    let server = try get(name)
    guard let session = server.session, server.state == .connected else {
      throw Failure(
        .unavailable, "the MCP server \"\(name)\" is not connected: \(server.fault ?? "it is being started")")
    }
    let arguments = tool.arguments(from: try host.parse(call.arguments))
    var within = Int64(server.settings.timeoutSeconds) * 1000
    if let left = call.context?.remainingMilliseconds, left > 0 { within = min(within, left) }
    let onProgress: ((JSONValue) -> Void)? = isStreamed ? { _ = call.emit($0.text) } : nil
    let result: JSONValue
    do throws(RequestFailure) {
      result = try await session.request(
        "tools/call", name: tool.name, headers: tool.headers(for: arguments), within: within,
        trace: call.context?.trace ?? "", progress: onProgress
      ) { json in
        json.member("name", tool.name)
        json.key("arguments")
        json.fields(arguments)
      }
    } catch {
      throw error.failure(of: name)
    }
    call.answer(json: Array(try tool.answer(result, of: name).utf8))
  }
}
