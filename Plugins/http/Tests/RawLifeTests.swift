import CPluginSDK
import PluginKit
import Testing

@testable import HTTPPlugin

/// How long exchanges of raw routes last, and who may still use them.
@Suite struct RawLifeTests {
  let site: TestSite

  init() throws { site = try TestSite() }

  @discardableResult
  private func route(_ route: String, _ handler: @escaping (RawPointer) -> Void = { _ in }) -> UInt64 {
    site.app.catalog.isStale = true
    return site.host.routes.add(route, handler)
  }

  @Test func answersLater() throws {
    var kept: RawPointer?
    route("POST /x/{a}") { x in
      x.retain()
      kept = x
    }
    let client = site.connect()
    client.http.remote = Remote("10.0.0.9")
    client.send("POST /x/1?b=2 HTTP/1.1\r\nHost: localhost\r\nX-C: 3\r\nContent-Length: 1\r\n\r\n4")
    _ = site.send("GET /health")
    let x = try #require(kept)
    #expect(client.text == "")
    #expect(
      [x.parameter("a"), x.parameter("b"), x.header("x-c"), x.body, x.address] == ["1", "2", "3", "4", "10.0.0.9"])
    #expect(x.respond(200, [], "late") == .ok)
    #expect(x.respond(200) == .failedPrecondition)
    #expect(x.fail(.internal, "") == .failedPrecondition)
    #expect(x.begin() == .failedPrecondition)
    #expect(x.end() == .failedPrecondition)
    site.settle()
    #expect(TestReply(client.text).body == "late")
    #expect(x.header("x-c") == "3", "texts last as long as the exchange")
    x.release()
    #expect(site.host.contexts == 0)
  }

  @Test func anExchangeThatIsHeldAfterItsAnswerIsNeverAnotherClients() throws {
    var kept: RawPointer?
    route("GET /first") { x in
      x.retain()
      kept = x
      x.respond(200)
    }
    var second: RawPointer?
    route("GET /second") { x in
      x.retain()
      second = x
    }
    _ = site.send("GET /first", headers: ["X-Who: one"])
    let other = site.connect()
    other.send("GET /second HTTP/1.1\r\nHost: localhost\r\nX-Who: two\r\n\r\n")
    let x = try #require(kept)
    #expect(x.header("x-who") == "one")
    #expect(x.respond(200, [], "stolen") == .failedPrecondition)
    x.release()
    site.settle()
    #expect(other.text == "", "its end does not answer the other")
    second?.respond(200, [], "two")
    second?.release()
    site.settle()
    #expect(TestReply(other.text).body == "two")
    #expect(site.host.contexts == 0)
  }

  @Test func whatIsDroppedWithoutAnAnswerIsAnswered500() throws {
    var kept: RawPointer?
    route("GET /now")
    route("GET /later") { x in
      x.retain()
      kept = x
    }
    #expect(site.send("GET /now").status == 500)
    let client = site.connect()
    client.send("GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n")
    #expect(client.text == "")
    try #require(kept).release()
    site.settle()
    #expect(TestReply(client.text).status == 500)
    #expect(site.host.contexts == 0)
  }

  @Test func tellsThatTheClientHasGone() throws {
    var kept: RawPointer?
    var told = 0
    route("GET /x") { x in
      x.retain()
      kept = x
      x.onCancel { told += 100 }
      x.onCancel { told += 1 }
    }
    let client = site.connect()
    client.send("GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n")
    client.endInput()
    #expect(told == 1, "the last task replaces the one before")
    let x = try #require(kept)
    x.onCancel { told += 1 }
    #expect(told == 2, "at once when it has gone already")
    #expect(x.respond(200, [], "nobody") == .cancelled)
    #expect(x.begin() == .cancelled)
    #expect(x.write("nobody") == .cancelled)
    #expect(x.target == "/x")
    x.release()
    #expect(client.text == "")
    #expect(site.host.contexts == 0)
  }

  @Test func aTaskThatLetsGoOfTheExchangeIsTheLastThingItDoes() throws {
    var kept: RawPointer?
    route("GET /x") { x in
      x.retain()
      kept = x
      x.onCancel {
        kept?.release()
        kept = nil
      }
    }
    let client = site.connect()
    client.send("GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n")
    client.endInput()
    #expect(kept == nil)
    #expect(site.host.contexts == 0)
  }

  @Test func tasksEndWithTheAnswer() throws {
    final class Held {}
    weak var held: Held?
    for end in 0..<4 {
      var kept: RawPointer?
      route("GET /x\(end)") { x in
        x.retain()
        kept = x
        let new = Held()
        held = new
        x.onCancel { _ = new }
        if end == 1 { x.begin() }
      }
      let client = site.connect()
      client.send("GET /x\(end) HTTP/1.1\r\nHost: localhost\r\n\r\n")
      #expect(held != nil)
      switch end {
      case 0: kept?.respond(200)
      case 1: kept?.end()
      case 2: kept?.fail(.internal, "no")
      default: client.endInput()
      }
      #expect(held == nil, "\(end)")
      kept?.release()
    }
    #expect(site.host.contexts == 0)
  }

  @Test func nobodyWaitsForeverForAnAnswerThatDoesNotBegin() throws {
    var kept: [RawPointer] = []
    var told: [String] = []
    func keep(_ x: RawPointer) {
      x.retain()
      kept.append(x)
      x.onCancel { told.append(x.target) }
    }
    route("GET /x", keep)
    route("GET /s") { x in
      keep(x)
      x.begin()
    }
    let clients = ["/x", "/s"].map { path in
      let client = site.connect()
      client.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n")
      return client
    }
    func pass(_ milliseconds: UInt64) {
      site.engine.advance(to: site.engine.now + milliseconds)
      for client in clients where client.http.deadline <= site.engine.now { client.http.timeOut() }
      site.settle()
    }
    pass(29_900)
    #expect(clients[0].text == "")
    pass(200)
    let reply = TestReply(clients[0].text)
    #expect(reply.status == 504)
    #expect(reply.body.contains("The answer did not begin within 30.0 s."))
    #expect(told == ["/x"])
    #expect(kept[0].respond(200) == .cancelled)
    pass(100_000)
    #expect(told == ["/x"], "what has begun may take any time")
    #expect(kept[1].write("later") == .ok)
    kept[1].end()
    for x in kept { x.release() }
    #expect(site.host.contexts == 0)
  }

  @Test func aClientThatWaitsForLessTimeIsToldSooner() throws {
    var told: [String] = []
    for (path, flags) in [("/w", 0), ("/p", ORCH_HTTP_STREAM)] {
      site.host.routes.add("POST \(path)", flags: flags) { x in
        x.retain()
        x.onCancel {
          told.append(x.target)
          x.release()
        }
      }
    }
    site.app.catalog.isStale = true
    let clients = ["/w", "/p"].map { path in
      let client = site.connect()
      client.send(
        "POST \(path) HTTP/1.1\r\nHost: localhost\r\nPrefer: wait=2\r\nContent-Length: 1\r\n\r\nx")
      return client
    }
    #expect(site.host.timeouts == [2000, -1], "of the call, and of what a streamed request calls")
    site.engine.advance(to: site.engine.now + 2000)
    for client in clients where client.http.deadline <= site.engine.now { client.http.timeOut() }
    site.settle()
    for client in clients {
      #expect(TestReply(client.text).status == 504)
      #expect(client.text.contains("The answer did not begin within 2.0 s."))
    }
    #expect(told == ["/w", "/p"])
    #expect(site.host.contexts == 0)
  }

  @Test func givesABegunAnswerUp() throws {
    var kept: RawPointer?
    route("GET /x") { x in
      x.retain()
      kept = x
      x.abort()
      x.begin()
      x.write("half")
    }
    let client = site.connect()
    client.send("GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n")
    #expect(client.http.phase != .closed, "what has not begun cannot be given up")
    let x = try #require(kept)
    x.abort()
    #expect(client.http.phase == .closed)
    #expect(x.write("more") == .cancelled)
    #expect(x.end() == .cancelled)
    x.abort()
    x.release()
    #expect(site.host.contexts == 0)
  }
}
