import PluginKit
import PluginTesting
import Testing

@testable import HTTPPlugin

/// A configuration that changes while the server runs.
@Suite struct RuntimeChangeTests {
  @Test func anOriginAndANameAreAllowedAndForbiddenAgain() throws {
    let site = try TestSite()
    site.app.policy = SitePolicy(addresses: ["192.0.2.1"], ports: [3001])
    func status(origin: String) -> Int { site.send("GET /api/tasks", headers: ["Origin: \(origin)"]).status }
    func status(host: String) -> Int { site.send("GET /api/tasks", host: host).status }
    var configuration = Configuration()
    for _ in 0..<2 {
      site.app.take(configuration)
      #expect(status(origin: "https://new.example") == 403)
      #expect(status(host: "board.new") == 421)
      configuration.allowedOrigins = ["https://new.example"]
      configuration.allowedHosts = ["board.new"]
      site.app.take(configuration)
      #expect(status(origin: "https://new.example") == 204)
      #expect(status(host: "board.new") == 204)
      #expect(status(host: "192.0.2.1:3001") == 204)
      #expect(status(origin: "http://localhost:3001") == 204)
      configuration = Configuration()
    }
  }

  @Test func ratesChangeAndBucketsStayAsLongAsTheyDoNot() throws {
    let site = try TestSite(auth: StubAuth())
    func remaining() -> String? {
      let client = site.connect()
      client.http.remote = Remote("192.0.2.1")
      client.send("GET /api/tasks HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer good\r\n\r\n")
      let reply = TestReply(client.text)
      return reply.status == 429 ? "429" : reply.headers["RateLimit-Remaining"]
    }
    var configuration = Configuration()
    configuration.known = .init(perSecond: 1, burst: 3)
    site.app.take(configuration)
    #expect(remaining() == "2")
    configuration.writesAccessLog = true
    configuration.allowedHosts = ["other.example"]
    site.app.take(configuration)
    #expect(remaining() == "1")
    #expect(remaining() == "0")
    #expect(remaining() == "429")
    configuration.known = .init(perSecond: 1, burst: 5)
    site.app.take(configuration)
    #expect(remaining() == "4")
    configuration.known = .init(perSecond: 0, burst: 5)
    site.app.take(configuration)
    #expect(remaining() == nil)
  }

  @Test func theNumberOfCallsChanges() throws {
    let site = try TestSite()
    site.host.answer = { _, _ in .later }
    var configuration = Configuration()
    configuration.calls = 1
    site.app.take(configuration)
    let waiting = site.connect()
    waiting.send("GET /api/tasks HTTP/1.1\r\nHost: localhost\r\n\r\n")
    #expect(site.send("GET /api/tasks").status == 503)
    configuration.calls = 2
    site.app.take(configuration)
    site.host.answer = { _, _ in .answer("[]") }
    #expect(site.send("GET /api/tasks").status == 200)
  }

  @Test func theAccessLogBeginsAndEnds() async throws {
    try await FakeHost.run(Holder.entry) { fake in
      let host = try #require(Holder.from(fake.instance)).host
      let site = try TestSite()
      let observer = RequestObserver(host)
      site.engine.observer = observer
      site.app.observer = observer
      site.host.answer = { _, _ in .later }
      let early = site.connect()
      early.send("GET /api/tasks/early HTTP/1.1\r\nHost: localhost\r\n\r\n")
      let id = site.host.lastCall
      site.host.answer = { _, _ in .answer("{}") }
      var configuration = Configuration()
      for (path, isLogged) in [("first", false), ("second", true), ("third", false)] {
        configuration.writesAccessLog = isLogged
        site.app.take(configuration)
        #expect(site.send("GET /api/tasks/\(path)").status == 200)
        if isLogged { site.host.finish(id, with: .answer("{}")) }
        #expect(fake.hasLogged("/api/tasks/\(path)") == isLogged)
      }
      #expect(!fake.hasLogged("/api/tasks/early"), "it had no id when it came")
      site.engine.observer = nil
    }
  }

  /// A plugin that lends its host.
  private final class Holder: Plugin {
    static let id = "http"
    static let version = "1.0.0"
    let host: Host
    init(host: Host, config: JSONValue) throws { self.host = host }
  }
}
