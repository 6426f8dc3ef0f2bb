import CUV
import Glibc
import Testing

@testable import HTTPPlugin

/// Real sockets on a real loop.
@Suite struct ServerTests {
  /// A server on a loop of its own, which runs only while a test waits.
  final class Site: HTTPHandler {
    let loop = UnsafeMutablePointer<uv_loop_t>.allocate(capacity: 1)
    private(set) var server: Server!  // Set in `init`; it needs `self` as its application.
    private(set) var port = 0
    var waiting: [HTTPExchange] = []
    var gone = 0

    init(limits: HTTPLimits = HTTPLimits(), connections: Int = 100) throws {
      uv_loop_init(loop)
      server = Server(
        loop, limits: limits, webSocketLimits: WebSocketLimits(), connectionLimit: connections, app: self)
      port = try server.listen(host: "127.0.0.1", port: 0, isWebSocketOnly: false).port
    }

    func takesBodyInParts(_ exchange: HTTPExchange) -> Bool { false }

    func handle(_ exchange: HTTPExchange) {
      switch exchange.target.text {
      case "/later":
        exchange.onDisconnect = { [unowned self] in gone += 1 }
        waiting.append(exchange)
      case "/big": exchange.respond(.ok, .text, body: SharedBytes { $0.append(String(repeating: "b", count: 8 << 20)) })
      case "/bursts":
        exchange.beginStream()
        exchange.onWritable = { [unowned self] in burst(exchange) }
        burst(exchange)
      case "/ws": _ = WebSocketHandshake.answer(exchange) { Echo() }
      default: exchange.respond(.ok, .text, text: "hello")
      }
    }

    private var bursts = 0

    /// Streams ten times what may wait, each time in one turn of the loop.
    private func burst(_ exchange: HTTPExchange) {
      if bursts == 10 { return exchange.endStream() }
      bursts += 1
      while exchange.stream({ $0.append(String(repeating: "b", count: 1000)) }) {}
    }

    /// Runs the loop until something is so; answers false when that takes longer than five seconds.
    func run(until condition: () -> Bool) -> Bool {
      let end = uv_hrtime() + 5_000_000_000
      while !condition() {
        if uv_hrtime() > end { return false }
        uv_run(loop, UV_RUN_NOWAIT)
      }
      return true
    }

    /// Stops the server; answers whether every handle was closed.
    func stop() -> Bool {
      var isDone = false
      server.stop { isDone = true }
      guard run(until: { isDone }) else { return false }
      uv_run(loop, UV_RUN_NOWAIT)
      guard uv_loop_close(loop) == 0 else { return false }
      loop.deallocate()
      return true
    }
  }

  final class Echo: WebSocketHandler {
    func webSocketDidOpen(_ connection: WebSocketConnection) {}
    func webSocket(_ connection: WebSocketConnection, didReceive message: Bytes, isText: Bool) {
      connection.send { $0.append(message) }
    }
    func webSocketDidDrain(_ connection: WebSocketConnection) {}
    func webSocketDidClose(_ connection: WebSocketConnection) {}
  }

  /// A client with a plain socket that never blocks.
  final class Peer {
    private let descriptor: CInt
    private(set) var received: [UInt8] = []
    private(set) var isAtEnd = false

    init(port: Int) throws {
      descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      let address = try #require(SocketAddress("127.0.0.1", port: port))
      let result = address.withPointer { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
      try #require(result == 0)
      _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    }

    deinit { Glibc.close(descriptor) }

    func send(_ text: String) { send(Array(text.utf8)) }
    func send(_ bytes: [UInt8]) { _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }
    func close() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Reads what is there.
    @discardableResult
    func read(atMost limit: Int = .max) -> String {
      withUnsafeTemporaryAllocation(byteCount: 65536, alignment: 1) { buffer in
        while received.count < limit {
          let count = recv(descriptor, buffer.baseAddress, min(buffer.count, limit - received.count), 0)
          if count == 0 || (count < 0 && errno != EAGAIN) { isAtEnd = true }
          if count <= 0 { return }
          received.append(contentsOf: buffer.prefix(count))
        }
      }
      return String(decoding: received, as: UTF8.self)
    }
  }

  static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

  @Test func answersOverARealSocketAndClosesEverything() throws {
    let site = try Site()
    let peer = try Peer(port: site.port)
    peer.send(Self.get + Self.get)
    #expect(site.run { peer.read().occurrences(of: "\r\n\r\nhello") == 2 })
    #expect(site.server.clientCount == 1)
    #expect(site.stop())
    peer.read()
    #expect(peer.isAtEnd)
  }

  @Test func writesALargeReplyAsFastAsTheClientTakesIt() throws {
    let site = try Site()
    let peer = try Peer(port: site.port)
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
      let site = try Site()
      let peer = try Peer(port: site.port)
      peer.send("GET /bursts HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(
        site.run { peer.read(atMost: peer.received.count + appetite).hasSuffix("\r\n0\r\n\r\n") },
        "\(peer.received.count) bytes came")
      #expect(peer.received.count > 2_500_000)
      #expect(site.stop())
    }
  }

  @Test func tellsAHandlerThatItsClientHasGone() throws {
    let site = try Site()
    let peer = try Peer(port: site.port)
    peer.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(site.run { site.waiting.count == 1 })
    peer.close()
    #expect(site.run { site.gone == 1 && site.server.clientCount == 0 })
    site.waiting[0].respond(.ok, text: "too late")
    #expect(site.stop())
  }

  @Test func cutsASlowSender() throws {
    var limits = HTTPLimits()
    limits.headerTime = 1
    let site = try Site(limits: limits)
    let peer = try Peer(port: site.port)
    peer.send("GET / HT")
    #expect(site.run { peer.read().hasPrefix("HTTP/1.1 408 ") && peer.isAtEnd })
    #expect(site.stop())
  }

  @Test func endsTheConnectionAfterARefusal() throws {
    let site = try Site()
    let peer = try Peer(port: site.port)
    peer.send("nonsense\r\n\r\n" + String(repeating: "x", count: 100_000))
    #expect(site.run { peer.read().hasPrefix("HTTP/1.1 400 ") && peer.isAtEnd })
    peer.close()
    #expect(site.run { site.server.clientCount == 0 })
    #expect(site.stop())
  }

  @Test func turnsAwayClientsBeyondTheLimit() throws {
    let site = try Site(connections: 1)
    let first = try Peer(port: site.port)
    first.send(Self.get)
    #expect(site.run { first.read().hasSuffix("hello") })
    let second = try Peer(port: site.port)
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
    let site = try Site()
    let peer = try Peer(port: site.port)
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
    let site = try Site()
    let idle = try Peer(port: site.port)
    let busy = try Peer(port: site.port)
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
    let site = try Site()
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
    let site = try Site()
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
