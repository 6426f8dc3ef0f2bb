import CPluginSDK
import PluginKit

/// Answers requests: finds what a route stands for, who asks, and lets that answer.
final class Application: HTTPHandler {
  let gate: HostGate
  let catalog: Catalog
  let health: HealthReport
  let topics: TopicHub
  let authenticator: Authenticator
  /// What describes the interfaces; none without a host that builds them.
  var documents: Documents?
  var docs: StaticFolder?
  var policy = SitePolicy(hosts: [], origins: [], ports: [])
  /// Reads pieces of large files; on the loop, without a host that has workers.
  var readFile: FileSender.Reader = { file, offset, count, done in done(file.part(from: offset, count: count)) }
  /// The WebSockets and event streams that are open.
  var residents: [ObjectIdentifier: any Resident] = [:]
  /// Those that are to be asked for again after a change.
  var outdated: [any Resident] = []
  /// Runs something in a later turn of the loop.
  var later: (@escaping () -> Void) -> Void = { $0() }
  /// Who measures what happens here, if anybody does.
  var observer: RequestObserver?
  var proxies = TrustedProxies()
  var rates = Rates()
  /// Calls that one WebSocket may have under way.
  var callsPerConnection = 256
  /// When it may be logged again that requests are turned away.
  var nextOverloadLog: UInt64 = 0

  private let live = SharedBytes { $0.append(#"{"status":"ok"}"#) }
  private var writer = ArgumentWriter()
  private var arguments = ByteBuffer()
  private var name = ByteBuffer()

  /// - Parameter auth: Who tells who somebody is; without it everybody may do everything.
  init(_ gate: HostGate, auth: UnsafePointer<orch_auth>? = nil) {
    self.gate = gate
    catalog = Catalog(gate)
    health = HealthReport(gate)
    topics = TopicHub(gate)
    authenticator = Authenticator(auth)
  }

  /// Services or routes have come or gone.
  func interfacesDidChange() {
    catalog.isStale = true
    documents?.invalidate()
  }

  // MARK: Requests

  func handle(_ exchange: HTTPExchange) {
    guard admit(exchange) else { return }
    catalog.refresh()
    answer(exchange, as: nil)
  }

  /// Answers a request; nil stands for somebody who has not been asked yet who he is.
  private func answer(_ exchange: HTTPExchange, as principal: Principal?) {
    let path = exchange.path
    if exchange.connection?.isWebSocketOnly == true {
      return isWithinRate(exchange) ? answerWebSocketOnly(exchange, path) : ()
    }
    if path.equals("*") { return respondOptions(exchange, allow: "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS") }
    switch catalog.router.match(exchange.method, path) {
    case .found(let route):
      exchange.record.route = route.meter
      if let principal { return answer(exchange, route.endpoint, as: principal) }
      if route.endpoint.isOpen { return isWithinRate(exchange) ? answer(exchange, route.endpoint, as: nil) : () }
      let credential = authenticator.credential(of: exchange)
      guard let known = authenticator.known(exchange, credential) else { return identify(exchange, credential, route) }
      if isWithinRate(exchange, known) { answer(exchange, route.endpoint, as: known) }
    case .methodNotAllowed(let allow):
      guard isWithinRate(exchange) else { return }
      if exchange.method == .options { return respondOptions(exchange, allow: allow) }
      let detail = "\(path.text) does not take this method; it takes \(allow)."
      exchange.respond(Problem(http: .methodNotAllowed, detail: detail)) { $0.appendHeader("Allow", allow) }
    case .notFound:
      guard isWithinRate(exchange) else { return }
      exchange.respond(
        Problem(http: .notFound, detail: "There is nothing at \(path.text); GET /api/services lists what there is."))
    case .malformed:
      guard isWithinRate(exchange) else { return }
      exchange.respond(
        Problem(http: .badRequest, detail: "The path has a broken percent escape, or segments . or .. in it."))
    }
  }

  private func admit(_ exchange: HTTPExchange) -> Bool {
    if exchange.engine.load.isHigh, shed(exchange) { return false }
    if exchange.remote.isProxy {
      do throws(Problem) { exchange.remote = try proxies.remote(of: exchange) } catch {
        exchange.respond(error)
        return false
      }
    }
    exchange.dependsOnOrigin = policy.allowsOrigins
    switch policy.verdict(of: exchange) {
    case .own: return true
    case .allowed:
      exchange.allowsOrigin = true
      return true
    case .foreignHost:
      let detail = "This server does not go by that name; if it should, add it to http.allowedHosts."
      exchange.respond(Problem(http: .misdirectedRequest, detail: detail))
      return false
    case .foreignOrigin:
      let detail = "Pages of this origin may not use this server; if they should, add it to http.allowedOrigins."
      exchange.respond(Problem(http: .forbidden, detail: detail))
      return false
    }
  }

  private func answerWebSocketOnly(_ exchange: HTTPExchange, _ path: Bytes) {
    guard path.equals("/") || path.equals("/ws") else {
      return exchange.respond(Problem(http: .notFound, detail: "This port speaks WebSocket at / and /ws alone."))
    }
    openSession(exchange)
  }

  private func respondOptions(_ exchange: HTTPExchange, allow: String) {
    let isPreflight = exchange.allowsOrigin
    exchange.respond(.noContent) { buffer in
      buffer.appendHeader("Allow", allow)
      guard isPreflight else { return }
      buffer.appendHeader("Access-Control-Allow-Methods", allow)
      buffer.append("Access-Control-Allow-Headers: Authorization, Content-Encoding, Content-Type, If-Match, ")
      buffer.append("If-None-Match, Idempotency-Key, Last-Event-ID, Prefer, X-Request-Id, traceparent, tracestate\r\n")
      buffer.append("Access-Control-Max-Age: 600\r\n")
    }
  }

  private func answer(_ exchange: HTTPExchange, _ endpoint: Endpoint, as principal: Principal?) {
    exchange.record.actor = principal?.actor
    switch endpoint {
    case .health:
      health.refresh(at: exchange.engine.now)
      exchange.respond(health.status, .json, body: health.body.bytes)
    case .live:
      // That it answers says it: the loop turns.
      exchange.respond(.ok, .json, body: live.bytes)
    case .ready:
      health.refresh(at: exchange.engine.now)
      if exchange.engine.isDraining { health.withdraw() }
      exchange.respond(health.isReady ? .ok : .serviceUnavailable, .json, body: health.readyBody.bytes)
    case .document(let kind):
      guard isAcceptable(exchange, "application/json") else { return }
      guard let documents else {
        return exchange.respond(Problem(http: .serviceUnavailable, detail: "This server has no document of that kind."))
      }
      documents.answer(exchange, kind)
    case .docs:
      guard let docs else {
        return exchange.respond(Problem(http: .notFound, detail: "This server was installed without its page /docs."))
      }
      send(docs, exchange)
    case .webSocket:
      openSession(exchange)
    case .events:
      openEvents(exchange, as: principal)
    case .anyMethod:
      name.removeAll()
      name.append(catalog.router.captures[0])
      name.append(UInt8(ascii: "."))
      name.append(catalog.router.captures[1])
      guard exchange.query.isEmpty else {
        return exchange.respond(Problem(.invalidArgument, "Arguments of this address go into the body."))
      }
      call(exchange, RESTCall(exchange, nil), as: principal)
    case .declared(let declaration):
      name.removeAll()
      name.append(declaration.fullName)
      call(exchange, RESTCall(exchange, declaration), as: principal)
    case .raw(let route):
      run(route, exchange, as: principal)
    }
  }

  // MARK: Who asks

  /// Finds out who asks, and answers then.
  private func identify(_ exchange: HTTPExchange, _ credential: Credential, _ route: Router<Endpoint>.Route) {
    let generation = authenticator.generation
    var isNow = true
    authenticator.identify(credential, exchange.remote) { [self] outcome in
      guard exchange.isOpen else { return }  // The client has gone while somebody was asked.
      switch outcome {
      case .success(let principal):
        if isNow {
          exchange.connection?.attachment = KnownIdentity(
            principal, credential, exchange.remote, generation: generation)
        }
        guard isWithinRate(exchange, principal) else { return }
        // The captures of the match are borrowed: they are gone when the answer came later.
        if isNow { return answer(exchange, route.endpoint, as: principal) }
        answer(exchange, as: principal)
      case .failure(let problem):
        if isWithinRate(exchange) { refuse(exchange, route.endpoint, problem) }
      }
    }
    isNow = false
  }

  /// Tells somebody that he has to tell who he is; a browser that wants a page is led to where that is done.
  private func refuse(_ exchange: HTTPExchange, _ endpoint: Endpoint, _ problem: Problem) {
    guard problem.status == .unauthenticated, case .raw(let route) = endpoint, route.isPage,
      exchange.header("accept")?.listContains("text/html") == true
    else {
      var problem = problem
      if problem.status == .unauthenticated, case .raw(let route) = endpoint {
        problem.metadata = metadata(of: exchange)
        if problem.metadata != nil { problem.scope = route.permission }
      }
      return exchange.respond(problem)
    }
    exchange.respond(.seeOther) { buffer in
      var location = ByteBuffer()
      location.append("/sign-in?next=")
      location.append(percentEncoding: exchange.target)
      buffer.appendHeader("Location", location.bytes)
      buffer.append("Cache-Control: no-store\r\n")
    }
  }

  // MARK: Calls

  private func call(_ exchange: HTTPExchange, _ call: RESTCall, as principal: Principal?) {
    guard let principal, isAcceptable(exchange, call) else { return }
    guard exchange.body.isEmpty || isJSON(exchange.header("content-type")) else {
      return exchange.respond(
        Problem(http: .unsupportedMediaType, detail: "The body must be JSON: send Content-Type: application/json.")
      ) { $0.append("Accept: application/json\r\n") }
    }
    guard !exchange.body.isEmpty, exchange.header("content-encoding") != nil else {
      return begin(call, exchange, as: principal)
    }
    withPlainBody(exchange) { [self] isNow in
      if isNow { return begin(call, exchange, as: principal) }
      // The captures of the match are borrowed: it is made again.
      answer(exchange, as: principal)
    }
  }

  private func begin(_ call: RESTCall, _ exchange: HTTPExchange, as principal: Principal) {
    arguments.removeAll(keeping: 1 << 20)
    do throws(Problem) {
      try call.writeArguments(
        path: call.declaration == nil ? [] : catalog.router.captures, with: &writer, to: &arguments)
    } catch {
      return exchange.respond(error)
    }
    if let problem = gate.crowding { return exchange.respond(problem) }
    gate.begin(
      call, name.bytes, arguments.bytes, as: principal, trace: trace(of: exchange), wait: call.preferences.wait)
    if !call.isOver { exchange.onDisconnect = { call.cancel() } }
  }

  /// `application/json`, `application/merge-patch+json` and the like, in UTF-8.
  private func isJSON(_ value: Bytes?) -> Bool {
    guard let value else { return false }
    let end = value.firstIndex(of: UInt8(ascii: ";")) ?? value.count
    let type = value.part(0..<end).trimmed
    if type.equals(ignoringCase: "application/json") { return true }
    return type.count > 17 && type.part(0..<12).equals(ignoringCase: "application/")
      && type.part(type.count - 5..<type.count).equals(ignoringCase: "+json")
  }

  // MARK: WebSocket clients

  /// Makes the connection a WebSocket. Who is there is told by the headers of the handshake, or by the first message.
  private func openSession(_ exchange: HTTPExchange) {
    guard let visitor = visitor(of: exchange) else { return }
    _ = WebSocketHandshake.answer(exchange) { Session(self, visitor) }
  }

  /// Answers with events for as long as the client stays.
  private func openEvents(_ exchange: HTTPExchange, as principal: Principal?) {
    guard let principal, isAcceptable(exchange, "text/event-stream") else { return }
    let credential = authenticator.credential(of: exchange)
    let visitor = Visitor(authenticator, Shown(credential), exchange.remote, principal: principal)
    EventStream.answer(exchange, self, visitor, as: principal)
  }

  /// Who wants to open a WebSocket; nil when the request was refused.
  func visitor(of exchange: HTTPExchange, principal: Principal? = nil) -> Visitor? {
    let credential = authenticator.credential(of: exchange)
    if credential.kind == .cookie, exchange.header("origin") == nil {
      let detail = "A WebSocket that comes with a cookie must tell its Origin; programs send a token."
      exchange.respond(Problem(http: .forbidden, detail: detail))
      return nil
    }
    return Visitor(
      authenticator, Shown(credential), exchange.remote, principal: principal)
  }
}
