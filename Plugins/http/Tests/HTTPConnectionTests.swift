import Testing

@testable import HTTPPlugin

@Suite struct HTTPConnectionTests {
  static let date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
  static let hello =
    "HTTP/1.1 200 OK\r\n\(date)Content-Type: text/plain; charset=utf-8\r\nContent-Length: 5\r\n\r\nhello"

  @Test func answersARequestAndKeepsTheConnection() {
    let server = TestServer()
    let client = server.connect()
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(client.takeText() == Self.hello)
    #expect(client.http.phase == .idle)
    client.send("GET /again HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(client.takeText() == Self.hello)
    #expect(server.handler.requests == ["GET / [Host=a] ", "GET /again [Host=a] "])
  }

  @Test func answersPipelinedRequestsInOrderWithOneWrite() {
    let server = TestServer { $0.respond(.ok, .text, text: $0.target.text) }
    let client = server.connect()
    client.send(
      "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nxyGET /3 HTTP/1.1\r\nHost: a\r\n\r\n"
    )
    let bodies = client.text.split(separator: "\r\n\r\n").dropFirst().map { $0.prefix(2) }
    #expect(bodies == ["/1", "/2", "/3"])
  }

  @Test func whatIsSentAtOnceWaitsForNoTurn() {
    let server = TestServer()
    let client = server.connect()
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(client.takeText() == Self.hello)
    #expect(!server.engine.outboxes.hasScheduled)
  }

  @Test(arguments: ["/a?b=c?d", "/?", "/a", "/a?", "*"]) func aTargetIsAPathAndAQuery(target: String) {
    var seen: [String] = []
    let server = TestServer { exchange in
      seen.append("\(exchange.path.text) \(exchange.query.text)")
      exchange.respond(.ok, text: "")
    }
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let method = target == "*" ? "OPTIONS" : "GET"
    let whole = server.connect()
    whole.send("\(method) \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
    let bytewise = server.connect()
    for byte in "\(method) \(target) HTTP/1.1\r\nHost: a\r\n\r\n".utf8 { bytewise.send([byte]) }
    #expect(seen == Array(repeating: "\(parts[0]) \(parts.dropFirst().first ?? "")", count: 2))
  }

  @Test func answersLaterRequestsAfterAnEarlierOneThatTakesTime() {
    var waiting: [HTTPExchange] = []
    let server = TestServer { exchange in
      if exchange.target.equals("/slow") { waiting.append(exchange) } else { exchange.respond(.ok, text: "fast") }
    }
    let client = server.connect()
    client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGET /fast HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(client.text == "")
    #expect(client.http.phase == .handling)
    waiting[0].respond(.ok, text: "slow")
    server.engine.outboxes.flushScheduled()
    #expect(client.text.hasSuffix("fast"))
    #expect(client.text.contains("\r\n\r\nslowHTTP/1.1"))
  }

  @Test func anExchangeThatWasKeptNeverAnswersAnotherRequest() {
    var kept: HTTPExchange?
    let server = TestServer { exchange in
      if exchange.target.equals("/keep") { kept = exchange } else { exchange.respond(.ok, text: "own") }
    }
    let client = server.connect()
    client.send("GET /keep HTTP/1.1\r\nHost: a\r\n\r\n")
    kept?.respond(.ok, text: "first")
    server.engine.outboxes.flushScheduled()
    _ = client.takeText()
    client.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n")
    kept?.respond(.ok, text: "stale")
    server.engine.outboxes.flushScheduled()
    #expect(client.text.hasSuffix("own"))
  }

  @Test(arguments: [
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /a?b=c%20d HTTP/1.1\r\nHost: a\r\nEmpty:\r\nX: 1 \r\nY:\t2\r\n\r\n",
    "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello world",
    "POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n6\r\n world\r\n0\r\nTrailer: t\r\n\r\n",
    "HEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
  ])
  func everySplitOfTheBytesGivesTheSameAnswer(request: String) {
    let whole = TestServer()
    let atOnce = whole.connect()
    atOnce.send(request)
    let bytes = Array(request.utf8)
    for split in 1..<bytes.count {
      let server = TestServer()
      let client = server.connect()
      client.send(bytes[..<split])
      client.send(bytes[split...])
      #expect(server.handler.requests == whole.handler.requests, "split at \(split)")
      #expect(client.text == atOnce.text, "split at \(split)")
    }
    let server = TestServer()
    let slow = server.connect()
    slow.sendSlowly(request)
    #expect(server.handler.requests == whole.handler.requests)
    #expect(slow.text == atOnce.text)
  }

  @Test func readsChunkedBodiesAndForgetsTrailers() {
    let server = TestServer()
    let client = server.connect()
    client.send(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\nX-T: t\r\n\r\n")
    #expect(server.handler.requests == ["POST / [Host=a&Transfer-Encoding=chunked] hello!"])
    #expect(client.http.phase == .idle)
  }

  @Test func ignoresTheBodyOfAGet() {
    let server = TestServer()
    let client = server.connect()
    client.send("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET /2 HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(server.handler.requests == ["GET / [Host=a&Content-Length=5] ", "GET /2 [Host=a] "])
  }

  @Test func sendsNoBodyForHeadAnd204And304() {
    let server = TestServer { exchange in
      switch exchange.target.text {
      case "/204": exchange.respond(.noContent)
      case "/304": exchange.respond(.notModified, text: "unseen")
      default: exchange.respond(.ok, .text, text: "hello")
      }
    }
    let client = server.connect()
    client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(client.takeText() == String(Self.hello.dropLast(5)))
    client.send("GET /204 HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(client.takeText() == "HTTP/1.1 204 No Content\r\n\(Self.date)\r\n")
    client.send("GET /304 HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(client.takeText() == "HTTP/1.1 304 Not Modified\r\n\(Self.date)\r\n")
  }

  @Test func asksForTheBodyOnlyWhenTheClientWaitsForIt() {
    let server = TestServer()
    let client = server.connect()
    client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n")
    #expect(client.takeText() == "HTTP/1.1 100 Continue\r\n\r\n")
    client.send("ok")
    #expect(client.takeText() == Self.hello)
    client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nok")
    #expect(client.takeText() == Self.hello)
    client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: fries\r\nContent-Length: 2\r\n\r\nok")
    #expect(client.text.hasPrefix("HTTP/1.1 417 "))
  }

  @Test func refusesABodyThatIsTooLongBeforeAskingForIt() {
    var limits = HTTPLimits()
    limits.body = 10
    let server = TestServer(limits: limits)
    let client = server.connect()
    client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n")
    #expect(client.text.hasPrefix("HTTP/1.1 413 "))
    #expect(client.http.phase == .lingering)
    #expect(server.handler.requests == [])
  }

  @Test func refusesAChunkedBodyThatGrowsTooLong() {
    var limits = HTTPLimits()
    limits.body = 10
    let server = TestServer(limits: limits)
    let client = server.connect()
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n6\r\nabcdef\r\n")
    #expect(client.text.hasPrefix("HTTP/1.1 413 "))
  }

  @Test func refusesALongTargetAndALongOrCrowdedHeaderSection() {
    let long = String(repeating: "a", count: 20_000)
    for (request, status) in [
      ("GET /\(long) HTTP/1.1\r\nHost: a\r\n\r\n", 414),
      ("GET / HTTP/1.1\r\nHost: a\r\nX: \(long)\r\n\r\n", 431),
      ("GET / HTTP/1.1\r\nHost: a\r\n\(long): x\r\n\r\n", 431),
      ("GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: " ", count: 20_000) + "x\r\n\r\n", 431),
      ("GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "X: y\r\n", count: 101) + "\r\n", 431),
    ] {
      for slowly in [false, true] {
        let server = TestServer()
        let client = server.connect()
        if slowly { client.sendSlowly(request) } else { client.send(request) }
        #expect(client.text.hasPrefix("HTTP/1.1 \(status) "), "\(request.prefix(40))")
        #expect(client.http.phase == .lingering)
        #expect(server.handler.requests == [])
      }
    }
  }

  @Test func refusesChunksThatAreMostlyFraming() {
    let server = TestServer()
    let client = server.connect()
    client.send(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;" + String(repeating: "x", count: 30_000))
    #expect(client.text.hasPrefix("HTTP/1.1 400 "))
  }

  @Test func endsTheConnectionWhenAsked() {
    let server = TestServer()
    let client = server.connect()
    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(client.text.contains("\r\nConnection: close\r\n"))
    #expect(client.http.phase == .lingering)
    #expect(server.handler.requests.count == 1)
    client.endInput()
    #expect(client.http.phase == .closed)
  }

  @Test func keepsAnOldClientOnlyWhenItAsks() {
    let server = TestServer()
    let client = server.connect()
    client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    #expect(client.takeText().contains("\r\nConnection: keep-alive\r\n"))
    #expect(client.http.phase == .idle)
    client.send("GET / HTTP/1.0\r\n\r\n")
    #expect(client.takeText().contains("\r\nConnection: close\r\n"))
    #expect(client.http.phase == .lingering)
  }

  @Test func closesEveryConnectionWhileDraining() {
    let server = TestServer()
    server.engine.isDraining = true
    let client = server.connect()
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(client.text.contains("\r\nConnection: close\r\n"))
  }

  @Test func tellsTheHandlerThatItsClientHasGone() {
    var kept: HTTPExchange?
    var gone = 0
    let server = TestServer { exchange in
      kept = exchange
      exchange.onDisconnect = { gone += 1 }
    }
    let client = server.connect()
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    client.endInput()
    #expect(gone == 1)
    #expect(client.http.phase == .closed)
    kept?.respond(.ok, text: "too late")
    server.engine.outboxes.flushScheduled()
    #expect(client.text == "")
  }

  @Test func echoesAPlainRequestID() {
    let server = TestServer()
    let client = server.connect()
    client.send("GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: abc-1\r\n\r\n")
    #expect(client.takeText().contains("\r\nX-Request-Id: abc-1\r\n"))
    client.send("GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: a\"b\r\n\r\n")
    #expect(!client.takeText().contains("X-Request-Id"))
  }

  @Test func holdsNoMoreThanItsShareOfWaitingRequests() {
    var waiting: [HTTPExchange] = []
    let server = TestServer { waiting.append($0) }
    let client = server.connect()
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(client.http.wantsInput)
    client.send(Array(repeating: UInt8(ascii: "x"), count: 70_000))
    #expect(!client.http.wantsInput)
  }

  @Test func stopsReadingFromAClientThatDoesNotTakeItsReplies() {
    let big = String(repeating: "b", count: 100_000)
    let server = TestServer { $0.respond(.ok, text: big) }
    let client = server.connect()
    client.appetite = 0
    client.send(String(repeating: "GET / HTTP/1.1\r\nHost: a\r\n\r\n", count: 8))
    #expect(!client.http.wantsInput)
    #expect(server.handler.requests.count == 3)
    client.appetite = .max
    client.flush()
    server.engine.outboxes.flushScheduled()
    #expect(server.handler.requests.count == 8)
    #expect(client.http.wantsInput)
  }
}
