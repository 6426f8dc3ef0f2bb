import PluginKit
import PluginTesting
import Testing

@testable import MCPPlugin

/// Questions in the middle of a request, in both eras.
@Suite struct RoundTests {
  private static let asks: JSON = ["elicitation": ["form": [:]]]
  private static let config: JSON = ["role": "maintainer"]

  @Loop
  private static func call(
    _ site: Site, _ key: JSON = "ORC-1", _ more: [String: JSON] = [:], capabilities: JSON = asks
  ) -> Site.Reply {
    let params: [String: JSON] = ["name": "tasks_delete", "arguments": ["id": key]]
    return site.ask("tools/call", params.merging(more) { $1 }, meta: Site.meta(capabilities: capabilities))
  }

  private static let yes: JSON = ["confirm": ["action": "accept", "content": ["confirm": true]]]

  @Test func asksBeforeSomethingIsDestroyed() async throws {
    try await Site.run(Self.config) { site in
      site.host.answer("tasks.delete", with: .success(.null))
      let first = Self.call(site)
      #expect(first.result?["resultType"] == "input_required")
      #expect(first.result?["inputRequests"]?["confirm"]?["method"] == "elicitation/create")
      let state = try #require(first.result?["requestState"])
      let done = Self.call(site, "ORC-1", ["requestState": state, "inputResponses": Self.yes])
      #expect(done.result?["resultType"] == "complete")
      #expect(done.result?["content"]?[0]?["text"] == "done")
    }
  }

  @Test func doesNothingForWhoDoesNotAgree() async throws {
    try await Site.run(Self.config) { site in
      let state = try #require(Self.call(site).result?["requestState"])
      for answer: JSON in [
        ["action": "decline"], ["action": "cancel"], ["action": "accept", "content": ["confirm": false]],
        ["action": "accept"],
      ] {
        let reply = Self.call(site, "ORC-1", ["requestState": state, "inputResponses": ["confirm": answer]])
        #expect(reply.result?["isError"] == true)
      }
    }
  }

  @Test func refusesAnAnswerThatIsNone() async throws {
    try await Site.run(Self.config) { site in
      let state = try #require(Self.call(site).result?["requestState"])
      for answer: JSON in [1, [], [:], .null, ["action": "perhaps"], ["action": "accept", "content": []]] {
        let reply = Self.call(site, "ORC-1", ["requestState": state, "inputResponses": ["confirm": answer]])
        #expect(reply.error == -32602)
      }
    }
  }

  @Test func asksAgainForAnAnswerThatIsMissing() async throws {
    try await Site.run(Self.config) { site in
      let state = try #require(Self.call(site).result?["requestState"])
      let reply = Self.call(site, "ORC-1", ["requestState": state, "inputResponses": ["other": 7]])
      #expect(reply.result?["resultType"] == "input_required")
      #expect(Self.call(site, "ORC-1", ["inputResponses": Self.yes]).result?["resultType"] == "input_required")
    }
  }

  @Test func refusesAStateThatIsNotItsOwn() async throws {
    try await Site.run(Self.config) { site in
      let state = try #require(Self.call(site).result?["requestState"]?.string)
      let replaced = String(state.dropLast()) + (state.hasSuffix("A") ? "B" : "A")
      for text in ["", "x", replaced, state + "A", String(state.dropFirst(4)), StateSeal().seal("confirm", for: [])] {
        let reply = Self.call(site, "ORC-1", ["requestState": .string(text), "inputResponses": Self.yes])
        #expect(reply.error == -32602)
        #expect(reply.code == 400)
      }
      // Of the same form, for another task.
      let reply = Self.call(site, "ORC-2", ["requestState": .string(state), "inputResponses": Self.yes])
      #expect(reply.error == -32602)
      #expect(Self.call(site, "ORC-1", ["inputResponses": [1]]).error == -32602)
    }
  }

  @Test func leavesConsentToAClientThatCannotAsk() async throws {
    try await Site.run(Self.config) { site in
      site.host.answer("tasks.delete", with: .success(.null))
      #expect(Self.call(site, capabilities: [:]).result?["content"]?[0]?["text"] == "done")
    }
  }

  @Test func asksOnTheStreamOfTheRequestInASession() async throws {
    try await Site.run(Self.config) { site in
      site.host.answer("tasks.delete", with: .success(.null))
      let session = site.initialize(capabilities: ["elicitation": [:]]).id
      let call = site.inSession(session, "tools/call", ["name": "tasks_delete", "arguments": ["id": "ORC-1"]])
      let question = try #require(site.events(call).first)
      #expect(question["method"] == "elicitation/create")
      let answer: JSON = [
        "jsonrpc": "2.0", "id": question["id"] ?? .null,
        "result": ["action": "accept", "content": ["confirm": true]],
      ]
      #expect(site.post(answer.text, Site.json + ["Mcp-Session-Id: \(session)"]).code == 202)
      site.host.settle()
      #expect(site.reply(call).result?["content"]?[0]?["text"] == "done")
      #expect(call.isEnded)
    }
  }
}

/// Calls that become tasks.
@Suite struct TaskTests {
  @Test func knowsNoTasksOfOthersAndNoneThatThereAreNot() async throws {
    try await Site.run { site in
      for method in ["tasks/get", "tasks/update", "tasks/cancel"] {
        let headers = Site.json + ["MCP-Protocol-Version: 2026-07-28", "Mcp-Method: \(method)", "Mcp-Name: nothing"]
        let meta = Site.meta(capabilities: ["extensions": ["io.modelcontextprotocol/tasks": [:]]])
        #expect(site.ask(method, ["taskId": "nothing"], meta: meta, headers: headers).error == -32602)
        #expect(site.ask(method, meta: meta).error == -32602)
        #expect(site.ask(method, ["taskId": "nothing"], headers: headers).error == -32021)
      }
    }
  }

  @Test func tellsOfTasksToThoseAloneWhoKnowThem() async throws {
    try await Site.run { site in
      let wish: [String: JSON] = ["notifications": ["taskIds": ["nothing"]]]
      let refused = site.ask("subscriptions/listen", wish)
      #expect(refused.error == -32021)
      #expect(
        refused.json["error"]?["data"]?["requiredCapabilities"] == [
          "extensions": ["io.modelcontextprotocol/tasks": [:]]
        ])
      let meta = Site.meta(capabilities: ["extensions": ["io.modelcontextprotocol/tasks": [:]]])
      let first = site.events(site.open("subscriptions/listen", wish, meta: meta)).first
      #expect(first?["params"]?["notifications"] == ["taskIds": []])
      #expect(site.ask("subscriptions/listen", ["notifications": ["taskIds": "x"]], meta: meta).error == -32602)
    }
  }
}

/// What protects a state.
@Suite struct SealTests {
  @Test func opensForTheSamePurposeAndInTime() {
    let seal = StateSeal()
    let now = Instant(milliseconds: 1_000_000)
    let text = seal.seal("état", for: [1, 2], now: now)
    #expect(seal.open(text, for: [1, 2], now: now) == "état")
    #expect(seal.open(text, for: [1], now: now) == nil)
    #expect(seal.open(text, for: [1, 2], now: Instant(milliseconds: 1_000_000 + StateSeal.time)) == nil)
    #expect(StateSeal().open(text, for: [1, 2], now: now) == nil)
  }

  @Test func opensNothingThatWasChangedAnywhere() {
    let seal = StateSeal()
    let text = Array(seal.seal("confirm", for: [7]).utf8)
    for place in text.indices {
      var changed = text
      changed[place] = changed[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
      #expect(seal.open(String(decoding: changed, as: UTF8.self), for: [7]) == nil)
    }
  }

  @Test func survivesWhateverComes() {
    var random = SeededGenerator(seed: 7)
    let seal = StateSeal()
    for _ in 0..<2000 {
      let bytes = (0..<Int.random(in: 0...90, using: &random)).map { _ in UInt8.random(in: 32...126, using: &random) }
      #expect(seal.open(String(decoding: bytes, as: UTF8.self), for: []) == nil)
    }
  }
}
