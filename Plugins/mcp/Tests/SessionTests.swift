import PluginKit
import PluginTesting
import Testing

@testable import MCPPlugin

/// Clients before 2026-07-28.
@Suite struct SessionTests {
  @Test(arguments: [
    ("2025-11-25", "2025-11-25"), ("2025-06-18", "2025-06-18"), ("2025-03-26", "2025-03-26"),
    ("2024-11-05", "2024-11-05"), ("2024-10-07", "2025-11-25"), ("2026-07-28", "2025-11-25"), ("x", "2025-11-25"),
  ])
  func agreesOnARevision(wish: String, gets: String) async throws {
    try await Site.run { site in
      let (id, reply) = site.initialize(wish)
      #expect(reply.result?["protocolVersion"]?.string == gets)
      #expect(reply.result?["serverInfo"]?["name"] == "orchestron")
      #expect(reply.result?["resultType"] == nil)
      #expect(id.utf8.allSatisfy { (0x21...0x7E).contains($0) } && id.utf8.count >= 32)
    }
  }

  @Test func speaksAsTheRevisionsOfOld() async throws {
    try await Site.run { site in
      let session = site.initialize().id
      #expect(site.inSession(session, "notifications/initialized", id: nil).code == 202)
      #expect(site.reply(site.inSession(session, "ping")).result == [:])
      // Claude Code sends no params at all.
      let list = site.reply(site.inSession(session, "tools/list")).result
      #expect(list?["tools"]?.array?.count == 7)
      #expect(list?["ttlMs"] == nil && list?["resultType"] == nil && list?["_meta"] == nil)
      #expect(site.reply(site.inSession(session, "logging/setLevel", ["level": "warning"])).result == [:])
      #expect(site.reply(site.inSession(session, "logging/setLevel", ["level": "loud"])).error == -32602)
      #expect(site.reply(site.inSession(session, "server/discover")).error == -32601)
      #expect(site.reply(site.inSession(session, "initialize", ["protocolVersion": "2025-11-25"])).code == 200)
    }
  }

  @Test func knowsItsOwnSessionsAlone() async throws {
    try await Site.run { site in
      let session = site.initialize().id
      #expect(site.inSession("other", "ping").code == 404)
      #expect(site.post(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#).code == 400)
      #expect(site.host.request("DELETE /mcp", headers: ["Mcp-Session-Id: \(session)"]).code == 204)
      #expect(site.inSession(session, "ping").code == 404)
    }
  }

  @Test func makesRoomForWhoBeginsAnewAllTheTime() async throws {
    try await Site.run(["limits": ["sessions": 4]]) { site in
      let ids = (0..<9).map { _ in site.initialize().id }
      #expect(Set(ids).count == 9)
      #expect(site.inSession(ids[0], "ping").code == 404)
      #expect(site.inSession(ids[8], "ping").code == 200)
    }
  }

  @Test func endsACallWithoutAnAnswerWhenTheClientCancelsIt() async throws {
    try await Site.run(["role": "maintainer"]) { site in
      let session = site.initialize(capabilities: ["elicitation": [:]]).id
      let call = site.inSession(session, "tools/call", ["name": "tasks_delete", "arguments": ["id": "ORC-1"]], id: 5)
      #expect(site.events(call).count == 1)
      #expect(site.inSession(session, "notifications/cancelled", ["requestId": 4], id: nil).code == 202)
      #expect(!call.isEnded)
      #expect(site.inSession(session, "notifications/cancelled", ["requestId": 5], id: nil).code == 202)
      site.host.settle()
      #expect(call.isEnded)
      #expect(site.events(call).count == 1)
    }
  }

  @Test func tellsChangesOnItsStream() async throws {
    try await Site.run { site in
      let session = site.initialize().id
      let head = ["Accept: text/event-stream", "Mcp-Session-Id: \(session)"]
      let stream = site.host.request("GET /mcp", headers: head)
      #expect(stream.code == 200)
      #expect(site.host.request("GET /mcp", headers: head).code == 409)
      site.host.deliver("service:added", ["service": "a"])
      site.host.deliver("service:added", ["service": "b"])
      site.host.advance(milliseconds: 60)
      #expect(site.events(stream).map { $0["method"] } == ["notifications/tools/list_changed"])
      stream.cancel()
      #expect(site.host.request("GET /mcp", headers: head).code == 200)
    }
  }
}

/// `subscriptions/listen`.
@Suite struct SubscriptionTests {
  @Test func acknowledgesWhatItTellsAndTagsAllOfIt() async throws {
    try await Site.run { site in
      let wish: [String: JSON] = [
        "notifications": ["toolsListChanged": true, "resourceSubscriptions": ["x://nothing"]]
      ]
      let listen = site.open("subscriptions/listen", wish, id: "listen:0")
      let first = site.events(listen).first
      #expect(first?["method"] == "notifications/subscriptions/acknowledged")
      #expect(first?["params"]?["notifications"] == ["toolsListChanged": true, "resourceSubscriptions": []])
      site.host.deliver("service:added", ["service": "a"])
      site.host.deliver("mcp:added", ["kind": "prompt", "name": "p", "plugin": "a"])
      site.host.advance(milliseconds: 60)
      let events = site.events(listen)
      #expect(events.count == 2)
      #expect(events.last?["method"] == "notifications/tools/list_changed")
      for event in events {
        #expect(event["params"]?["_meta"]?["io.modelcontextprotocol/subscriptionId"] == "listen:0")
      }
      #expect(!listen.isEnded)
      listen.cancel()
      site.host.deliver("service:removed", ["service": "a"])
      site.host.advance(milliseconds: 60)
      #expect(site.events(listen).count == 2)
    }
  }

  @Test func wantsToKnowWhatToTell() async throws {
    try await Site.run { site in
      #expect(site.ask("subscriptions/listen").error == -32602)
      let wish: [String: JSON] = ["notifications": ["resourceSubscriptions": "x"]]
      #expect(site.ask("subscriptions/listen", wish).error == -32602)
    }
  }

  @Test func keepsASilentStreamAlive() async throws {
    try await Site.run { site in
      let listen = site.open("subscriptions/listen", ["notifications": [:]])
      #expect(listen.code == 200)
      #expect(listen.headers.contains("X-Accel-Buffering: no"))
    }
  }
}
