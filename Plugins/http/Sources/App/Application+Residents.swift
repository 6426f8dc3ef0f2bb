import PluginKit

/// A WebSocket or an event stream while it is open.
protocol Resident: AnyObject {
  /// The raw route by which it came, if by one.
  var route: UInt64? { get }
  /// The plugin of its route does not speak any more.
  func routeDidEnd()
  /// What was known of the client may be wrong now.
  func identifyAgain()
  /// No more requests are taken: what would stay open by itself ends.
  func serverWillStop()
}

extension Resident {
  /// The server closes WebSockets itself.
  func serverWillStop() {}
}

/// What lasts longer than a request: WebSockets, event streams, and raw requests whose plugins answer later.
struct Residents {
  /// A raw request belongs to those who hold it, not to this list.
  struct PendingExchange {
    weak var raw: RawExchange?
  }

  var sockets: [ObjectIdentifier: any Resident] = [:]
  var pending: [ObjectIdentifier: PendingExchange] = [:]
}

extension Application {
  /// A WebSocket or an event stream has begun or ended.
  func didBegin(_ socket: any Resident) {
    residents.sockets[ObjectIdentifier(socket)] = socket
    observer?.set(webSockets: residents.sockets.count)
  }
  func didEnd(_ socket: any Resident) {
    residents.sockets[ObjectIdentifier(socket)] = nil
    observer?.set(webSockets: residents.sockets.count)
  }

  /// A plugin keeps a request to answer it later, or has let go of it.
  func didKeep(_ raw: RawExchange) { residents.pending[ObjectIdentifier(raw)] = .init(raw: raw) }
  func didEnd(_ raw: RawExchange) { residents.pending[ObjectIdentifier(raw)] = nil }

  /// Ends what waits for a raw route that has gone: nobody would answer.
  func endResidentsOfGoneRoutes() {
    let sockets = residents.sockets.values.filter { $0.route != nil }
    let pending = residents.pending.values.compactMap(\.raw)
    guard !sockets.isEmpty || !pending.isEmpty else { return }
    catalog.refresh()
    for socket in sockets where socket.route.map(catalog.rawRoutes.contains) == false { socket.routeDidEnd() }
    for raw in pending where !catalog.rawRoutes.contains(raw.route) { raw.routeDidEnd() }
  }

  /// The server takes no more requests.
  func serverWillStop() {
    for resident in Array(residents.sockets.values) { resident.serverWillStop() }
  }

  /// Answers given before about who somebody is may be wrong now.
  func identitiesDidChange() {
    authenticator.forget()
    for socket in Array(residents.sockets.values) { socket.identifyAgain() }
  }
}
