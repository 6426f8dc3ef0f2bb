import CPluginSDK
import PluginKit
import Testing

@testable import HTTPPlugin

/// WebSockets that plugins speak on themselves.
@Suite struct ChannelTests {
  let auth = StubAuth()
  let site: TestSite
  let channel = StubChannel()
  let route: UInt64
  private let good = ["Authorization: Bearer good"]

  init() throws {
    site = try TestSite(auth: auth)
    let channel = self.channel
    route = site.host.routes.add("GET /live") { _ = $0.upgrade(channel) }
    site.app.catalog.isStale = true
  }

  @Test func echoesTextAndBinary() {
    channel.onText = { $0.send($1, isText: $2) }
    let client = site.upgrade("/live", headers: good)
    #expect(TestReply(client.text).status == 101)
    client.send(message: "hällo")
    client.send(TestWebSocket.frame(2, [0, 1, 2]))
    #expect(client.takeFrames() == ["1:hällo", "2:\0\u{1}\u{2}"])
    #expect(channel.log == ["text:hällo", "binary:\0\u{1}\u{2}"])
    #expect(site.host.routes.runs == ["\(route) user:ada read write"])
    #expect(site.host.contexts == 0, "the exchange ends with the handshake")
  }

  @Test func greetsBeforeTheHandshakeHasLeft() {
    let channel = self.channel
    site.host.routes.add("GET /greet") { x in
      #expect(x.upgrade(channel) == .ok)
      #expect(channel.send("one") == .ok)
      #expect(channel.send([2], isText: false) == .ok)
      #expect(channel.send(Array(repeating: 65, count: 1 << 20)) == .resourceExhausted)
      channel.close(4000, "bye")
      #expect(channel.send("late") == .cancelled)
    }
    site.app.catalog.isStale = true
    let client = site.upgrade("/greet", headers: good)
    #expect(client.text.hasPrefix("HTTP/1.1 101 "))
    #expect(client.takeFrames() == ["1:one", "2:\u{2}", "8:4000 bye"])
  }

  @Test func tellsTheCodeThatTheClientClosesWith() {
    let client = site.upgrade("/live", headers: good)
    client.send(TestWebSocket.frame(8, [0x0F, 0xA1] + Array("done".utf8)))
    #expect(channel.log == ["closed:4001", "released"])
    #expect(client.takeFrames() == ["8:4001 done"])
    #expect(channel.send("late") == .cancelled)
    #expect(site.app.residents.isEmpty)
  }

  @Test(arguments: [([UInt8](), "1005"), (nil, "1006")] as [([UInt8]?, String)])
  func tellsAnEndWithoutACode(payload: [UInt8]?, code: String) {
    let client = site.upgrade("/live", headers: good)
    if let payload { client.send(TestWebSocket.frame(8, payload)) } else { client.webSocket?.receiveEnd() }
    #expect(channel.log == ["closed:\(code)", "released"])
  }

  @Test(
    arguments: [
      (1000, "", "1000 "), (4999, "over", "4999 over"), (1006, "", "1011 "), (1005, "x", "1011 x"), (0, "", "1011 "),
      (2999, "", "1011 "), (5000, "", "1011 "),
      (1000, String(repeating: "x", count: 122) + "ä", "1000 " + String(repeating: "x", count: 122)),
    ] as [(UInt16, String, String)])
  func closesWithACodeThatMayBeSent(code: UInt16, reason: String, sent: String) {
    let client = site.upgrade("/live", headers: good)
    channel.close(code, reason)
    site.settle()
    #expect(client.takeFrames() == ["8:\(sent)"])
    #expect(channel.send("late") == .cancelled)
    #expect(channel.log == [], "the client has not answered yet")
    client.send(message: "not heard")
    client.send(TestWebSocket.frame(8, [0x03, 0xE8]))
    #expect(channel.log == ["closed:1000", "released"])
  }

  @Test func dropsWhatASlowClientHasNoRoomFor() {
    let client = site.upgrade("/live", headers: good)
    _ = client.takeFrames()
    client.appetite = 0
    let message = Array(repeating: UInt8(ascii: "m"), count: 300_000)
    var sent = 0
    while channel.send(message) == .ok { sent += 1 }
    #expect(sent == 4, "1 MiB and the message that goes beyond")
    #expect(channel.send("x") == .resourceExhausted)
    site.settle()
    #expect(channel.log == [])
    client.appetite = .max
    client.flush()
    #expect(channel.log == ["writable"])
    #expect(channel.send("x") == .ok)
    site.settle()
    #expect(client.takeFrames().count == 5)
  }

  @Test func takesASubprotocolThatTheClientOffers() {
    let (offered, foreign) = (StubChannel(), StubChannel())
    var statuses: [Status] = []
    site.host.routes.add("GET /chat") { statuses.append($0.upgrade(offered, protocol: "chat.2")) }
    site.host.routes.add("GET /other") { statuses.append($0.upgrade(foreign, protocol: "chat.3")) }
    site.app.catalog.isStale = true
    let offer = good + ["Sec-WebSocket-Protocol: chat.1, chat.2", "Sec-WebSocket-Protocol: x"]
    let client = site.upgrade("/chat", headers: offer)
    #expect(TestReply(client.text).headers["Sec-WebSocket-Protocol"] == "chat.2")
    #expect(TestReply(site.upgrade("/other", headers: offer).text).status == 400)
    #expect(statuses == [.ok, .invalidArgument])
    #expect(foreign.log == ["released"])
  }

  @Test func whatIsNoHandshakeIsAnsweredAndReleased() {
    #expect(site.send("GET /live", headers: good).status == 426)
    #expect(channel.log == ["released"])
    #expect(site.host.contexts == 0)
  }

  @Test func aSecondAnswerIsRefused() {
    let second = StubChannel()
    let channel = self.channel
    site.host.routes.add("GET /two") { x in
      #expect(x.upgrade(channel) == .ok)
      #expect(x.upgrade(second) == .failedPrecondition)
      #expect(x.respond(200) == .failedPrecondition)
    }
    site.app.catalog.isStale = true
    #expect(TestReply(site.upgrade("/two", headers: good).text).status == 101)
    #expect(second.log == ["released"])
  }

  @Test func aClientThatGoesBeforeTheSwitchIsToldAsClosed() {
    do {
      let client = site.connect()
      client.send(
        "GET /live HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\(good[0])\r\n"
          + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
      client.http.close()
    }
    #expect(channel.log == ["closed:1006", "released"])
  }

  @Test func needsACredentialAndWithACookieAnOrigin() {
    #expect(TestReply(site.upgrade("/live").text).status == 401)
    #expect(TestReply(site.upgrade("/live", headers: ["Cookie: session=good"]).text).status == 403)
    #expect(channel.log == ["released"])
    let own = ["Cookie: session=good", "Origin: http://127.0.0.1:3002"]
    #expect(TestReply(site.upgrade("/live", headers: own).text).status == 101)
  }

  @Test func isClosedWhenItsClientIsNotWhoItWas() {
    let client = site.upgrade("/live", headers: good)
    _ = client.takeFrames()
    site.app.identitiesDidChange()
    site.settle()
    #expect(client.takeFrames() == [], "nothing has changed for this one")
    auth.answer = { _, _ in .principal("user:ada", rights: "read") }
    site.app.identitiesDidChange()
    site.settle()
    #expect(client.takeFrames() == ["8:4401 what you have shown does not hold any more"])
  }

  @Test func aClientWhomNobodyHasAskedForStaysWhenIdentitiesChange() {
    let channel = self.channel
    site.host.routes.add("GET /open", flags: ORCH_HTTP_OPEN) { _ = $0.upgrade(channel) }
    site.app.catalog.isStale = true
    let client = site.upgrade("/open")
    _ = client.takeFrames()
    site.app.identitiesDidChange()
    site.settle()
    #expect(client.takeFrames() == [])
    #expect(auth.asked == [])
  }

  @Test func isAskedAgainWhenTheTimeIsOver() {
    auth.answer = { _, _ in .principal("user:ada", expires: Authenticator.now + 20_000) }
    let client = site.upgrade("/live", headers: good)
    _ = client.takeFrames()
    auth.answer = { _, _ in .failure(.unauthenticated, "expired") }
    site.engine.advance(to: site.engine.now + 20_100)
    if let socket = client.webSocket, socket.deadline <= site.engine.now { socket.timeOut() }
    site.settle()
    #expect(client.takeFrames() == ["8:4401 what you have shown does not hold any more"])
  }
}
