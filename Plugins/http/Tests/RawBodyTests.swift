import CPluginSDK
import PluginKit
import PluginTesting
import Testing

@testable import HTTPPlugin

/// Bodies that plugins take in parts.
@Suite struct RawBodyTests {
  let site: TestSite

  init() throws { site = try TestSite() }

  /// What a handler of this suite has kept and seen.
  private final class Taker {
    var x: RawPointer?
    var words: [String] = []
    var bytes = 0
    var isOver = false

    /// Reads all there is, then waits for more.
    func take() {
      guard let x else { return }
      while true {
        switch x.read() {
        case .success(let part) where part.isEmpty: return end()
        case .success(let part): bytes += part.utf8.count
        case .failure(let failure) where failure.status == .unavailable: return x.onReadable { self.take() }
        case .failure(let failure):
          words.append("\(failure.status)")
          return end()
        }
      }
    }

    private func end() {
      isOver = true
      x?.respond(200, [], "\(bytes)")
      x?.release()
      x = nil
    }
  }

  private func keep(_ taker: Taker, _ route: String = "POST /up", then body: @escaping () -> Void = {}) {
    site.host.routes.add(route, flags: Int(ORCH_HTTP_STREAM)) { x in
      x.retain()
      taker.x = x
      x.onCancel { taker.words.append("cancelled") }
      body()
    }
    site.app.catalog.isStale = true
  }

  private let head = "POST /up HTTP/1.1\r\nHost: localhost\r\n"

  @Test func theHandlerRunsBeforeTheBodyIsThere() throws {
    let taker = Taker()
    keep(taker)
    let client = site.connect()
    client.send(head + "Content-Length: 10\r\n\r\n")
    let x = try #require(taker.x)
    #expect(x.readWord() == "unavailable")
    client.send("01234")
    #expect([x.readWord(), x.readWord(), x.body] == ["[01234]", "unavailable", ""])
    client.send("567")
    client.send("89" + "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
    #expect([x.readWord(), x.readWord(), x.readWord()] == ["[56789]", "end", "end"])
    #expect(client.text == "", "the next request waits for this answer")
    x.respond(201)
    x.release()
    site.settle()
    #expect(client.text.contains("HTTP/1.1 201 ") && client.text.contains("HTTP/1.1 200 "))
    #expect(taker.words == [])
    #expect(site.host.contexts == 0)
  }

  @Test func tellsWhenThereIsMore() throws {
    let taker = Taker()
    keep(taker) { taker.take() }
    let client = site.connect()
    client.send(head + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
    #expect(taker.bytes == 3 && !taker.isOver)
    client.sendSlowly("4\r\ndefg\r\n0\r\n\r")
    #expect(taker.bytes == 7 && !taker.isOver)
    client.send("\n")
    #expect(taker.isOver)
    #expect(TestReply(client.text).body == "7")
    #expect(client.http.phase == .idle, "the connection goes on")
  }

  @Test func aSmallBodyMayBeThereAlready() {
    let taker = Taker()
    keep(taker) { taker.take() }
    #expect(site.send("POST /up", body: "whole").body == "5")
    taker.bytes = 0
    #expect(site.send("POST /up").body == "0")
    #expect(site.host.contexts == 0)
  }

  @Test func stopsReadingTheSocketUntilThePluginReads() throws {
    let taker = Taker()
    keep(taker)
    let client = site.connect()
    client.send(head + "Content-Length: 200000\r\n\r\n")
    let part = Array(repeating: UInt8(ascii: "x"), count: 50_000)
    client.send(part)
    #expect(client.http.wantsInput)
    client.send(part)
    #expect(!client.http.wantsInput, "64 KiB, and the part that goes beyond")
    let flushes = client.flushes
    #expect(try #require(taker.x).read().get().utf8.count == 100_000)
    site.settle()
    #expect(client.http.wantsInput)
    #expect(client.flushes == flushes + 1, "the owner of the socket is told")
    taker.bytes = 100_000
    taker.take()
    client.send(part)
    client.send(part)
    #expect(TestReply(client.text).body == "200000")
  }

  @Test func whoIsSlowIsBlamed() throws {
    let taker = Taker()
    keep(taker)
    let engine = site.engine
    func pass(_ milliseconds: UInt64, _ client: TestConnection) {
      engine.advance(to: engine.now + milliseconds)
      if client.http.deadline <= engine.now { client.http.timeOut() }
      site.settle()
    }
    let slow = site.connect()
    slow.send(head + "Content-Length: 200000\r\n\r\nx")
    pass(9_000, slow)
    #expect(slow.text == "")
    pass(2_000, slow)
    #expect(TestReply(slow.text).status == 408)
    #expect(taker.words == ["cancelled"])
    #expect(taker.x?.readWord() == "[x]")
    #expect(taker.x?.readWord() == "cancelled")
    taker.x?.release()

    let quick = site.connect()
    quick.send(head + "Content-Length: 200000\r\n\r\n" + String(repeating: "x", count: 100_000))
    pass(25_000, quick)
    #expect(quick.text == "", "it is the plugin that does not read")
    #expect(try #require(taker.x).read().get().utf8.count == 100_000)
    pass(9_000, quick)
    #expect(quick.text == "", "the client's time begins when there is room")
    quick.send(String(repeating: "x", count: 100_000))
    pass(29_000, quick)
    #expect(quick.text == "")
    pass(2_000, quick)
    #expect(TestReply(quick.text).status == 504)
    #expect(taker.words == ["cancelled", "cancelled"])
    taker.x?.release()
    #expect(site.host.contexts == 0)
  }

  @Test func asksForTheBodyWhenThePluginDoes() throws {
    let taker = Taker()
    keep(taker)
    let client = site.connect()
    client.send(head + "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n")
    #expect(client.text == "")
    #expect(taker.x?.readWord() == "unavailable")
    site.settle()
    #expect(client.takeText() == "HTTP/1.1 100 Continue\r\n\r\n")
    #expect(taker.x?.readWord() == "unavailable")
    client.send("abc")
    taker.take()
    site.settle()
    #expect(client.text.hasPrefix("HTTP/1.1 200 "))
  }

  @Test func anAnswerBeforeTheBodyEndsTheConnection() throws {
    for line in ["", "Expect: 100-continue\r\n"] {
      let taker = Taker()
      site.host.routes.add("POST /no\(line.count)", flags: Int(ORCH_HTTP_STREAM)) { $0.fail(.permissionDenied, "no") }
      site.app.catalog.isStale = true
      let client = site.connect()
      client.send("POST /no\(line.count) HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n\(line)\r\n")
      #expect(TestReply(client.text).status == 403)
      #expect(TestReply(client.text).headers["Connection"] == "close")
      #expect(client.http.phase == .lingering)
      client.send(Array(repeating: 65, count: 60_000))
      #expect(client.text.ranges(of: "HTTP/1.1").count == 1)
      #expect(taker.words == [])
    }
    #expect(site.host.contexts == 0)
  }

  @Test func answersWhileTheBodyComes() throws {
    let taker = Taker()
    keep(taker) {
      taker.x?.begin(200)
      func echo() {
        guard let x = taker.x else { return }
        while case .success(let part) = x.read() {
          guard !part.isEmpty else {
            x.end()
            x.release()
            taker.x = nil
            return
          }
          x.write(part)
        }
        x.onReadable { echo() }
      }
      echo()
    }
    let client = site.connect()
    client.send(head + "Content-Length: 6\r\n\r\nabc")
    #expect(client.text.hasSuffix("\r\n\r\n00000003\r\nabc\r\n"))
    client.send("def")
    #expect(client.text.hasSuffix("00000003\r\ndef\r\n0\r\n\r\n"))
    #expect(TestReply(client.text).headers["Connection"] == "close")
    #expect(client.http.phase == .lingering)
    #expect(site.host.contexts == 0)
  }

  @Test(arguments: [false, true]) func aBodyThatBreaksOffIsTold(hasBegun: Bool) throws {
    for (index, end) in ["zz\r\n", "", "close"].enumerated() {
      let taker = Taker()
      keep(taker, "POST /up\(index)") {
        if hasBegun { taker.x?.begin(200) }
        taker.take()
      }
      let client = site.connect()
      client.send("POST /up\(index) HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
      switch end {
      case "": client.endInput()
      case "close": client.http.close()
      default: client.send(end)
      }
      #expect(taker.words == ["cancelled", "cancelled"], "\(index): on_cancel, then read")
      #expect(taker.isOver && taker.bytes == 3)
      #expect(client.text.contains("HTTP/1.1 400 ") == (!hasBegun && end != "close"))
      #expect(!client.text.hasSuffix("0\r\n\r\n"))
    }
    #expect(site.host.contexts == 0)
  }

  @Test func hasALimitOfItsOwn() throws {
    var limits = HTTPLimits()
    limits.body = 10
    limits.streamedBody = 20
    let server = TestServer(limits: limits) { exchange in
      exchange.wasKept = true
      exchange.onBody = { if exchange.isBodyComplete { exchange.respond(.ok, .text, text: "\(exchange.bodyBytes)") } }
      exchange.onBody?()
    }
    func send(_ body: Int, chunked: Bool) -> Int {
      let client = server.connect()
      let length = chunked ? "Transfer-Encoding: chunked" : "Content-Length: \(body)"
      client.send("POST / HTTP/1.1\r\nHost: a\r\n\(length)\r\n\r\n")
      let text = String(repeating: "x", count: body)
      client.send(chunked ? "\(String(body, radix: 16))\r\n\(text)\r\n0\r\n\r\n" : text)
      return TestReply(client.text).status
    }
    for chunked in [false, true] {
      server.handler.streams = false
      #expect([send(10, chunked: chunked), send(11, chunked: chunked)] == [200, 413])
      server.handler.streams = true
      #expect([send(20, chunked: chunked), send(21, chunked: chunked)] == [200, 413])
    }
  }

  @Test func onlyRoutesThatAskForItReadInParts() throws {
    var words: [String] = []
    site.host.routes.add("POST /whole") { x in
      words = [x.body, x.readWord()]
      x.onReadable { words.append("told") }
      x.respond(200)
    }
    site.app.catalog.isStale = true
    _ = site.send("POST /whole", body: "abc")
    #expect(words == ["abc", "failedPrecondition", "told"])
    let client = site.connect()
    client.send("POST /whole HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nab")
    #expect(client.http.phase == .body)
    #expect(site.host.routes.runs.count == 1)
  }

  @Test func everyWayToCutARequestGivesTheSameBody() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    let taker = Taker()
    keep(taker) { taker.take() }
    let body = String(repeating: "0123456789", count: 300)
    for round in 0..<200 {
      var wire = "Transfer-Encoding: chunked\r\n\r\n"
      var rest = body[...]
      while !rest.isEmpty {
        let part = rest.prefix(.random(in: 1...500, using: &random))
        wire += "\(String(part.utf8.count, radix: 16))\r\n\(part)\r\n"
        rest = rest.dropFirst(part.count)
      }
      let bytes = Array((head + wire + "0\r\n\r\n").utf8)
      taker.bytes = 0
      taker.isOver = false
      let client = site.connect()
      var start = 0
      while start < bytes.count {
        let end = min(start + .random(in: 1...800, using: &random), bytes.count)
        client.send(bytes[start..<end])
        start = end
      }
      #expect(TestReply(client.text).body == "3000", "round \(round), seed \(seed)")
      #expect(client.http.phase == .idle)
    }
    #expect(site.host.contexts == 0)
  }
}
