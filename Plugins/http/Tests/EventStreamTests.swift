import CPluginSDK
import Testing

@testable import HTTPPlugin

/// `GET /api/events`.
@Suite struct EventStreamTests {
  let auth = StubAuth()
  let site: TestSite
  private let time = #""time":"2023-11-14T22:13:20.123Z","source":"core""#

  init() throws { site = try TestSite(auth: auth) }

  /// A client that has shown a token.
  private func open(_ query: String = "topics=a", token: String = "good", headers: [String] = []) -> TestConnection {
    let client = site.connect()
    let lines = headers.map { "\($0)\r\n" }.joined()
    client.send(
      "GET /api/events?\(query) HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(token)\r\n\(lines)\r\n")
    return client
  }

  /// The events that came since the last call, each with its lines joined by `|`, without the chunks' sizes.
  private func take(_ client: TestConnection) -> [String] {
    site.settle()
    var text = client.takeText()
    if text.hasPrefix("HTTP/"), let head = text.firstRange(of: "\r\n\r\n") { text = String(text[head.upperBound...]) }
    let lines = text.split(separator: "\r\n").enumerated().filter { $0.offset % 2 == 1 }.map(\.element).joined()
    return lines.split(separator: "\n\n").map { String($0).replacing("\n", with: "|") }
  }

  @Test func tellsEventsAndThePlaceFromWhichToGoOn() {
    let client = open("topics=a,b:*&topics=c")
    let reply = TestReply(client.text)
    #expect(reply.status == 200)
    #expect(reply.headers["Content-Type"] == "text/event-stream")
    #expect(reply.headers["Cache-Control"] == "no-store")
    #expect(
      take(client) == [#"retry: 2000|id: log-1:41|event: subscribed|data: {"log":"log-1","seq":41,"low":5}"#])
    #expect(site.host.subscribed == ["a,b:*,c - "])
    site.host.deliver("a", "{\n\"x\":1}", seq: 42)
    site.host.deliver("b:now", "")
    site.host.deliver("", "", seq: 8, kind: ORCH_EVENT_LOST, from: 6)
    site.host.deliver("", "", seq: 50, kind: ORCH_EVENT_RESYNC)
    site.host.deliver("a", "2", seq: 51)
    #expect(
      take(client) == [
        #"id: log-1:42|data: {"seq":42,"topic":"a",\#(time),"data":{ "x":1}}"#,
        #"data: {"topic":"b:now",\#(time),"data":null}"#,
        #"event: lost|data: {"from":6,"to":8}"#,
        #"id: log-2:50|event: resync|data: {"log":"log-2","seq":50}"#,
        #"id: log-2:51|data: {"seq":51,"topic":"a",\#(time),"data":2}"#,
      ])
  }

  @Test func aClientThatComesBackGoesOnWhereItWas() {
    let client = open("topics=a&since=3&log=l", headers: ["Last-Event-ID: log-1:7"])
    #expect(site.host.subscribed == ["a 7 log-1"])
    // Should it go at once, it comes back to the same place.
    #expect(take(client)[0].contains("|id: log-1:7|"))
    _ = open("topics=a&since=3&log=l", headers: ["Last-Event-ID: "])
    #expect(site.host.subscribed.last == "a 3 l")
    _ = open("topics=a&since=&log=")
    #expect(site.host.subscribed.last == "a - ")
  }

  @Test(arguments: [
    "", "topics=", "topics=a,", "topics=bad", "topics=a&since=x", "topics=a&since=-1", "topics=a&sinze=1", "topics=%zz",
  ]) func refusesAWishThatIsNone(query: String) {
    #expect(TestReply(open(query).text).status == 400)
    #expect(site.app.residents.isEmpty)
    #expect(site.host.subscribed == [])
  }

  @Test(arguments: ["x", ":5", "log-1:", "log-1:x", "log-1:-1"]) func refusesAnIdThatWasNeverGiven(id: String) {
    #expect(TestReply(open(headers: ["Last-Event-ID: \(id)"]).text).status == 400)
  }

  @Test func sharesASubscriptionWithWebSockets() {
    let (one, two) = (open(), open())
    let socket = site.upgrade(headers: ["Authorization: Bearer good"])
    socket.send(message: #"{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"topics":["a"]}}"#)
    for client in [one, two] { _ = take(client) }
    _ = socket.takeFrames()
    #expect(site.host.subscribed == ["a - "])
    let long = "\"" + String(repeating: "x", count: 5000) + "\""
    site.host.deliver("a", long, seq: 42)
    for client in [one, two] {
      #expect(take(client) == [#"id: log-1:42|data: {"seq":42,"topic":"a",\#(time),"data":\#(long)}"#])
    }
    #expect(socket.takeFrames().count == 1)
    one.http.receiveEnd()
    two.http.receiveEnd()
    #expect(site.host.unsubscribed == [])
    socket.webSocket?.receiveEnd()
    #expect(site.host.unsubscribed.count == 1)
    #expect(site.app.residents.isEmpty)
  }

  @Test func aClientThatDoesNotKeepUpIsToldWhatItHasLost() {
    let client = open()
    _ = take(client)
    client.appetite = 0
    let data = "\"" + String(repeating: "d", count: 300_000) + "\""
    for seq in 50..<60 as Range<UInt64> {
      site.host.deliver("a", data, seq: seq)
      site.settle()
    }
    client.appetite = .max
    for _ in 0..<5 { client.flush() }
    let events = take(client)
    #expect(events.count == 5)
    #expect(events.last == #"event: lost|data: {"from":54,"to":59}"#)
  }

  @Test func needsTheRightToReadEverything() {
    #expect(TestReply(open(token: "unknown").text).status == 401)
    auth.answer = { _, _ in .principal("token:x", rights: "tasks.list") }
    #expect(TestReply(open().text).status == 403)
    #expect(site.host.subscribed == [])
  }

  @Test func endsWhenTheRightHasGone() {
    let (client, other) = (open(), open(token: "stays"))
    _ = other
    _ = take(client)
    site.app.identitiesDidChange()
    site.settle()
    #expect(client.http.phase == .handling, "what still holds goes on")
    auth.answer = { _, _ in .principal("user:ada", rights: "") }
    site.app.identitiesDidChange()
    site.settle()
    #expect(client.text.hasSuffix("0\r\n\r\n"))
    #expect(client.http.phase == .idle)
    #expect(site.host.unsubscribed.count == 1)
  }

  @Test func aWebSocketWithoutTheRightIsClosedWhenItHasSubscriptions() {
    let socket = site.upgrade(headers: ["Authorization: Bearer good"])
    let idle = site.upgrade(headers: ["Authorization: Bearer good"])
    socket.send(message: #"{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"topics":["a"]}}"#)
    _ = socket.takeFrames()
    auth.answer = { _, _ in .principal("user:ada", rights: "tasks.list") }
    site.app.identitiesDidChange()
    site.settle()
    #expect(socket.takeFrames() == ["8:4401 you may not be told of events any more"])
    #expect(idle.webSocket?.phase == .open)
  }

  @Test func asksAgainWhenTheTimeIsOverAndGivesASignOfLifeBetween() {
    auth.answer = { _, _ in .principal("user:ada", expires: Authenticator.now + 40_000) }
    let client = open()
    _ = take(client)
    func pass(_ milliseconds: UInt64) {
      site.engine.advance(to: site.engine.now + milliseconds)
      if client.http.deadline <= site.engine.now { client.http.timeOut() }
      site.settle()
    }
    pass(29_000)
    #expect(take(client) == [])
    pass(1_000)
    #expect(take(client) == [":"])
    auth.answer = { _, _ in .failure(.unauthenticated, "expired") }
    pass(10_100)
    #expect(client.text.hasSuffix("0\r\n\r\n"))
    #expect(auth.asked.count == 2)
  }

  @Test func endsWhenTheServerStops() {
    let client = open()
    site.engine.isDraining = true
    site.app.serverWillStop()
    site.settle()
    #expect(client.text.hasSuffix("0\r\n\r\n"))
    #expect(client.http.phase == .lingering)
  }

  @Test func answersHEADWithItsHeadAlone() {
    let client = site.connect()
    client.send("HEAD /api/events?topics=a HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer good\r\n\r\n")
    #expect(TestReply(client.text).headers["Content-Type"] == "text/event-stream")
    #expect(TestReply(client.text).body == "")
    #expect(client.http.phase == .idle)
    #expect(site.host.unsubscribed.count == 1)
  }

  @Test func anOldClientGetsTheStreamWithoutChunks() {
    let client = site.connect()
    client.send("GET /api/events?topics=a HTTP/1.0\r\nHost: localhost\r\nAuthorization: Bearer good\r\n\r\n")
    site.host.deliver("a", "1", seq: 42)
    site.settle()
    #expect(TestReply(client.text).body.hasPrefix("retry: 2000\nid: log-1:41\n"))
    #expect(TestReply(client.text).body.hasSuffix("\"data\":1}\n\n"))
  }
}
