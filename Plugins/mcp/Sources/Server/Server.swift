import MCPProtocol
import PluginKit

/// Answers requests, whichever way they have come.
@Loop
final class Server {
  let host: Host
  let settings: Settings
  let catalog: ToolCatalog
  let declared: Declarations
  let kept: KeptResults
  let seal = StateSeal()
  let listeners = Listeners()
  let sessions: Sessions
  let tasks = LongTasks()
  let callers = Callers()
  let metadata: ResourceMetadata
  /// Requests under way.
  private(set) var open: [ObjectIdentifier: Request] = [:]
  /// Whether nothing new is begun.
  private var isDraining = false

  static let instructions = """
    Orchestron keeps tasks, sprints, time, history and workflows of a project. Tasks have keys such as ORC-42. For what is \
    no tool of its own, find_methods finds a method and its arguments, call_read and call_write call it.
    """

  init(_ host: Host, _ settings: Settings) {
    self.host = host
    self.settings = settings
    catalog = ToolCatalog(host, settings)
    declared = Declarations(host)
    kept = KeptResults(limit: settings.keptBytes)
    sessions = Sessions(settings)
    metadata = ResourceMetadata(host)
  }

  /// Begins to answer a request.
  func begin(_ request: Request) {
    guard !isDraining else {
      return request.fail(RPCError(code: 1014, message: "the server stops; try again in a moment"))
    }
    guard open.count < settings.requests else {
      return request.fail(
        RPCError(code: 1008, message: "\(settings.requests) requests are under way; try again in a moment"))
    }
    guard let handler = handler(of: request) else { return request.fail(.unknown(method: request.method)) }
    let key = ObjectIdentifier(request)
    open[key] = request
    request.whenOver { [weak self] in self?.open[key] = nil }
    request.beginSpan(host)
    handler(request)
    tasks.watch(request, self)
  }

  private func handler(of request: Request) -> ((Request) -> Void)? {
    switch request.method {
    case "tools/list":
      running { server, request throws(RPCError) in try await ToolRunner(server: server).list(request) }
    case "tools/call":
      running { server, request throws(RPCError) in try await ToolRunner(server: server).call(request) }
    case "resources/list":
      running { server, request throws(RPCError) in try server.list(.resource, "resources", request) }
    case "resources/templates/list":
      running { server, request throws(RPCError) in try server.list(.template, "resourceTemplates", request) }
    case "resources/read": running { server, request throws(RPCError) in try await server.readResource(request) }
    case "prompts/list": running { server, request throws(RPCError) in try server.list(.prompt, "prompts", request) }
    case "prompts/get": running { server, request throws(RPCError) in try await server.getPrompt(request) }
    case "completion/complete": running { server, request throws(RPCError) in try await server.complete(request) }
    default: request.era.isModern ? modernHandler(of: request.method) : sessionHandler(of: request.method)
    }
  }

  private func modernHandler(of method: String) -> ((Request) -> Void)? {
    switch method {
    case "server/discover": { [self] in discover($0) }
    case "subscriptions/listen": running { server, request throws(RPCError) in try server.listen(request) }
    case "tasks/get": running { server, request throws(RPCError) in try server.tasks.get(request) }
    case "tasks/update": running { server, request throws(RPCError) in try server.tasks.update(request, server) }
    case "tasks/cancel": running { server, request throws(RPCError) in try server.tasks.cancel(request) }
    default: nil
    }
  }

  private func sessionHandler(of method: String) -> ((Request) -> Void)? {
    switch method {
    case "initialize": running { server, request throws(RPCError) in try server.initialize(request) }
    case "ping": { $0.complete { _ in } }
    case "logging/setLevel": running { server, request throws(RPCError) in try server.setLevel(request) }
    case "resources/subscribe": running { server, request throws(RPCError) in try server.subscribe(request) }
    case "resources/unsubscribe": running { server, request throws(RPCError) in try server.unsubscribe(request) }
    default: nil
    }
  }

  private func running(
    _ body: @escaping @Loop (Server, Request) async throws(RPCError) -> Void
  ) -> (Request) -> Void {
    { [self] request in request.run { () async throws(RPCError) in try await body(self, request) } }
  }

  // MARK: Beginnings

  /// What it can, without the brace at the end.
  private lazy var capabilities = """
    {"tools":{"listChanged":true},"resources":{"listChanged":true,"subscribe":true},"prompts":{"listChanged":true},\
    "completions":{},"logging":{},\
    "experimental":{"\(HostMark.capability)":{"mark":"\(HostMark.of(storageFolder: host.info.storageDirectory))"}}
    """

  private func discover(_ request: Request) {
    request.completeCacheable(milliseconds: 3_600_000, isPublic: true) { json in
      json.key("supportedVersions")
      json.beginArray()
      for version in ProtocolVersion.modern { json.string(version) }
      json.endArray()
      json.key("capabilities")
      json.raw(capabilities + #","extensions":{"io.modelcontextprotocol/tasks":{}}}"#)
      json.member("instructions", Self.instructions)
    }
  }

  private func initialize(_ request: Request) throws(RPCError) {
    guard let session = request.session else { throw .unknown(method: request.method) }
    guard session.version == nil else { throw .invalidRequest("this session has been initialized already") }
    guard let wish = request.params["protocolVersion"].string else {
      throw .invalidParams("initialize needs \"protocolVersion\", the newest revision that the client speaks")
    }
    let version = ProtocolVersion.negotiated(wish)
    session.agree(
      on: version, with: Client(info: request.params["clientInfo"], capabilities: request.params["capabilities"]))
    listeners.add(session.listener)
    request.complete { json in
      json.member("protocolVersion", version)
      json.key("capabilities")
      json.raw(capabilities + "}")
      json.key("serverInfo")
      json.raw(Envelope.serverInfo)
      json.member("instructions", Self.instructions)
    }
  }

  private func setLevel(_ request: Request) throws(RPCError) {
    guard let level = request.params["level"].string.flatMap(LogLevel.init(name:)) else {
      throw .invalidParams("\"level\" has to be one of \(LogLevel.names)")
    }
    request.session?.logLevel = level
    request.complete { _ in }
  }

  // MARK: For others

  /// Runs `body` with a context of the client, which acts for who came in.
  func act<Value>(
    for request: Request, _ body: @Loop (Context) async throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    let caller = request.caller
    let principal = Principal(
      actor: request.client.actor, behalf: caller.behalf.isEmpty ? caller.actor : caller.behalf,
      rights: caller.rights.words)
    return try await host.act(as: principal, within: settings.callTime, trace: request.traceparent, body)
  }

  /// Begins a session.
  ///
  /// - Throws: When there are too many.
  func beginSession(for caller: Caller, profile: String) throws(Failure) -> Session {
    if let idle = sessions.replaceable(for: caller) { end(idle) }
    return try sessions.begin(for: caller, profile: profile)
  }

  /// Ends a session and all that is under way in it.
  func end(_ session: Session) {
    sessions.remove(session)
    listeners.remove(session.listener)
    forget(session.listener)
    session.end()
  }

  /// Lets go of what nobody has used for long.
  func expire() {
    kept.expire()
    tasks.expire()
    for session in sessions.idle() { end(session) }
  }

  /// Begins nothing new, tells subscriptions that they are over, and lets the rest end; but for tasks, for whose results
  /// nobody could ask any more.
  func drain(within milliseconds: Int64) async throws {
    isDraining = true
    for request in Array(open.values) where request.method == "subscriptions/listen" { request.completeSubscription() }
    let end = Instant.now.milliseconds + milliseconds
    while open.values.contains(where: { !$0.isTask }), Instant.now.milliseconds < end {
      try await host.sleep(milliseconds: 20)
    }
  }

  /// Ends what is still under way.
  func stop() {
    for request in Array(open.values) {
      request.fail(RPCError(code: 1014, message: "the server stops; try again in a moment"))
    }
    for session in sessions.all { end(session) }
  }
}
