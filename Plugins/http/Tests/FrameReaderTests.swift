import PluginTesting
import Testing

@testable import HTTPPlugin

@Suite struct FrameReaderTests {
  @Test func anIdleClientOwnsNoReader() {
    let client = TestWebSocket()
    #expect(client.connection.reader == nil)
    let message = TestWebSocket.frame(1, Array("ab".utf8), final: false) + TestWebSocket.frame(0, Array("cd".utf8))
    for byte in message {
      client.send([byte])
      #expect((client.connection.reader == nil) == (client.received == ["abcd"]))
    }
    client.send(TestWebSocket.frame(9, [7]))
    #expect(client.connection.reader == nil)
    client.send(TestWebSocket.text("e") + TestWebSocket.text("f").dropLast())
    #expect(client.connection.reader != nil)
    client.connection.close(.goingAway)
    client.send(TestWebSocket.text("f").suffix(1))
    #expect(client.received == ["abcd", "e"])
    #expect(client.connection.reader != nil, "what has closed is not lent to others")
  }

  @Test func sayingGoodbyeToIdleClientsTakesNoReaderEither() {
    let client = TestWebSocket()
    client.connection.close(.goingAway, "bye")
    client.server.engine.outboxes.flushScheduled()
    #expect(client.connection.reader == nil)
    client.send(TestWebSocket.frame(9, [7]) + TestWebSocket.text("late"))
    #expect(client.received == [])
    client.send(TestWebSocket.frame(8, [3, 0xe9]) + TestWebSocket.text("later"))
    #expect(client.output == [0x88, 5, 3, 0xe9] + Array("bye".utf8), "nothing stands behind a close")
    #expect(client.connection.phase == .closed && client.closed == 1)
    #expect(client.connection.reader == nil)
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>) func clientsThatShareReadersGetTheirOwnMessages(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let server = TestServer()
    let clients = (0..<5).map { _ in TestWebSocket(on: server) }
    let lengths = [0, 1, 125, 126, 5000, 65535, 65536]
    var expected = clients.map { _ in [String]() }
    var streams = clients.map { _ in [UInt8]() }
    for index in clients.indices {
      for number in 0..<12 {
        let length = lengths.randomElement(using: &random) ?? 0
        let text = String(repeating: "\(index)", count: length) + "é\(number)"
        let bytes = Array(text.utf8)
        let cut = Int.random(in: 0...bytes.count, using: &random)
        expected[index].append(text)
        if Bool.random(using: &random) { streams[index] += TestWebSocket.frame(10, [UInt8(number)]) }
        streams[index] += TestWebSocket.frame(1, Array(bytes[..<cut]), final: false)
        if Bool.random(using: &random) { streams[index] += TestWebSocket.frame(9, Array(bytes.prefix(125))) }
        streams[index] += TestWebSocket.frame(0, Array(bytes[cut...]))
      }
    }
    while let index = streams.indices.filter({ !streams[$0].isEmpty }).randomElement(using: &random) {
      let part = Int.random(in: 1...(Bool.random(using: &random) ? 9 : 70_000), using: &random)
      clients[index].send(streams[index].prefix(part))
      streams[index].removeFirst(min(part, streams[index].count))
    }
    for index in clients.indices {
      #expect(clients[index].received == expected[index], "seed \(seed), client \(index)")
      #expect(clients[index].connection.reader == nil, "seed \(seed), client \(index)")
      #expect(clients[index].connection.phase == .open, "seed \(seed), client \(index)")
    }
  }
}
