import Testing

@testable import HTTPPlugin

@Suite struct ApplicationTests {
  let site: TestSite

  init() throws { site = try TestSite() }

  @Test func answersHealthOnceASecond() {
    var plugins = #"{"id":"core","state":"started","essential":true}"#
    site.host.answer = { _, _ in .answer(#"{"status":"ok","plugins":[\#(plugins)]}"#) }
    #expect(site.send("GET /health").status == 200)
    #expect(site.send("GET /health").body.hasPrefix(#"{"status":"ok""#))
    #expect(site.host.calls == ["system host.health {}"])
    plugins = #"{"id":"core","state":"failed","essential":true}"#
    site.engine.advance(to: 1000)
    #expect(site.send("GET /health").status == 503)
    plugins = #"{"id":"core","state":"failed","essential":false},{"id":"a","state":"degraded","essential":true}"#
    site.app.health.invalidate()
    #expect(site.send("GET /health").status == 200)
    #expect(site.send("HEAD /health").body == "")
  }

  @Test func callsTheMethodOfARouteWithTypedArguments() {
    site.host.answer = { _, _ in .answer(#"{"id":"x","revision":7}"#) }
    let reply = site.send("GET /api/tasks/ORC-42")
    #expect(reply.status == 200)
    #expect(reply.body == #"{"id":"x","revision":7}"#)
    #expect(reply.headers["ETag"] == "\"7\"")
    #expect(reply.headers["Content-Type"] == "application/json")
    _ = site.send("GET /api/tasks?status=todo&limit=5&tags=a")
    _ = site.send("PATCH /api/tasks/7/status", body: #"{"status":"done"}"#)
    #expect(
      site.host.calls == [
        #"user:local tasks.get {"id":"ORC-42"}"#,
        #"user:local tasks.list {"status":"todo","limit":5,"tags":["a"]}"#,
        #"user:local tasks.updateStatus {"id":"7","status":"done"}"#,
      ])
    #expect(site.host.contexts == 0)
  }

  @Test func answersCreateWithItsAddress() {
    site.host.answer = { _, _ in .answer(#"{"id":"a/b","revision":1}"#) }
    let reply = site.send("POST /api/tasks", headers: ["Idempotency-Key: k\"1"], body: #"{"title":"t"}"#)
    #expect(reply.status == 201)
    #expect(reply.headers["Location"] == "/api/tasks/a%2fb")
    #expect(site.host.calls == [#"user:local tasks.create {"idempotencyKey":"k\"1","title":"t"}"#])
    for key in ["", "a b", "ä", "a\tb"] {
      let refused = site.send("POST /api/tasks", headers: ["Idempotency-Key: \(key)"], body: #"{"title":"t"}"#)
      #expect(refused.status == 400 && refused.body.contains("Idempotency-Key"))
    }
    #expect(site.host.calls.count == 1)
  }

  @Test func answersWhatCreatesUnderAnyNameWithTheAddressOfTheEntity() {
    site.host.answer = { _, _ in .answer(#"{"id":"x","revision":1}"#) }
    let quick = site.send("POST /api/tasks/quick", body: #"{"text":"t"}"#)
    #expect(quick.status == 201 && quick.headers["Location"] == "/api/tasks/x")
    // Nothing says where a note is shown: it is below where it was made.
    let made = site.send("POST /api/notes")
    #expect(made.status == 201 && made.headers["Location"] == "/api/notes/x")
    let touched = site.send("POST /api/tasks/touch")
    #expect(touched.status == 200 && touched.headers["Location"] == nil)
  }

  @Test func answersNothingWith204() {
    let reply = site.send("GET /api/tasks/x")
    #expect(reply.status == 204)
    #expect(reply.body == "")
  }

  @Test func answersNullWhereThereIsAResultThatMayBeNothing() {
    site.host.services = #"""
      {"items":[{"name":"n","methods":[{"name":"m","route":"GET /api/n","params":[],"result":{"type":"j"}}]}]}
      """#
    site.app.catalog.isStale = true
    let reply = site.send("GET /api/n")
    #expect(reply.status == 200)
    #expect(reply.body == "null")
  }

  @Test func linksTheNextPage() {
    site.host.answer = { _, _ in .answer(#"{"items":[{"id":"1"}],"next":"a b"}"#) }
    let reply = site.send("GET /api/tasks?status=todo&cursor=old&limit=1")
    let first = #"</api/tasks?status=todo&limit=1>; rel="first""#
    #expect(reply.headers["Link"] == #"</api/tasks?status=todo&limit=1&cursor=a%20b>; rel="next", "# + first)
    site.host.answer = { _, _ in .answer(#"{"items":[{"next":1}],"next":null}"#) }
    #expect(site.send("GET /api/tasks").headers["Link"] == nil)
    #expect(site.send("GET /api/tasks?cursor=x").headers["Link"] == #"</api/tasks>; rel="first""#)
  }

  @Test func honoursConditions() {
    site.host.answer = { _, _ in .answer(#"{"id":"x","revision":7}"#) }
    #expect(site.send("GET /api/tasks/x", headers: [#"If-None-Match: "6", W/"7""#]).status == 304)
    #expect(site.send("GET /api/tasks/x", headers: [#"If-None-Match: "6""#]).status == 200)
    site.host.answer = { _, _ in .failure(.aborted, "stale", details: #"{"current":{"revision":8}}"#) }
    let stale = site.send("PATCH /api/tasks/x/status", headers: [#"If-Match: "7""#], body: #"{"status":"done"}"#)
    #expect(stale.status == 412)
    #expect(stale.body.contains(#""title":"Precondition Failed","status":412"#))
    #expect(stale.body.contains(#""current":{"revision":8}"#))
    #expect(site.host.calls.last == #"user:local tasks.updateStatus {"id":"x","revision":7,"status":"done"}"#)
    #expect(site.send("PATCH /api/tasks/x/status", body: #"{"revision":7}"#).status == 409)
    let clash = site.send("PATCH /api/tasks/x/status", headers: [#"If-Match: "7""#], body: #"{"revision":6}"#)
    #expect(clash.status == 400)
    #expect(site.send("PATCH /api/tasks/x/status", headers: ["If-Match: nonsense"], body: "{}").status == 400)
    #expect(site.send("POST /api/tasks", headers: [#"If-Match: "7""#], body: "{}").status == 400)
  }

  @Test func callsAnyMethodByItsName() {
    site.host.answer = { _, _ in .answer("3") }
    #expect(site.send("POST /api/services/tasks/hidden", body: #" {"a":1} "#).body == "3")
    #expect(site.send("POST /api/services/tasks/hidden").body == "3")
    #expect(site.host.calls == [#"user:local tasks.hidden {"a":1}"#, "user:local tasks.hidden {}"])
    #expect(site.send("POST /api/services/tasks/hidden?a=1").status == 400)
    #expect(site.send("GET /api/services/tasks/hidden").headers["Allow"] == "POST, OPTIONS")
  }

  @Test func tellsProblemsOfMethods() {
    site.host.answer = { _, _ in .failure(.notFound, "no task x", details: #"{"errors":[]}"#) }
    let reply = site.send("GET /api/tasks/x", headers: ["X-Request-Id: r"])
    #expect(reply.status == 404)
    #expect(reply.headers["Content-Type"] == "application/problem+json")
    #expect(
      reply.body == #"{"type":"about:blank","title":"Not Found","status":404,"detail":"no task x","code":"not_found","#
        + #""plugin":"core","requestId":"r","errors":[]}"#)
  }

  @Test func refusesWhatIsNoJSON() {
    #expect(site.send("POST /api/tasks", headers: ["Content-Type: text/plain"], body: "{}").status == 415)
    #expect(
      site.send("POST /api/tasks", headers: ["Content-Type: application/merge-patch+json"], body: "{}").status == 204)
    #expect(
      site.send("POST /api/tasks", headers: ["Content-Type: application/json; charset=utf-8"], body: "{}").status == 204
    )
    let reply = site.send("POST /api/tasks", body: #"{"title": tru}"#)
    #expect(reply.status == 400)
    #expect(reply.body.contains("expected true at byte 10."))
    #expect(site.send("POST /api/tasks", body: "[]").status == 400)
    #expect(site.host.calls.count == 2)
  }

  @Test func knowsItsPathsAndMethods() {
    #expect(site.send("GET /nope").status == 404)
    #expect(site.send("GET /api/../x").status == 400)
    let wrong = site.send("DELETE /api/tasks")
    #expect(wrong.status == 405)
    #expect(wrong.headers["Allow"] == "GET, POST, HEAD, OPTIONS")
    #expect(site.send("TRACE /api/tasks").status == 405)
    let options = site.send("OPTIONS /api/tasks")
    #expect(options.status == 204)
    #expect(options.headers["Allow"] == "GET, POST, HEAD, OPTIONS")
    #expect(site.send("OPTIONS *").status == 204)
  }

  @Test func readsTheRoutesAgainWhenServicesChange() {
    #expect(site.send("GET /api/new").status == 404)
    site.host.services = #"{"items":[{"name":"n","methods":[{"name":"m","route":"GET /api/new","params":[]}]}]}"#
    #expect(site.send("GET /api/new").status == 404)
    site.app.catalog.isStale = true
    #expect(site.send("GET /api/new").status == 204)
    #expect(site.send("GET /api/tasks").status == 404)
  }

  @Test(
    arguments: [
      ("localhost", nil, 204), ("LOCALHOST:3001", nil, 204), ("127.0.0.1:80", nil, 204), ("127.8.8.8", nil, 204),
      ("[::1]:3001", nil, 204), ("board.example", nil, 204), ("evil.example", nil, 421),
      ("127.0.0.1.evil.example", nil, 421),
      ("1270.0.0.1", nil, 421), ("127.0.0", nil, 421), ("localhost.evil.example:3001", nil, 421),
      ("localhost", "http://localhost:3001", 204), ("localhost", "http://127.0.0.1:3002", 204),
      ("localhost", "http://board.example:3001", 204), ("localhost", "https://other.example", 204),
      ("localhost", "http://localhost:8080", 403), ("localhost", "http://localhost", 403), ("localhost", "null", 403),
      ("localhost", "https://localhost:3001", 403), ("localhost", "http://evil.example:3001", 403),
      ("localhost", "http://localhost:3001.evil.example", 403),
      ("localhost", "https://other.example.evil.example", 403),
    ] as [(String, String?, Int)])
  func checksHostAndOrigin(host: String, origin: String?, status: Int) {
    let reply = site.send("GET /api/tasks", headers: origin.map { ["Origin: \($0)"] } ?? [], host: host)
    #expect(reply.status == status)
    let isAllowed = origin == "https://other.example"
    #expect(reply.headers["Access-Control-Allow-Origin"] == (isAllowed ? origin : nil))
  }

  @Test func everyAnswerDependsOnTheOriginWhereSomeForeignOneMayReadIt() {
    #expect(site.send("GET /api/tasks").headers["Vary"] == "Origin")
    #expect(site.send("GET /nowhere").headers["Vary"] == "Origin")
    #expect(site.send("GET /api/tasks", headers: ["Origin: https://evil.example"]).headers["Vary"] == "Origin")
    site.app.policy = SitePolicy(hosts: [], origins: [], ports: [3001])
    #expect(site.send("GET /api/tasks").headers["Vary"] == nil)
  }

  @Test func answersPreflightsOfAllowedOriginsAlone() {
    let allowed = site.send("OPTIONS /api/tasks", headers: ["Origin: https://other.example"])
    #expect(allowed.headers["Access-Control-Allow-Methods"] == "GET, POST, HEAD, OPTIONS")
    #expect(allowed.headers["Access-Control-Allow-Headers"]?.contains("Prefer") == true)
    #expect(allowed.headers["Vary"] == "Origin")
    #expect(site.send("OPTIONS /api/tasks").headers["Access-Control-Allow-Methods"] == nil)
  }

  @Test(arguments: ["https://other.example", "http://localhost:3001", "https://evil.example"])
  func noForeignPageMayUseACookie(origin: String) {
    for line in ["OPTIONS /api/tasks", "GET /api/tasks"] {
      let reply = site.send(line, headers: ["Origin: \(origin)"])
      #expect(reply.headers["Access-Control-Allow-Credentials"] == nil)
      #expect(reply.headers["Access-Control-Allow-Origin"] != "*")
      #expect((reply.status == 403) == (origin == "https://evil.example"))
    }
  }

  @Test func headIsAskedWithTheSameConditions() {
    site.host.answer = { _, _ in .answer(#"{"id":"x","revision":7}"#) }
    #expect(site.send("HEAD /api/tasks/x", headers: [#"If-None-Match: "7""#]).status == 304)
    for tag in [#"W/"7""#, #""abc""#] {
      let reply = site.send("PATCH /api/tasks/x/status", headers: ["If-Match: \(tag)"], body: "{}")
      #expect(reply.status == 412, "\(tag)")
    }
  }

  @Test func cancelsTheCallOfAClientThatGoes() {
    site.host.answer = { _, _ in .later }
    let client = site.connect()
    client.send("GET /api/tasks/x HTTP/1.1\r\nHost: localhost\r\n\r\n")
    client.endInput()
    #expect(site.host.cancelled == [site.host.lastCall])
    site.host.finish(site.host.lastCall, with: .failure(.cancelled, "the caller gave up"))
    #expect(site.host.contexts == 0)
    #expect(client.text == "")
  }

  @Test func answersLaterCalls() {
    site.host.answer = { _, _ in .later }
    let client = site.connect()
    client.send("GET /api/tasks/x HTTP/1.1\r\nHost: localhost\r\n\r\n")
    site.host.finish(site.host.lastCall, with: .answer("{}"))
    site.settle()
    #expect(TestReply(client.text).body == "{}")
    #expect(site.host.contexts == 0)
  }

  @Test func streamsChunksInTheFormatAskedFor() {
    site.host.answer = { _, _ in .later }
    for (accept, expected) in [
      ("*/*", "00000008\r\n{\"n\":1}\n\r\n0000000e\r\n{\"last\":true}\n\r\n0\r\n\r\n"),
      ("text/event-stream", "0000000f\r\ndata: {\"n\":1}\n\n\r\n00000015\r\ndata: {\"last\":true}\n\n\r\n0\r\n\r\n"),
    ] {
      let client = site.connect()
      client.send("GET /api/watch HTTP/1.1\r\nHost: localhost\r\nAccept: \(accept)\r\n\r\n")
      site.host.chunk(site.host.lastCall, #"{"n":1}"#)
      site.host.finish(site.host.lastCall, with: .answer(#"{"last":true}"#))
      site.settle()
      #expect(TestReply(client.text).body == expected)
    }
    #expect(site.host.credited == 14)
  }

  @Test func aStreamThatFailsTellsTheProblem() {
    site.host.answer = { _, _ in .later }
    let client = site.connect()
    client.send("GET /api/watch HTTP/1.1\r\nHost: localhost\r\n\r\n")
    site.host.chunk(site.host.lastCall, "1")
    site.host.finish(site.host.lastCall, with: .failure(.unavailable, "gone"))
    site.settle()
    #expect(client.text.contains(#"{"error":{"type":"about:blank","title":"Service Unavailable""#))
    #expect(client.text.hasSuffix("0\r\n\r\n"))
  }

  @Test func creditsChunksOnlyWhenTheClientTakesThem() {
    site.host.answer = { _, _ in .later }
    let client = site.connect()
    client.appetite = 0
    client.send("GET /api/watch HTTP/1.1\r\nHost: localhost\r\n\r\n")
    let chunk = "\"" + String(repeating: "c", count: 99_998) + "\""
    for _ in 0..<4 {
      site.host.chunk(site.host.lastCall, chunk)
      site.settle()
    }
    #expect(site.host.credited == 200_000)
    client.appetite = .max
    client.flush()
    #expect(site.host.credited == 400_000)
  }

  @Test func sharesALargeAnswerInsteadOfCopyingIt() {
    let text = "\"" + String(repeating: "x", count: 5000) + "\""
    site.host.answer = { _, _ in .answer(text) }
    #expect(site.send("GET /api/tasks/x").body == text)
  }

  @Test func theWebSocketPortSpeaksNothingElse() {
    let client = site.connect()
    client.http.isWebSocketOnly = true
    client.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
    #expect(TestReply(client.takeText()).status == 404)
    client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    #expect(TestReply(client.takeText()).status == 426)
    client.send(
      "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
    #expect(client.text.hasPrefix("HTTP/1.1 101 "))
  }
}
