import PluginKit
import PluginTesting
import Testing

@testable import MCPPlugin

/// What a request over HTTP has to pass, in which order, and what stands in the answer.
@Suite struct CheckTests {
  @Test func answersAProbeOfTheNewestClients() async throws {
    try await Site.run { site in
      let reply = site.ask("server/discover", id: "server-discover-probe-1")
      #expect(reply.code == 200)
      #expect(reply.json["id"] == "server-discover-probe-1")
      #expect(reply.result?["resultType"] == "complete")
      #expect(reply.result?["supportedVersions"] == ["2026-07-28"])
      #expect(reply.result?["ttlMs"]?.int ?? -1 >= 0)
      #expect(reply.result?["cacheScope"] == "public")
      #expect(reply.result?["_meta"]?["io.modelcontextprotocol/serverInfo"]?["name"] == "orchestron")
      #expect(reply.result?["capabilities"]?["tools"]?["listChanged"] == true)
    }
  }

  @Test(arguments: [JSON.int(0), .int(-7), .string(""), .string("listen:0"), .int(.max)])
  func tellsAnIdBackAsItCame(id: JSON) async throws {
    try await Site.run { site in #expect(site.ask("server/discover", id: id).json["id"] == id) }
  }

  @Test func wantsJSON() async throws {
    try await Site.run { site in
      #expect(site.post("{}", ["Content-Type: text/plain"]).code == 415)
      #expect(site.post("{}", []).code == 415)
      #expect(site.post("{}", ["Content-Type: application/json", "Accept: text/html"]).code == 406)
    }
  }

  @Test(arguments: [
    ("{", -32700), ("", -32700), ("\"\u{1}\"", -32700), ("[]", -32600), ("1", -32600), ("null", -32600),
    (#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, -32600), (#"{"id":1,"method":"ping"}"#, -32600),
    (#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, -32600), (#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32600),
    (#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, -32600), (#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, -32600),
    (#"{"jsonrpc":"2.0","id":1,"method":7}"#, -32600), (#"{"jsonrpc":"2.0","id":1,"method":"a","params":[]}"#, -32600),
    (#"{"jsonrpc":"2.0","id":1}"#, -32600), (#"{"jsonrpc":"2.0","id":true,"method":"ping"}"#, -32600),
    (#"{"jsonrpc":"2.0","id":99999999999999999999999,"method":"ping"}"#, -32600),
  ])
  func refusesWhatIsNoMessage(body: String, code: Int64) async throws {
    try await Site.run { site in
      let reply = site.reply(site.post(body))
      #expect(reply.code == 400)
      #expect(reply.error == code)
    }
  }

  @Test func refusesARequestThatDoesNotSayWhatItSpeaks() async throws {
    try await Site.run { site in
      let headers = Site.json + ["MCP-Protocol-Version: 2026-07-28", "Mcp-Method: tools/list"]
      for params in ["{}", #"{"_meta":{}}"#, #"{"_meta":7}"#] {
        let body = #"{"jsonrpc":"2.0","id":3,"method":"tools/list","params":\#(params)}"#
        let reply = site.reply(site.post(body, headers))
        #expect(reply.code == 400)
        #expect(reply.error == -32602)
        #expect(reply.json["id"] == 3)
      }
    }
  }

  @Test func looksAtTheMetaBeforeTheHeadersAndAtTheHeadersBeforeTheVersion() async throws {
    try await Site.run { site in
      let future = Site.meta(["io.modelcontextprotocol/protocolVersion": "2099-01-01"])
      @Loop func ask(_ meta: JSON, _ headers: [String]) -> Int64? {
        site.ask("tools/list", meta: meta, headers: Site.json + headers).error
      }
      #expect(ask(["a": 1], ["MCP-Protocol-Version: 2099-01-01"]) == -32602)
      #expect(ask(future, ["MCP-Protocol-Version: 2098-01-01"]) == -32020)
      #expect(ask(future, ["MCP-Protocol-Version: 2099-01-01", "Mcp-Method: ping"]) == -32020)
      #expect(ask(future, ["MCP-Protocol-Version: 2099-01-01", "Mcp-Method: tools/list"]) == -32022)
      #expect(ask(Site.meta(), ["Mcp-Method: tools/list"]) == -32020)
      #expect(ask(Site.meta(), ["MCP-Protocol-Version: 2026-07-28"]) == -32020)
      #expect(ask(Site.meta(), ["MCP-Protocol-Version: 2026-07-28", "Mcp-Method: TOOLS/LIST"]) == -32020)
    }
  }

  @Test func saysWhichRevisionsThereAre() async throws {
    try await Site.run { site in
      let meta = Site.meta(["io.modelcontextprotocol/protocolVersion": "2030-01-01"])
      let headers = Site.json + ["MCP-Protocol-Version: 2030-01-01", "Mcp-Method: server/discover"]
      let reply = site.ask("server/discover", meta: meta, headers: headers)
      #expect(reply.code == 400)
      #expect(reply.error == -32022)
      #expect(reply.json["error"]?["data"] == ["supported": ["2026-07-28"], "requested": "2030-01-01"])
    }
  }

  @Test(arguments: ["initialize", "ping", "logging/setLevel", "resources/subscribe", "nothing/at-all"])
  func doesNotKnowMethodsOfOldInARequestOfToday(method: String) async throws {
    try await Site.run { site in
      let reply = site.ask(method)
      #expect(reply.code == 404)
      #expect(reply.error == -32601)
    }
  }

  @Test func comparesTheNameWithItsHeader() async throws {
    try await Site.run { site in
      site.host.answer("tasks.get", with: .success(["key": "ORC-1"]))
      let head = Site.json + ["MCP-Protocol-Version: 2026-07-28", "Mcp-Method: tools/call"]
      let call: [String: JSON] = ["name": "tasks_get", "arguments": ["id": "ORC-1"]]
      #expect(site.ask("tools/call", call, headers: head).error == -32020)
      #expect(site.ask("tools/call", call, headers: head + ["Mcp-Name: tasks_list"]).error == -32020)
      #expect(site.ask("tools/call", call, headers: head + ["Mcp-Name: =?base64?!!?="]).error == -32020)
      #expect(site.ask("tools/call", call, headers: head + ["mcp-name: =?base64?dGFza3NfZ2V0?="]).error == nil)
      #expect(site.ask("tools/call", call, headers: head + ["Mcp-Name: tasks_get"]).code == 200)
    }
  }

  @Test func answersNoNotification() async throws {
    try await Site.run { site in
      let request = site.post(
        #"{"jsonrpc":"2.0","method":"notifications/whatever"}"#, Site.json + ["MCP-Protocol-Version: 2026-07-28"])
      #expect(request.code == 202)
      #expect(request.body == "")
    }
  }

  @Test func hasNoStreamForWhoHasNoSession() async throws {
    try await Site.run { site in
      #expect(site.host.request("GET /mcp", headers: ["Accept: text/event-stream"]).code == 405)
      #expect(site.host.request("DELETE /mcp").code == 405)
    }
  }

  @Test func refusesALogLevelThatDoesNotExist() async throws {
    try await Site.run { site in
      let meta = Site.meta(["io.modelcontextprotocol/logLevel": "loud"])
      #expect(site.ask("tools/list", meta: meta).error == -32602)
    }
  }
}
