import CHost

/// What came by a raw route and lasts: it ends with the route.
protocol RouteGuest: AnyObject {
  /// Lets go of what the plugin has given, and tells the server that nobody answers any more.
  func routeDidEnd()
}

/// The exchange that the plugin of a raw route gets. It hands on to that of the server.
///
/// The server never sees a function of the plugin: it gets the host's, which enter the plugin as the host does everywhere,
/// and do nothing once the route has ended. It may run and release them at any time.
final class LentExchange: RouteGuest {
  let route: HTTPRoutes.Route
  private let served: UnsafeMutablePointer<orch_http_exchange>
  private let handle: UnsafeMutablePointer<chost_handle>
  private var onWritable: LentTask?
  private var onCancel: LentTask?
  private var onReadable: LentTask?

  /// - Parameter served: The server's. It is held as long as this object.
  init(_ served: UnsafeMutablePointer<orch_http_exchange>, by route: HTTPRoutes.Route) {
    self.route = route
    self.served = served
    handle = .allocate(capacity: 1)
    handle.initialize(to: chost_handle(v: UnsafeRawPointer(Self.table), object: nil))
    handle.pointee.object = Unmanaged.passUnretained(self).toOpaque()
    served.pointee.v.pointee.retain?(served)
  }

  deinit {
    route.remove(self)
    served.pointee.v.pointee.release?(served)
    handle.deallocate()
  }

  /// As C sees it.
  var pointer: UnsafeMutablePointer<orch_http_exchange> {
    UnsafeMutableRawPointer(handle).assumingMemoryBound(to: orch_http_exchange.self)
  }

  private var verbs: orch_http_exchange_verbs { served.pointee.v.pointee }

  /// The handler has returned, and has let go of this object or not.
  func handlerDidReturn() {
    if route.isOver { routeDidEnd() } else { route.add(self) }
  }

  func routeDidEnd() {
    for task in [onWritable, onCancel, onReadable] { task?.drop() }
    let sentence = "The plugin that was to answer has stopped; try again later."
    let status = orch_str.with(sentence) {
      verbs.fail?(served, Status.unavailable.rawValue, $0, .empty, 0) ?? Status.unimplemented.rawValue
    }
    // The answer has begun, and will not end any more.
    if status == Status.failedPrecondition.rawValue { verbs.abort?(served) }
  }
}

// MARK: - The verbs

extension LentExchange {
  private typealias X = UnsafeMutablePointer<orch_http_exchange>?

  private static func behind(_ pointer: X) -> LentExchange? {
    guard let pointer else { return nil }
    let handle = UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: chost_handle.self)
    return handle.pointee.object.map { Unmanaged<LentExchange>.fromOpaque($0).takeUnretainedValue() }
  }

  /// The exchange that a plugin uses; nil (and a fault, in a debug host) when it is not on the loop.
  private static func onLoop(_ pointer: X, _ verb: StaticString) -> LentExchange? {
    guard let exchange = behind(pointer) else { return nil }
    return exchange.route.plugin.isOnLoop("http_exchange.\(verb)") ? exchange : nil
  }

  /// One constant table for all exchanges, never freed.
  nonisolated(unsafe) private static let table: UnsafeMutablePointer<orch_http_exchange_verbs> = {
    let table = UnsafeMutablePointer<orch_http_exchange_verbs>.allocate(capacity: 1)
    table.initialize(
      to: orch_http_exchange_verbs(
        size: UInt32(MemoryLayout<orch_http_exchange_verbs>.size), reserved: 0,
        ctx: { x in onLoop(x, "ctx").flatMap { $0.verbs.ctx?($0.served) } },
        method: { x in onLoop(x, "method").flatMap { $0.verbs.method?($0.served) } ?? .empty },
        target: { x in onLoop(x, "target").flatMap { $0.verbs.target?($0.served) } ?? .empty },
        address: { x in onLoop(x, "address").flatMap { $0.verbs.address?($0.served) } ?? .empty },
        is_secure: { x in onLoop(x, "is_secure").flatMap { $0.verbs.is_secure?($0.served) } ?? 0 },
        parameter: { x, name, out in
          onLoop(x, "parameter").flatMap { $0.verbs.parameter?($0.served, name, out) } ?? 0
        },
        header: { x, name, out in onLoop(x, "header").flatMap { $0.verbs.header?($0.served, name, out) } ?? 0 },
        body: { x in onLoop(x, "body").flatMap { $0.verbs.body?($0.served) } ?? .empty },
        retain: { x in if let exchange = onLoop(x, "retain") { _ = Unmanaged.passRetained(exchange) } },
        release: release,
        respond: { x, code, headers, count, body in
          guard let exchange = onLoop(x, "respond") else {
            body.release?(body.owner)
            return refused
          }
          return exchange.verbs.respond?(exchange.served, code, headers, count, body) ?? refused
        },
        fail: { x, status, message, details, retry in
          onLoop(x, "fail").flatMap { $0.verbs.fail?($0.served, status, message, details, retry) } ?? refused
        },
        begin: { x, code, headers, count in
          onLoop(x, "begin").flatMap { $0.verbs.begin?($0.served, code, headers, count) } ?? refused
        },
        write: { x, part in onLoop(x, "write").flatMap { $0.verbs.write?($0.served, part) } ?? refused },
        end: { x in onLoop(x, "end").flatMap { $0.verbs.end?($0.served) } ?? refused },
        on_writable: { x, task in
          wait(x, task, "on_writable", \.onWritable) { $0.verbs.on_writable?($0.served, $1) }
        },
        on_cancel: { x, task in wait(x, task, "on_cancel", \.onCancel) { $0.verbs.on_cancel?($0.served, $1) } },
        read: { x, out in onLoop(x, "read").flatMap { $0.verbs.read?($0.served, out) } ?? refused },
        on_readable: { x, task in
          wait(x, task, "on_readable", \.onReadable) { $0.verbs.on_readable?($0.served, $1) }
        },
        upgrade: upgrade,
        abort: { x in if let exchange = onLoop(x, "abort") { exchange.verbs.abort?(exchange.served) } }))
    return table
  }()

  private static var refused: orch_status { Status.failedPrecondition.rawValue }

  /// An object of a plugin may go on any thread, and with it what it holds.
  private static let release: @convention(c) (X) -> Void = { x in
    guard let exchange = behind(x) else { return }
    let held = Unmanaged.passUnretained(exchange)
    if exchange.route.plugin.isOnLoop("http_exchange.release") { return held.release() }
    let last = LoopBound(held)
    exchange.route.plugin.host.loop.post { last.value.release() }
  }

  private static func wait(
    _ x: X, _ task: orch_task, _ verb: StaticString,
    _ place: ReferenceWritableKeyPath<LentExchange, LentTask?>, _ hand: (LentExchange, orch_task) -> Void?
  ) {
    guard let exchange = onLoop(x, verb) else {
      behind(x)?.route.plugin.releaseOnLoop(task)
      return
    }
    let lent = LentTask(task, of: exchange.route.plugin, exchange.route.text)
    exchange[keyPath: place] = lent
    // A server without that function has not taken the task.
    if hand(exchange, lent.task()) == nil { lent.drop() }
  }

  private static let upgrade:
    @convention(c) (
      X, orch_str, orch_http_socket_cb, UnsafeMutablePointer<UnsafeMutablePointer<orch_http_socket>?>?
    ) -> orch_status = { x, name, callback, out in
      let ended = orch_task(fn: nil, ud: callback.ud, release: callback.release)
      guard let exchange = onLoop(x, "upgrade"), let upgrade = exchange.verbs.upgrade else {
        behind(x)?.route.plugin.releaseOnLoop(ended)
        return refused
      }
      let socket = LentSocket(callback, by: exchange.route)
      var served: UnsafeMutablePointer<orch_http_socket>?
      let status = upgrade(exchange.served, name, socket.callback(), &served)
      guard status == Status.ok.rawValue, let served else { return status }
      out?.pointee = socket.open(served)
      return status
    }
}
