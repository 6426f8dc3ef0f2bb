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

  init(_ engine: HTTPEngine) {
    self.engine = engine
    outbox = Outbox(pool: engine.outboxes, owner: self)
    http = HTTPConnection(engine: engine, outbox: outbox)
  }

  /// Everything written so far, as text.
  var text: String { String(decoding: output, as: UTF8.self) }

  func flush() {
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
    http.outboxDidDrain()
  }

  /// One turn of the loop: bytes arrive, replies leave.
  func send(_ bytes: some Sequence<UInt8>) {
    Array(bytes).withUnsafeBufferPointer { http.receive($0) }
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

  init(_ body: @escaping (HTTPExchange) -> Void = { $0.respond(.ok, .text, text: "hello") }) { self.body = body }

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
