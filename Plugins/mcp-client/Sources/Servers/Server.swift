import MCPProtocol
import PluginKit

/// One server that is used: connected, and again after each loss, as long as nobody says otherwise.
@Loop
final class Server {
  enum State: String {
    case disabled, connecting, connected, waiting, failed
  }

  /// Who said that the server is to be used.
  enum Origin: String {
    case configuration, admin
  }

  let name: String
  let settings: ServerSettings
  let origin: Origin
  private(set) var state = State.connecting
  /// Why it cannot be used.
  private(set) var fault: String?
  private(set) var session: Session?
  private(set) var tools: [Tool] = []
  private(set) var refused: [Tool.Refusal] = []

  let host: Host
  private var isStopped = false
  /// The program ended when it was asked as newer revisions have it.
  private var isLegacy = false
  private var losses = 0
  private var timer: Timer?
  private var isRegistered = false
  private var registrations = 0
  private var isRefreshing = false
  private var isStale = false

  /// How often a server may bring other tools before the rest is taken as it is: declarations stay in memory.
  private static let registrationLimit = 200
  /// Milliseconds between two looks at the tools.
  private static let refreshPause = 5_000
  /// Milliseconds after which the tools are looked at of a server that cannot tell that they changed.
  private static let refreshTime = 300_000

  init(name: String, settings: ServerSettings, origin: Origin, host: Host) {
    self.name = name
    self.settings = settings
    self.origin = origin
    self.host = host
  }

  func start() {
    if settings.isDisabled {
      state = .disabled
    } else {
      connect()
    }
  }

  /// Ends the connection, and the service with it.
  func stop() {
    isStopped = true
    timer?.stop()
    session?.close()
    session = nil
    if isRegistered { unregister() }
  }

  /// A connection of its own, for one question.
  func makeSession() throws(Failure) -> Session {
    Session(try makeTransport(), name: name, timeout: Int64(settings.timeoutSeconds) * 1000, host: host)
  }

  private func makeTransport() throws(Failure) -> any Transport {
    switch settings.address {
    case .program(let command, let arguments, let environment, let folder):
      let command = ChildCommand(
        [command] + arguments, environment: try Variables.environment(environment, of: name),
        folder: folder ?? host.info.storageDirectory)
      return try StdioTransport(command, name: name, host: host)
    case .url(let url, let headers):
      var filled: [(name: String, value: String)] = []
      for (header, value) in headers.sorted(by: { $0.key < $1.key }) {
        let value = try Variables.fill(value, of: name)
        guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
          throw Failure(
            .failedPrecondition,
            "the header \"\(header)\" of the MCP server \"\(name)\" has a line break in its variable")
        }
        filled.append((header, value))
      }
      let credential = headers.filter { ServerSettings.isSecret(header: $0.key) }.values.lazy
        .flatMap(Variables.names).first
      return HTTPTransport(url: url, headers: filled, credential: credential, name: name, host: host)
    }
  }

  // MARK: Connecting

  private func connect() {
    guard !isStopped else { return }
    state = .connecting
    Loop.task { [weak self] in await self?.makeConnection() }
  }

  private func makeConnection() async {
    do throws(Failure) {
      let session = try makeSession()
      self.session = session
      session.ended = { [weak self, weak session] failure in
        guard let self, let session, self.session === session else { return }
        if self.state == .connecting { return }
        self.lost(failure)
      }
      session.toolsChanged = { [weak self] in self?.refreshSoon() }
      try await session.open(isLegacy: isLegacy, own: HostMark.of(storageFolder: host.info.storageDirectory))
      let list = try await session.tools()
      guard !isStopped, self.session === session else { return }
      fault = nil
      take(list)
      state = .connected
      losses = 0
      host.log(
        .info,
        "the MCP server \"\(name)\" (\(session.server), \(session.era.version)) is connected with \(tools.count) tools")
      planRefresh()
    } catch {
      let wasProbed = session?.era == .modern && session?.isOver == true
      if case .program = settings.address, wasProbed || isLegacy { isLegacy.toggle() }
      lost(error)
    }
  }

  /// Tries again: at once, then after 1, 2, 4 … 60 seconds. What would fail again the same way is not repeated.
  private func lost(_ failure: Failure) {
    guard !isStopped else { return }
    session?.close()
    session = nil
    fault = failure.message
    switch failure.status {
    case .failedPrecondition, .unauthenticated, .permissionDenied, .invalidArgument, .unimplemented, .notFound:
      state = .failed
      host.log(.error, "the MCP server \"\(name)\" cannot be used: \(failure.message)")
      return
    default: state = .waiting
    }
    host.log(.warn, "the MCP server \"\(name)\" is lost: \(failure.message)")
    let delay = losses == 0 ? 100 : min(1000 << min(losses - 1, 10), 60_000)
    losses += 1
    do throws(Failure) {
      timer = try host.after(milliseconds: delay) { [weak self] in self?.connect() }
    } catch {
      state = .failed
    }
  }

  // MARK: Tools

  /// Looks at the tools now and then, where nobody tells that they changed.
  private func planRefresh() {
    timer?.stop()
    timer = try? host.every(milliseconds: Self.refreshTime) { [weak self] in self?.refreshSoon() }
  }

  private func refreshSoon() {
    isStale = true
    guard !isRefreshing else { return }
    isRefreshing = true
    Loop.task { [weak self] in await self?.refresh() }
  }

  private func refresh() async {
    while isStale, !isStopped, let session, state == .connected {
      isStale = false
      do {
        let list = try await session.tools()
        if self.session === session, !isStopped { take(list) }
        try await host.sleep(milliseconds: Self.refreshPause)
      } catch {
        host.log(.warn, "the tools of the MCP server \"\(name)\" could not be listed again: \(error)")
      }
    }
    isRefreshing = false
  }

  private func take(_ list: [JSONValue]) {
    let read = ToolService.read(list, settings: settings, name: name)
    if refused != read.refused {
      for refusal in read.refused {
        host.log(
          .warn, "the tool \"\(refusal.tool)\" of the MCP server \"\(name)\" cannot be used: \(refusal.reason)")
      }
    }
    refused = read.refused
    guard !isRegistered || read.tools != tools else { return }
    guard registrations < Self.registrationLimit else {
      fault = "it has changed its tools \(registrations) times: restart it to see what it offers now"
      return
    }
    tools = read.tools
    register()
  }

  private func register() {
    if isRegistered { unregister() }
    guard !tools.isEmpty else { return }
    registrations += 1
    let service = ToolService(server: name, tools: tools, streamed: settings.streamed)
    do throws(Failure) {
      do throws(Failure) { try host.add(service.declaration(isPlain: false)) } catch {
        host.log(
          .warn,
          "the schemas of the MCP server \"\(name)\" are not checked before its tools are called: \(error.message)")
        try host.add(service.declaration(isPlain: true))
      }
      isRegistered = true
    } catch {
      fault = error.message
      host.log(.error, "the tools of the MCP server \"\(name)\" cannot be offered: \(error.message)")
    }
  }

  private func unregister() {
    isRegistered = false
    do throws(Failure) { try host.removeService(ToolService.name(name)) } catch {
      host.log(.warn, error.message)
    }
  }
}
