@testable import HTTPPlugin

/// A connection without a socket: bytes go in, what the client would see comes out.
final class TestConnection: OutboxOwner {
  let engine: HTTPEngine
  private(set) var http: HTTPConnection!  // Set in `init`; it needs `self` as the owner of its outbox.
  private var outbox: Outbox!  // Same.
  private(set) var output: [UInt8] = []
  /// How many bytes the client takes per flush; the rest waits.
  var appetite = Int.max
  private var underWay: OutputQueue?
  /// How often this client had its turn.
  private(set) var flushes = 0
  /// Whether a connection that was upgraded goes on as a WebSocket.
  var upgrades = false
  private(set) var webSocket: WebSocketConnection?

  init(_ engine: HTTPEngine) {
    self.engine = engine
    outbox = Outbox(pool: engine.outboxes, owner: self)
    http = HTTPConnection(engine: engine, outbox: outbox)
  }

  /// Everything written so far, as text.
  var text: String { String(decoding: output, as: UTF8.self) }

  deinit {
    webSocket?.receiveEnd()
    http.close()  // As a socket that goes: a request under way and its connection hold each other.
  }

  func flush() {
    flushes += 1
    if upgrades, webSocket == nil, let handler = http.successor {
      let webSocket = WebSocketConnection(
        engine: engine, outbox: outbox, limits: WebSocketLimits(), handler: handler)
      self.webSocket = webSocket
      webSocket.receive(http.takeRest().bytes)
    }
    if underWay == nil { underWay = outbox.nextWrite() }
    while let queue = underWay {
      var taken = 0
      queue.forEachRun(limit: 4) { run in
        let part = min(run.count, appetite - taken)
        output.append(contentsOf: run.prefix(part))
        taken += part
      }
      appetite -= appetite == .max ? 0 : taken
      queue.consume(taken)
      guard queue.isEmpty else { return outbox.stall(at: engine.now) }
      outbox.finishWrite()
      underWay = outbox.nextWrite()
    }
    if let webSocket { webSocket.outboxDidDrain() } else { http.outboxDidDrain() }
  }

  /// One turn of the loop: bytes arrive, replies leave.
  func send(_ bytes: some Sequence<UInt8>) {
    Array(bytes).withUnsafeBufferPointer { bytes in
      if let webSocket { webSocket.receive(bytes) } else { http.receive(bytes) }
    }
    engine.outboxes.flushScheduled()
  }

  func send(_ text: String) { send(Array(text.utf8)) }

  /// The same bytes, one turn of the loop for each.
  func sendSlowly(_ text: String) {
    for byte in text.utf8 { send(CollectionOfOne(byte)) }
  }

  func endInput() {
    http.receiveEnd()
    engine.outboxes.flushScheduled()
  }

  /// Sends a text message of a WebSocket.
  func send(message text: String) { send(TestWebSocket.text(text)) }

  /// Forgets the output so far and answers the frames in it: `1:text`, `2:binary`, `8:code reason`.
  func takeFrames() -> [String] {
    var rest = output[...]
    if let head = text.firstRange(of: "\r\n\r\n"), text.hasPrefix("HTTP/") {
      rest = rest.dropFirst(text[..<head.upperBound].utf8.count)
    }
    output.removeAll()
    var frames: [String] = []
    while rest.count >= 2 {
      let opcode = rest[rest.startIndex] & 0x0f
      var length = Int(rest[rest.startIndex + 1] & 0x7f)
      rest = rest.dropFirst(2)
      let size = length == 126 ? 2 : length == 127 ? 8 : 0
      if size > 0 { length = rest.prefix(size).reduce(0) { $0 << 8 | Int($1) } }
      var payload = rest.dropFirst(size).prefix(length)
      rest = rest.dropFirst(size + length)
      var code = ""
      if opcode == 8, payload.count >= 2 {
        code = "\(payload.prefix(2).reduce(0) { $0 << 8 | Int($1) }) "
        payload = payload.dropFirst(2)
      }
      frames.append("\(opcode):\(code)\(String(decoding: payload, as: UTF8.self))")
    }
    return frames
  }

  /// Forgets the output so far and answers it.
  func takeText() -> String {
    defer { output.removeAll() }
    return text
  }
}

/// Answers requests by a closure and remembers what it saw.
final class TestHandler: HTTPHandler {
  var requests: [String] = []
  var body: (HTTPExchange) -> Void
  /// Whether bodies are taken in parts.
  var streams = false

  init(_ body: @escaping (HTTPExchange) -> Void = { $0.respond(.ok, .text, text: "hello") }) { self.body = body }

  func takesBodyInParts(_ exchange: HTTPExchange) -> Bool { streams }

  func handle(_ exchange: HTTPExchange) {
    let headers = exchange.fields.map { "\(exchange.name($0).text)=\(exchange.value($0).text)" }.joined(separator: "&")
    requests.append("\(exchange.method.name) \(exchange.target.text) [\(headers)] \(exchange.body.text)")
    body(exchange)
  }
}

extension HTTPExchange {
  func respond(_ status: HTTPStatus, _ type: ContentType? = nil, text: String) {
    var text = text
    text.withUTF8 { respond(status, type, body: $0) }
  }
}

/// An engine with its handler.
final class TestServer {
  let handler: TestHandler
  let engine: HTTPEngine

  init(limits: HTTPLimits = HTTPLimits(), _ body: ((HTTPExchange) -> Void)? = nil) {
    handler = body.map { TestHandler($0) } ?? TestHandler()
    engine = HTTPEngine(limits: limits, handler: handler, unixSeconds: 784_111_777, seed: 7)
  }

  deinit { engine.close() }

  func connect() -> TestConnection { TestConnection(engine) }

  func pass(milliseconds: UInt64) { engine.advance(to: engine.now + milliseconds) }
}

/// Borrows the bytes of a text.
func withBytes<R>(_ text: String, _ body: (Bytes) -> R) -> R {
  var text = text
  return text.withUTF8(body)
}

/// A text that a closure writes.
func written(_ body: (inout ByteBuffer) -> Void) -> String {
  var buffer = ByteBuffer()
  body(&buffer)
  return buffer.bytes.text
}

/// Hears nothing: for tests that end with the handshake.
final class NoHandler: WebSocketHandler {
  func webSocketDidOpen(_ connection: WebSocketConnection) {}
  func webSocket(_ connection: WebSocketConnection, didReceive message: Bytes, isText: Bool) {}
  func webSocketDidDrain(_ connection: WebSocketConnection) {}
  func webSocketDidClose(_ connection: WebSocketConnection) {}
}

extension Remote {
  /// Somebody at an address.
  convenience init(_ address: String, isSecure: Bool = false, isProxy: Bool = false) {
    self.init(withBytes(address) { IPAddress($0) }, isSecure: isSecure, isProxy: isProxy)
  }
}
