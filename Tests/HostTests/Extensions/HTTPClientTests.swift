import CHost
import Glibc
import Testing

@testable import OrchestronHost

/// Outgoing HTTP, by the table that plugins get, against a server on loopback.
@Suite struct HTTPClientTests {
  /// What came back.
  private final class Told {
    var reply: (status: Status, code: Int32, headers: String, body: String, message: String)?

    var callback: orch_http_cb {
      orch_http_cb(
        fn: { ud, reply in
          guard let ud, let reply = reply?.pointee else { return }
          Unmanaged<Told>.fromOpaque(ud).takeUnretainedValue().reply = (
            Status(code: reply.status), reply.code, reply.headers.string, reply.body.string, reply.message.string
          )
        }, ud: Unmanaged.passUnretained(self).toOpaque(), release: nil)
    }
  }

  /// A pipe by which one thread lets another go on.
  private final class Signal: Sendable {
    private let ends: (Int32, Int32)

    init() {
      var ends: [Int32] = [0, 0]
      pipe(&ends)
      self.ends = (ends[0], ends[1])
    }

    deinit {
      close(ends.0)
      close(ends.1)
    }

    func tell() { _ = write(ends.1, "x", 1) }

    func wait() {
      var byte: UInt8 = 0
      _ = read(ends.0, &byte, 1)
    }
  }

  private func listen() throws -> (socket: Int32, port: UInt16) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
        bind(listener, raw, length) == 0 && Glibc.listen(listener, 1) == 0 && getsockname(listener, raw, &length) == 0
      }
    }
    try #require(isBound)
    return (listener, UInt16(bigEndian: address.sin_port))
  }

  /// Answers one connection with a fixed text; gives the port.
  private func serve(_ answer: String) throws -> UInt16 {
    let (listener, port) = try listen()
    Threads.startDetached(name: "http-test") {
      let client = accept(listener, nil, nil)
      var buffer = [UInt8](repeating: 0, count: 4096)
      _ = read(client, &buffer, buffer.count)
      _ = answer.withCString { write(client, $0, strlen($0)) }
      close(client)
      close(listener)
    }
    return port
  }

  /// What came in parts.
  private final class Parts {
    var told: [String] = []
    var end: (status: Status, message: String)?
    var didPart: () -> Void = {}

    var callback: orch_http_parts_cb {
      orch_http_parts_cb(
        head: { ud, code, headers in
          Parts.behind(ud)?.told.append("\(code) \(headers.string.contains("x-kind: test\n"))")
        },
        part: { ud, bytes in
          Parts.behind(ud)?.told.append(bytes.string)
          Parts.behind(ud)?.didPart()
        },
        end: { ud, status, message in Parts.behind(ud)?.end = (Status(code: status), message.string) },
        ud: Unmanaged.passUnretained(self).toOpaque(), release: nil)
    }

    private static func behind(_ pointer: UnsafeMutableRawPointer?) -> Parts? {
      pointer.map { Unmanaged<Parts>.fromOpaque($0).takeUnretainedValue() }
    }
  }

  /// Opens a request to a server on loopback, and runs `body` with what is told of it and a function that waits.
  private func open(
    _ port: UInt16, timeout: Int64 = 0, limit: UInt64 = 0,
    _ body: (TestHost, Plugin, UInt64, Parts) throws -> Void
  ) throws {
    let host = try TestHost([try Fixtures.path("plain")]) { $0.httpClientAllow = ["127.0.0.1"] }
    try host.start()
    let plugin = try #require(host.host.lifecycle.plugin("plain"))
    let parts = Parts()
    var id: UInt64 = 0
    orch_str.with("http://127.0.0.1:\(port)/") { url in
      var request = orch_http_request()
      request.size = UInt32(MemoryLayout<orch_http_request>.size)
      request.url = url
      request.timeout_ms = timeout
      request.body_bytes_max = limit
      HostExtensions.httpClient.open(plugin.pointer, &request, parts.callback, &id)
    }
    #expect(parts.told.isEmpty && parts.end == nil, "never before open returns")
    try body(host, plugin, id, parts)
  }

  /// Answers one connection with texts, each once `go` is told; gives the port.
  private func serve(_ texts: [String], _ go: Signal) throws -> UInt16 {
    let (listener, port) = try listen()
    Threads.startDetached(name: "http-test") {
      let client = accept(listener, nil, nil)
      var buffer = [UInt8](repeating: 0, count: 4096)
      _ = read(client, &buffer, buffer.count)
      for text in texts {
        _ = text.withCString { write(client, $0, strlen($0)) }
        go.wait()
      }
      close(client)
      close(listener)
    }
    return port
  }

  private func send(
    _ url: String, _ method: String = "GET", allowing allowed: [String], limit: UInt64 = 0
  ) throws -> Told {
    let host = try TestHost([try Fixtures.path("plain")]) { $0.httpClientAllow = allowed }
    try host.start()
    let plugin = try #require(host.host.lifecycle.plugin("plain"))
    let told = Told()
    orch_str.with(url) { url in
      orch_str.with(method) { method in
        var request = orch_http_request()
        request.size = UInt32(MemoryLayout<orch_http_request>.size)
        request.method = method
        request.url = url
        request.body_bytes_max = limit
        HostExtensions.httpClient.send(plugin.pointer, &request, told.callback, nil)
      }
    }
    #expect(told.reply == nil, "never before send returns")
    #expect(host.turn { told.reply != nil })
    return told
  }

  @Test func getsAReply() throws {
    let port = try serve("HTTP/1.1 200 OK\r\nX-Kind: test\r\nContent-Length: 5\r\n\r\nhello")
    let reply = try send("http://127.0.0.1:\(port)/", allowing: ["127.0.0.1"]).reply
    #expect(reply?.status == .ok)
    #expect(reply?.code == 200)
    #expect(reply?.body == "hello")
    #expect(reply?.headers.contains("x-kind: test\n") == true)
  }

  @Test(arguments: ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0.0.0.0", "10.0.0.1"])
  func refusesPrivateAddressesHoweverTheyAreWritten(name: String) throws {
    let reply = try send("http://\(name):9/", allowing: []).reply
    #expect(reply?.status == .permissionDenied)
    #expect(reply?.message.contains("host.httpClient.allow") == true, "\(reply?.message ?? "")")
  }

  @Test func stopsAReplyThatIsTooLong() throws {
    let port = try serve("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
    let reply = try send("http://127.0.0.1:\(port)/", allowing: ["127.0.0.1"], limit: 4).reply
    #expect(reply?.status == .resourceExhausted)
  }

  @Test func saysThatNobodyListens() throws {
    let reply = try send("http://127.0.0.1:1/", allowing: ["127.0.0.1"]).reply
    #expect(reply?.status == .unavailable)
  }

  @Test(arguments: ["ftp://example.com", "file:///etc/passwd", "http://a b/", ""])
  func refusesWhatIsNoWebAddress(url: String) throws {
    #expect(try send(url, allowing: []).reply?.status == .invalidArgument)
  }

  @Test(arguments: ["GET / HTTP/1.1\r\nHost: a\r\n\r\nGET", "GET ", "get", "GÉT"])
  func refusesWhatIsNoMethod(method: String) throws {
    #expect(try send("http://127.0.0.1:1/", method, allowing: ["127.0.0.1"]).reply?.status == .invalidArgument)
  }

  private static let head = "HTTP/1.1 200 OK\r\nX-Kind: test\r\n\r\n"

  @Test func tellsAReplyInPartsWhileItComes() throws {
    let go = Signal()
    try open(try serve([Self.head, "one", "two"], go)) { host, _, _, parts in
      #expect(host.turn { parts.told == ["200 true"] })
      go.tell()
      #expect(host.turn { parts.told.last == "one" })
      go.tell()
      #expect(host.turn { parts.told.last == "two" })
      #expect(parts.end == nil)
      go.tell()
      #expect(host.turn { parts.end != nil })
      #expect(parts.end?.status == .ok)
    }
  }

  @Test func holdsPartsBackWhileItIsPaused() throws {
    let go = Signal()
    let big = String(repeating: "x", count: 3 << 20)
    go.tell()
    go.tell()
    try open(try serve([Self.head, big], go)) { host, plugin, id, parts in
      var isPaused = false
      parts.didPart = {
        #expect(!isPaused)
        isPaused = true
        #expect(HostExtensions.httpClient.pause(plugin.pointer, id, 1) == 0)
      }
      while parts.end == nil {
        #expect(host.turn { isPaused || parts.end != nil })
        isPaused = false
        _ = HostExtensions.httpClient.pause(plugin.pointer, id, 0)
      }
      #expect(parts.end?.status == .ok)
      #expect(parts.told.dropFirst().allSatisfy { $0.utf8.count <= (256 << 10) + 16_384 })
      #expect(parts.told.dropFirst().reduce(0) { $0 + $1.utf8.count } == big.utf8.count)
    }
  }

  @Test func givesUpAReplyFromWithinAPart() throws {
    let go = Signal()
    try open(try serve([Self.head, "one"], go)) { host, plugin, id, parts in
      go.tell()
      parts.didPart = {
        #expect(HostExtensions.httpClient.cancel(plugin.pointer, id) == 0)
        #expect(HostExtensions.httpClient.cancel(plugin.pointer, id) == Status.failedPrecondition.rawValue)
        #expect(parts.end == nil, "the end is told later")
      }
      #expect(host.turn { parts.end != nil })
      #expect(parts.end?.status == .cancelled)
      #expect(HostExtensions.httpClient.pause(plugin.pointer, id, 1) == Status.failedPrecondition.rawValue)
      go.tell()
    }
  }

  @Test func waitsForTheHeadOnlySoLong() throws {
    let go = Signal()
    try open(try serve([""], go), timeout: 50) { host, _, _, parts in
      #expect(host.turn { parts.end != nil })
      #expect(parts.end?.status == .deadlineExceeded)
      #expect(parts.told.isEmpty)
      go.tell()
    }
  }

  @Test func saysThatAReplyWasCutOff() throws {
    let port = try serve("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello")
    try open(port) { host, _, _, parts in
      #expect(host.turn { parts.end != nil })
      #expect(parts.end?.status == .unavailable)
      #expect(parts.told == ["200 false", "hello"])
    }
  }

  @Test func stopsPartsThatAreTooMany() throws {
    let port = try serve("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
    try open(port, limit: 4) { host, _, _, parts in
      #expect(host.turn { parts.end != nil })
      #expect(parts.end?.status == .resourceExhausted)
    }
  }
}
