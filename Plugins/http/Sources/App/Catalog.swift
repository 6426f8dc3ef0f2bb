import PluginKit

/// What a route leads to.
enum Endpoint {
  case health, live, ready
  case document(Documents.Kind)
  /// The page about the documents, and its files.
  case docs
  case webSocket
  /// `GET /api/events`
  case events
  /// `POST /api/services/{service}/{method}`
  case anyMethod
  case declared(Declaration)
  /// What a plugin answers itself.
  case raw(RawRoute)

  /// Whether it answers without knowing who asks.
  var isOpen: Bool {
    switch self {
    case .health, .live, .ready, .document, .docs, .webSocket: true
    case .events, .anyMethod, .declared: false
    case .raw(let route): route.isOpen
    }
  }
}

/// The public methods of the host with the routes derived from them, and the raw routes of plugins. Read again when one
/// of them comes or goes.
final class Catalog {
  private(set) var router = Router<Endpoint>()
  private(set) var services: [String] = []
  /// Whether a raw route takes the bodies of its requests in parts.
  private(set) var hasStreamedRoutes = false
  /// Set when services or routes have come or gone.
  var isStale = true
  private let gate: HostGate

  init(_ gate: HostGate) { self.gate = gate }

  /// Reads the declarations, when they have changed.
  func refresh() {
    guard isStale else { return }
    isStale = false
    let call = TextCall()
    gate.begin(call, "host.services")
    switch call.result {
    case .success(let text)?: load(text.bytes)
    case .failure(let problem)?: gate.log(.error, "the services cannot be listed: \(problem.detail)")
    case nil: gate.log(.error, "the services cannot be listed: the host did not answer at once")
    }
  }

  private func load(_ text: Bytes) {
    router = Router()
    add("GET /health", .health)
    add("GET /health/live", .live)
    add("GET /health/ready", .ready)
    add("GET /openapi.json", .document(.openAPI))
    add("GET /asyncapi.json", .document(.asyncAPI))
    add("GET /docs", .docs)
    add("GET /docs/{file}", .docs)
    add("GET /ws", .webSocket)
    add("GET /api/events", .events)
    add("POST /api/services/{service}/{method}", .anyMethod)
    let catalog = DeclarationReader.read(text)
    services = catalog.services
    for fault in catalog.faults { gate.log(.warn, fault) }
    for declaration in catalog.declarations {
      add(declaration.route, .declared(declaration), owner: declaration.fullName)
    }
    hasStreamedRoutes = false
    for route in gate.rawRoutes(fault: { gate.log(.warn, $0) }) {
      if route.isStreamed { hasStreamedRoutes = true }
      add(route.pattern, .raw(route), owner: "plugin \(route.plugin)")
    }
  }

  private func add(_ route: String, _ endpoint: Endpoint) {
    guard let pattern = try? RoutePattern(route) else { return }
    add(pattern, endpoint, owner: "http")
  }

  private func add(_ pattern: RoutePattern, _ endpoint: Endpoint, owner: String) {
    do throws(Router<Endpoint>.Clash) { try router.add(pattern, owner: owner, endpoint) } catch {
      gate.log(.warn, "\(error.sentence) The first one keeps it.")
    }
  }
}

/// A call whose answer is kept.
final class TextCall: HostCall {
  private(set) var result: Result<SharedBytes, Problem>?
  override func didEnd(_ answer: borrowing Answer) { result = .success(answer.take()) }
  override func didFail(_ problem: Problem) { result = .failure(problem) }
}
