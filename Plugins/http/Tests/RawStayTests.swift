import CPluginSDK
import PluginKit
import Testing

@testable import HTTPPlugin

/// Answers of plugins that last, and who hears them.
@Suite struct RawStayTests {
  let auth = StubAuth()
  let site: TestSite
  private let plugin = Plugin()

  /// Begins an answer, and keeps it open.
  private final class Plugin {
    var held: RawPointer?
    var wentCount = 0

    func begin(_ x: RawPointer) {
      x.retain()
      held = x
      x.onCancel { self.wentCount += 1 }
      x.begin(200, ["Content-Type: text/event-stream"])
      x.write("first")
    }

    func end() {
      held?.end()
      held?.release()
      held = nil
    }
  }

  init() throws {
    site = try TestSite(auth: auth)
    let plugin = self.plugin
    site.host.routes.add("GET /live") { plugin.begin($0) }
    site.host.routes.add("GET /open", flags: Int(ORCH_HTTP_OPEN)) { plugin.begin($0) }
    site.app.catalog.isStale = true
  }

  private func listen(_ path: String = "/live", _ headers: String = "Authorization: Bearer good\r\n") -> TestConnection
  {
    let client = site.connect()
    client.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\(headers)\r\n")
    #expect(client.text.contains("first"))
    return client
  }

  @Test func areCutOffWhenWhatWasShownDoesNotHoldAnyMore() {
    let client = listen()
    site.app.identitiesDidChange()
    #expect(plugin.held?.write("second") == .ok, "nothing has changed for this one")
    auth.answer = { _, _ in .failure(.unauthenticated, "revoked") }
    site.app.identitiesDidChange()
    #expect(client.http.phase == .closed)
    #expect(plugin.wentCount == 1)
    #expect(plugin.held?.write("third") == .cancelled)
    #expect(site.app.residents.isEmpty)
    plugin.end()
    #expect(site.host.contexts == 0)
  }

  @Test func areCutOffWhenTheRightsAreOthers() {
    let client = listen()
    auth.answer = { _, _ in .principal("user:ada", rights: "read") }
    site.app.identitiesDidChange()
    #expect(client.http.phase == .closed)
    plugin.end()
  }

  @Test func areAskedAboutAgainWhenTheTimeIsOver() {
    auth.answer = { _, _ in .principal("user:ada", expires: Authenticator.now + 20_000) }
    let client = listen()
    auth.answer = { _, _ in .failure(.unauthenticated, "expired") }
    site.engine.advance(to: site.engine.now + 20_100)
    client.http.timeOut()
    #expect(client.http.phase == .closed)
    plugin.end()
  }

  @Test func goOnWhenTheyAreForEverybody() {
    let client = listen("/open", "")
    site.app.identitiesDidChange()
    #expect(client.http.phase != .closed)
    plugin.end()
  }

  @Test func areForgottenWithTheirEnd() {
    let first = listen()
    #expect(site.app.residents.count == 1)
    plugin.end()
    #expect(site.app.residents.isEmpty)
    first.http.close()
    listen().http.close()
    #expect(site.app.residents.isEmpty)
    plugin.end()
  }

  @Test func saysWhichRightATokenLacksForARoute() {
    site.host.routes.add("GET /mine", status: .permissionDenied)
    site.host.routes.add("GET /.well-known/oauth-protected-resource/mine", flags: Int(ORCH_HTTP_OPEN))
    site.app.catalog.isStale = true
    let place = #"resource_metadata="http://localhost/.well-known/oauth-protected-resource/mine", scope="read""#
    let reply = site.send("GET /mine", headers: ["Authorization: Bearer good"])
    #expect(reply.status == 403)
    #expect(reply.headers["WWW-Authenticate"] == #"Bearer error="insufficient_scope", \#(place)"#)
    auth.answer = { _, _ in .failure(.unauthenticated, "wrong") }
    let wrong = site.send("GET /mine", headers: ["Authorization: Bearer bad"])
    #expect(wrong.headers["WWW-Authenticate"] == #"Bearer error="invalid_token", \#(place)"#)
    #expect(site.send("GET /mine").headers["WWW-Authenticate"] == "Bearer \(place)")
  }
}
