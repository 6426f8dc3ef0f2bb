import CPluginSDK
import PluginKit
import Testing

@testable import HTTPPlugin

/// Replies of raw routes that come in parts.
@Suite struct RawStreamTests {
  let site: TestSite

  init() throws { site = try TestSite() }

  private func route(_ route: String, flags: Int = 0, _ handler: @escaping (RawPointer) -> Void) {
    site.host.routes.add(route, flags: flags, handler)
    site.app.catalog.isStale = true
  }

  private func get(_ path: String, method: String = "GET", version: String = "1.1") -> TestConnection {
    let client = site.connect()
    client.send("\(method) \(path) HTTP/\(version)\r\nHost: localhost\r\n\r\n")
    return client
  }

  @Test func sendsPartsAndAnEnd() {
    route("GET /x") { x in
      #expect(x.write("early") == .failedPrecondition)
      #expect(x.end() == .failedPrecondition)
      #expect(x.begin(202, ["Content-Type: text/csv"]) == .ok)
      #expect(x.respond(200) == .failedPrecondition)
      for part in ["a,", "", "b"] { #expect(x.write(part) == .ok) }
      #expect(x.end() == .ok)
      #expect(x.write("late") == .failedPrecondition)
    }
    let client = get("/x")
    let reply = TestReply(client.takeText())
    #expect(reply.status == 202)
    #expect(reply.headers["Content-Type"] == "text/csv")
    #expect(reply.body == "00000002\r\na,\r\n00000001\r\nb\r\n0\r\n\r\n")
    client.send("GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n")
    #expect(TestReply(client.text).status == 202, "the connection goes on")
    let old = get("/x", version: "1.0")
    #expect(TestReply(old.text).body == "a,b")
    #expect(old.http.phase == .lingering)
  }

  @Test func aStreamThatIsDroppedIsCutOff() {
    route("GET /x") { x in
      x.begin()
      x.write("half")
    }
    let client = get("/x")
    #expect(client.http.phase == .closed)
    #expect(!client.text.contains("0\r\n\r\n"))
    #expect(site.host.contexts == 0)
  }

  @Test(arguments: [("HEAD", 200), ("GET", 204), ("GET", 304)] as [(String, UInt16)])
  func whereNoBodyIsWantedTheReplyEndsAtOnce(method: String, code: UInt16) {
    var statuses: [Status] = []
    var told = 0
    route("GET /x") { x in
      x.onCancel { told += 1 }
      statuses = [x.begin(code), x.write("never"), x.end()]
    }
    let client = get("/x", method: method)
    #expect(statuses == [.ok, .cancelled, .cancelled])
    #expect(told == 1)
    #expect(client.text.hasSuffix("\r\n\r\n") && !client.text.contains("never"))
    #expect(client.text.contains("Transfer-Encoding") == (method == "HEAD"))
    client.send("\(method) /x HTTP/1.1\r\nHost: localhost\r\n\r\n")
    #expect(client.text.ranges(of: "HTTP/1.1 \(code) ").count == 2)
  }

  @Test func waitsForAClientThatIsSlow() throws {
    let part = Array(repeating: UInt8(ascii: "x"), count: 100_000)
    var left = 20
    var kept: RawPointer?
    var refusals = 0
    func go(_ x: RawPointer) {
      while left > 0 {
        let status = x.write(part)
        if status == .resourceExhausted {
          refusals += 1
          return x.onWritable { go(x) }
        }
        #expect(status == .ok)
        left -= 1
      }
      x.end()
      x.release()
    }
    route("GET /x") { x in
      x.retain()
      kept = x
      x.begin()
      go(x)
    }
    let client = site.connect()
    client.appetite = 0
    client.send("GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n")
    #expect(left == 17, "256 KiB and the part that goes beyond")
    #expect(refusals == 1)
    client.appetite = .max
    for _ in 0..<30 where left > 0 { client.flush() }
    client.flush()
    #expect(left == 0)
    #expect(client.text.hasSuffix("0\r\n\r\n"))
    #expect(client.output.count { $0 == UInt8(ascii: "x") } == 2_000_000)
    #expect(kept != nil && site.host.contexts == 0)
  }

  @Test func asksForRoomInALoopHoweverSmallThePartsAre() {
    var left = 200_000
    func go(_ x: RawPointer) {
      guard left > 0 else {
        x.end()
        return x.release()
      }
      left -= 1
      x.write([65])
      x.onWritable { go(x) }
    }
    route("GET /x") { x in
      x.retain()
      x.begin()
      go(x)
    }
    let client = get("/x")
    for _ in 0..<100 where left > 0 { client.flush() }
    #expect(left == 0)
    #expect(site.host.contexts == 0)
  }

  @Test func tellsThatTheClientOfAStreamHasGone() throws {
    var kept: RawPointer?
    var told: [String] = []
    route("GET /x") { x in
      x.retain()
      kept = x
      x.onCancel { told.append("cancelled") }
      x.begin()
      x.write(Array(repeating: 65, count: 300_000))
      x.onWritable { told.append("writable") }
    }
    let client = site.connect()
    client.appetite = 0
    client.send("GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n")
    client.http.close()
    #expect(told == ["cancelled"])
    let x = try #require(kept)
    #expect(x.write("more") == .cancelled)
    #expect(x.end() == .cancelled)
    x.release()
    #expect(site.host.contexts == 0)
  }
}
