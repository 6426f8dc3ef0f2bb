import CHost

/// The WebSocket that a plugin gets. It hands on to that of the server, and from there to the plugin's functions.
final class LentSocket: RouteGuest {
  private let route: HTTPRoutes.Route
  /// The plugin's functions, until they are released.
  private var hearing: orch_http_socket_cb?
  /// The server's socket, until it is released.
  private var served: UnsafeMutablePointer<orch_http_socket>?
  private let handle: UnsafeMutablePointer<chost_handle>

  init(_ callback: orch_http_socket_cb, by route: HTTPRoutes.Route) {
    self.route = route
    hearing = callback
    handle = .allocate(capacity: 1)
    handle.initialize(to: chost_handle(v: UnsafeRawPointer(Self.table), object: nil))
    handle.pointee.object = Unmanaged.passUnretained(self).toOpaque()
  }

  deinit { handle.deallocate() }

  /// The server's socket is there: as C sees this one.
  func open(_ served: UnsafeMutablePointer<orch_http_socket>) -> UnsafeMutablePointer<orch_http_socket> {
    self.served = served
    route.add(self)
    return UnsafeMutableRawPointer(handle).assumingMemoryBound(to: orch_http_socket.self)
  }

  // MARK: What the server calls

  /// The host's functions for the server, which holds this object until their release.
  func callback() -> orch_http_socket_cb {
    orch_http_socket_cb(
      message: { me, isText, data in
        LentSocket.from(me)?.tell("a message") { chost_socket_message($0, isText, data, $1) }
      },
      writable: { me in LentSocket.from(me)?.tell("the room") { chost_socket_writable($0, $1) } },
      closed: { me, code in LentSocket.from(me)?.tell("the end") { chost_socket_closed($0, code, $1) } },
      ud: Unmanaged.passRetained(self).toOpaque(),
      release: { me in
        guard let me else { return }
        let socket = Unmanaged<LentSocket>.fromOpaque(me).takeRetainedValue()
        socket.route.remove(socket)
        socket.served = nil
        socket.drop()
      })
  }

  private static func from(_ me: UnsafeMutableRawPointer?) -> LentSocket? {
    me.map { Unmanaged<LentSocket>.fromOpaque($0).takeUnretainedValue() }
  }

  private func tell(
    _ news: StaticString, _ body: (UnsafePointer<orch_http_socket_cb>, UnsafeMutablePointer<chost_thrown>) -> Bool
  ) {
    guard var hearing, route.plugin.hears else { return }
    _ = route.plugin.enter("\(news) of a WebSocket of \(route.text.string)") { body(&hearing, $0) }
  }

  /// Lets go of the plugin's functions, once; when one of them is running, after it.
  private func drop() {
    guard let ended = hearing else { return }
    hearing = nil
    route.plugin.release(orch_task(fn: nil, ud: ended.ud, release: ended.release))
  }

  func routeDidEnd() {
    drop()
    guard let served else { return }
    orch_str.with("its plugin has stopped") { served.pointee.v.pointee.close?(served, 1001, $0) }
  }

  // MARK: What the plugin calls

  private static func onLoop(_ pointer: UnsafeMutablePointer<orch_http_socket>?, _ verb: StaticString) -> LentSocket? {
    guard let pointer else { return nil }
    let handle = UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: chost_handle.self)
    guard let socket = from(handle.pointee.object), socket.route.plugin.isOnLoop("http_socket.\(verb)") else {
      return nil
    }
    return socket
  }

  /// One constant table for all sockets, never freed.
  nonisolated(unsafe) private static let table: UnsafeMutablePointer<orch_http_socket_verbs> = {
    let table = UnsafeMutablePointer<orch_http_socket_verbs>.allocate(capacity: 1)
    table.initialize(
      to: orch_http_socket_verbs(
        size: UInt32(MemoryLayout<orch_http_socket_verbs>.size), reserved: 0,
        send: { socket, isText, data in
          let socket = onLoop(socket, "send")
          guard let socket, let served = socket.served, let send = served.pointee.v.pointee.send else {
            data.release?(data.owner)
            return (socket == nil ? Status.failedPrecondition : .cancelled).rawValue
          }
          return send(served, isText, data)
        },
        close: { socket, code, reason in
          guard let served = onLoop(socket, "close")?.served else { return }
          served.pointee.v.pointee.close?(served, code, reason)
        }))
    return table
  }()
}
