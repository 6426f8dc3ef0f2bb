import MCPProtocol
import PluginKit

/// `/mcp`: Streamable HTTP, of both eras. The server before it has looked at Host and Origin, and who asks.
@Loop
final class HTTPEndpoint {
  private let server: Server
  private let host: Host
  private var replies: [ObjectIdentifier: HTTPReply] = [:]
  private var streams: [String: GetStream] = [:]

  init(_ server: Server) {
    self.server = server
    host = server.host
  }

  func start() throws(Failure) {
    // What a caller may do is looked at for each tool: who may only read comes in as well.
    try host.route("POST /mcp", permission: "read") { [self] in post($0) }
    try host.route("GET /mcp", permission: "read") { [self] in get($0) }
    try host.route("DELETE /mcp", permission: "read") { [self] in delete($0) }
  }

  /// Keeps alive what waits.
  func tick() {
    let now = Instant.now.milliseconds
    for reply in replies.values { reply.keepAlive(now: now) }
    for (id, stream) in streams {
      if server.sessions.all.contains(where: { $0.id == id }) {
        stream.keepAlive(now: now)
      } else {
        stream.end()
        streams[id] = nil
      }
    }
  }

  /// Ends the streams of sessions.
  func stop() {
    for stream in streams.values { stream.end() }
    streams = [:]
  }

  // MARK: POST

  private func post(_ exchange: WebExchange) {
    guard HTTPHeaders.isJSON(exchange.header("content-type")) else {
      return refuse(exchange, 415, .invalidRequest("the body has to be JSON: send Content-Type: application/json"))
    }
    let accept = Acceptance(exchange.header("accept"))
    guard accept.json || accept.events else {
      return refuse(
        exchange, 406, .invalidRequest("answers are JSON or events: send Accept: application/json, text/event-stream"))
    }
    let json: JSONValue
    do throws(Failure) { json = try host.parse(exchange.body) } catch {
      return refuse(exchange, 400, .parse(error.message))
    }
    do throws(Message.Malformed) {
      receive(try Message(json), Arrival(exchange, accept, caller(exchange), profile(exchange)))
    } catch {
      refuse(exchange, 400, error.error, error.id)
    }
  }

  /// How a message came.
  private struct Arrival {
    var exchange: WebExchange
    var accept: Acceptance
    var caller: Caller
    var profile: String

    init(_ exchange: WebExchange, _ accept: Acceptance, _ caller: Caller, _ profile: String) {
      self.exchange = exchange
      self.accept = accept
      self.caller = caller
      self.profile = profile
    }
  }

  private func receive(_ message: Message, _ arrival: Arrival) {
    let version = arrival.exchange.header("mcp-protocol-version")
    let isModern: Bool
    switch message {
    case .request(_, _, let params), .notification(_, let params):
      isModern = version.map { !ProtocolVersion.legacy.contains($0) } ?? false || RequestMeta.isModern(params)
    case .response: isModern = version.map { !ProtocolVersion.legacy.contains($0) } ?? false
    }
    if isModern { receiveModern(message, arrival) } else { receiveLegacy(message, arrival) }
  }

  private func caller(_ exchange: WebExchange) -> Caller {
    server.callers.caller(of: exchange.context, server.settings.role)
  }

  private func profile(_ exchange: WebExchange) -> String { exchange.parameter("profile") ?? server.settings.profile }

  // MARK: Modern

  private func receiveModern(_ message: Message, _ arrival: Arrival) {
    switch message {
    case .notification: arrival.exchange.respond(202)
    case .response(let id, _, _):
      refuse(arrival.exchange, 400, .invalidRequest("this server asks nothing by itself: send requests"), id)
    case .request(let id, let method, let params):
      do throws(RPCError) {
        let meta = try RequestMeta(modern: params)
        let headers = HTTPHeaders(arrival.exchange)
        try headers.check(method, params, version: meta.version ?? "")
        guard let version = meta.version, ProtocolVersion.modern.contains(version) else {
          throw .unsupportedVersion(meta.version ?? "")
        }
        let outlet = HTTPReply(arrival.exchange, arrival.accept)
        let request = Request(
          id, method, params, era: .modern, meta: meta, caller: arrival.caller, client: meta.client,
          profile: arrival.profile, session: nil, outlet: outlet)
        request.headers = headers
        begin(request, outlet, arrival.exchange)
      } catch {
        refuse(arrival.exchange, error.httpStatus, error, id)
      }
    }
  }

  private func begin(_ request: Request, _ outlet: HTTPReply, _ exchange: WebExchange) {
    request.metadata = server.metadata.address(for: exchange)
    server.begin(request)
    if !outlet.isDone {
      exchange.whenCancelled {
        outlet.clientWent()
        // Its going is how a client cancels, but for those of old.
        if request.era.isModern { request.clientWent() }
      }
    }
    guard !request.isOver else { return }
    let key = ObjectIdentifier(outlet)
    replies[key] = outlet
    outlet.whenOver = { [weak self] in self?.replies[key] = nil }
  }

  // MARK: Sessions

  private func receiveLegacy(_ message: Message, _ arrival: Arrival) {
    if case .request(let id, "initialize", let params) = message { return initialize(id, params, arrival) }
    guard let session = session(of: arrival.exchange, arrival.caller, message) else { return }
    switch message {
    case .request(let id, let method, let params):
      begin(id, method, params, session, arrival, headers: [])
    case .notification(let method, let params):
      arrival.exchange.respond(202)
      if method == "notifications/cancelled", let id = RequestID(params["requestId"]) { session.cancel(id) }
    case .response(let id, let result, let error):
      arrival.exchange.respond(202)
      if let id { session.take(id, result: result, error: error) }
    }
  }

  private func initialize(_ id: RequestID, _ params: JSONValue, _ arrival: Arrival) {
    do throws(Failure) {
      let session = try server.beginSession(for: arrival.caller, profile: arrival.profile)
      begin(id, "initialize", params, session, arrival, headers: ["Mcp-Session-Id: \(session.id)"])
      if session.version == nil { server.end(session) }
    } catch {
      refuse(arrival.exchange, 503, RPCError(error), id)
    }
  }

  private func begin(
    _ id: RequestID, _ method: String, _ params: JSONValue, _ session: Session, _ arrival: Arrival, headers: [String]
  ) {
    let outlet = HTTPReply(arrival.exchange, arrival.accept, headers: headers)
    var meta = RequestMeta(legacy: params)
    meta.logLevel = session.logLevel
    let request = Request(
      id, method, params, era: .legacy(session.version ?? ""), meta: meta, caller: arrival.caller,
      client: session.client,
      profile: session.profile, session: session, outlet: outlet)
    guard session.add(request) else {
      return request.fail(.invalidRequest("a request with this id is under way"))
    }
    begin(request, outlet, arrival.exchange)
  }

  /// The session that a request names; otherwise it has been answered.
  private func session(of exchange: WebExchange, _ caller: Caller, _ message: Message?) -> Session? {
    var id: RequestID?
    if case .request(let value, _, _)? = message { id = value }
    guard let name = exchange.header("mcp-session-id") else {
      refuse(
        exchange, 400,
        .invalidRequest("begin with initialize and send its Mcp-Session-Id, or send MCP-Protocol-Version: 2026-07-28"),
        id)
      return nil
    }
    guard let session = server.sessions.find(name, of: caller) else {
      refuse(exchange, 404, .invalidRequest("this session has ended; begin anew with initialize"), id)
      return nil
    }
    return session
  }

  // MARK: GET and DELETE

  private func get(_ exchange: WebExchange) {
    guard exchange.header("mcp-session-id") != nil, Acceptance(exchange.header("accept")).events else {
      return refuseMethod(exchange)
    }
    guard let session = session(of: exchange, caller(exchange), nil) else { return }
    guard session.listener.stream == nil else {
      return refuse(exchange, 409, .invalidRequest("this session has a stream already"))
    }
    let stream = GetStream(exchange)
    session.listener.stream = stream
    streams[session.id] = stream
    exchange.whenCancelled { [weak self] in
      stream.clientWent()
      guard session.listener.stream === stream else { return }
      session.listener.stream = nil
      self?.streams[session.id] = nil
    }
  }

  private func delete(_ exchange: WebExchange) {
    guard exchange.header("mcp-session-id") != nil else { return refuseMethod(exchange) }
    guard let session = session(of: exchange, caller(exchange), nil) else { return }
    streams.removeValue(forKey: session.id)?.end()
    server.end(session)
    exchange.respond(204)
  }

  // MARK: Refusals

  private func refuseMethod(_ exchange: WebExchange) {
    exchange.respond(
      405, ["Allow: POST", "Content-Type: application/json"],
      body: Envelope.error(.invalidRequest("send requests by POST"), nil))
  }

  private func refuse(_ exchange: WebExchange, _ code: Int, _ error: RPCError, _ id: RequestID? = nil) {
    exchange.respond(code, ["Content-Type: application/json"], body: Envelope.error(error, id))
  }
}
