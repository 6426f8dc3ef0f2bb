import CUV

/// One connected socket and the protocol that it speaks now.
final class Client: OutboxOwner, TimerWheelEntry {
  let server: Server
  let isWebSocketOnly: Bool
  /// Where the server keeps it.
  var index = 0
  var wheelPosition: TimerWheel<Client>.Position?

  private let tcp: UnsafeMutablePointer<uv_tcp_t>
  var outbox: Outbox!  // Set in `init`; it needs `self` as its owner.
  var http: HTTPConnection!  // Same.
  var webSocket: WebSocketConnection?
  /// Encrypts what goes over the socket; nil where that is done by nobody or by a proxy.
  var tls: TLSSession?
  /// Until when keys must be agreed on; nil when they are.
  private var handshakeDeadline: UInt64?
  /// When it may begin to agree on keys, should too many of its place do so now; nothing is read before.
  private var handshakeStart: UInt64?
  var write: UnsafeMutablePointer<uv_write_t>?
  private var isReading = false
  var isShutDown = false
  var isClosing = false
  /// When a WebSocket that is over is closed at the latest: until then the client may read its close frame.
  private var lingerDeadline: UInt64?
  var stalledBytes = 0
  /// Whether so much waits that somebody may wait for room.
  var isCrowded = false
  /// Whether it counts for its place.
  private(set) var isAdmitted = false

  init(_ server: Server, isWebSocketOnly: Bool) {
    self.server = server
    self.isWebSocketOnly = isWebSocketOnly
    tcp = .allocate(capacity: 1)
    uv_tcp_init(server.loop, tcp)  // Cannot fail without a socket.
    tcp.pointee.data = Unmanaged.passUnretained(self).toOpaque()  // The server holds it until the handle is closed.
    outbox = Outbox(pool: server.engine.outboxes, owner: self)
    http = HTTPConnection(engine: server.engine, outbox: outbox)
    http.isWebSocketOnly = isWebSocketOnly
  }

  var remote: Remote { http.remote }

  var stream: UnsafeMutablePointer<uv_stream_t> {
    UnsafeMutableRawPointer(tcp).assumingMemoryBound(to: uv_stream_t.self)
  }

  static func from(_ data: UnsafeMutableRawPointer?) -> Client? {
    data.map { Unmanaged<Client>.fromOpaque($0).takeUnretainedValue() }
  }

  func accept(from listener: UnsafeMutablePointer<uv_stream_t>) -> Bool {
    guard uv_accept(listener, stream) == 0 else { return false }
    uv_tcp_nodelay(tcp, 1)
    guard let address = server.address(tcp) else { return false }
    http.remote = Remote(
      address, isSecure: server.certificate != nil, isProxy: server.settings.proxies.contains(address))
    guard server.admits(self) else { return false }
    isAdmitted = true
    if server.certificate != nil {
      handshakeDeadline = server.engine.now + server.settings.handshakeTime
      guard beginHandshake() else { return false }
    }
    settle()
    return true
  }

  /// Gets ready to agree on keys, or waits for its turn; answers false when it cannot.
  private func beginHandshake() -> Bool {
    let delay = server.handshakeDelay(of: self)
    handshakeStart = delay > 0 ? server.engine.now + delay : nil
    guard delay == 0, let certificate = server.certificate else { return delay > 0 }
    tls = TLSSession(certificate.context, pool: server.engine.outboxes)
    return tls != nil
  }

  // MARK: Reading

  private func startReading() {
    isReading = true
    uv_read_start(
      stream,
      { handle, _, buffer in
        guard let client = Client.from(handle?.pointee.data) else { return }
        let input = client.server.input
        buffer?.pointee = uv_buf_init(input.baseAddress?.assumingMemoryBound(to: CChar.self), UInt32(input.count))
      },
      { stream, count, buffer in
        guard let client = Client.from(stream?.pointee.data), count != 0 else { return }
        client.server.span.enter()
        client.didRead(count, buffer?.pointee.base)
        client.server.span.leave()
      })
  }

  private func didRead(_ count: Int, _ base: UnsafeMutablePointer<CChar>?) {
    server.engine.advance(to: uv_now(server.loop))
    if count == Int(UV_EOF.rawValue) {
      receiveEnd()
      if isShutDown { return close() }
    } else if count < 0 {
      return close()
    } else {
      let bytes = Bytes(start: UnsafeRawPointer(base)?.assumingMemoryBound(to: UInt8.self), count: count)
      if let tls { receive(bytes, by: tls) } else { receive(bytes) }
    }
    if hasMoreToRead { server.engine.outboxes.flushLater(outbox) } else { flush() }
  }

  /// Whether the protocol that is spoken now goes on to read: what it has written may wait for others to leave with them.
  private var hasMoreToRead: Bool {
    if let webSocket { return webSocket.wantsInput }
    return http.successor == nil && http.wantsInput
  }

  private func receive(_ bytes: Bytes) {
    if let webSocket { return webSocket.receive(bytes) }
    http.receive(bytes)
  }

  private func receiveEnd() {
    if let webSocket { webSocket.receiveEnd() } else { http.receiveEnd() }
  }

  /// Reads encrypted bytes.
  private func receive(_ bytes: Bytes, by tls: TLSSession) {
    if tls.isFresh, let first = bytes.first, first >= UInt8(ascii: "A"), first <= UInt8(ascii: "Z") {
      // No TLS begins with a letter: somebody has forgotten an s.
      self.tls = nil
      handshakeDeadline = nil
      http.remote = Remote(http.remote.address)
      return http.refuseAll("This port speaks TLS: use https:// or wss://.")
    }
    let outcome = tls.receive(bytes, through: server.plain) { plain in
      receive(plain)
      return !isClosing
    }
    if tls.isOpen { handshakeDeadline = nil }
    switch outcome {
    case .needsMore: break
    case .ended: receiveEnd()
    case .failed:
      // The client may read why.
      writeOutput(of: tls)
      close()
    }
  }

  /// Goes on as a WebSocket, when the connection has become one.
  func succeed() {
    guard webSocket == nil, let handler = http.successor else { return }
    let webSocket = WebSocketConnection(
      engine: server.engine, outbox: outbox, limits: server.settings.webSocket, handler: handler)
    webSocket.held.place = remote.limitedPlace
    self.webSocket = webSocket
    let rest = http.takeRest()
    webSocket.receive(rest.bytes)
  }

  // MARK: State

  /// Brings the socket in line with what the protocol wants now.
  func settle() {
    guard !isClosing else { return }
    if webSocket == nil, http.phase == .closed { return close() }
    if let webSocket, webSocket.phase == .closed, lingerDeadline == nil {
      lingerDeadline = server.engine.now + server.engine.limits.lingerTime
    }
    if write == nil, outbox.bufferedBytes == 0, http.phase == .lingering || lingerDeadline != nil { shutDown() }
    let wants = handshakeStart == nil && (lingerDeadline != nil || (webSocket?.wantsInput ?? http.wantsInput))
    if wants != isReading {
      if wants {
        startReading()
      } else {
        isReading = false
        uv_read_stop(stream)
      }
    }
    server.wheel.update(self)
  }

  /// Says that no more will come, so that the client sees the end; it is still read from for a while.
  private func shutDown() {
    guard !isShutDown else { return }
    isShutDown = true
    sayEnd()
    guard !isClosing else { return }
    let request = UnsafeMutablePointer<uv_shutdown_t>.allocate(capacity: 1)
    let result = uv_shutdown(request, stream) { request, _ in request?.deallocate() }
    if result != 0 {
      request.deallocate()
      close()
    }
  }

  /// The server goes away: idle clients are closed, WebSockets told, the rest may finish.
  func drain() {
    if let webSocket {
      webSocket.close(.goingAway, "the server stops")
    } else if http.phase == .idle, outbox.bufferedBytes == 0 {
      sayEnd()
      close()
    }
  }

  /// Closes the socket at once.
  func close() {
    guard !isClosing else { return }
    isClosing = true
    server.wheel.remove(self)
    http.close()
    webSocket?.receiveEnd()
    outbox.close()
    stream.withMemoryRebound(to: uv_handle_t.self, capacity: 1) { handle in
      uv_close(handle) { handle in
        guard let handle, let client = Client.from(handle.pointee.data) else { return }
        UnsafeMutableRawPointer(handle).deallocate()
        client.server.clientDidClose(client)
      }
    }
  }

  // MARK: Time

  var deadline: UInt64 {
    if isClosing { return .max }
    if let handshakeDeadline { return min(handshakeDeadline, handshakeStart ?? .max, http.deadline) }
    return lingerDeadline ?? webSocket?.deadline ?? http.deadline
  }

  /// Whether the client has taken as much of what waits as is asked of it.
  private var hasTakenEnough: Bool {
    let limits = server.engine.limits
    let taken = stalledBytes - uv_stream_get_write_queue_size(stream)
    return taken >= min(stalledBytes, max(Int(limits.writeRate * limits.writeTime / 1000), 1))
  }

  func timeOut() {
    if outbox.stalledSince != nil, hasTakenEnough {
      // Slow, but it moves.
      stalledBytes = uv_stream_get_write_queue_size(stream)
      return outbox.stall(at: server.engine.now)
    }
    if lingerDeadline != nil || handshakeDeadline.map({ $0 <= server.engine.now }) == true { return close() }
    if let start = handshakeStart, start <= server.engine.now { return beginHandshake() ? settle() : close() }
    if webSocket == nil, http.phase == .idle { sayEnd() }
    if let webSocket { webSocket.timeOut() } else { http.timeOut() }
    flush()
  }
}
