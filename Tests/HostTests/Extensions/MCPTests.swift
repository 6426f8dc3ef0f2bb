import CHost
import Testing

@testable import OrchestronHost

/// What the fixture `mcp-everything` declares, as the plugin that serves MCP reaches it.
@Suite final class MCPTests {
  private let host: TestHost
  private let server: Plugin
  private let everything: Plugin
  private let context: UnsafeMutablePointer<orch_ctx>

  init() throws {
    host = try TestHost([try Fixtures.path("echo"), try Fixtures.path("mcp-everything")])
    try host.start()
    server = try #require(host.host.lifecycle.plugin("echo"))
    everything = try #require(host.host.lifecycle.plugin("mcp-everything"))
    context = try #require(server.faceContext(rights: "write"))
  }

  deinit { HostExtensions.actor.free(server.pointer, context) }

  private func find(_ kind: Int, _ name: String) -> UInt64 {
    orch_str.with(name) { HostExtensions.mcpServer.find(server.pointer, UInt32(kind), $0) }
  }

  private func match(_ uri: String) -> UInt64 {
    orch_str.with(uri) { HostExtensions.mcpServer.match(server.pointer, $0) }
  }

  private func message(_ status: Status?) -> String {
    Context.behind(context)?.failure(status: status ?? .ok, fallback: "").message ?? ""
  }

  private func run(_ id: UInt64, _ request: MCPRequest) -> Status? {
    Status(rawValue: HostExtensions.mcpServer.run(server.pointer, id, request.pointer))
  }

  /// Calls a tool, and gives its result.
  private func call(
    _ tool: String, _ arguments: String = "", capabilities: String = "", state: String = "", replies: String = ""
  ) -> MCPRequest {
    let request = MCPRequest(context, arguments, capabilities: capabilities, state: state, replies: replies)
    #expect(run(find(ORCH_MCP_TOOL, tool), request) == .ok, "\(tool)")
    return request
  }

  private func text(_ tool: String, _ arguments: String = "") -> JSON {
    call(tool, arguments).result?["content"]?[0] ?? .null
  }

  // MARK: Lists

  @Test func tellsTheServerWhatPluginsHaveDeclared() throws {
    final class Found {
      var all: [(kind: UInt32, name: String, plugin: String, right: String, json: JSON, flags: UInt32)] = []
    }
    func all(_ context: UnsafeMutablePointer<orch_ctx>?) -> Found {
      let found = Found()
      HostExtensions.mcpServer.each(
        server.pointer, context,
        { found, info in
          guard let found, let info = info?.pointee else { return }
          Unmanaged<Found>.fromOpaque(found).takeUnretainedValue().all.append(
            (
              info.kind, info.name.string, info.plugin.string, info.permission.string,
              (try? JSON(parsing: info.declaration.bytes)) ?? .null, info.flags
            ))
        }, Unmanaged.passUnretained(found).toOpaque())
      return found
    }
    let everything = all(nil).all
    #expect(everything.allSatisfy { $0.plugin == "mcp-everything" })
    #expect(everything.filter { $0.kind == UInt32(ORCH_MCP_PROMPT) }.count == 6)
    #expect(everything.filter { $0.kind == UInt32(ORCH_MCP_RESOURCE) }.map(\.name).contains("test://static-text"))
    let template = try #require(everything.first { $0.kind == UInt32(ORCH_MCP_TEMPLATE) })
    #expect(template.name == "test://template/{id}/data" && template.flags == UInt32(ORCH_MCP_COMPLETES))
    let schema = try #require(everything.first { $0.name == "json_schema_2020_12_tool" }).json["inputSchema"]
    #expect(schema?["$defs"]?["address"]?["$anchor"] == "addressDef" && schema?["else"]?["required"]?[0] == "email")
    #expect(everything.first { $0.name == "test_structured_content" }?.right == "read")
    #expect(everything.first { $0.name == "test_simple_text" }?.right == "write")
    let reader = try #require(server.faceContext(rights: "read"))
    defer { HostExtensions.actor.free(server.pointer, reader) }
    let tools = all(reader).all.filter { $0.kind == UInt32(ORCH_MCP_TOOL) }.map(\.name)
    #expect(tools == ["test_structured_content"], "who may read sees what reads")
  }

  @Test func theServersTableNeedsAPermission() {
    let pointer = server.pointer
    #expect(ORCH_EXT_MCP_SERVER.withCString { pointer.pointee.v.pointee.extension(pointer, $0) } == nil)
    #expect(ORCH_EXT_MCP.withCString { pointer.pointee.v.pointee.extension(pointer, $0) } != nil)
  }

  // MARK: Content

  @Test func answersWithEachKindOfContent() {
    #expect(
      call("test_simple_text").result
        == ["content": [["type": "text", "text": "This is a simple text response for testing."]]])
    let image = text("test_image_content")
    #expect(image["type"] == "image" && image["mimeType"] == "image/png")
    #expect(image["data"]?.string?.hasPrefix("iVBORw0KGgo") == true)
    #expect(text("test_audio_content")["data"]?.string?.hasPrefix("UklGR") == true)
    #expect(
      text("test_embedded_resource") == [
        "type": "resource",
        "resource": [
          "uri": "test://embedded-resource", "mimeType": "text/plain", "text": "This is an embedded resource content.",
        ],
      ])
    #expect(
      text("test_resource_link") == [
        "type": "resource_link", "uri": "test://static-text", "name": "static-text", "mimeType": "text/plain",
      ])
    #expect(call("test_multiple_content_types").result?["content"]?.array?.count == 3)
    #expect(
      call("test_structured_content", #"{"text":"four"}"#).result == [
        "content": [["type": "text", "text": #"{"length":4}"#]], "structuredContent": ["length": 4],
      ], "a structured result is also there for those who read text")
  }

  @Test func tellsWhatWentWrong() {
    #expect(
      call("test_error_handling").result == [
        "content": [["type": "text", "text": "This tool intentionally returns an error for testing"]], "isError": true,
      ])
    #expect(call("test_exception").outcomes == [.failure(.notFound, "There is no such thing.", details: nil)])
    #expect(everything.accounts.faults == 0)
  }

  @Test func runsWhatTheCallerMayWithArgumentsThatFit() throws {
    let tool = find(ORCH_MCP_TOOL, "test_structured_content")
    for (arguments, sentence) in [
      ("{}", "the arguments of test_structured_content are not valid: /text: is missing"),
      (#"{"text":7}"#, "/text"), ("[]", "are not a JSON object"), ("{", "are not valid JSON"),
    ] {
      let request = MCPRequest(context, arguments)
      #expect(run(tool, request) == .invalidArgument)
      #expect(message(.invalidArgument).contains(sentence), "\(message(.invalidArgument))")
      #expect(request.outcomes == [] && request.references == 0, "the request has not been touched")
    }
    let reader = try #require(server.faceContext(rights: "read"))
    defer { HostExtensions.actor.free(server.pointer, reader) }
    let refused = MCPRequest(reader)
    #expect(run(find(ORCH_MCP_TOOL, "test_simple_text"), refused) == .permissionDenied)
    #expect(
      Context.behind(reader)?.failure(status: .permissionDenied, fallback: "").message
        == #"tool "test_simple_text" needs the right "write"; user:ada has read"#)
    #expect(run(999_999, refused) == .notFound)
  }

  // MARK: Resources and prompts

  @Test func readsResources() {
    func read(_ uri: String) -> JSON? {
      let request = MCPRequest(context, name: uri)
      guard run(match(uri), request) == .ok else { return nil }
      return request.result?["contents"]?[0]
    }
    #expect(
      read("test://static-text") == [
        "uri": "test://static-text", "mimeType": "text/plain",
        "text": "This is the content of the static text resource.",
      ])
    #expect(read("test://static-binary")?["blob"]?.string?.hasPrefix("iVBORw0KGgo") == true)
    let data = read("test://template/a%20b/data")
    #expect(data?["text"] == #"{"id":"a b","templateTest":true,"data":"Data for ID: a b"}"#)
    #expect(data?["uri"] == "test://template/a%20b/data")
    for uri in [
      "test://nothing", "test://template//data", "test://template/../data", "test://template/a%2Fb/data",
      "test://template/a/b/data", "test://template/a/data/", "test://template/%ff/data", "test://template/%4/data", "",
    ] {
      #expect(match(uri) == 0, "\(uri)")
    }
  }

  @Test func getsPrompts() {
    let prompt = find(ORCH_MCP_PROMPT, "test_prompt_with_arguments")
    let request = MCPRequest(context, #"{"arg1":"a","arg2":"b"}"#)
    #expect(run(prompt, request) == .ok)
    #expect(
      request.result == [
        "description": "A prompt with two arguments",
        "messages": [
          ["role": "user", "content": ["type": "text", "text": "Prompt with arguments: arg1='a', arg2='b'"]]
        ],
      ])
    #expect(run(prompt, MCPRequest(context, #"{"arg1":"a"}"#)) == .invalidArgument)
    #expect(message(.invalidArgument) == #"the prompt test_prompt_with_arguments needs the argument "arg2""#)
    #expect(run(prompt, MCPRequest(context, #"{"arg1":"a","arg2":2}"#)) == .invalidArgument)
    let talk = MCPRequest(context)
    #expect(run(find(ORCH_MCP_PROMPT, "test_prompt_with_roles"), talk) == .ok)
    #expect(talk.result?["messages"]?.array?.map { $0["role"] } == ["user", "assistant"])
  }

  @Test func completesArguments() {
    let request = MCPRequest(context, name: "arg1", #"{"arg1":"x"}"#)
    let complete = HostExtensions.mcpServer.complete
    let prompt = find(ORCH_MCP_PROMPT, "test_prompt_with_arguments")
    #expect(complete?(server.pointer, prompt, request.pointer) == 0)
    #expect(request.result == ["completion": ["values": ["xparis", "xparty"], "total": 2, "hasMore": false]])
    let none = find(ORCH_MCP_PROMPT, "test_simple_prompt")
    let refused = MCPRequest(context, name: "x")
    #expect(complete?(server.pointer, none, refused.pointer) == Status.unimplemented.rawValue)
    #expect(message(.unimplemented) == #"prompt "test_simple_prompt" proposes no values"#)
  }

  // MARK: Rounds

  @Test func asksAndRunsAnewWithTheAnswer() throws {
    let tool = "test_input_required_result_multi_round"
    let able = #"{"elicitation":{}}"#
    let first = call(tool, capabilities: able)
    guard case .ask(let questions, let state) = try #require(first.outcomes.first) else { throw Failure(.internal, "") }
    #expect(questions["step1"]?["params"]?["message"] == "Step 1: What is your name?" && state == "1")
    let second = call(
      tool, capabilities: able, state: state, replies: #"{"step1":{"action":"accept","content":{"name":"Ada"}}}"#)
    #expect(second.outcomes.count == 1)
    guard case .ask(_, let later) = try #require(second.outcomes.first) else { throw Failure(.internal, "") }
    #expect(later == "2 Ada")
    let third = call(
      tool, capabilities: able, state: later, replies: #"{"step2":{"action":"accept","content":{"color":"blue"}}}"#)
    #expect(third.result?["content"]?[0]?["text"] == "Ada likes blue.")
    #expect([first, second, third].allSatisfy { $0.references == 0 })
  }

  @Test func asksNobodyWhoCannotAnswer() {
    func lacking(_ tool: String, _ arguments: String, _ capabilities: String) -> JSON? {
      guard
        case .failure(.failedPrecondition, _, let details)? = call(
          tool, arguments, capabilities: capabilities
        ).outcomes.first
      else { return nil }
      return details?["requiredCapabilities"]
    }
    let name = "test_input_required_result_elicitation"
    #expect(lacking(name, "", "") == ["elicitation": ["form": [:]]])
    #expect(lacking(name, "", #"{"elicitation":{"url":{}}}"#) == ["elicitation": ["form": [:]]])
    #expect(lacking(name, "", #"{"elicitation":{"form":{}}}"#) == nil)
    #expect(lacking("test_url_elicitation", "", #"{"elicitation":{}}"#) == ["elicitation": ["url": [:]]])
    #expect(lacking("test_sampling", #"{"prompt":"x"}"#, "{}") == ["sampling": [:]])
    #expect(lacking("test_input_required_result_list_roots", "", #"{"roots":true}"#) == ["roots": [:]])
    #expect(
      lacking("test_input_required_result_multiple_inputs", "", #"{"elicitation":{}}"#) == [
        "sampling": [:], "roots": [:],
      ])
  }

  // MARK: On the way

  @Test func tellsLinesAndProgressOfACall() {
    let logging = call("test_tool_with_logging")
    let progress = call("test_tool_with_progress")
    #expect(logging.references == 1)
    host.turn { logging.outcomes.count == 1 && progress.outcomes.count == 1 }
    #expect(
      logging.lines.map { $0["data"] } == [
        "Tool execution started", "Tool processing data", "Tool execution completed",
      ])
    #expect(logging.lines.first?["level"] == 6 && logging.lines.first?["logger"] == "everything")
    #expect(progress.reports.map(\.progress) == [0, 50, 100])
    #expect(progress.reports.last?.message == "Completed step 100 of 100")
    #expect(logging.references == 0 && progress.references == 0)
  }

  @Test func aCallThatIsCancelledIsLetGo() {
    let slow = call("test_slow")
    #expect(slow.references == 1 && slow.whenCancelled != nil)
    slow.answersWith = .cancelled
    slow.cancel()
    host.turn { slow.references == 0 }
    #expect(slow.references == 0)
    // Nobody waits: what the host says to nobody is no fault of the plugin's.
    #expect(everything.accounts.faults == 0)
  }

  @Test func whatWaitsForAPluginThatStopsIsAnswered() {
    let slow = call("test_slow")
    host.stop()
    #expect(
      slow.outcomes == [.failure(.unavailable, #"plugin "mcp-everything" has stopped; try again later"#, details: nil)])
    #expect(slow.references == 0)
    #expect(host.host.mcp.all.isEmpty)
  }

  // MARK: Changes

  @Test func tellsWhatComesAndGoes() throws {
    let events = try EventHost(host: host).subscribe("mcp:*")
    #expect(call("test_trigger_tool_change").result != nil)
    host.turn { events.received.count == 2 }
    #expect(events.received.map(\.topic) == ["mcp:added", "mcp:removed"])
    #expect(find(ORCH_MCP_TOOL, "test_dynamic_tool") == 0)
  }

  @Test func tellsOfResourcesThatSomebodyWatches() throws {
    let events = try EventHost(host: host).subscribe("mcp:updated")
    let uri = "test://watched-resource"
    func isWatched(_ uri: String) -> Bool {
      orch_str.with(uri) { HostExtensions.mcp.is_watched(everything.pointer, $0) } == 1
    }
    var id: UInt64 = 0
    #expect(call("test_touch_resource").result != nil && !isWatched(""))
    #expect(orch_str.with(uri) { HostExtensions.mcpServer.watch(server.pointer, $0, &id) } == 0)
    #expect(isWatched(uri) && isWatched("") && !isWatched("test://static-text"))
    #expect(call("test_touch_resource").result != nil)
    orch_str.with(uri) { HostExtensions.mcp.updated(server.pointer, $0) }
    #expect(HostExtensions.mcpServer.unwatch(server.pointer, id) == 0)
    #expect(HostExtensions.mcpServer.unwatch(server.pointer, id) == Status.failedPrecondition.rawValue)
    #expect(call("test_touch_resource").result != nil && !isWatched(uri))
    host.turn { events.received.count == 1 }
    host.turn(upTo: 0.1) { events.received.count > 1 }
    #expect(events.received.count == 1, "once, while it was watched, by whose it is")
  }
}
