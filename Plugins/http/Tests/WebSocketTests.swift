import Testing

@testable import HTTPPlugin

@Suite struct WebSocketTests {
  @Test func acceptsTheHandshakeOfTheStandard() {
    let server = TestServer { _ = WebSocketHandshake.answer($0) { NoHandler() } }
    let client = server.connect()
    let request =
      "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n"
      + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    client.send(Array(request.utf8) + [0x81, 0x80])
    #expect(
      client.text == "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
    #expect(client.http.phase == .upgraded)
    let rest = client.http.takeRest()
    #expect(Array(rest.bytes) == [0x81, 0x80])
  }

  @Test(arguments: [
    ("Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n", 426),
    ("Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n", 426),
    ("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", 426),
    (
      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        + "Sec-WebSocket-Version: 12\r\n", 426
    ),
    ("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n", 400),
    ("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: short\r\nSec-WebSocket-Version: 13\r\n", 400),
  ]) func refusesAHandshakeThatLacksSomething(headers: String, status: Int) {
    let server = TestServer { _ = WebSocketHandshake.answer($0) { NoHandler() } }
    let client = server.connect()
    client.send("GET /ws HTTP/1.1\r\nHost: a\r\n\(headers)\r\n")
    #expect(client.text.hasPrefix("HTTP/1.1 \(status) "))
    #expect(client.text.contains("\r\nSec-WebSocket-Version: 13\r\n") == (status == 426))
    #expect(client.http.phase == .idle)
  }

  @Test func receivesTextInOneFrameAndInFragmentsByteByByte() {
    let client = TestWebSocket()
    let bytes =
      TestWebSocket.text("hällo") + TestWebSocket.frame(1, Array("ab".utf8), final: false)
      + TestWebSocket.frame(9, [7]) + TestWebSocket.frame(0, Array("cd".utf8))
    client.send(bytes)
    #expect(client.received == ["hällo", "abcd"])
    for byte in bytes { client.send([byte]) }
    #expect(client.received == ["hällo", "abcd", "hällo", "abcd"])
    #expect(client.output == [0x8a, 1, 7, 0x8a, 1, 7])
  }

  @Test(arguments: [0, 1, 125, 126, 127, 65535, 65536, 70_000])
  func writesFramesOfEveryLength(length: Int) {
    let client = TestWebSocket()
    let text = String(repeating: "x", count: length)
    client.connection.send { $0.append(text) }
    client.connection.send(WebSocketFrame { $0.append(text) })
    client.server.engine.outboxes.flushScheduled()
    let expected = TestWebSocket.frame(1, Array(text.utf8), masked: false)
    #expect(client.output == expected + expected)
  }

  @Test func answersAPingBeforeTheMessageThatCameBehindIt() {
    let client = TestWebSocket()
    client.onText = { connection, text in connection.send { $0.append(text) } }
    client.send(TestWebSocket.frame(9, [7]) + TestWebSocket.text("a") + TestWebSocket.frame(9, [8]))
    #expect(client.output == [0x8a, 1, 7, 0x81, 1, 97, 0x8a, 1, 8])
  }

  @Test func oneEncodedFrameGoesToManyClients() {
    let frame = WebSocketFrame { $0.append(String(repeating: "e", count: 5000)) }
    let clients = (0..<3).map { _ in TestWebSocket() }
    for client in clients {
      client.connection.send(frame)
      client.server.engine.outboxes.flushScheduled()
    }
    for client in clients { #expect(client.output == Array(frame.bytes.bytes)) }
  }

  @Test func clientsThatCameTogetherAreNotAskedTogether() {
    var limits = WebSocketLimits()
    limits.pingSpread = 15_000
    let server = TestServer()
    let clients = (0..<150).map { _ in TestWebSocket(limits: limits, on: server) }
    let seconds = Dictionary(grouping: clients) { $0.connection.deadline / 1000 }
    #expect(Set(seconds.keys) == Set(15..<30))
    #expect(seconds.values.allSatisfy { (8...12).contains($0.count) })
  }

  struct BadFrames: CustomTestStringConvertible {
    var name: String
    var bytes: [UInt8]
    var code: Int
    var testDescription: String { name }
  }

  static let badFrames: [BadFrames] = [
    BadFrames(name: "an unmasked frame", bytes: TestWebSocket.frame(1, [65], masked: false), code: 1002),
    BadFrames(name: "reserved bit 1", bytes: TestWebSocket.frame(1, [65], reserved: 4), code: 1002),
    BadFrames(name: "reserved bit 2", bytes: TestWebSocket.frame(1, [65], reserved: 2), code: 1002),
    BadFrames(name: "reserved bit 3", bytes: TestWebSocket.frame(1, [65], reserved: 1), code: 1002),
    BadFrames(name: "an unknown opcode", bytes: TestWebSocket.frame(3, [65]), code: 1002),
    BadFrames(name: "an unknown control opcode", bytes: TestWebSocket.frame(11), code: 1002),
    BadFrames(name: "a fragmented ping", bytes: TestWebSocket.frame(9, [], final: false), code: 1002),
    BadFrames(name: "a long ping", bytes: TestWebSocket.frame(9, Array(repeating: 0, count: 126)), code: 1002),
    BadFrames(name: "a continuation of nothing", bytes: TestWebSocket.frame(0, [65]), code: 1002),
    BadFrames(
      name: "a message within a message",
      bytes: TestWebSocket.frame(1, [65], final: false) + TestWebSocket.frame(1, [65]), code: 1002),
    BadFrames(name: "bad UTF-8", bytes: TestWebSocket.frame(1, [0xc3, 0x28]), code: 1007),
    BadFrames(name: "a surrogate in UTF-8", bytes: TestWebSocket.frame(1, [0xed, 0xa0, 0x80]), code: 1007),
    BadFrames(name: "UTF-8 that ends early", bytes: TestWebSocket.frame(1, [0xe2, 0x82]), code: 1007),
    BadFrames(
      name: "a 64-bit length with its first bit set",
      bytes: [0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 4], code: 1002),
    BadFrames(
      name: "a 64-bit length beyond the limit",
      bytes: [0x81, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4, 5], code: 1009),
    BadFrames(
      name: "a 64-bit length for a short payload",
      bytes: [0x81, 0xff, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 4, 64], code: 1002),
    BadFrames(name: "a 16-bit length for a short payload", bytes: [0x81, 0xfe, 0, 1, 1, 2, 3, 4, 64], code: 1002),
    BadFrames(name: "a binary message", bytes: TestWebSocket.frame(2, [1, 2]), code: 1003),
    BadFrames(name: "a close of one byte", bytes: TestWebSocket.frame(8, [3]), code: 1002),
    BadFrames(name: "a close with a reserved code", bytes: TestWebSocket.frame(8, [0x03, 0xed]), code: 1002),
  ]

  @Test(arguments: badFrames) func refusesWithTheRightCode(_ test: BadFrames) {
    for slowly in [false, true] {
      let client = TestWebSocket()
      if slowly { for byte in test.bytes { client.send([byte]) } } else { client.send(test.bytes) }
      #expect(client.closeCode == test.code, "\(client.output)")
      #expect(client.connection.phase == .closed)
      #expect(client.closed == 1)
      client.send(TestWebSocket.text("late"))
      #expect(client.received == [])
    }
  }

  @Test func refusesACloseWhoseReasonIsNoText() {
    let client = TestWebSocket()
    client.send(TestWebSocket.frame(8, [0x03, 0xe8, 0xff]))
    #expect(client.closeCode == 1007)
  }

  @Test func refusesAMessageThatIsTooLongOrHasTooManyFragments() {
    var limits = WebSocketLimits()
    limits.message = 1000
    limits.fragments = 10
    let long = TestWebSocket(limits: limits)
    long.send(TestWebSocket.frame(1, Array(repeating: 65, count: 600), final: false))
    long.send(TestWebSocket.frame(0, Array(repeating: 65, count: 600), final: false))
    #expect(long.closeCode == 1009)
    let endless = TestWebSocket(limits: limits)
    endless.send(TestWebSocket.frame(1, [], final: false))
    for _ in 0..<20 { endless.send(TestWebSocket.frame(0, [], final: false)) }
    #expect(endless.closeCode == 1008)
    #expect(endless.connection.phase == .closed)
  }

  @Test func boundsAPingFloodAndForgivesOldPings() {
    let client = TestWebSocket()
    for _ in 0..<100 { client.send(TestWebSocket.frame(9)) }
    #expect(client.connection.phase == .open)
    client.server.pass(milliseconds: 11_000)
    for _ in 0..<100 { client.send(TestWebSocket.frame(9)) }
    #expect(client.connection.phase == .open)
    client.send(Array(repeating: TestWebSocket.frame(9), count: 1000).joined())
    #expect(client.connection.phase == .closed)
    #expect(client.closeCode == 1008)
    #expect(client.output.filter { $0 == 0x8a }.count <= 201)
  }

  @Test func answersAClose() {
    let client = TestWebSocket()
    client.send(TestWebSocket.frame(8, [0x03, 0xe8]))
    #expect(client.output == [0x88, 2, 0x03, 0xe8])
    #expect(client.connection.phase == .closed)
    #expect(client.closed == 1)
  }

  @Test func closesAndWaitsForTheAnswer() {
    let client = TestWebSocket()
    client.connection.close(.goingAway, "bye")
    client.server.engine.outboxes.flushScheduled()
    #expect(client.output == [0x88, 5, 0x03, 0xe9] + Array("bye".utf8))
    #expect(client.connection.phase == .closing)
    client.send(TestWebSocket.text("ignored"))
    #expect(client.received == [])
    client.send(TestWebSocket.frame(8, [0x03, 0xe9]))
    #expect(client.connection.phase == .closed)
    #expect(client.closed == 1)
  }

  @Test func aHandlerMayCloseWhileItReceives() {
    let client = TestWebSocket()
    client.onText = { connection, _ in connection.close(.policyViolation) }
    client.send(TestWebSocket.text("a") + TestWebSocket.text("b"))
    #expect(client.received == ["a"])
    #expect(client.closeCode == 1008)
    #expect(client.connection.phase == .closing)
  }

  @Test func asksASilentClientForASignOfLife() {
    let client = TestWebSocket()
    #expect(client.connection.deadline == 30_000)
    client.server.pass(milliseconds: 30_000)
    client.connection.timeOut()
    client.server.engine.outboxes.flushScheduled()
    #expect(client.output == [0x89, 0])
    #expect(client.connection.deadline == 40_000)
    client.send(TestWebSocket.frame(10))
    #expect(client.connection.deadline == 60_000)
    client.server.pass(milliseconds: 30_000)
    client.connection.timeOut()
    client.server.pass(milliseconds: 10_000)
    client.connection.timeOut()
    #expect(client.connection.phase == .closed)
    #expect(client.closed == 1)
  }

  @Test(arguments: [
    ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"), ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
    ),
    (String(repeating: "a", count: 1000), "291e9a6c66994949b57ba5e650361e98fc36b1ba"),
  ]) func computesSHA1(message: String, digest: String) {
    var bytes = ByteBuffer()
    withBytes(message) { SHA1.append(of: $0, to: &bytes) }
    let hex = written { buffer in
      for byte in bytes.bytes {
        buffer.append(hexDigit(byte >> 4))
        buffer.append(hexDigit(byte & 15))
      }
    }
    #expect(hex == digest)
  }
}
