@testable import HTTPPlugin

/// A WebSocket client without a socket.
final class TestWebSocket: OutboxOwner {
  let server: TestServer
  private var outbox: Outbox!  // Set in `init`; it needs `self` as its owner.
  private(set) var connection: WebSocketConnection!  // Same.
  var output: [UInt8] = []
  var received: [String] = []
  var closed = 0
  var onText: ((WebSocketConnection, Bytes) -> Void)?

  init(limits: WebSocketLimits = WebSocketLimits(), on server: TestServer = TestServer()) {
    self.server = server
    outbox = Outbox(pool: server.engine.outboxes, owner: self)
    connection = WebSocketConnection(engine: server.engine, outbox: outbox, limits: limits, handler: Handler(self))
  }

  deinit { connection.receiveEnd() }

  func flush() {
    guard let queue = outbox.nextWrite() else { return }
    queue.forEachRun(limit: 1000) { output.append(contentsOf: $0) }
    queue.consume(queue.count)
    outbox.finishWrite()
  }

  private final class Handler: WebSocketHandler {
    private weak var client: TestWebSocket?

    init(_ client: TestWebSocket) { self.client = client }

    func webSocketDidOpen(_ connection: WebSocketConnection) {}
    func webSocketDidDrain(_ connection: WebSocketConnection) {}
    func webSocketDidClose(_ connection: WebSocketConnection) { client?.closed += 1 }

    func webSocket(_ connection: WebSocketConnection, didReceive text: Bytes, isText: Bool) {
      guard isText else { return connection.refuse(.unsupportedData, "send text") }
      client?.received.append(text.text)
      client?.onText?(connection, text)
    }
  }

  func send(_ bytes: some Sequence<UInt8>) {
    Array(bytes).withUnsafeBufferPointer { connection.receive($0) }
    server.engine.outboxes.flushScheduled()
  }

  /// A masked frame of a client.
  static func frame(
    _ opcode: UInt8, _ payload: [UInt8] = [], final: Bool = true, reserved: UInt8 = 0, masked: Bool = true
  ) -> [UInt8] {
    var bytes = [(final ? 0x80 : 0) | reserved << 4 | opcode]
    let mask: UInt8 = masked ? 0x80 : 0
    if payload.count < 126 {
      bytes.append(mask | UInt8(payload.count))
    } else if payload.count < 65536 {
      bytes += [mask | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
    } else {
      bytes.append(mask | 127)
      for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(payload.count >> shift & 255)) }
    }
    guard masked else { return bytes + payload }
    let key: [UInt8] = [1, 2, 3, 4]
    return bytes + key + payload.enumerated().map { $1 ^ key[$0 % 4] }
  }

  static func text(_ text: String) -> [UInt8] { frame(1, Array(text.utf8)) }

  /// The close code that was sent, when one was.
  var closeCode: Int? {
    guard let start = output.firstIndex(of: 0x88), start + 3 < output.count else { return nil }
    return Int(output[start + 2]) << 8 | Int(output[start + 3])
  }
}
