import Testing

@testable import HTTPPlugin

@Suite struct LoadTests {
  @Test func aLateLoopCountsOnlyWhenItStaysLate() {
    let load = Load(memory: 100, lag: 1000)
    load.turnDidEnd(after: 7000)
    #expect(!load.isHigh)
    for _ in 0..<20 { load.turnDidEnd(after: 1500) }
    #expect(load.isHigh)
    for _ in 0..<20 { load.turnDidEnd(after: 0) }
    #expect(!load.isHigh)
    load.turnDidEnd(after: .max)
  }

  @Test func tooMuchToHoldTurnsRequestsAwayAndTellsWhoAsksHowItIs() throws {
    let site = try TestSite()
    site.engine.load.heldBytes = 1 << 40
    let reply = site.send("GET /api/tasks")
    #expect(reply.status == 503)
    #expect(reply.headers["Retry-After"] == "1")
    #expect(reply.body.contains(#""retryAfter":1"#))
    #expect(site.send("GET /health").status == 200)
    #expect(site.host.calls.filter { $0.contains("tasks") }.isEmpty)
    site.engine.load.heldBytes = 0
    #expect(site.send("GET /api/tasks").status == 204)
  }

  @Test func messagesOfAWebSocketAreTurnedAwayToo() throws {
    let site = try TestSite()
    let client = TestSiteSocket(site)
    site.engine.load.heldBytes = 1 << 40
    client.send(#"{"jsonrpc":"2.0","id":1,"method":"tasks.get"}"#)
    #expect(client.take().isEmpty, "the message itself does not fit")
    #expect(client.connection.phase != .open)
  }

  @Test func bodiesAreCountedUntilTheyAreDealtWith() {
    var limits = HTTPLimits()
    limits.memory = 20_000
    var waiting: [HTTPExchange] = []
    let server = TestServer(limits: limits) { waiting.append($0) }
    let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\n"
    let body = String(repeating: "x", count: 9000)
    let first = server.connect()
    let second = server.connect()
    let third = server.connect()
    first.send(head + body)
    second.send(head + body)
    #expect(server.engine.load.heldBytes == 18_000)
    third.send(head + body)
    #expect(third.text.hasPrefix("HTTP/1.1 503 "))
    #expect(third.text.contains("Retry-After: 1\r\n"))
    #expect(waiting.count == 2)
    for exchange in waiting { exchange.respond(.noContent) }
    waiting = []
    server.engine.outboxes.flushScheduled()
    #expect(server.engine.load.heldBytes == 0)
    #expect(server.engine.load.waitingBytes == 0)
  }

  @Test func onePlaceHoldsAQuarterOfAll() {
    var limits = HTTPLimits()
    limits.memory = 40_000
    var waiting: [HTTPExchange] = []
    let server = TestServer(limits: limits) { waiting.append($0) }
    let request = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\n" + String(repeating: "x", count: 9000)
    var clients: [TestConnection] = []
    for address in ["192.0.2.1", "192.0.2.1", "192.0.2.2", "127.0.0.1", "127.0.0.1"] {
      let client = server.connect()
      client.http.remote = Remote(address)
      client.send(request)
      clients.append(client)
      if address == "192.0.2.1", clients.count == 2 { #expect(client.text.hasPrefix("HTTP/1.1 503 ")) }
    }
    #expect(waiting.count == 4)
    for exchange in waiting { exchange.respond(.noContent) }
    waiting = []
    clients = []
    #expect(server.engine.load.heldBytes == 0)
  }

  @Test func requestsThatWaitBehindAnotherCount() {
    var waiting: [HTTPExchange] = []
    let server = TestServer { waiting.append($0) }
    let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    do {
      let client = server.connect()
      client.send(get + get + get)
      #expect(server.engine.load.heldBytes == 2 * get.utf8.count)
      client.send(get)
      #expect(server.engine.load.heldBytes == 3 * get.utf8.count)
      waiting[0].respond(.noContent)
      #expect(waiting.count == 2)
      #expect(server.engine.load.heldBytes == 2 * get.utf8.count)
      waiting = []
    }
    #expect(server.engine.load.heldBytes == 0, "the client has gone")
  }

  @Test func whoeverHasNoRoomForMoreRequestsIsNotReadFromUntilHeIsAnswered() {
    var limits = HTTPLimits()
    limits.memory = 4000
    var waiting: [HTTPExchange] = []
    let server = TestServer(limits: limits) { waiting.append($0) }
    let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    let client = server.connect()
    client.http.remote = Remote("192.0.2.1")
    client.send(get)
    #expect(client.http.wantsInput, "else nobody would see that he goes")
    client.send(String(repeating: get, count: 50))
    #expect(!client.http.wantsInput, "a quarter of all is full")
    let neighbour = server.connect()
    neighbour.http.remote = Remote("192.0.2.1")
    neighbour.send(get)
    #expect(neighbour.http.wantsInput)
    neighbour.send(get)
    #expect(!neighbour.http.wantsInput)
    let stranger = server.connect()
    stranger.http.remote = Remote("192.0.2.2")
    stranger.send(get)
    stranger.send(get)
    #expect(stranger.http.wantsInput)
    while !waiting.isEmpty { waiting.removeFirst().respond(.noContent) }
    server.engine.outboxes.flushScheduled()
    #expect(client.http.wantsInput && neighbour.http.wantsInput)
    #expect(server.engine.load.heldBytes == 0)
    #expect(client.text.ranges(of: "HTTP/1.1 204").count == 51)
  }

  @Test func headsThatComeInPiecesCount() {
    var limits = HTTPLimits()
    limits.memory = 1000
    let server = TestServer(limits: limits)
    let first = server.connect()
    first.send("GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 900))")
    #expect(server.engine.load.heldBytes > 900)
    let second = server.connect()
    second.send("GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 900))")
    #expect(second.text.hasPrefix("HTTP/1.1 503 "))
    #expect(second.text.contains("Retry-After: 1\r\n"))
    first.send("\r\n\r\n")
    #expect(first.text.hasPrefix("HTTP/1.1 200 "))
    #expect(server.engine.load.heldBytes == 0)
  }

  @Test func messagesThatWaitForAnIdentityCount() throws {
    let auth = StubAuth()
    let site = try TestSite(auth: auth)
    auth.answer = { _, _ in .later }
    let client = site.upgrade(headers: ["Authorization: Bearer good", "Origin: http://localhost:3001"])
    let message = #"{"jsonrpc":"2.0","id":1,"method":"tasks.get","params":{}}"#
    client.send(message: message)
    client.send(message: message)
    #expect(site.engine.load.heldBytes == 2 * message.utf8.count)
    auth.finish(0, with: .principal("user:ada"))
    site.settle()
    #expect(site.engine.load.heldBytes == 0)
    #expect(site.host.calls.count == 2)
  }

  @Test func argumentsOfCallsByWebSocketCountUntilTheyHaveEnded() throws {
    let site = try TestSite()
    site.host.answer = { _, _ in .later }
    let client = site.upgrade()
    _ = client.takeFrames()
    client.send(message: #"{"jsonrpc":"2.0","id":1,"method":"tasks.get","params":{"id":"x"}}"#)
    #expect(site.engine.load.heldBytes == #"{"id":"x"}"#.utf8.count)
    site.host.finish(site.host.lastCall, with: .answer("1"))
    #expect(site.engine.load.heldBytes == 0)
  }

  @Test func aPlaceThatHoldsItsQuarterByCallsIsSentAway() throws {
    var limits = HTTPLimits()
    limits.memory = 40_000
    let site = try TestSite(limits: limits)
    site.host.answer = { _, _ in .later }
    let client = site.upgrade()
    _ = client.takeFrames()
    client.webSocket?.held.place = Remote("192.0.2.1").limitedPlace
    let long = String(repeating: "x", count: 4000)
    for id in 1...3 {
      client.send(message: #"{"jsonrpc":"2.0","id":\#(id),"method":"tasks.get","params":{"id":"\#(long)"}}"#)
    }
    #expect(site.host.calls.count == 2)
    #expect(client.takeFrames() == ["8:1013 the server holds as many messages as it can"])
  }

  @Test func bodiesOfThoseWhoHaveGoneAreForgotten() {
    let server = TestServer()
    for _ in 0..<3 {
      let client = server.connect()
      client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf of it")
      #expect(server.engine.load.heldBytes == 10)
      client.http.close()
      #expect(server.engine.load.heldBytes == 0)
    }
  }

  @Test func whatWaitsForAClientIsCountedUntilItIsTakenOrTheClientGoes() {
    let server = TestServer { $0.respond(.ok, body: SharedBytes { $0.append(String(repeating: "b", count: 9000)) }) }
    do {
      let client = server.connect()
      client.appetite = 100
      client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(server.engine.load.waitingBytes > 9000)
      client.appetite = .max
      client.flush()
      #expect(server.engine.load.waitingBytes == 0)
      client.appetite = 100
      client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(server.engine.load.waitingBytes > 18_000)
    }
    #expect(server.engine.load.waitingBytes == 0)
  }

  @Test func messagesThatHaveBegunCount() {
    let server = TestServer { exchange in _ = WebSocketHandshake.answer(exchange) { NoHandler() } }
    do {
      let client = server.connect()
      client.upgrades = true
      client.send(
        "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
      client.send(TestWebSocket.text(String(repeating: "x", count: 5000)).prefix(20))
      #expect(server.engine.load.heldBytes == 12, "what has come, not what was announced")
    }
    #expect(server.engine.load.heldBytes == 0)
  }

  @Test func callsUnderWayAreBounded() throws {
    let site = try TestSite(callLimit: 0)
    let reply = site.send("GET /api/tasks")
    #expect(reply.status == 503)
    #expect(reply.headers["Retry-After"] == "1")
    #expect(reply.body.contains("http.limits.calls"))
  }

  // MARK: Real sockets

  @Test func onePlaceHasOnlySoManyConnections() {
    var places = Places(limit: 2)
    func enter(_ addresses: String...) -> [Bool] { addresses.map { places.enter(Remote($0)) } }
    #expect(enter("192.0.2.1", "192.0.2.1", "::ffff:192.0.2.1", "192.0.2.2") == [true, true, false, true])
    #expect(enter("127.0.0.1", "127.0.0.1", "127.0.0.1") == [true, true, true])
    #expect((0..<3).allSatisfy { _ in places.enter(Remote("192.0.2.1", isProxy: true)) })
    places.leave(Remote("192.0.2.1"))
    places.leave(Remote("127.0.0.1"))
    #expect(enter("192.0.2.1", "192.0.2.1") == [true, false])
    #expect(enter("2001:db8::1", "2001:db8::2", "2001:db8::3") == [true, true, false])
  }

  @Test(arguments: [(20_000, 1_048_576, 20_000), (20_000, 20_000, 19_744), (20_000, 256, 1), (3, 1024, 3)])
  func clientsLeaveDescriptorsForTheHostsOwnFiles(wanted: Int, granted: Int, clients: Int) {
    #expect(Descriptors.clients(wanted: wanted, granted: granted) == clients)
  }

  @Test func cutsAReaderThatTakesTooLittle() throws {
    var settings = ServerSettings()
    settings.limits.writeTime = 1
    settings.limits.writeRate = 1 << 40
    let site = try SocketSite(settings)
    let peer = try SocketPeer(port: site.port)
    peer.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n")
    var limit = 1
    #expect(
      site.run {
        // A byte now and then is no progress.
        peer.read(atMost: limit)
        limit += 1
        return site.server.clientCount == 0 && limit > 2
      })
    #expect(site.server.engine.load.waitingBytes == 0)
    #expect(site.stop())
  }
}
