import CPluginSDK
import PluginKit
import PluginTesting
import Testing

/// What a plugin declares for MCP clients, by the example of the documentation.
@Suite struct MCPTests {
  @Test func answersAToolWithContent() async throws {
    try await FakeHost.run(herbariumEntry) { host in
      let drawn = try #require(host.tool("herbarium_draw", #"{"name":"mint"}"#))
      #expect(
        drawn.result == [
          "content": [
            ["type": "text", "text": "This is mint:"], ["type": "image", "data": "iVA=", "mimeType": "image/png"],
          ]
        ])
      #expect(drawn.lines == ["1/2 looks at it"])
      let tool = try #require(host.mcpDeclaration(ORCH_MCP_TOOL, "herbarium_draw"))
      #expect(tool["annotations"]?["readOnlyHint"] == true && tool["inputSchema"]?["required"] == ["name"])
    }
  }

  @Test func asksAndGoesOnWithTheAnswer() async throws {
    try await FakeHost.run(herbariumEntry) { host in
      let burn = "herbarium_burn"
      let first = try #require(host.tool(burn, #"{"name":"mint"}"#))
      #expect(first.questions?["sure"]?["method"] == "elicitation/create")
      #expect(first.questions?["sure"]?["params"]?["message"] == "Burn mint?" && first.state == "mint")
      let declined = try #require(
        host.tool(burn, #"{"name":"mint"}"#, state: "mint", replies: #"{"sure":{"action":"decline"}}"#))
      #expect(declined.result?["content"]?[0]?["text"] == "Nothing was burnt.")
      let yes = #"{"sure":{"action":"accept","content":{}}}"#
      let done = try #require(host.tool(burn, #"{"name":"mint"}"#, state: "mint", replies: yes))
      #expect(done.result?["content"]?[0]?["text"] == "mint is ashes.")
      #expect(host.updatedResources == ["herbarium://sheets/mint"])
      let again = try #require(host.tool(burn, #"{"name":"mint"}"#, state: "mint", replies: yes))
      #expect(again.status == .notFound && again.message == "there is no sheet mint")
    }
  }

  @Test func readsAndCompletes() async throws {
    try await FakeHost.run(herbariumEntry) { host in
      let sage = try #require(host.read("herbarium://sheets/sage"))
      #expect(
        sage.result == ["contents": [["uri": "herbarium://sheets/sage", "text": "Salvia, on the dry slope"]]])
      #expect(host.read("herbarium://sheets/rue")?.status == .notFound)
      #expect(host.read("herbarium://elsewhere") == nil)
      let template = "herbarium://sheets/{name}"
      let names = host.complete(ORCH_MCP_TEMPLATE, template, argument: "name", #"{"name":"s"}"#)
      #expect(names?.result == ["values": ["sage"]])
      #expect(host.complete(ORCH_MCP_PROMPT, "herbarium_label", argument: "name") == nil)
    }
  }

  @Test func getsAPrompt() async throws {
    try await FakeHost.run(herbariumEntry) { host in
      let label = try #require(host.prompt("herbarium_label", #"{"name":"rue"}"#))
      #expect(
        label.result == [
          "messages": [
            ["role": "user", "content": ["type": "text", "text": "Write a label of three lines for rue."]]
          ]
        ])
    }
  }

  /// Handlers that wait, and that break the rules.
  final class Waiting: Plugin {
    static let id = "waiting"
    static let version = "1.0.0"
    static var log: [String] = []
    let host: Host

    init(host: Host, config: JSONValue) { self.host = host }

    func start() throws {
      Waiting.log = []
      try host.tool("late", "Answers later.") { [host] call in
        try await host.sleep(milliseconds: 50)
        call.log(.notice, #"{"n":1}"#, logger: "late")
        return .structured(#"{"n":1}"#)
      }
      try host.tool("never", "Waits for ever.") { [host] _ in
        do { try await host.sleep(milliseconds: 3_600_000) } catch { Waiting.log.append("cancelled") }
        return "late"
      }
      let item = try host.tool("wrong", "Adds what is no content.") { _ in [.image([1], type: "")] }
      try host.tool("gone", "Takes the other one away.") { _ in
        item.remove()
        return .failed(["It is gone."])
      }
    }
  }

  @Test func waitsAndIsCancelled() async throws {
    try await FakeHost.run({ Waiting.entry($0) }) { host in
      let late = try #require(host.tool("late"))
      #expect(late.status == nil)
      host.advance(milliseconds: 50)
      #expect(late.result?["structuredContent"] == ["n": 1] && late.lines == [#"5 late {"n":1}"#])
      let never = try #require(host.tool("never"))
      never.cancel()
      host.settle()
      #expect(Waiting.log == ["cancelled"])
    }
  }

  @Test func aHandlerThatBreaksARuleFails() async throws {
    try await FakeHost.run({ Waiting.entry($0) }) { host in
      let wrong = try #require(host.tool("wrong"))
      #expect(wrong.status == .invalidArgument && wrong.message.contains("mime_type"))
      #expect(host.tool("gone")?.result == ["content": [["type": "text", "text": "It is gone."]], "isError": true])
      #expect(host.tool("wrong") == nil)
    }
  }

  @Test func theExampleIsThatOfTheDocumentation() throws {
    #expect(try Documentation.holds("mcp.md", "Herbarium.swift"))
  }
}
