import CPluginSDK
import Testing

@testable import HTTPPlugin

/// Who asks, request by request.
@Suite struct IdentityTests {
  let auth = StubAuth()
  let site: TestSite

  init() throws { site = try TestSite(auth: auth) }

  @Test(
    arguments: [
      (["Authorization: Bearer good"], "1 good "), (["authorization: bEARER   good  "], "1 good "),
      (["Authorization: Basic Zm9v"], "1 Basic Zm9v "), (["Authorization: Bearer"], "1 Bearer "),
      (["Authorization:"], "1  "),
      (["Cookie: session=good"], "2 good "), (["Cookie: a=b; session=good;c=d"], "2 good "),
      (["Cookie: xsession=bad", "Cookie: session=good"], "2 good "), (["Cookie: session="], "0  "),
      (["Cookie: sessionx=bad; SESSION=bad"], "0  "), ([], "0  "),
      (["Cookie: session=bad", "Authorization: Bearer good"], "1 good "),
      (["Origin: http://localhost:3001", "Cookie: session=good"], "2 good "),
      (["Origin: https://other.example", "Cookie: session=good"], "0  "),
      (["Origin: https://other.example", "Authorization: Bearer good"], "1 good "),
    ] as [([String], String)])
  func readsWhatIsShown(headers: [String], asked: String) {
    let reply = site.send("GET /api/tasks", headers: headers)
    #expect(auth.asked == [asked])
    let isKnown = asked.contains("good")
    #expect(reply.status == (isKnown ? 204 : 401))
    #expect(site.host.calls == (isKnown ? ["user:ada tasks.list {}"] : []))
  }

  @Test func tellsTheAddressOfTheClient() {
    let client = site.connect()
    client.http.remote = Remote("192.0.2.7")
    client.send("GET /api/tasks HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer good\r\n\r\n")
    #expect(auth.asked == ["1 good 192.0.2.7"])
  }

  @Test func refusesWithAChallengeAndAProblem() {
    auth.answer = { _, _ in .failure(.unauthenticated, "Nobody knows this token.") }
    let reply = site.send("GET /api/tasks", headers: ["Authorization: Bearer bad"])
    #expect(reply.status == 401)
    #expect(reply.headers["WWW-Authenticate"] == #"Bearer error="invalid_token""#)
    #expect(reply.headers["Content-Type"] == "application/problem+json")
    #expect(reply.body.contains(#""detail":"Nobody knows this token.","code":"unauthenticated","plugin":"auth""#))
    #expect(!reply.body.contains("bad"))
  }

  @Test(arguments: [nil, "Basic eDp5"])
  func saysNothingOfATokenToWhoShowsNone(credential: String?) {
    auth.answer = { _, _ in .failure(.unauthenticated, "Who are you?") }
    let reply = site.send("GET /api/tasks", headers: credential.map { ["Authorization: \($0)"] } ?? [])
    #expect(reply.status == 401)
    #expect(reply.headers["WWW-Authenticate"] == "Bearer")
  }

  @Test func saysWhichRightATokenLacks() {
    site.host.answer = { _, _ in .failure(.permissionDenied, "no", details: #"{"needs":"write"}"#) }
    let reply = site.send("GET /api/tasks", headers: ["Authorization: Bearer good"])
    #expect(reply.status == 403)
    #expect(reply.headers["WWW-Authenticate"] == #"Bearer error="insufficient_scope", scope="write""#)
    #expect(site.send("GET /api/tasks", headers: ["Cookie: session=good"]).headers["WWW-Authenticate"] == nil)
  }

  @Test func slowsThoseDownWhoGuess() {
    auth.answer = { _, _ in .failure(.resourceExhausted, "Too many failures.", retry: 1500) }
    let reply = site.send("GET /api/tasks", headers: ["Authorization: Bearer bad"])
    #expect(reply.status == 429)
    #expect(reply.headers["Retry-After"] == "2")
  }

  @Test func answersUnavailableWhenNobodyAnswers() {
    auth.answer = { _, _ in .nothing }
    #expect(site.send("GET /api/tasks", headers: ["Authorization: Bearer good"]).status == 503)
    #expect(site.host.calls == [])
  }

  @Test func healthNeverAsks() {
    site.host.answer = { _, _ in .answer(#"{"status":"ok","plugins":[]}"#) }
    #expect(site.send("GET /health", headers: ["Authorization: Bearer bad"]).status == 200)
    #expect(auth.asked == [])
  }

  private func request(_ secret: String) -> String {
    "GET /api/tasks HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(secret)\r\n\r\n"
  }

  @Test func remembersWhoIsKnownForTheConnectionAndTheSecret() {
    let client = site.connect()
    for _ in 0..<3 { client.send(request("good")) }
    #expect(auth.asked.count == 1)
    client.send(request("bad"))
    client.send(request("bad"))
    #expect(auth.asked.count == 3, "a refusal is not remembered")
    client.send(request("good"))
    #expect(auth.asked.count == 3, "nor does it make forget")
    #expect(site.host.calls.count == 4)
    site.connect().send(request("good"))
    #expect(auth.asked.count == 4)
  }

  @Test func aTokenIsNotAskedAsTheCookieOfTheSameText() {
    let client = site.connect()
    client.send(request("good"))
    client.send("GET /api/tasks HTTP/1.1\r\nHost: localhost\r\nCookie: session=good\r\n\r\n")
    #expect(auth.asked == ["1 good ", "2 good "])
  }

  @Test func asksAgainAfterAChange() {
    let client = site.connect()
    client.send(request("good"))
    auth.answer = { _, _ in .failure(.unauthenticated, "revoked") }
    client.send(request("good"))
    #expect(site.host.calls.count == 2)
    site.app.identitiesDidChange()
    _ = client.takeText()
    client.send(request("good"))
    #expect(TestReply(client.text).status == 401)
    #expect(site.host.calls.count == 2)
  }

  @Test func asksAgainWhenTheTimeIsOver() {
    let client = site.connect()
    auth.answer = { _, _ in .principal("user:ada", expires: 1) }
    client.send(request("good"))
    client.send(request("good"))
    #expect(auth.asked.count == 2)
    auth.answer = { _, _ in .principal("user:ada", expires: Authenticator.now + 3_600_000) }
    client.send(request("good"))
    client.send(request("good"))
    #expect(auth.asked.count == 3)
  }

  @Test func waitsForALateAnswer() {
    auth.answer = { _, _ in .later }
    let client = site.connect()
    client.send("GET /api/tasks/ORC-1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
    // Another request matches meanwhile: what belongs to the first is found again.
    site.host.answer = { _, _ in .answer("{}") }
    _ = site.send("GET /api/tasks/other")
    auth.finish(0, with: .principal("user:bob"))
    site.settle()
    #expect(TestReply(client.text).status == 200)
    #expect(site.host.calls == [#"user:bob tasks.get {"id":"ORC-1"}"#])
  }

  @Test func callsNothingForAClientThatHasGoneMeanwhile() {
    auth.answer = { _, _ in .later }
    let clients = (0..<2).map { _ in site.connect() }
    for client in clients {
      client.send("POST /api/tasks HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
      client.endInput()
    }
    // The exchanges of those who have gone are nobody else's.
    let next = site.connect()
    next.send("GET /api/tasks HTTP/1.1\r\nHost: localhost\r\n\r\n")
    auth.finish(0, with: .principal("user:bob"))
    auth.finish(1, with: .failure(.unauthenticated, "no"))
    site.settle()
    #expect(site.host.calls == [])
    #expect(next.text == "")
    auth.finish(2, with: .principal("user:eve"))
    #expect(site.host.calls == ["user:eve tasks.list {}"])
    #expect(site.host.contexts == 0)
  }

  @Test func aLateAnswerFromBeforeAChangeIsNotRemembered() {
    auth.answer = { _, _ in .later }
    let client = site.connect()
    client.send(request("good"))
    site.app.identitiesDidChange()
    auth.finish(0, with: .principal("user:ada"))
    client.send(request("good"))
    #expect(auth.asked.count == 2)
  }

  @Test func leadsABrowserThatWantsAPageToTheSignIn() {
    site.host.routes.add("GET /board/{path...}", flags: Int(ORCH_HTTP_PAGE)) { $0.respond(200) }
    site.host.routes.add("GET /data") { $0.respond(200) }
    site.app.catalog.isStale = true
    let html = ["Accept: text/html,application/xhtml+xml;q=0.9"]
    let page = site.send("GET /board/a%2fb?x=1&y=2", headers: html)
    #expect(page.status == 303)
    #expect(page.headers["Location"] == "/sign-in?next=%2fboard%2fa%252fb%3fx%3d1%26y%3d2")
    #expect(page.headers["Cache-Control"] == "no-store")
    #expect(site.send("GET /board/", headers: ["Accept: application/json"]).status == 401)
    #expect(site.send("GET /board/").status == 401)
    #expect(site.send("GET /data", headers: html).status == 401)
    #expect(site.send("GET /board/", headers: html + ["Cookie: session=good"]).status == 200)
    auth.answer = { _, _ in .failure(.unavailable, "not now") }
    #expect(site.send("GET /board/", headers: html).status == 503)
  }

  @Test func openRoutesAnswerAnybodyWhoMayDoNothing() {
    let id = site.host.routes.add("GET /sign-in", flags: Int(ORCH_HTTP_OPEN)) { $0.respond(200) }
    site.app.catalog.isStale = true
    #expect(site.send("GET /sign-in").status == 200)
    #expect(auth.asked == [])
    #expect(site.host.routes.runs == ["\(id) user:anonymous "])
  }

  @Test func withoutAuthEverybodyIsTheLocalUser() throws {
    let site = try TestSite()
    let id = site.host.routes.add("GET /x") { $0.respond(200) }
    #expect(site.send("GET /x", headers: ["Authorization: Bearer bad"]).status == 200)
    #expect(site.host.routes.runs == ["\(id) user:local *"])
  }
}
