import PluginKit
import PluginTesting
import Testing

@testable import MCPPlugin

/// Tools from declarations: which there are, and what calling them answers.
@Suite struct ToolTests {
  private static func names(_ reply: Site.Reply) -> [String] {
    reply.result?["tools"]?.array?.compactMap { $0["name"]?.string } ?? []
  }

  private static func text(_ json: JSON) -> String {
    json["result"]?["content"]?[0]?["text"]?.string ?? ""
  }

  @Test func listsFewToolsThatReachEverything() async throws {
    try await Site.run { site in
      let reply = site.ask("tools/list")
      #expect(
        Self.names(reply) == [
          "call_read", "call_write", "find_methods", "tasks_create", "tasks_get", "tasks_list", "tasks_update",
        ])
      #expect(reply.result?["cacheScope"] == "private")
      #expect(reply.result?["ttlMs"]?.int ?? -1 >= 0)
    }
  }

  @Test func hasProfiles() async throws {
    try await Site.run(["profiles": ["mine": ["sprints_*", "find_methods"]]]) { site in
      @Loop func names(_ profile: String) -> [String] {
        let body: JSON = [
          "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": ["_meta": Site.meta()],
        ]
        let headers = Site.json + ["MCP-Protocol-Version: 2026-07-28", "Mcp-Method: tools/list"]
        return Self.names(site.reply(site.post(body.text, headers, path: "/mcp?profile=\(profile)")))
      }
      #expect(
        names("full") == [
          "sprints_addTasks", "sprints_burndown", "tasks_create", "tasks_get", "tasks_list", "tasks_update",
        ])
      #expect(names("mine") == ["find_methods", "sprints_addTasks", "sprints_burndown"])
      #expect(names("none") == [])
    }
  }

  @Test func showsWhatTheRoleMayDoAndNothingElse() async throws {
    try await Site.run(["role": "admin", "profile": "full"]) { site in
      #expect(Self.names(site.ask("tools/list")).contains("tasks_delete"))
      #expect(Self.names(site.ask("tools/list")).contains("users_list"))
      #expect(!Self.names(site.ask("tools/list")).contains("mcp_open"))
    }
    try await Site.run(["role": "viewer", "profile": "full"]) { site in
      #expect(Self.names(site.ask("tools/list")) == ["sprints_burndown", "tasks_get", "tasks_list"])
      let call = site.call("tasks_create")
      #expect(call["error"]?["code"] == -32602)
    }
  }

  @Test func derivesSchemasAndHints() async throws {
    try await Site.run(["role": "admin", "profile": "full"]) { site in
      let tools = site.ask("tools/list").result?["tools"]?.array ?? []
      func tool(_ name: String) -> JSON? { tools.first { $0["name"]?.string == name } }
      #expect(
        tool("tasks_get")?["inputSchema"] == [
          "type": "object", "properties": ["id": ["type": "string", "description": "The key"]], "required": ["id"],
          "additionalProperties": false,
        ])
      #expect(tool("tasks_get")?["outputSchema"]?["type"] == "object")
      #expect(tool("tasks_list")?["outputSchema"] == nil)
      #expect(
        tool("tasks_list")?["inputSchema"]?["properties"]?["limit"] == ["type": "integer", "description": "At most"])
      #expect(tool("tasks_get")?["annotations"] == ["readOnlyHint": true, "openWorldHint": false])
      #expect(
        tool("tasks_delete")?["annotations"] == [
          "readOnlyHint": false, "destructiveHint": true, "idempotentHint": false, "openWorldHint": false,
        ])
      #expect(tool("sprints_addTasks")?["title"] == "Sprints: add tasks")
    }
  }

  @Test func keepsANullThatTakesSomethingAway() async throws {
    try await Site.run { site in
      let tools = site.ask("tools/list").result?["tools"]?.array ?? []
      let fields = tools.first { $0["name"] == "tasks_update" }?["inputSchema"]?["properties"]
      #expect(
        fields?["title"] == [
          "type": ["string", "null"], "description": "What it is called; has to have something to see",
        ])
      #expect(fields?["assignee"] == ["type": ["string", "null"], "minLength": 1, "description": "Who does it"])
    }
  }

  @Test func showsNoSchemasOfResultsWhereThereIsLittleRoom() async throws {
    try await Site.run { site in
      for tool in site.ask("tools/list").result?["tools"]?.array ?? [] { #expect(tool["outputSchema"] == nil) }
      site.host.answer("tasks.get", with: .success(["key": "ORC-1"]))
      #expect(site.call("tasks_get", ["id": "ORC-1"])["result"]?["structuredContent"] == ["key": "ORC-1"])
    }
  }

  @Test func answersAsTextAndAsTheObjectThatItIs() async throws {
    try await Site.run { site in
      site.host.answer("tasks.get", with: .success(["key": "ORC-1"]))
      let result = site.call("tasks_get", ["id": "ORC-1"])["result"]
      #expect(result?["structuredContent"] == ["key": "ORC-1"])
      #expect(result?["content"] == [["type": "text", "text": #"{"key":"ORC-1"}"#]])
      #expect(result?["isError"] == nil)
    }
  }

  @Test func tellsTheModelWhatWentWrong() async throws {
    try await Site.run { site in
      site.host.answer("tasks.get", with: .failure(Failure(.notFound, "there is no task ORC-9")))
      let reply = site.call("tasks_get", ["id": "ORC-9"])
      #expect(reply["result"]?["isError"] == true)
      #expect(Self.text(reply) == "not_found: there is no task ORC-9")
    }
  }

  @Test func refusesToolsThatDoNotExist() async throws {
    try await Site.run { site in
      for name in ["nothing", "mcp_open", "tasks_delete", "users_list", ""] {
        #expect(site.call(name)["error"]?["code"] == -32602)
      }
      #expect(site.ask("tools/call").error == -32602)
      #expect(site.ask("tools/call", ["name": "tasks_get", "arguments": [1]]).error == -32602)
    }
  }

  @Test func showsTheToolsOfOtherServersWhenAProfileNamesThem() async throws {
    try await Site.run(["role": "admin", "profile": "full", "profiles": ["all": ["*"]]]) { site in
      let names = (site.ask("tools/list").result?["tools"]?.array ?? []).compactMap { $0["name"]?.string }
      #expect(names.contains("tasks_get") && !names.contains { $0.hasPrefix("mcp_files") })
      #expect(site.call("mcp_files_readFile", ["id": "a"])["error"]?["code"] == -32602)
      #expect(Self.text(site.call("find_methods", ["query": "reads file"])).contains("no method fits"))
      let answer = site.call("call_read", ["method": "mcp_files.readFile", "arguments": ["id": "a"]])
      #expect(Self.text(answer).contains("there is no method"))
    }
    try await Site.run(["role": "admin", "profile": "files", "profiles": ["files": ["mcp_files_read*"]]]) { site in
      let names = (site.ask("tools/list").result?["tools"]?.array ?? []).compactMap { $0["name"]?.string }
      #expect(names == ["mcp_files_readFile"])
      site.host.answer("mcp_files.readFile", with: .success("text"))
      #expect(Self.text(site.call("mcp_files_readFile", ["id": "a"])) == "text")
      #expect(site.call("mcp_files_removeFile", ["id": "a"])["error"]?["code"] == -32602)
    }
  }

  @Test func findsMethodsByWords() async throws {
    try await Site.run { site in
      let burndown = Self.text(site.call("find_methods", ["query": "how much is left of the sprint"]))
      #expect(burndown.contains("sprints.burndown"))
      #expect(burndown.contains(#""call":"call_read""#))
      #expect(Self.text(site.call("find_methods", ["query": "sprints.addTasks"])).contains(#""call":"call_write""#))
      #expect(!Self.text(site.call("find_methods", ["query": "delete a task"])).contains("tasks.delete"))
      #expect(Self.text(site.call("find_methods")).contains(#""service":"sprints""#))
      #expect(!Self.text(site.call("find_methods")).contains("users"))
    }
  }

  @Test func readsWithCallReadAlone() async throws {
    try await Site.run { site in
      site.host.answer("sprints.burndown", with: .success([["day": "2026-01-01"]]))
      site.host.answer("sprints.addTasks", with: .success(.null))
      #expect(
        Self.text(site.call("call_read", ["method": "sprints.burndown", "arguments": ["id": "S-1"]]))
          == #"[{"day":"2026-01-01"}]"#)
      let refused = site.call("call_read", ["method": "sprints.addTasks"])
      #expect(refused["result"]?["isError"] == true)
      #expect(Self.text(refused).contains("call_write"))
      #expect(Self.text(site.call("call_write", ["method": "sprints_addTasks"])) == "done")
    }
  }

  @Test func namesWhatLooksLikeAMethodThatDoesNotExist() async throws {
    try await Site.run { site in
      #expect(Self.text(site.call("call_read", ["method": "sprint.burnDown"])).contains("sprints.burndown"))
      #expect(Self.text(site.call("call_write", ["method": "tasks.delete"])).contains("there is no method"))
      #expect(Self.text(site.call("call_read")).contains("\"method\" is missing"))
    }
  }

  @Test func keepsALargeResultForWhoAskedForIt() async throws {
    try await Site.run(["limits": ["resultBytes": 1024]]) { site in
      let long = JSON.string(String(repeating: "ü", count: 3000))
      site.host.answer("sprints.burndown", with: .success(["text": long]))
      let result = site.call("call_read", ["method": "sprints.burndown"])["result"]
      let link = result?["content"]?[1]
      #expect(link?["type"] == "resource_link")
      #expect((result?["content"]?[0]?["text"]?.string?.utf8.count ?? 0) < 2500)
      let uri = try #require(link?["uri"])
      let read = site.ask("resources/read", ["uri": uri])
      #expect(read.result?["contents"]?[0]?["text"]?.string == JSON.object(["text": long]).text)
      #expect(site.ask("resources/read", ["uri": "orchestron://results/other"]).error == -32602)
    }
  }

  @Test func pagesStayGoodAndForeignCursorsDoNot() async throws {
    try await Site.run { site in
      for cursor in [JSON.string("!"), .string(""), .int(3), .string("AAAA")] {
        #expect(site.ask("tools/list", ["cursor": cursor]).error == -32602)
      }
      let after = Base64URL.encode(Array("ntasks_get".utf8))
      #expect(Self.names(site.ask("tools/list", ["cursor": .string(after)])) == ["tasks_list", "tasks_update"])
    }
  }
}
