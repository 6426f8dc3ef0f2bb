import CUV
import Glibc

/// The sockets of the plugin on the host's loop: listeners, clients, one timer for all their deadlines.
///
/// Everything happens on the loop thread. ``stop(_:)`` closes every handle.
final class Server {
  let loop: UnsafeMutablePointer<uv_loop_t>
  let engine: HTTPEngine
  let settings: ServerSettings
  let wheel: TimerWheel<Client>
  /// Called first and last in every callback of libuv: the host charges the plugin with the time between.
  let span: (enter: () -> Void, leave: () -> Void)

  /// Bytes waiting for a client below which nobody waits for room.
  let drainMark: Int

  private var places: Places
  private var handshakes: RateTable
  /// Where a client comes from, by its socket; tests have theirs come from elsewhere.
  var address: (UnsafePointer<uv_tcp_t>) -> IPAddress? = { SocketAddress(peerOf: $0)?.ip }
  private var listeners: [Listener] = []
  private var clients: [Client] = []
  private var prepare: UnsafeMutablePointer<uv_prepare_t>
  private var check: UnsafeMutablePointer<uv_check_t>
  private var timer: UnsafeMutablePointer<uv_timer_t>
  /// When the loop has stopped waiting, on its clock.
  private var turnBegan: UInt64
  private var openHandles = 0
  private var stopped: (() -> Void)?
  private var emptied: (() -> Void)?
  private var emptyDeadline: UInt64 = 0
  /// One for all clients: libuv fills it right before it calls back.
  let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 65536, alignment: 16)

  init(
    _ loop: UnsafeMutablePointer<uv_loop_t>, _ settings: ServerSettings, app: any HTTPHandler,
    span: (enter: () -> Void, leave: () -> Void) = ({}, {})
  ) {
    self.loop = loop
    self.settings = settings
    places = Places(limit: settings.connectionsPerAddress)
    handshakes = RateTable(perSecond: settings.handshakes.perSecond, burst: settings.handshakes.burst)
    drainMark = min(settings.limits.highWater, settings.limits.eventQueue, settings.webSocket.highWater)
    self.span = span
    engine = HTTPEngine(
      limits: settings.limits, handler: app, unixSeconds: Int64(time(nil)), seed: UInt64.random(in: 0...UInt64.max))
    turnBegan = uv_now(loop)
    engine.advance(to: turnBegan)
    wheel = TimerWheel(now: engine.now)
    prepare = .allocate(capacity: 1)
    check = .allocate(capacity: 1)
    timer = .allocate(capacity: 1)
    startHandles()
  }

  /// Where what clients of TLS send is read to, a record at a time.
  let plain = UnsafeMutableRawBufferPointer.allocate(byteCount: 16384, alignment: 16)
  /// The certificate by which all ports speak TLS; nil for a server that does not.
  var certificate: CertificateKeeper?

  deinit {
    input.deallocate()
    plain.deallocate()
  }

  var clientCount: Int { clients.count }

  // MARK: Handles

  private func startHandles() {
    let me = Unmanaged.passUnretained(self).toOpaque()  // `stop` closes the handles before this object goes.
    uv_prepare_init(loop, prepare)
    uv_check_init(loop, check)
    uv_timer_init(loop, timer)
    prepare.pointee.data = me
    check.pointee.data = me
    timer.pointee.data = me
    // What timers and posted jobs have written leaves before the loop waits, what requests have written right after.
    uv_prepare_start(prepare) { handle in
      guard let server = Server.from(handle?.pointee.data) else { return }
      server.flush()
      server.turnWillEnd()
    }
    uv_check_start(check) { handle in
      guard let server = Server.from(handle?.pointee.data) else { return }
      server.turnBegan = uv_now(server.loop)
      server.flush()
    }
    uv_timer_start(timer, { Server.from($0?.pointee.data)?.tick() }, 1000, 1000)
    openHandles = 3
  }

  private static func from(_ data: UnsafeMutableRawPointer?) -> Server? {
    data.map { Unmanaged<Server>.fromOpaque($0).takeUnretainedValue() }
  }

  /// The loop is about to wait. Its clock was read when the last wait ended, and again after what has been done since.
  private func turnWillEnd() { engine.load.turnDidEnd(after: uv_now(loop) - min(turnBegan, uv_now(loop))) }

  private func flush() {
    guard engine.outboxes.hasScheduled else { return }
    span.enter()
    engine.outboxes.flushScheduled()
    span.leave()
  }

  private func tick() {
    span.enter()
    engine.advance(to: uv_now(loop))
    engine.set(unixSeconds: Int64(time(nil)))
    certificate?.look(at: engine.now)
    wheel.advance(to: engine.now)
    engine.observer?.set(connections: clients.count)
    finishEmptying()
    span.leave()
  }

  // MARK: Clients

  /// Listens on an address. Port 0 takes a free one; the listener knows which.
  func listen(host: String, port: Int, isWebSocketOnly: Bool) throws(Listener.Failure) -> Listener {
    let listener = try Listener(loop, host: host, port: port) { [unowned self] stream in
      span.enter()
      accept(stream, isWebSocketOnly: isWebSocketOnly)
      span.leave()
    }
    listeners.append(listener)
    return listener
  }

  private func accept(_ stream: UnsafeMutablePointer<uv_stream_t>, isWebSocketOnly: Bool) {
    engine.advance(to: uv_now(loop))
    let client = Client(self, isWebSocketOnly: isWebSocketOnly)
    client.index = clients.count
    clients.append(client)
    if !client.accept(from: stream) { client.close() }
  }

  /// Whether there is room for one more client, also of its place.
  func admits(_ client: Client) -> Bool {
    clients.count <= settings.connections && places.enter(client.remote)
  }

  /// Milliseconds until this client may begin to agree on keys, which is what costs most; at 0 it may now, and that counts.
  func handshakeDelay(of client: Client) -> UInt64 {
    guard !handshakes.isUnlimited, client.remote.limitedPlace != nil else { return 0 }
    return (handshakes.take(client.remote.rateKey, at: engine.now).wait + 999) / 1000
  }

  /// A client's handle is closed; it may go.
  func clientDidClose(_ client: Client) {
    if client.isAdmitted { places.leave(client.remote) }
    let last = clients.removeLast()
    if last !== client {
      clients[client.index] = last
      last.index = client.index
    }
    finishEmptying()
    finishStopping()
  }

  // MARK: End

  /// Accepts no more clients; replies close their connections from now on.
  func drain() {
    for listener in listeners { listener.close() }
    listeners = []
    engine.isDraining = true
    for client in clients { client.drain() }
  }

  /// Calls `done` when the last client has gone, or when the time is over.
  func whenEmpty(within milliseconds: Int64, _ done: @escaping () -> Void) {
    if clients.isEmpty { return done() }
    emptied = done
    emptyDeadline = engine.now + UInt64(max(milliseconds, 0))
  }

  private func finishEmptying() {
    guard let done = emptied, clients.isEmpty || engine.now >= emptyDeadline else { return }
    emptied = nil
    done()
  }

  /// Closes everything, then calls `done`.
  func stop(_ done: @escaping () -> Void) {
    drain()
    stopped = done
    for client in clients { client.close() }
    close(prepare)
    close(check)
    close(timer)
  }

  private func close<Handle>(_ handle: UnsafeMutablePointer<Handle>) {
    handle.withMemoryRebound(to: uv_handle_t.self, capacity: 1) { handle in
      uv_close(handle) { handle in
        let server = Server.from(handle?.pointee.data)
        UnsafeMutableRawPointer(handle)?.deallocate()
        server?.openHandles -= 1
        server?.finishStopping()
      }
    }
  }

  private func finishStopping() {
    guard openHandles == 0, clients.isEmpty, let done = stopped else { return }
    stopped = nil
    engine.close()
    done()
  }
}
