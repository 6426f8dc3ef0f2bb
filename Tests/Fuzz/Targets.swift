import Glibc

/// What libFuzzer calls with each input. FUZZ_TARGET names the machine: http, websocket or jsonrpc.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  target(Bytes(start: start, count: count))
  return 0
}

/// Constant once the process has begun; libFuzzer has one thread.
nonisolated(unsafe) private let target: (Bytes) -> Void =
  switch getenv("FUZZ_TARGET").map({ String(cString: $0) }) {
  case "http": Machine.http
  case "websocket": Machine.webSocket
  case "jsonrpc": Machine.jsonRPC
  default: fatalError("FUZZ_TARGET must be http, websocket or jsonrpc")
  }

private enum Machine {
  /// A connection that answers every request. The first byte says in how large parts the rest arrives; whatever they are,
  /// the same requests must come out.
  static func http(_ input: Bytes) {
    guard let first = input.first else { return }
    let bytes = input.part(1..<input.count)
    let whole = requests(bytes, by: max(bytes.count, 1))
    guard whole == requests(bytes, by: Int(first % 16) + 1) else { fatalError("the parts make a difference") }
  }

  private static func requests(_ bytes: Bytes, by size: Int) -> [[UInt8]] {
    let handler = Handler()
    let engine = HTTPEngine(limits: HTTPLimits(), handler: handler, unixSeconds: 784_111_777, seed: 7)
    let client = Taker(engine)
    let connection = HTTPConnection(engine: engine, outbox: client.outbox)
    feed(bytes, by: size) { part in
      connection.receive(part)
      engine.outboxes.flushScheduled()
      connection.outboxDidDrain()
      _ = connection.deadline
    }
    connection.receiveEnd()
    engine.outboxes.flushScheduled()
    connection.close()
    guard engine.load.heldBytes == 0 else { fatalError("\(engine.load.heldBytes) bytes are held for nobody") }
    engine.close()
    return handler.seen
  }

  /// A WebSocket that sends back what it receives. The first byte says in how large parts the rest arrives.
  static func webSocket(_ input: Bytes) {
    guard let first = input.first else { return }
    let handler = Handler()
    let engine = HTTPEngine(limits: HTTPLimits(), handler: handler, unixSeconds: 784_111_777, seed: 7)
    let client = Taker(engine)
    var limits = WebSocketLimits()
    limits.message = 4096
    let connection = WebSocketConnection(
      engine: engine, outbox: client.outbox, limits: limits, handler: handler)
    feed(input.part(1..<input.count), by: Int(first) + 1) { part in
      connection.receive(part)
      engine.outboxes.flushScheduled()
      connection.outboxDidDrain()
    }
    connection.receiveEnd()
    // A message that has not ended is held as long as its connection.
    guard withExtendedLifetime(connection, { (0...input.count).contains(engine.load.heldBytes) }) else {
      fatalError("\(engine.load.heldBytes) bytes are held of \(input.count)")
    }
    guard handler.ends == 1 else { fatalError("the handler was told \(handler.ends) times that it is over") }
    engine.close()
  }

  /// What comes out of the decoder is written, and must be one JSON text again.
  static func jsonRPC(_ input: Bytes) {
    var buffer = ByteBuffer()
    do throws(JSONRPC.Failure) {
      _ = try JSONRPC.read(input) { item in
        buffer.removeAll()
        switch item {
        case .request(let request):
          buffer.appendRPC(result: request.params ?? Bytes(start: nil, count: 0), id: request.id ?? input.part(0..<0))
          guard request.id != nil, request.params != nil else { return }
        case .invalid(let failure, let id):
          buffer.appendRPC(error: failure.problem, code: failure.code, id: id)
        }
        do { _ = try JSONText.value(of: buffer.bytes) } catch { fatalError("no JSON: \(buffer.bytes.text)") }
      }
    } catch {
      buffer.appendRPC(error: error.problem, code: error.code, id: nil)
      do { _ = try JSONText.value(of: buffer.bytes) } catch { fatalError("no JSON: \(buffer.bytes.text)") }
    }
    _ = try? SubscriptionWish(input)
  }

  private static func feed(_ bytes: Bytes, by size: Int, _ body: (Bytes) -> Void) {
    var start = 0
    while start < bytes.count {
      let end = min(start + size, bytes.count)
      body(bytes.part(start..<end))
      start = end
    }
  }
}

/// Takes everything at once.
private final class Taker: OutboxOwner {
  private(set) var outbox: Outbox!  // Set in `init`; it needs `self` as its owner.

  init(_ engine: HTTPEngine) { outbox = Outbox(pool: engine.outboxes, owner: self) }

  func flush() {
    while let queue = outbox.nextWrite() {
      queue.consume(queue.count)
      outbox.finishWrite()
    }
  }
}

/// Remembers requests, and sends back what it is sent.
private final class Handler: HTTPHandler, WebSocketHandler {
  var seen: [[UInt8]] = []
  var ends = 0

  /// Bodies below /s are taken in parts.
  func takesBodyInParts(_ exchange: HTTPExchange) -> Bool { exchange.target.starts(with: "/s".utf8) }

  func handle(_ exchange: HTTPExchange) {
    guard exchange.isStreamed else { return answer(exchange, Array(exchange.body)) }
    var body: [UInt8] = []
    exchange.onBody = { [unowned exchange] in
      while let part = exchange.takePart() { body += part.bytes }
      if exchange.isBodyComplete { self.answer(exchange, body) } else { exchange.demandBody() }
    }
    exchange.onBody?()
  }

  private func answer(_ exchange: HTTPExchange, _ body: [UInt8]) {
    var request = Array(exchange.target) + [0]
    for field in exchange.fields { request += Array(exchange.name(field)) + [0] + Array(exchange.value(field)) + [0] }
    seen.append(request + body)
    if exchange.target.equals("/ws"), case .accepted = WebSocketHandshake.answer(exchange, { Handler() }) { return }
    body.withUnsafeBufferPointer { exchange.respond(.ok, .json, body: $0) }
  }

  func webSocketDidOpen(_ connection: WebSocketConnection) {}
  func webSocketDidDrain(_ connection: WebSocketConnection) {}
  func webSocketDidClose(_ connection: WebSocketConnection) { ends += 1 }

  func webSocket(_ connection: WebSocketConnection, didReceive message: Bytes, isText: Bool) {
    if isText {
      _ = connection.send { $0.append(message) }
    } else {
      connection.close(.normal)
    }
  }
}
