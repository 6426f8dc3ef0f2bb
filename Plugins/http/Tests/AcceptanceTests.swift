import Testing

@testable import HTTPPlugin

/// Clients that say which media types they take.
@Suite struct AcceptanceTests {
  @Test(
    arguments: [
      (nil, true), ("", true), ("*/*", true), ("application/json", true), ("Application/JSON; charset=utf-8", true),
      ("application/*", true), ("text/html, */*;q=0.1", true), ("text/html", false), ("text/*", false),
      ("application/xml, text/html", false), ("application/jso", false), ("application/json5", false), ("app/*", false),
      ("application/json;q=0", false), ("application/json;q=0.000, */*", false), ("*/*;q=0", false),
      ("*/*;q=0, application/json", true), ("application/*;q=0, */*", false), ("application/json;v=2;q=0", false),
      ("application/json;q=0, application/json;v=2", true), ("application/json; Q=0.001", true),
      ("text/html, image/gif, *; q=.2, */*; q=.2", true), ("json", true), ("/json, application/, ;;,", true),
      ("json, text/html", false),
    ] as [(String?, Bool)])
  func knowsWhatAClientTakes(accept: String?, isTaken: Bool) {
    var accepted: Bool?
    let server = TestServer { exchange in
      accepted = exchange.accepts("application/json")
      exchange.respond(.noContent)
    }
    server.connect().send("GET / HTTP/1.1\r\nHost: a\r\n\(accept.map { "Accept: \($0)\r\n" } ?? "")\r\n")
    #expect(accepted == isTaken)
  }

  @Test func severalLinesAreOneList() {
    var accepted: Bool?
    let server = TestServer { exchange in
      accepted = exchange.accepts("application/json")
      exchange.respond(.noContent)
    }
    server.connect().send("GET / HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\nAccept: application/json\r\n\r\n")
    #expect(accepted == true)
  }

  @Test func whoeverTakesNothingOfWhatThereIsIsToldBeforeAnythingIsDone() throws {
    let site = try TestSite()
    site.host.services = TestSite.services.replacing(#""result":{"schema""#, with: #""result":{"type":"j","schema""#)
    site.app.catalog.isStale = true
    let reply = site.send("POST /api/tasks", headers: ["Accept: text/html, application/xml"], body: "{}")
    #expect(reply.status == 406)
    #expect(reply.headers["Content-Type"] == "application/problem+json")
    #expect(reply.body.contains("/api/tasks answers application/json, which Accept leaves out."))
    #expect(site.send("GET /api/watch", headers: ["Accept: application/json"]).status == 406)
    #expect(site.send("GET /api/events?topics=*", headers: ["Accept: application/json"]).status == 406)
    #expect(site.send("GET /openapi.json", headers: ["Accept: text/html"]).status == 406)
    #expect(site.send("POST /api/services/tasks/hidden", headers: ["Accept: text/html"], body: "{}").status == 406)
    #expect(site.host.calls.isEmpty)
  }

  @Test func whoeverTakesOneOfThemIsAnswered() throws {
    let site = try TestSite()
    #expect(site.send("POST /api/tasks", headers: ["Accept: application/json"], body: "{}").status != 406)
    #expect(site.send("GET /api/watch", headers: ["Accept: text/event-stream"]).status == 200)
    #expect(site.send("GET /api/watch", headers: ["Accept: application/x-ndjson"]).status == 200)
    #expect(site.send("GET /health", headers: ["Accept: text/plain"]).status == 200, "a probe is always answered")
    #expect(site.send("GET /api/tasks", headers: ["Accept: text/html"]).status == 204, "there is nothing to answer")
  }
}
