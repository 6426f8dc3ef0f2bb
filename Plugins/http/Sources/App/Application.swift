import PluginKit

/// Answers requests: finds the method that a route stands for, calls it, and gives its answer back.
final class Application: ServerApp {
  let gate: HostGate
  let catalog: Catalog
  let health: HealthReport
  let topics: TopicHub
  var policy = SitePolicy(hosts: [], origins: [], ports: [])

  private var writer = ArgumentWriter()
  private var arguments = ByteBuffer()
  private var name = ByteBuffer()

  init(_ gate: HostGate) {
    self.gate = gate
    catalog = Catalog(gate)
    health = HealthReport(gate)
    topics = TopicHub(gate)
  }

  func makeSession() -> any WebSocketHandler { Session(self) }

  // MARK: Requests

  func handle(_ exchange: HTTPExchange) {
    guard admit(exchange) else { return }
    catalog.refresh()
    let target = exchange.target
    let end = target.firstIndex(of: UInt8(ascii: "?")) ?? target.count
    let path = target.part(0..<end)
    let query = target.part(min(end + 1, target.count)..<target.count)
    if exchange.connection?.isWebSocketOnly == true { return handleWebSocketOnly(exchange, path) }
    if path.equals("*") { return respondOptions(exchange, allow: "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS") }
    switch catalog.router.match(exchange.method, path) {
    case .found(let route): answer(exchange, route.endpoint, path: path, query: query)
    case .methodNotAllowed(let allow):
      if exchange.method == .options { return respondOptions(exchange, allow: allow) }
      let detail = "\(path.text) does not take this method; it takes \(allow)."
      exchange.respond(Problem(http: .methodNotAllowed, detail: detail)) { $0.appendHeader("Allow", allow) }
    case .notFound:
      exchange.respond(
        Problem(http: .notFound, detail: "There is nothing at \(path.text); GET /api/services lists what there is."))
    case .malformed:
      exchange.respond(
        Problem(http: .badRequest, detail: "The path has a broken percent escape, or segments . or .. in it."))
    }
  }

  private func admit(_ exchange: HTTPExchange) -> Bool {
    let origin = exchange.header("origin")
    switch policy.verdict(host: exchange.header("host"), origin: origin) {
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

  private func handleWebSocketOnly(_ exchange: HTTPExchange, _ path: Bytes) {
    guard path.equals("/") || path.equals("/ws") else {
      return exchange.respond(Problem(http: .notFound, detail: "This port speaks WebSocket at / and /ws alone."))
    }
    _ = WebSocketHandshake.answer(exchange)
  }

  private func respondOptions(_ exchange: HTTPExchange, allow: String) {
    let isPreflight = exchange.allowsOrigin
    exchange.respond(.noContent) { buffer in
      buffer.appendHeader("Allow", allow)
      guard isPreflight else { return }
      buffer.appendHeader("Access-Control-Allow-Methods", allow)
      buffer.append(
        "Access-Control-Allow-Headers: Content-Type, If-Match, If-None-Match, Idempotency-Key, X-Request-Id\r\n")
    }
  }

  private func answer(_ exchange: HTTPExchange, _ endpoint: Endpoint, path: Bytes, query: Bytes) {
    switch endpoint {
    case .health:
      health.refresh(at: exchange.engine.now)
      exchange.respond(health.status, .json, body: health.body.bytes)
    case .webSocket:
      _ = WebSocketHandshake.answer(exchange)
    case .anyMethod:
      name.removeAll()
      name.append(catalog.router.captures[0])
      name.append(UInt8(ascii: "."))
      name.append(catalog.router.captures[1])
      guard query.isEmpty else {
        return exchange.respond(Problem(.invalidArgument, "Arguments of this address go into the body."))
      }
      call(exchange, RESTCall(exchange, nil))
    case .declared(let declaration):
      name.removeAll()
      name.append(declaration.fullName)
      call(exchange, RESTCall(exchange, declaration), query: query)
    }
  }

  // MARK: Calls

  private func call(_ exchange: HTTPExchange, _ call: RESTCall, query: Bytes = Bytes(start: nil, count: 0)) {
    let body = exchange.body
    guard body.isEmpty || isJSON(exchange.header("content-type")) else {
      return exchange.respond(
        Problem(http: .unsupportedMediaType, detail: "The body must be JSON: send Content-Type: application/json."))
    }
    arguments.removeAll(keeping: 1 << 20)
    do throws(Problem) {
      try call.writeArguments(
        path: call.declaration == nil ? [] : catalog.router.captures, query: query, with: &writer, to: &arguments)
    } catch {
      return exchange.respond(error)
    }
    let trace = exchange.header("traceparent") ?? Bytes(start: nil, count: 0)
    gate.begin(call, name.bytes, arguments.bytes, actor: "user:local", trace: trace)
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
}
