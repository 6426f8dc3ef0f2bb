import CUV

/// Writing: what waits in the outbox goes to the system, encrypted before where the client speaks TLS.
extension Client {
  func flush() {
    guard !isClosing else { return }
    succeed()
    if outbox.bufferedBytes > server.drainMark { isCrowded = true }
    if let tls { writeEncrypted(by: tls) } else { writePlain() }
    settle()
  }

  private func writePlain() {
    while write == nil, let queue = outbox.nextWrite() {
      guard send(queue) else { return }
      if queue.isEmpty { outbox.finishWrite() }
    }
  }

  private func writeEncrypted(by tls: TLSSession) {
    while write == nil {
      if tls.output != nil {
        guard writeOutput(of: tls) else { return }
      } else if tls.isOpen, let queue = outbox.underWay ?? outbox.nextWrite() {
        guard tls.encrypt(queue) else { return close() }
        if queue.isEmpty { outbox.finishWrite() }
      } else {
        return
      }
    }
  }

  @discardableResult
  func writeOutput(of tls: TLSSession) -> Bool {
    guard write == nil, let queue = tls.output else { return true }
    guard send(queue) else { return false }
    if queue.isEmpty { tls.finishOutput() }
    return true
  }

  /// Gives the system what it takes at once, and the rest to libuv. Answers false when the connection is lost.
  private func send(_ queue: OutputQueue) -> Bool {
    // Whoever waits for room is told when libuv has written: so much is left to it, even if it fits at once.
    let written = isCrowded ? 0 : tryWrite(queue)
    if written < 0 {
      close()
      return false
    }
    queue.consume(written)
    if !queue.isEmpty { writeRest(queue) }
    return !isClosing
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
    stalledBytes = uv_stream_get_write_queue_size(stream)
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
    if let tls { tls.finishOutput() } else { outbox.finishWrite() }
    outbox.move()
    guard !isClosing else { return }
    if status != 0 { return close() }
    server.engine.advance(to: uv_now(server.loop))
    flush()
    guard !isClosing else { return }
    if outbox.bufferedBytes <= server.drainMark / 2 { isCrowded = false }
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

  /// Tells a client of TLS that this is the end, and that nobody has cut the connection.
  func sayEnd() {
    guard let tls, write == nil, tls.output == nil else { return }
    tls.close()
    writeOutput(of: tls)
  }
}
