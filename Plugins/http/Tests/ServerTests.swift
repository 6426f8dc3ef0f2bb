import Glibc
import Testing

@testable import HTTPPlugin

/// Real sockets on a real loop.
@Suite struct ServerTests {
  static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

  @Test func answersOverARealSocketAndClosesEverything() throws {
    let site = try SocketSite()
    let peer = try SocketPeer(port: site.port)
    peer.send(Self.get + Self.get)
    #expect(site.run { peer.read().occurrences(of: "\r\n\r\nhello") == 2 })
    #expect(site.server.clientCount == 1)
    #expect(site.stop())
    peer.read()
    #expect(peer.isAtEnd)
  }

  @Test func writesALargeReplyAsFastAsTheClientTakesIt() throws {
    let site = try SocketSite()
    let peer = try SocketPeer(port: site.port)
    peer.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n")
    var limit = 100_000
    #expect(
      site.run {
        peer.read(atMost: limit)
        limit = peer.received.count + 100_000
        return peer.received.count > 8 << 20
      })
    #expect(peer.received.suffix(8 << 20).allSatisfy { $0 == UInt8(ascii: "b") })
    #expect(site.stop())
  }

  @Test func tellsAStreamThatThereIsRoomAgainWhetherItsClientIsFastOrSlow() throws {
    for appetite in [10_000_000, 50_000] {
      let site = try SocketSite()
      let peer = try SocketPeer(port: site.port)
      peer.send("GET /bursts HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(
        site.run { peer.read(atMost: peer.received.count + appetite).hasSuffix("\r\n0\r\n\r\n") },
        "\(peer.received.count) bytes came")
      #expect(peer.received.count > 2_500_000)
      #expect(site.stop())
    }
  }

  @Test func tellsAHandlerThatItsClientHasGone() throws {
    let site = try SocketSite()
    let peer = try SocketPeer(port: site.port)
    peer.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(site.run { site.waiting.count == 1 })
    peer.close()
    #expect(site.run { site.gone == 1 && site.server.clientCount == 0 })
    site.waiting[0].respond(.ok, text: "too late")
    #expect(site.stop())
  }

  @Test func cutsASlowSender() throws {
    var settings = ServerSettings()
    settings.limits.headerTime = 1
    let site = try SocketSite(settings)
    let peer = try SocketPeer(port: site.port)
    peer.send("GET / HT")
    #expect(site.run { peer.read().hasPrefix("HTTP/1.1 408 ") && peer.isAtEnd })
    #expect(site.stop())
  }

  @Test func endsTheConnectionAfterARefusal() throws {
    let site = try SocketSite()
    let peer = try SocketPeer(port: site.port)
    peer.send("nonsense\r\n\r\n" + String(repeating: "x", count: 100_000))
    #expect(site.run { peer.read().hasPrefix("HTTP/1.1 400 ") && peer.isAtEnd })
    peer.close()
    #expect(site.run { site.server.clientCount == 0 })
    #expect(site.stop())
  }

  @Test func turnsAwayClientsBeyondTheLimit() throws {
    var settings = ServerSettings()
    settings.connections = 1
    let site = try SocketSite(settings)
    let first = try SocketPeer(port: site.port)
    first.send(Self.get)
    #expect(site.run { first.read().hasSuffix("hello") })
    let second = try SocketPeer(port: site.port)
    second.send(Self.get)
    #expect(
      site.run {
        second.read()
        return second.isAtEnd
      })
    #expect(second.received.isEmpty)
    #expect(site.stop())
  }

  @Test func speaksWebSocketAfterTheHandshake() throws {
    let site = try SocketSite()
    let peer = try SocketPeer(port: site.port)
    let handshake =
      "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    peer.send(Array(handshake.utf8) + TestWebSocket.text("first"))
    #expect(site.run { peer.read().hasSuffix("first") })
    peer.send(TestWebSocket.text("second"))
    #expect(site.run { peer.read().hasSuffix("second") })
    peer.send(TestWebSocket.frame(8, [3, 232]))
    #expect(
      site.run {
        peer.read()
        return peer.isAtEnd
      })
    #expect(peer.received.suffix(4) == [0x88, 2, 3, 232])
    peer.close()
    #expect(site.run { site.server.clientCount == 0 })
    #expect(site.stop())
  }

  @Test func drainsIdleClientsAndWebSocketsAndWaitsForTheOthers() throws {
    let site = try SocketSite()
    let idle = try SocketPeer(port: site.port)
    let busy = try SocketPeer(port: site.port)
    idle.send(Self.get)
    busy.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(site.run { site.waiting.count == 1 && idle.read().hasSuffix("hello") })
    site.server.drain()
    var isEmpty = false
    site.server.whenEmpty(within: 5000) { isEmpty = true }
    #expect(
      site.run {
        idle.read()
        return idle.isAtEnd
      })
    #expect(!isEmpty)
    site.waiting[0].respond(.ok, text: "late")
    #expect(site.run { busy.read().hasSuffix("late") && busy.isAtEnd })
    #expect(busy.read().contains("\r\nConnection: close\r\n"))
    busy.close()
    #expect(site.run { isEmpty })
    #expect(site.stop())
  }

  @Test func aTakenPortIsASentenceThatNamesItsHolder() throws {
    let site = try SocketSite()
    let failure = #expect(throws: Listener.Failure.self) {
      _ = try site.server.listen(host: "127.0.0.1", port: site.port, isWebSocketOnly: false)
    }
    let sentence = failure?.sentence ?? ""
    #expect(sentence.hasPrefix("Port \(site.port) on 127.0.0.1 is taken by process \(getpid()) ("))
    #expect(sentence.hasSuffix("); stop that program, or use --port 0 for a free port."))
    #expect(site.stop())
  }

  @Test(arguments: [("nonsense", "is no IP address"), ("203.0.113.7", "does not belong to this machine")])
  func aBadAddressIsASentence(host: String, part: String) throws {
    let site = try SocketSite()
    let failure = #expect(throws: Listener.Failure.self) {
      _ = try site.server.listen(host: host, port: 0, isWebSocketOnly: false)
    }
    #expect(failure?.sentence.contains(part) == true)
    #expect(site.stop())
  }

  @Test(arguments: [
    ("127.0.0.1", true, false), ("::1", true, false), ("localhost", true, false), ("0.0.0.0", false, true),
    ("::", false, true), ("192.0.2.1", false, false), ("127.9.9.9", true, false),
  ]) func knowsWhichAddressesStayOnThisMachine(host: String, isLoopback: Bool, isAny: Bool) throws {
    let address = try #require(SocketAddress(host, port: 80))
    #expect(address.isLoopback == isLoopback)
    #expect(address.isAny == isAny)
    #expect(address.port == 80)
  }

  @Test func listsTheAddressesOfThisMachine() {
    #expect(SocketAddress.ofThisMachine().contains { $0.text == "127.0.0.1" })
  }
}
