import CUV

/// One connected socket and the protocol that it speaks now.
final class Client: OutboxOwner, TimerWheelEntry {
  let server: Server
  let isWebSocketOnly: Bool
  /// Where the server keeps it.
  var index = 0
  var wheelPosition: TimerWheel<Client>.Position?

  private let tcp: UnsafeMutablePointer<uv_tcp_t>
  private var outbox: Outbox!  // Set in `init`; it needs `self` as its owner.
  private var http: HTTPConnection!  // Same.
  private var webSocket: WebSocketConnection?
  private var write: UnsafeMutablePointer<uv_write_t>?
  private var isReading = false
  private var isShutDown = false
  private var isClosing = false
  /// When a WebSocket that is over is closed at the latest: until then the client may read its close frame.
  private var lingerDeadline: UInt64?
  private var stalledBytes = 0
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

  private var stream: UnsafeMutablePointer<uv_stream_t> {
    UnsafeMutableRawPointer(tcp).assumingMemoryBound(to: uv_stream_t.self)
  }

  private static func from(_ data: UnsafeMutableRawPointer?) -> Client? {
    data.map { Unmanaged<Client>.fromOpaque($0).takeUnretainedValue() }
  }

  func accept(from listener: UnsafeMutablePointer<uv_stream_t>) -> Bool {
    guard uv_accept(listener, stream) == 0 else { return false }
    uv_tcp_nodelay(tcp, 1)
    guard let address = SocketAddress(peerOf: tcp)?.ip else { return false }
    http.remote = Remote(address, isProxy: server.settings.proxies.contains(address))
    guard server.admits(self) else { return false }
    isAdmitted = true
    settle()
    return true
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
      if let webSocket { webSocket.receiveEnd() } else { http.receiveEnd() }
      if isShutDown { return close() }
    } else if count < 0 {
      return close()
    } else {
      receive(Bytes(start: UnsafeRawPointer(base)?.assumingMemoryBound(to: UInt8.self), count: count))
    }
    flush()
  }

  private func receive(_ bytes: Bytes) {
    if let webSocket { return webSocket.receive(bytes) }
    http.receive(bytes)
  }

  /// Goes on as a WebSocket, when the connection has become one.
  private func succeed() {
    guard webSocket == nil, let handler = http.successor else { return }
    let webSocket = WebSocketConnection(
      engine: server.engine, outbox: outbox, limits: server.settings.webSocket, handler: handler)
    self.webSocket = webSocket
    let rest = http.takeRest()
    webSocket.receive(rest.bytes)
  }

  // MARK: Writing

  func flush() {
    guard !isClosing else { return }
    succeed()
    while write == nil, let queue = outbox.nextWrite() {
      // Whoever waits for room is told when libuv has written: so much is left to it, even if it fits at once.
      let written = queue.count > server.drainMark ? 0 : tryWrite(queue)
      if written < 0 { return close() }
      queue.consume(written)
      if queue.isEmpty { outbox.finishWrite() } else { writeRest(queue) }
    }
    settle()
  }

  /// Writes what the kernel takes at once. A negative result is an error.
  private func tryWrite(_ queue: OutputQueue) -> Int {
    withBuffers(queue, limit: 16) { Int(uv_try_write(stream, $0, $1)) }.map { $0 == Int(UV_EAGAIN.rawValue) ? 0 : $0 }
      ?? 0
  }

  /// Leaves the rest to libuv, which calls back when all is written.
  private func writeRest(_ queue: OutputQueue) {
    let request = UnsafeMutablePointer<uv_write_t>.allocate(capacity: 1)
    write = request
    request.pointee.data = Unmanaged.passRetained(self).toOpaque()
    let result = withBuffers(queue, limit: .max) { buffers, count in
      uv_write(request, stream, buffers, count) { request, status in
        guard let request, let data = request.pointee.data else { return }
        let client = Unmanaged<Client>.fromOpaque(data).takeRetainedValue()
        request.deallocate()
        client.server.span.enter()
        client.didWrite(status)
        client.server.span.leave()
      }
    }
    outbox.stall(at: server.engine.now)
    stalledBytes = outbox.bufferedBytes
    if result != 0 {
      // Refused before it began: the callback will not come.
      Unmanaged.passUnretained(self).release()
      request.deallocate()
      write = nil
      close()
    }
  }

  private func didWrite(_ status: CInt) {
    write = nil
    outbox.finishWrite()
    guard !isClosing else { return }
    if status != 0 { return close() }
    server.engine.advance(to: uv_now(server.loop))
    flush()
    guard !isClosing else { return }
    if let webSocket { webSocket.outboxDidDrain() } else { http.outboxDidDrain() }
    flush()
  }

  private func withBuffers<R>(
    _ queue: OutputQueue, limit: Int, _ body: (UnsafeMutablePointer<uv_buf_t>, UInt32) -> R
  ) -> R? {
    let count = min(queue.runCount, limit)
    return withUnsafeTemporaryAllocation(of: uv_buf_t.self, capacity: count) { buffers in
      guard let base = buffers.baseAddress else { return nil }
      var index = 0
      queue.forEachRun(limit: count) { run in
        // libuv only reads what it writes to a socket.
        let start = UnsafeMutableRawPointer(mutating: run.baseAddress)?.assumingMemoryBound(to: CChar.self)
        (base + index).initialize(to: uv_buf_t(base: start, len: run.count))
        index += 1
      }
      return body(base, UInt32(count))
    }
  }

  // MARK: State

  /// Brings the socket in line with what the protocol wants now.
  private func settle() {
    guard !isClosing else { return }
    if webSocket == nil, http.phase == .closed { return close() }
    if let webSocket, webSocket.phase == .closed, lingerDeadline == nil {
      lingerDeadline = server.engine.now + server.engine.limits.lingerTime
    }
    if outbox.bufferedBytes == 0, http.phase == .lingering || lingerDeadline != nil { shutDown() }
    let wants = lingerDeadline != nil || (webSocket?.wantsInput ?? http.wantsInput)
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
    if lingerDeadline != nil { return close() }
    if let webSocket { webSocket.timeOut() } else { http.timeOut() }
    flush()
  }
}
