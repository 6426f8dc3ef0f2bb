extension ByteBuffer {
  /// Appends a header line. Control characters in the value become spaces, so that no value can add a line.
  mutating func appendHeader(_ name: StaticString, _ value: Bytes) {
    append(name)
    append(": ")
    let start = count
    append(value)
    blankControls(from: start)
    append("\r\n")
  }

  /// Makes every control character behind `start` a space.
  mutating func blankControls(from start: Int) {
    for index in start..<count where bytes[index] < 0x20 || bytes[index] == 0x7f { replace(at: index, with: 0x20) }
  }

  mutating func appendHeader(_ name: StaticString, _ value: String) {
    var value = value
    value.withUTF8 { appendHeader(name, $0) }
  }
}

extension HTTPExchange {
  /// Whether an answer can still be given.
  var isOpen: Bool { connection != nil && (reply == .none || reply == .streaming) }

  // MARK: Whole replies

  /// Answers with a status, a body, and header lines that `headers` writes. The bytes are copied once, or compressed.
  func respond(
    _ status: HTTPStatus, _ type: ContentType? = nil, body: Bytes = Bytes(start: nil, count: 0),
    closing: Bool = false, headers: (inout ByteBuffer) -> Void = { _ in }
  ) {
    guard let connection, reply == .none else { return }
    if let type { negotiate(type, length: body.count) }
    let closes = closing || !staysOpen
    var body = body
    var length: Int? = body.count
    if coding == .gzip, !status.hasNoBody {
      // For HEAD nobody needs to know how short it would be.
      if method == .head { length = nil } else { body = engine.compressor.compress(body) }
      length = length.map { _ in body.count }
    }
    connection.outbox.append { buffer in
      appendHead(status, type, length: length, closes: closes, headers, to: &buffer)
      if method != .head, !status.hasNoBody {
        buffer.append(body)
        record.sentBytes += body.count
      }
    }
    end(closing: closes)
  }

  /// Answers with a body that is written without being copied when it is large; what is to be compressed and is very
  /// large is so on another thread, and sent then.
  func respond(
    _ status: HTTPStatus, _ type: ContentType? = nil, body: SharedBytes, headers: (inout ByteBuffer) -> Void = { _ in }
  ) {
    guard body.bytes.count >= OutputQueue.sharingThreshold, method != .head, !status.hasNoBody else {
      return respond(status, type, body: body.bytes, headers: headers)
    }
    guard connection != nil, reply == .none else { return }
    if let type { negotiate(type, length: body.bytes.count) }
    guard coding == .gzip else { return send(status, type, body, headers) }
    var lines: SharedBytes?
    let isUnderWay = engine.compressor.compress(body) { [self] body in
      guard reply == .pending, let lines else { return }
      send(status, type, body) { $0.append(lines.bytes) }
    }
    guard isUnderWay else { return respond(status, type, body: body.bytes, headers: headers) }
    reply = .pending
    // Whoever answered may let go of what these hold.
    onDisconnect = nil
    onWritable = nil
    onBody = nil
    lines = SharedBytes(headers)
  }

  private func send(
    _ status: HTTPStatus, _ type: ContentType?, _ body: SharedBytes, _ headers: (inout ByteBuffer) -> Void
  ) {
    guard let connection else { return }
    let closes = !staysOpen
    connection.outbox.append {
      appendHead(status, type, length: body.bytes.count, closes: closes, headers, to: &$0)
    }
    connection.outbox.append(body)
    record.sentBytes += body.bytes.count
    end(closing: closes)
  }

  // MARK: Streams

  /// Begins a reply in parts. Where the length is unknown, HTTP/1.0 clients see its end by the end of the connection.
  func beginStream(
    _ status: HTTPStatus = .ok, _ type: ContentType? = nil, length: Int? = nil,
    headers: (inout ByteBuffer) -> Void = { _ in }
  ) {
    guard let connection, reply == .none else { return }
    reply = .streaming
    isChunked = isVersion11 && length == nil
    closesAtEnd = !isVersion11 && length == nil || !staysOpen
    if let type { negotiate(type) }
    if coding == .gzip, method != .head { deflater = engine.compressor.take() }
    connection.outbox.append { appendHead(status, type, length: length, closes: closesAtEnd, headers, to: &$0) }
  }

  /// Sends a part of a stream. Answers false when the client is slow: ``onWritable`` says when to go on.
  @discardableResult
  func stream(_ part: Bytes) -> Bool {
    stream { $0.append(part) }
  }

  /// Sends a part of a stream that `body` writes.
  @discardableResult
  func stream(_ body: (inout ByteBuffer) -> Void) -> Bool {
    guard let connection, reply == .streaming else { return false }
    if method == .head { return true }
    send(part: body, end: .part, on: connection)
    return connection.outbox.bufferedBytes <= engine.limits.highWater
  }

  /// Sends a part, compressed when the stream is.
  private func send(part body: (inout ByteBuffer) -> Void, end: Deflater.End, on connection: HTTPConnection) {
    guard let deflater else { return send(chunk: body, on: connection) }
    var plain = ByteBuffer()
    body(&plain)
    if plain.isEmpty, end == .part { return }
    send(chunk: { deflater.append(plain.bytes, to: &$0, end) }, on: connection)
  }

  private func send(chunk body: (inout ByteBuffer) -> Void, on connection: HTTPConnection) {
    connection.outbox.append { buffer in
      let start = buffer.count
      defer { record.sentBytes += buffer.count - start }
      guard isChunked else { return body(&buffer) }
      // The size comes before the data: eight digits are kept free and filled in afterwards.
      buffer.append("00000000\r\n")
      body(&buffer)
      var size = buffer.count - start - 10
      if size == 0 { return buffer.truncate(to: start) }
      for index in stride(from: start + 7, through: start, by: -1) {
        buffer.replace(at: index, with: hexDigit(UInt8(size & 15)))
        size >>= 4
      }
      buffer.append("\r\n")
    }
  }

  /// Sends a part of a stream that need not be copied: large ones are not.
  @discardableResult
  func stream(_ part: SharedBytes) -> Bool {
    guard part.bytes.count >= OutputQueue.sharingThreshold, method != .head, deflater == nil else {
      return stream(part.bytes)
    }
    guard let connection, reply == .streaming else { return false }
    if isChunked {
      connection.outbox.append { buffer in
        let start = buffer.count
        buffer.append(hexadecimal: UInt64(part.bytes.count))
        buffer.append("\r\n")
        record.sentBytes += buffer.count - start + 2
      }
    }
    connection.outbox.append(part)
    record.sentBytes += part.bytes.count
    if isChunked { connection.outbox.append { $0.append("\r\n") } }
    return connection.outbox.bufferedBytes <= engine.limits.highWater
  }

  /// Ends a stream.
  func endStream() {
    guard let connection, reply == .streaming else { return }
    if let deflater {
      send(part: { _ in }, end: .whole, on: connection)
      engine.compressor.giveBack(deflater)
      self.deflater = nil
    }
    if isChunked, method != .head {
      connection.outbox.append { $0.append("0\r\n\r\n") }
      record.sentBytes += 5
    }
    end(closing: closesAtEnd || !staysOpen)
  }

  /// Gives a stream up: the client sees a connection that ends before the stream does.
  func abortStream() {
    guard let connection, reply == .streaming else { return }
    reply = .ended
    onDisconnect = nil
    connection.close()
    connection.outbox.wakeOwner()
  }

  // MARK: Other ends

  /// Makes the connection a WebSocket: 101 with the header lines that `headers` writes.
  func upgrade(to handler: any WebSocketHandler, headers: (inout ByteBuffer) -> Void) {
    guard let connection, reply == .none else { return }
    connection.outbox.append { buffer in
      HTTPStatus.switchingProtocols.appendLine(to: &buffer)
      headers(&buffer)
      buffer.append("\r\n")
    }
    reply = .ended
    record.status = .switchingProtocols
    engine.observer?.didEnd(self)
    connection.exchangeDidUpgrade(to: handler)
  }

  /// Answers a request that no handler may see, and closes.
  func refuseAndClose(_ status: HTTPStatus, _ detail: String) {
    var problem = Problem(http: status, detail: detail)
    if status == .serviceUnavailable { problem.retryAfter = 1 }
    respond(problem, closing: true)
  }

  private var staysOpen: Bool { keepsAlive && !engine.isDraining }

  private func end(closing: Bool) {
    reply = .ended
    engine.observer?.didEnd(self)
    connection?.exchangeDidEnd(closing: closing)
  }

  private func appendHead(
    _ status: HTTPStatus, _ type: ContentType?, length: Int?, closes: Bool, _ headers: (inout ByteBuffer) -> Void,
    to buffer: inout ByteBuffer
  ) {
    let start = buffer.count
    record.status = status
    status.appendLine(to: &buffer)
    buffer.append(engine.date.bytes)
    if closes {
      buffer.append("Connection: close\r\n")
    } else if !isVersion11 {
      buffer.append("Connection: keep-alive\r\n")
    }
    if let type { append(type, to: &buffer) }
    if dependsOnOrigin { buffer.append("Vary: Origin\r\n") }
    if isNegotiated { buffer.append("Vary: Accept-Encoding\r\n") }
    if coding == .gzip, !status.hasNoBody { buffer.append("Content-Encoding: gzip\r\n") }
    if let length {
      if !status.hasNoBody {
        buffer.append("Content-Length: ")
        buffer.append(decimal: length)
        buffer.append("\r\n")
      }
    } else if isChunked {
      buffer.append("Transfer-Encoding: chunked\r\n")
    }
    if allowsOrigin, let origin = header("origin") {
      buffer.appendHeader("Access-Control-Allow-Origin", origin)
      buffer.append("Access-Control-Expose-Headers: ETag, Link, Location, Preference-Applied, ")
      buffer.append("RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, X-Request-Id\r\n")
    }
    rate?.append(to: &buffer)
    if let line = engine.strictTransport, remote.isSecure { buffer.append(line.bytes) }
    if let id = requestID { buffer.appendHeader("X-Request-Id", id) }
    headers(&buffer)
    buffer.append("\r\n")
    record.sentBytes += buffer.count - start
  }

  private func append(_ type: ContentType, to buffer: inout ByteBuffer) {
    buffer.append(type.line)
    guard case .file(let type) = type else { return }
    buffer.append(type)
    buffer.append("\r\n")
  }

  /// The id that the client gave this request, when it is short and plain enough to be echoed; else the one that this
  /// server gave it, if any.
  var requestID: Bytes? {
    guard let id = header("x-request-id"), !id.isEmpty, id.count <= 128,
      id.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") })
    else { return record.id?.bytes }
    return id
  }
}
