import CHost
import Testing

@testable import OrchestronHost

/// What the bundled plugin core declares for MCP clients, over the real storage.
@Suite final class PlanForModelsTests {
  private let host: TestHost
  private let server: Plugin
  private let context: UnsafeMutablePointer<orch_ctx>

  init() throws {
    host = try TestHost.withCore()
    server = try #require(host.host.lifecycle.plugin("storage"))
    context = try #require(server.faceContext(actor: "agent:test", rights: "read"))
  }

  deinit { HostExtensions.actor.free(server.pointer, context) }

  private func run(_ id: UInt64, _ request: MCPRequest) -> MCPRequest {
    #expect(HostExtensions.mcpServer.run(server.pointer, id, request.pointer) == 0)
    host.turn { !request.outcomes.isEmpty && request.references == 0 }
    return request
  }

  /// Reads a resource, and parses it.
  private func read(_ uri: String) throws -> JSON {
    let id = orch_str.with(uri) { HostExtensions.mcpServer.match(server.pointer, $0) }
    let request = run(try #require(id == 0 ? nil : id, "\(uri)"), MCPRequest(context, name: uri))
    let contents = try #require(request.result?["contents"]?[0], "\(request.outcomes)")
    #expect(contents["uri"]?.string == uri && contents["mimeType"] == "application/json")
    return try JSON(parsing: try #require(contents["text"]?.string))
  }

  private func prompt(_ name: String, _ arguments: String = "{}") -> MCPRequest {
    let id = orch_str.with(name) { HostExtensions.mcpServer.find(server.pointer, UInt32(ORCH_MCP_PROMPT), $0) }
    return run(id, MCPRequest(context, arguments))
  }

  @Test func aResourceReadsAsItsMethodAnswers() throws {
    let task = try host.answer("tasks.create", ["title": "Sow the beans"])
    let sprint = try host.answer(
      "sprints.create", ["name": "Spring", "startDate": "2026-03-02", "endDate": "2026-03-13"])
    let key = try #require(sprint["key"]?.string)
    #expect(try read("orchestron://tasks/ORC-1") == task)
    #expect(try read("orchestron://tasks/\(try #require(task["id"]?.string))") == task)
    #expect(try read("orchestron://tasks")["items"] == [task])
    #expect(try read("orchestron://sprints")["items"] == [sprint])
    #expect(try read("orchestron://sprints/active") == .null)
    #expect(try read("orchestron://sprints/\(key)") == sprint)
    #expect(
      try read("orchestron://sprints/\(key)/burndown")
        == (try host.answer("sprints.burndown", ["id": .string(key)])))
    #expect(try read("orchestron://projects")["items"]?[0]?["key"] == "ORC")
    #expect(try read("orchestron://projects/orc")["key"] == "ORC")
    #expect(try read("orchestron://events")["items"]?.array?.isEmpty == false)
    #expect(try read("orchestron://health")["status"] == "ok")
    #expect(try read("orchestron://plugins").text.contains("\"storage\""))
  }

  @Test func whatIsNotThereIsNotFound() throws {
    let uri = "orchestron://tasks/ORC-99"
    let id = orch_str.with(uri) { HostExtensions.mcpServer.match(server.pointer, $0) }
    let request = run(id, MCPRequest(context, name: uri))
    guard case .failure(.notFound, let message, _)? = request.outcomes.first else {
      Issue.record("\(request.outcomes)")
      return
    }
    #expect(message.contains("ORC-99"))
  }

  @Test func completesKeysByWhatIsTyped() throws {
    _ = try host.answer("tasks.create", ["title": "Sow the beans"])
    _ = try host.answer("tasks.create", ["title": "Water the peas"])
    func complete(_ typed: String) -> JSON? {
      let name = "orchestron://tasks/{id}"
      let id = orch_str.with(name) { HostExtensions.mcpServer.find(server.pointer, UInt32(ORCH_MCP_TEMPLATE), $0) }
      let request = MCPRequest(context, name: "id", JSON.object(["id": .string(typed)]).text)
      #expect(HostExtensions.mcpServer.complete(server.pointer, id, request.pointer) == 0)
      host.turn { !request.outcomes.isEmpty && request.references == 0 }
      return request.result?["completion"]?["values"]
    }
    #expect(complete("orc")?.array?.count == 2)
    #expect(complete("PEAS") == ["ORC-2"])
    #expect(complete("nothing") == [])
  }

  @Test func promptsHoldWhatHasToBeKnown() throws {
    _ = try host.answer("tasks.create", ["title": "Sow the beans", "description": "In rows"])
    for name in ["break_down_task", "review_attempt", "hand_off"] {
      let result = try #require(prompt(name, #"{"task":"ORC-1"}"#).result, "\(name)")
      #expect(result["description"] == "ORC-1: Sow the beans")
      let messages = try #require(result["messages"]?.array)
      #expect(messages.allSatisfy { $0["role"] == "user" } && messages.count >= 3)
      #expect(messages[1]["content"]?["resource"]?["uri"] == "orchestron://tasks/ORC-1")
      #expect(messages[1]["content"]?["resource"]?["text"]?.string?.contains("In rows") == true)
    }
    #expect(prompt("plan_sprint").result?["messages"]?.text.contains("Sow the beans") == true)
    #expect(prompt("daily_report").result?["messages"]?.array?.count == 4)
    guard case .failure(.notFound, _, _)? = prompt("plan_sprint", #"{"sprint":"ORC-S9"}"#).outcomes.first else {
      Issue.record("a sprint that is not there")
      return
    }
  }

  @Test func tellsWhatReadsDifferentlyAfterAChange() throws {
    let events = try EventHost(host: host).subscribe("mcp:updated")
    _ = try host.answer("tasks.create", ["title": "Sow the beans"])
    host.turn(upTo: 0.1) { false }  // what was published so far is out
    var ids: [UInt64] = [0, 0]
    for (index, uri) in ["orchestron://tasks/ORC-1", "orchestron://events"].enumerated() {
      #expect(orch_str.with(uri) { HostExtensions.mcpServer.watch(server.pointer, $0, &ids[index]) } == 0)
    }
    _ = try host.answer("tasks.update", ["id": "ORC-1", "title": "Sow the peas"])
    host.turn { events.received.count >= 2 }
    host.turn(upTo: 0.1) { events.received.count > 2 }
    #expect(events.received.count == 2, "of all that reads differently what is watched")
  }
}
