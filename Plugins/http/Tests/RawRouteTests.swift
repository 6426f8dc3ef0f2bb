import CPluginSDK
import PluginKit
import PluginTesting
import Testing

@testable import HTTPPlugin

/// Raw routes of plugins: requests and answers.
@Suite struct RawRouteTests {
  let site: TestSite

  init() throws { site = try TestSite() }

  @discardableResult
  private func route(
    _ route: String, flags: Int = 0, status: Status = .ok, _ handler: @escaping (RawPointer) -> Void = { _ in }
  ) -> UInt64 {
    site.app.catalog.isStale = true
    return site.host.routes.add(route, flags: flags, status: status, handler)
  }

  @Test func showsTheRequest() {
    route("POST /hello/{name}/{rest...}") { x in
      let parts = [
        x.method, x.target, x.address, x.body, x.parameter("name") ?? "-", x.parameter("rest") ?? "-",
        x.parameter("q") ?? "-", x.parameter("empty") ?? "-", x.parameter("none") ?? "-",
        x.header("x-one") ?? "-", x.header("x-none") ?? "-",
      ]
      x.respond(201, ["Content-Type: text/plain", "X-Own:  yes "], parts.joined(separator: "|"))
    }
    let client = site.connect()
    client.http.remote = Remote("::1")
    client.send(
      "POST /hello/a%20b/c/d%2fe?q=1+2&q=3&name=no&empty HTTP/1.1\r\nHost: localhost\r\nX-One: first\r\n"
        + "x-one: second\r\nContent-Length: 4\r\n\r\nbody")
    let reply = TestReply(client.text)
    #expect(reply.status == 201)
    #expect(reply.headers["X-Own"] == "yes")
    #expect(reply.headers["Content-Length"] == "\(reply.body.utf8.count)")
    #expect(
      reply.body == "POST|/hello/a%20b/c/d%2fe?q=1+2&q=3&name=no&empty|::1|body|a b|c/d/e|1 2||-|first|-")
    #expect(site.host.contexts == 0)
  }

  @Test(arguments: ["?a=%zz", "?%=1", "?a=%00", "?a=%ff"]) func refusesABrokenQuery(query: String) {
    route("GET /x") { $0.respond(200) }
    #expect(site.send("GET /x\(query)").status == 400)
    #expect(site.host.routes.runs == [])
  }

  @Test func answersAFailureAsMethodsDo() {
    route("GET /x") { $0.fail(.failedPrecondition, "not \"now\"") }
    route("GET /ok") { $0.fail(.ok, "odd") }
    route("GET /busy") { $0.fail(.resourceExhausted, "full", details: #"{"queue":7}"#, retry: 1001) }
    let reply = site.send("GET /x")
    #expect(reply.status == 409)
    #expect(reply.headers["Content-Type"] == "application/problem+json")
    #expect(reply.body.contains(#""detail":"not \"now\"","code":"failed_precondition""#))
    #expect(reply.headers["Retry-After"] == nil)
    #expect(site.send("GET /ok").status == 500)
    let busy = site.send("GET /busy")
    #expect(busy.status == 429)
    #expect(busy.headers["Retry-After"] == "2")
    #expect(busy.body.contains(#""queue":7"#))
  }

  @Test func tellsWhyTheHostDoesNotRunIt() {
    route("GET /denied", status: .permissionDenied)
    route("GET /away", status: .unavailable)
    let gone = route("GET /gone") { $0.respond(200) }
    let denied = site.send("GET /denied")
    #expect(denied.status == 403)
    #expect(denied.body.contains("no such topic"), "the sentence of the host")
    #expect(site.send("GET /away").status == 503)
    #expect(site.send("GET /gone").status == 200)
    site.host.routes.remove(gone)
    #expect(site.send("GET /gone").status == 404)
    #expect(site.host.contexts == 0)
  }

  @Test func answersHeadAndOptionsAndKnowsItsMethods() {
    route("GET /x") { $0.respond(200, ["Content-Type: text/plain"], $0.method) }
    route("PUT /x") { $0.respond(204) }
    let head = site.send("HEAD /x")
    #expect(head.status == 200)
    #expect(head.headers["Content-Length"] == "4")
    #expect(head.body == "")
    let options = site.send("OPTIONS /x")
    #expect(options.status == 204)
    #expect(options.headers["Allow"] == "GET, PUT, HEAD, OPTIONS")
    #expect(site.send("DELETE /x").headers["Allow"] == "GET, PUT, HEAD, OPTIONS")
    #expect(site.send("PUT /x").status == 204)
  }

  @Test(arguments: [200, 204, 304, 404, 599] as [UInt16])
  func aReplyIsFollowedByTheNextWhateverItsStatus(code: UInt16) {
    route("GET /x") { $0.respond(code, [], "body") }
    let client = site.connect()
    let request = "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n"
    client.send(request + request)
    let once = "HTTP/1.1 \(code) "
    #expect(client.text.ranges(of: once).count == 2)
    let hasBody = code != 204 && code != 304
    #expect(client.text.ranges(of: "body").count == (hasBody ? 2 : 0))
    #expect(client.text.contains("Content-Length") == hasBody)
  }

  @Test(arguments: [0, 99, 100, 101, 199, 600, 65535] as [UInt16])
  func refusesAStatusThatIsNone(code: UInt16) {
    route("GET /x") { #expect($0.respond(code, [], "x") == .invalidArgument) }
    route("GET /s") { #expect($0.begin(code) == .invalidArgument) }
    #expect(site.send("GET /x").status == 500)
    #expect(site.send("GET /s").status == 500)
  }

  @Test func noHeaderOfAPluginCanAddALineOrReplaceOneOfTheServer() {
    route("GET /x") {
      $0.respond(
        200,
        [
          "X-A: a\r\nX-Evil: 1\r\n\r\nHTTP/1.1 200 OK", "X-B\r\n: b", "Content-Length: 99",
          "transfer-encoding: chunked",
          "Connection: close", "DATE: never", "Upgrade: h2c", "Trailer: x", ": none", "no colon", "X C: c", "X-D:d",
          "X-E: \u{e4}\0\u{7f}", "",
        ], "ok")
    }
    let client = site.connect()
    client.send("GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n")
    let reply = TestReply(client.text)
    #expect(reply.body == "ok")
    #expect(reply.headers["X-A"] == "a  X-Evil: 1    HTTP/1.1 200 OK")
    #expect(reply.headers["X-D"] == "d")
    #expect(reply.headers["X-E"] == "\u{e4}  ")
    #expect(reply.headers["Content-Length"] == "2")
    #expect(Set(reply.headers.keys) == ["Date", "Vary", "Content-Length", "X-A", "X-D", "X-E"])
  }

  @Test(arguments: 1...5 as ClosedRange<UInt64>) func headersOfAnyBytesLeaveTheFramingAlone(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var lines: [String] = []
    route("GET /x") { $0.respond(200, lines, "ok") }
    let spice = Array("\r\n\0:: \tabcX-ß\u{7f}\u{85}".unicodeScalars)
    for _ in 0..<200 {
      lines = (0..<3).map { _ in
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...20, using: &random) {
          if let scalar = spice.randomElement(using: &random) { text.append(scalar) }
        }
        return String(text)
      }
      let client = site.connect()
      client.send("GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n")
      let bytes = client.output
      let end = bytes.indices.first { bytes[$0...].starts(with: Array("\r\n\r\n".utf8)) } ?? 0
      #expect(Array(bytes[(end + 4)...]) == Array("ok".utf8), "seed \(seed): \(lines)")
      let head = bytes[..<end].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      #expect(head.dropFirst().allSatisfy { $0.contains(UInt8(ascii: ":")) }, "seed \(seed): \(lines)")
    }
  }
}
