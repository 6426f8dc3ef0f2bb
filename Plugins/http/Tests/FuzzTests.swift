import PluginTesting
import Testing

@testable import HTTPPlugin

/// Bytes that nobody sane sends. The seed of a failure is printed with it.
@Suite struct FuzzTests {
  static let requests = [
    "GET /a?b=c HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n",
    "POST /p HTTP/1.1\r\nHost: a:80\r\nContent-Length: 5\r\nContent-Type: application/json\r\n\r\nhello",
    "PATCH /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x\r\n!\r\n0\r\nT: x\r\n\r\n",
    "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\r\n",
    "PUT / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
  ].map { Array($0.utf8) }

  private static func mutate(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
    let spice = Array("\r\n\0 :,;\t0123456789abcdefXx%/HTTP".utf8)
    for _ in 0..<Int.random(in: 0...5, using: &random) where !bytes.isEmpty {
      let index = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes.remove(at: index)
      case 2: bytes.insert(spice.randomElement(using: &random) ?? 0, at: index)
      case 3: bytes.insert(contentsOf: bytes[index...].prefix(12), at: index)
      default: bytes.removeSubrange(index..<min(bytes.count, index + Int.random(in: 1...8, using: &random)))
      }
    }
  }

  private func run(_ stream: [UInt8], splits: [Int]) -> (
    requests: [String], output: String, phase: HTTPConnection.Phase
  ) {
    let server = TestServer { exchange in
      if exchange.target.equals("/ws"), case .accepted = WebSocketHandshake.answer(exchange, { NoHandler() }) { return }
      exchange.respond(.ok, .text, text: "hello")
    }
    let client = server.connect()
    var start = 0
    for end in splits + [stream.count] where end > start {
      client.send(stream[start..<end])
      start = end
    }
    client.endInput()
    return (server.handler.requests, client.text, client.http.phase)
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>) func mutatedRequestsNeverTrapAndSplitsNeverMatter(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for round in 0..<250 {
      var stream: [UInt8] = []
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        var request = Self.requests.randomElement(using: &random) ?? []
        Self.mutate(&request, &random)
        stream += request
      }
      let whole = run(stream, splits: [])
      let splits = (0..<Int.random(in: 1...8, using: &random)).map { _ in
        Int.random(in: 0...stream.count, using: &random)
      }.sorted()
      let parts = run(stream, splits: splits)
      let bytewise = run(stream, splits: Array(1..<max(stream.count, 1)))
      let text = String(decoding: stream, as: UTF8.self)
      #expect(whole.requests == parts.requests, "seed \(seed), round \(round): \(text)")
      #expect(whole.requests == bytewise.requests, "seed \(seed), round \(round): \(text)")
      // A client that was asked for its body sees one line more: whether it is asked depends on how its bytes arrive.
      func settled(_ text: String) -> String { text.replacing("HTTP/1.1 100 Continue\r\n\r\n", with: "") }
      #expect(settled(whole.output) == settled(parts.output), "seed \(seed), round \(round): \(text)")
      #expect(settled(whole.output) == settled(bytewise.output), "seed \(seed), round \(round): \(text)")
      #expect(whole.phase == .closed && parts.phase == .closed && bytewise.phase == .closed, "seed \(seed)")
    }
  }

  /// As ``run(_:splits:)`` with a handler that takes bodies in parts: the requests whose bodies came to their end.
  private func runStreamed(_ stream: [UInt8], splits: [Int]) -> [String] {
    var completed: [String] = []
    let server = TestServer { exchange in
      var body = ""
      func take() {
        while let part = exchange.takePart() { body += part.bytes.text }
        guard exchange.isBodyComplete else { return exchange.demandBody() }
        completed.append("\(exchange.method.name) \(exchange.target.text) \(body.isEmpty ? exchange.body.text : body)")
        exchange.respond(.ok, .text, text: "hello")
      }
      exchange.onBody = { take() }
      take()
    }
    server.handler.streams = true
    let client = server.connect()
    var start = 0
    for end in splits + [stream.count] where end > start {
      client.send(stream[start..<end])
      start = end
    }
    client.endInput()
    #expect(client.http.phase == .closed)
    return completed
  }

  @Test(arguments: 1...10 as ClosedRange<UInt64>) func mutatedBodiesInPartsNeverTrapAndSplitsNeverMatter(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for round in 0..<250 {
      var stream: [UInt8] = []
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        var request = Self.requests.randomElement(using: &random) ?? []
        Self.mutate(&request, &random)
        stream += request
      }
      let whole = runStreamed(stream, splits: [])
      let splits = (0..<Int.random(in: 1...8, using: &random)).map { _ in
        Int.random(in: 0...stream.count, using: &random)
      }.sorted()
      let text = String(decoding: stream, as: UTF8.self)
      #expect(whole == runStreamed(stream, splits: splits), "seed \(seed), round \(round): \(text)")
      let bytewise = runStreamed(stream, splits: Array(1..<max(stream.count, 1)))
      #expect(whole == bytewise, "seed \(seed), round \(round): \(text)")
    }
  }

  @Test(arguments: 1...10 as ClosedRange<UInt64>) func mutatedFramesNeverTrap(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let frames = [
      TestWebSocket.text(#"{"jsonrpc":"2.0","id":1,"method":"a"}"#), TestWebSocket.frame(9, [1, 2]),
      TestWebSocket.frame(1, Array("ab".utf8), final: false), TestWebSocket.frame(0, Array("cd".utf8)),
      TestWebSocket.frame(1, Array(repeating: 97, count: 300)), TestWebSocket.frame(8, [3, 232]),
      TestWebSocket.frame(10),
    ]
    for _ in 0..<300 {
      let client = TestWebSocket()
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        var frame = frames.randomElement(using: &random) ?? []
        if Bool.random(using: &random) { Self.mutate(&frame, &random) }
        client.send(frame)
      }
      for text in client.received { #expect(text.utf8.count <= client.connection.limits.message, "seed \(seed)") }
      client.connection.receiveEnd()
      #expect(client.closed == 1, "seed \(seed)")
    }
  }
}
