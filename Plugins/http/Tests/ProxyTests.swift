import PluginTesting
import Testing

@testable import HTTPPlugin

/// Trusted proxies at 10.0.0.0/8 and ::1.
@Suite struct ProxyTests {
  let site: TestSite
  let auth = StubAuth()

  init() throws {
    site = try TestSite(auth: auth)
    let networks = try ["10.0.0.0/8", "::1"].map { try #require(IPAddress.Network($0)) }
    site.app.proxies = TrustedProxies(networks)
  }

  private func send(from peer: String, _ headers: [String], host: String = "board.example") -> TestReply {
    let client = site.connect()
    let address = withBytes(peer) { IPAddress($0) }
    client.http.remote = Remote(address, isProxy: address.map(site.app.proxies.contains) ?? false)
    let lines = headers.map { "\($0)\r\n" }.joined()
    client.send("GET /api/tasks HTTP/1.1\r\nHost: \(host)\r\n\(lines)Authorization: Bearer good\r\n\r\n")
    return TestReply(client.text)
  }

  @Test(
    arguments: [
      (["X-Forwarded-For: 192.0.2.7"], "192.0.2.7"),
      (["X-Forwarded-For: 1.1.1.1, 192.0.2.7"], "192.0.2.7"),
      (["X-Forwarded-For: 127.0.0.1,192.0.2.7, 10.9.9.9"], "192.0.2.7"),
      (["X-Forwarded-For: 127.0.0.1", "X-Forwarded-For: 192.0.2.7:4711"], "192.0.2.7"),
      (["X-Forwarded-For: nonsense, 192.0.2.7"], "192.0.2.7"),
      (["X-Forwarded-For: 2001:DB8::1"], "2001:db8::1"),
      (["X-Forwarded-For: [2001:db8::1]:80"], "2001:db8::1"),
      (["X-Forwarded-For: ::ffff:192.0.2.7"], "192.0.2.7"),
      (["X-Forwarded-For: 10.1.1.1, 10.2.2.2"], "10.1.1.1"),
      (["Forwarded: for=192.0.2.7"], "192.0.2.7"),
      (["Forwarded: For=\"[2001:db8::1]:4711\";proto=https"], "2001:db8::1"),
      (["Forwarded: for=1.1.1.1, for=192.0.2.7;by=10.0.0.1, for=10.0.0.2"], "192.0.2.7"),
      (["Forwarded: for=1.1.1.1", "Forwarded: for=\"192.0.2.7:1\" ; proto=http"], "192.0.2.7"),
      (["Forwarded: for=\"1.1.1.1, for=2.2.2.2\", for=192.0.2.7"], "192.0.2.7"),
      (["Forwarded: for=192.0.2.7", "X-Forwarded-For: 192.0.2.7"], "192.0.2.7"),
      ([], "10.0.0.1"),
    ] as [([String], String)])
  func theRightMostThatIsNotTrustedIsTheClient(headers: [String], client: String) {
    #expect(send(from: "10.0.0.1", headers).status == 204)
    #expect(auth.asked == ["1 good \(client)"])
  }

  @Test(
    arguments: [
      ["X-Forwarded-For: 127.0.0.1"], ["Forwarded: for=127.0.0.1;proto=https;host=localhost"],
      ["X-Forwarded-For: 127.0.0.1", "X-Forwarded-Proto: https", "X-Forwarded-Host: localhost"],
    ])
  func nobodyElseIsBelieved(headers: [String]) {
    #expect(send(from: "192.0.2.66", headers).status == 204)
    #expect(auth.asked == ["1 good 192.0.2.66"])
    #expect(send(from: "192.0.2.66", headers, host: "evil.example").status == 421)
  }

  @Test(
    arguments: [
      (["X-Forwarded-For: nonsense"], "does not tell by an IP address"),
      (["X-Forwarded-For: 1.1.1.1, unknown, 10.0.0.3"], "does not tell by an IP address"),
      (["Forwarded: for=_hidden"], "does not tell by an IP address"),
      (["Forwarded: proto=https"], "does not tell by an IP address"),
      (["Forwarded: for=\"[::1\""], "does not tell by an IP address"),
      (["X-Forwarded-For: 192.0.2.7", "Forwarded: for=127.0.0.1"], "name different clients"),
      (["X-Forwarded-For: 127.0.0.1", "Forwarded: for=192.0.2.7"], "name different clients"),
      (["X-Forwarded-For: 192.0.2.7", "X-Forwarded-Host: a/b"], "no host name"),
    ] as [([String], String)])
  func whatCannotBeToldForSureIsRefused(headers: [String], part: String) {
    let reply = send(from: "10.0.0.1", headers)
    #expect(reply.status == 400)
    #expect(reply.body.contains(part))
    #expect(auth.asked.isEmpty)
  }

  @Test(
    arguments: [
      (["X-Forwarded-For: 192.0.2.7"], "board.example", 204),
      (["X-Forwarded-For: 192.0.2.7"], "evil.example", 421),
      (["X-Forwarded-For: 192.0.2.7", "X-Forwarded-Host: board.example"], "upstream:3001", 204),
      (["X-Forwarded-For: 192.0.2.7", "X-Forwarded-Host: evil.example"], "board.example", 421),
      (["Forwarded: for=192.0.2.7;host=board.example"], "upstream", 204),
      (
        ["X-Forwarded-For: 192.0.2.7", "X-Forwarded-Proto: https", "Origin: https://board.example"], "board.example",
        204
      ),
      (
        ["X-Forwarded-For: 192.0.2.7", "X-Forwarded-Proto: http, https", "Origin: https://board.example"],
        "board.example", 204
      ),
      (["X-Forwarded-For: 192.0.2.7", "Origin: http://board.example"], "board.example", 204),
      (["X-Forwarded-For: 192.0.2.7", "Origin: https://board.example"], "board.example", 403),
      (
        ["X-Forwarded-For: 192.0.2.7", "X-Forwarded-Proto: https", "Origin: http://board.example"], "board.example", 403
      ),
      (
        ["X-Forwarded-For: 192.0.2.7", "X-Forwarded-Proto: https", "Origin: https://evil.example"], "board.example", 403
      ),
      (
        ["X-Forwarded-For: 192.0.2.7", "X-Forwarded-Proto: https", "Origin: https://board.example:8443"],
        "board.example", 403
      ),
      (
        ["X-Forwarded-For: 192.0.2.7", "X-Forwarded-Proto: https", "Origin: https://board.example:8443"],
        "board.example:8443", 204
      ),
    ] as [([String], String, Int)])
  func hostAndOriginAreThoseThatTheClientHasAskedBy(headers: [String], host: String, status: Int) {
    #expect(send(from: "10.0.0.1", headers, host: host).status == status)
  }

  @Test func aRawRouteSeesTheClientOfTheProxy() {
    var seen: [String] = []
    site.app.catalog.isStale = true
    _ = site.host.routes.add("GET /raw") { x in
      seen = [x.address, "\(x.isSecure)", x.header("host") ?? ""]
      _ = x.respond(200, [], "")
    }
    let client = site.connect()
    client.http.remote = Remote("10.0.0.1", isProxy: true)
    client.send(
      "GET /raw HTTP/1.1\r\nHost: upstream\r\nForwarded: for=192.0.2.7;proto=https;host=board.example\r\n"
        + "Authorization: Bearer good\r\n\r\n")
    #expect(seen == ["192.0.2.7", "true", "board.example"])
  }

  @Test func oneConnectionOfAProxyCarriesManyClients() {
    auth.answer = { _, _ in .principal("user:ada", rights: "*") }
    let client = site.connect()
    client.http.remote = Remote("10.0.0.1", isProxy: true)
    for address in ["127.0.0.1", "192.0.2.7", "192.0.2.7"] {
      client.send("GET /api/tasks HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: \(address)\r\n\r\n")
    }
    #expect(auth.asked == ["0  127.0.0.1", "0  192.0.2.7"])
  }

  @Test(
    arguments: [
      ("10.0.0.0/8", ["10.255.1.2", "::ffff:10.0.0.1"], ["11.0.0.0", "::a00:1"]),
      ("192.0.2.7", ["192.0.2.7"], ["192.0.2.6"]), ("0.0.0.0/0", ["1.2.3.4"], ["2001:db8::1"]),
      ("2001:db8::/32", ["2001:db8:ffff::1"], ["2001:db9::"]), ("::/0", ["1.2.3.4", "::1"], []),
      ("2001:db8::/65", ["2001:db8::7fff:0:0:0"], ["2001:db8::8000:0:0:0"]), ("::1/128", ["::1"], ["::2"]),
    ] as [(String, [String], [String])])
  func aNetworkHasTheAddressesThatBeginLikeIt(network: String, inside: [String], outside: [String]) throws {
    let network = try #require(IPAddress.Network(network))
    for text in inside { #expect(network.contains(try #require(withBytes(text) { IPAddress($0) }))) }
    for text in outside { #expect(!network.contains(try #require(withBytes(text) { IPAddress($0) }))) }
  }

  @Test(arguments: [
    "", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "/8", "::/129", "board.example", "1.2.3", "1.2.3.4/x",
  ])
  func whatIsNoNetworkIsNone(text: String) { #expect(IPAddress.Network(text) == nil) }

  @Test(arguments: ["", "1.2.3.4.5", "::1::", "[::1]", String(repeating: "1", count: 100), "1.2.3.4 ", "a\0b"])
  func whatIsNoAddressIsNone(text: String) { #expect(withBytes(text) { IPAddress($0) } == nil) }

  @Test(arguments: 1...10 as ClosedRange<UInt64>) func noHeaderOfAProxyTraps(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let spice = [
      "for=", "\"", "\\", ",", ";", "=", "[", "]", ":", "::1", "192.0.2.7", "proto", "https", " ", "unknown", "\t",
    ]
    for _ in 0..<300 {
      let value = (0..<Int.random(in: 0...12, using: &random)).map { _ in spice.randomElement(using: &random) ?? "" }
      let name = Bool.random(using: &random) ? "Forwarded" : "X-Forwarded-For"
      let status = send(from: "10.0.0.1", ["\(name): \(value.joined())"]).status
      #expect([204, 400, 421].contains(status), "seed \(seed): \(value.joined())")
    }
  }
}
