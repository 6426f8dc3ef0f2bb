import PluginKit

/// Connections of `orchestron mcp`, which carries lines between a client's pipes and the socket of the host.
@Loop
final class Bridge {
  private let server: Server
  private var connections: [String: Connection] = [:]

  init(_ server: Server) { self.server = server }

  // MARK: Methods

  /// Opens a connection: the stream of `call` is its way to the client.
  func open(_ call: Call) throws(Failure) {
    let settings = server.settings
    let profile = call.stringIfPresent("profile") ?? settings.profile
    guard settings.hasProfile(profile) else {
      throw Failure(.invalidArgument, "there is no profile \"\(profile)\"; there are \(settings.profileNames)")
    }
    let role = try Self.role(call.stringIfPresent("role"), atMost: settings.role)
    let caller = caller(call, role)
    let session = try server.beginSession(for: caller, profile: profile)
    let connection = Connection(server, session, call.retain(), role)
    connections[session.id] = connection
    connection.start { [weak self] in self?.connections[session.id] = nil }
  }

  /// Takes a message of a client.
  func send(_ call: Call) throws(Failure) {
    let id = try call.string("connection")
    guard let connection = connections[id], connection.isOf(call) else {
      throw Failure(.notFound, "there is no connection of that id, or it has ended; open one by mcp.open")
    }
    if let text = call.stringIfPresent("text") {
      connection.receive(text: text)
    } else if let message = call.jsonIfPresent("message") {
      connection.receive(try server.host.parse(message), caller(call, connection.role))
    } else {
      throw Failure(.invalidArgument, "\"message\" is missing, or \"text\" for what was no JSON")
    }
    call.answer(copying: "{}")
  }

  /// Ends all connections.
  func stop() { for connection in Array(connections.values) { connection.end() } }

  private static func role(_ name: String?, atMost most: Role) throws(Failure) -> Role {
    guard let name else { return most }
    guard let role = Role(rawValue: name) else {
      throw Failure(.invalidArgument, "there is no role \"\(name)\"; there are viewer, member, maintainer and admin")
    }
    guard let wanted = Role.allCases.firstIndex(of: role), let limit = Role.allCases.firstIndex(of: most),
      wanted <= limit
    else {
      throw Failure(
        .permissionDenied, "MCP clients have at most the role \(most.rawValue) here; the configuration mcp.role says so"
      )
    }
    return role
  }

  private func caller(_ call: Call, _ role: Role) -> Caller { server.callers.caller(of: call.context, role) }
}
