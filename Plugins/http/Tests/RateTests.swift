import CPluginSDK
import PluginTesting
import Testing

@testable import HTTPPlugin

@Suite struct RateTests {
  @Test func aBucketGivesItsBurstAndThenItsRate() {
    var table = RateTable(perSecond: 50, burst: 200)
    let key = RateTable.key(of: "ada")
    for left in (0..<200).reversed() {
      let state = table.take(key, at: 1000)
      #expect(state.wait == 0)
      #expect(state.remaining == left)
      #expect(state.limit == 200)
    }
    #expect(table.take(key, at: 1000) == .init(limit: 200, remaining: 0, reset: 4_000_000, wait: 20_000))
    #expect(table.take(key, at: 1020).wait == 0)
    #expect(table.take(key, at: 1020).wait > 0)
    #expect(table.take(RateTable.key(of: "eve"), at: 1020).remaining == 199, "each has a bucket of its own")
    #expect(table.take(key, at: 5020).remaining == 199, "it is full again, and no fuller")
  }

  @Test func overAnyTimeNobodyGetsMoreThanBurstAndRate() {
    var random = SeededGenerator(seed: 7)
    var table = RateTable(perSecond: 10, burst: 40, sets: 1)
    let key = RateTable.key(of: "ada")
    var now: UInt64 = 5
    var taken: [UInt64] = []
    for _ in 0..<20_000 {
      now += UInt64.random(in: 0...60, using: &random)
      if table.take(key, at: now).wait == 0 { taken.append(now) }
    }
    var last = 0
    for first in taken.indices {
      while last < taken.count, taken[last] < taken[first] + 10_000 { last += 1 }
      #expect(last - first <= 40 + 100)
    }
  }

  @Test func theFullestBucketIsForgottenFirst() {
    var table = RateTable(perSecond: 10, burst: 10, sets: 1)
    let spender = RateTable.key(of: "spender")
    for _ in 0..<10 { _ = table.take(spender, at: 1000) }
    for stranger in 0..<1000 { _ = table.take(RateTable.key(of: stranger), at: 1000) }
    #expect(table.take(spender, at: 1000).wait > 0)
  }

  @Test func aRateOfZeroIsNoLimit() throws {
    let rates = Rates(known: .init(perSecond: 0, burst: 1), unknown: .init(perSecond: 0, burst: 1))
    #expect(rates.take(Remote("192.0.2.1"), at: 1) == nil)
  }

  @Test func addressesOfVersion6CountByTheirNetwork() throws {
    let rates = Rates(unknown: .init(perSecond: 1, burst: 1))
    #expect(rates.take(Remote("2001:db8:0:1::1"), at: 1)?.wait == 0)
    #expect(try #require(rates.take(Remote("2001:db8:0:1:ffff::2"), at: 1)).wait > 0)
    #expect(rates.take(Remote("2001:db8:0:2::1"), at: 1)?.wait == 0)
    #expect(rates.take(Remote("::ffff:192.0.2.1"), at: 1)?.wait == 0)
    #expect(try #require(rates.take(Remote("192.0.2.1"), at: 1)).wait > 0)
    for local in ["127.0.0.1", "::1", "::ffff:127.1.2.3"] { #expect(rates.take(Remote(local), at: 1) == nil) }
  }

  // MARK: Over HTTP

  private func site(known: Int = 200, unknown: Int = 40) throws -> TestSite {
    let site = try TestSite(auth: StubAuth())
    site.app.rates = Rates(
      known: .init(perSecond: 50, burst: known), unknown: .init(perSecond: 10, burst: unknown))
    return site
  }

  private func ask(_ site: TestSite, _ target: String = "/api/tasks", from address: String, token: String? = nil)
    -> TestReply
  {
    let client = site.connect()
    client.http.remote = Remote(address)
    let header = token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
    client.send("GET \(target) HTTP/1.1\r\nHost: localhost\r\n\(header)\r\n")
    return TestReply(client.text)
  }

  @Test func aPrincipalHasOneBucketWhereverItComesFrom() throws {
    let site = try site(known: 2)
    let first = ask(site, from: "192.0.2.1", token: "good")
    #expect(first.status == 204)
    #expect(first.headers["RateLimit-Limit"] == "2")
    #expect(first.headers["RateLimit-Remaining"] == "1")
    #expect(first.headers["RateLimit-Reset"] == "1")
    #expect(ask(site, from: "192.0.2.2", token: "good").headers["RateLimit-Remaining"] == "0")
    let refused = ask(site, from: "192.0.2.3", token: "good")
    #expect(refused.status == 429)
    #expect(refused.headers["Retry-After"] == "1")
    #expect(refused.headers["RateLimit-Remaining"] == "0")
    #expect(refused.body.contains(#""code":"resource_exhausted""#))
    #expect(refused.body.contains(#""retryAfter":1"#))
    #expect(
      refused.body.contains("user:ada may send 50 requests a second, 2 at once. Come back in 1 s."))
    #expect(site.host.calls.count == 2)
    site.engine.advance(to: 20)
    #expect(ask(site, from: "192.0.2.1", token: "good").status == 204)
  }

  @Test func whoeverIsUnknownHasTheBucketOfHisAddress() throws {
    let site = try site(unknown: 2)
    #expect(ask(site, from: "192.0.2.1").status == 401)
    #expect(ask(site, from: "192.0.2.1", token: "bad").status == 401)
    for target in ["/api/tasks", "/health", "/nowhere", "/api/tasks/%"] {
      #expect(ask(site, target, from: "192.0.2.1").status == 429)
    }
    #expect(ask(site, from: "192.0.2.1", token: "good").status == 204, "a neighbour with a token is not slowed down")
    #expect(ask(site, from: "192.0.2.2").status == 401)
    for _ in 0..<10 { #expect(ask(site, "/health", from: "127.0.0.1").headers["RateLimit-Limit"] == nil) }
  }

  @Test func messagesOfAWebSocketCountForItsPrincipal() throws {
    let site = try site(known: 3)
    let client = site.upgrade(headers: ["Authorization: Bearer good", "Origin: http://localhost:3001"])
    _ = client.takeFrames()
    client.send(
      message: #"[{"jsonrpc":"2.0","id":1,"method":"tasks.get"},{"jsonrpc":"2.0","id":2,"method":"tasks.get"}]"#)
    client.send(message: #"{"jsonrpc":"2.0","id":3,"method":"tasks.get"}"#)
    _ = client.takeFrames()
    client.send(message: #"{"jsonrpc":"2.0","id":4,"method":"tasks.get"}"#)
    let refused = client.takeFrames()
    #expect(refused.count == 1)
    #expect(refused.first?.contains(#""retryAfter":1"#) == true)
    #expect(refused.first?.contains(#""code":1008"#) == true)
    #expect(ask(site, from: "192.0.2.1", token: "good").status == 429)
  }

  @Test func messagesOfAPluginsWebSocketCountToo() throws {
    let site = try site(known: 3)
    let channel = StubChannel()
    site.host.routes.add("GET /live") { _ = $0.upgrade(channel) }
    site.app.catalog.isStale = true
    let client = site.upgrade("/live", headers: ["Authorization: Bearer good"])
    _ = client.takeFrames()
    for text in ["a", "b", "c", "d"] { client.send(message: text) }
    #expect(channel.log == ["text:a", "text:b"])
    #expect(client.takeFrames() == ["8:1013 user:ada may send 50 requests a second, 3 at once. Come back in 1 s."])
    #expect(ask(site, from: "192.0.2.1", token: "good").status == 429)
  }

  @Test func messagesOfSomebodyUnknownCountForHisAddress() throws {
    let site = try site(unknown: 3)
    let channel = StubChannel()
    site.host.routes.add("GET /open", flags: ORCH_HTTP_OPEN) { _ = $0.upgrade(channel) }
    site.app.catalog.isStale = true
    let client = site.connect()
    client.upgrades = true
    client.http.remote = Remote("192.0.2.1")
    client.send(
      "GET /open HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
    _ = client.takeFrames()
    for text in ["a", "b", "c"] { client.send(message: text) }
    #expect(channel.log == ["text:a", "text:b"])
    #expect(client.takeFrames().first?.hasPrefix("8:1013 Whoever shows no token may send 10 requests a second") == true)
    #expect(ask(site, from: "192.0.2.1").status == 429)
    #expect(ask(site, from: "192.0.2.2").status == 401)
  }
}
