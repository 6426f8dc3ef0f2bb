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

  /// Answers one connection with a fixed text; gives the port.
  private func serve(_ answer: String) throws -> UInt16 {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
        bind(listener, raw, length) == 0 && listen(listener, 1) == 0 && getsockname(listener, raw, &length) == 0
      }
    }
    try #require(isBound)
    Threads.startDetached(name: "http-test") {
      let client = accept(listener, nil, nil)
      var buffer = [UInt8](repeating: 0, count: 4096)
      _ = read(client, &buffer, buffer.count)
      _ = answer.withCString { write(client, $0, strlen($0)) }
      close(client)
      close(listener)
    }
    return UInt16(bigEndian: address.sin_port)
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
}
