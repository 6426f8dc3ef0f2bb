import CHost
import Testing

@testable import OrchestronHost

/// Declarations for MCP, and handlers that break the rules, by the tables that plugins get.
@Suite final class MCPDeclarationTests {
  private let host: TestHost
  private let plain: Plugin
  private let echo: Plugin
  private let context: UnsafeMutablePointer<orch_ctx>

  init() throws {
    host = try TestHost([try Fixtures.path("plain"), try Fixtures.path("echo")])
    try host.start()
    plain = try #require(host.host.lifecycle.plugin("plain"))
    echo = try #require(host.host.lifecycle.plugin("echo"))
    context = try #require(echo.faceContext(rights: nil))
  }

  deinit { HostExtensions.actor.free(echo.pointer, context) }

  /// A handler in Swift, and what the host does with it.
  private final class Handler {
    let body: (UnsafeMutablePointer<orch_mcp_call>) -> Void
    var releases = 0

    init(_ body: @escaping (UnsafeMutablePointer<orch_mcp_call>) -> Void = { _ in }) { self.body = body }

    var raw: orch_mcp_handler {
      orch_mcp_handler(
        run: { me, call in
          if let me, let call { Unmanaged<Handler>.fromOpaque(me).takeUnretainedValue().body(call) }
        }, complete: nil, ud: Unmanaged.passRetained(self).toOpaque(),
        release: { me in if let me { Unmanaged<Handler>.fromOpaque(me).takeRetainedValue().releases += 1 } })
    }
  }

  private func add(
    _ plugin: Plugin, _ kind: Int, _ declaration: String, permission: String = "", _ handler: Handler = Handler()
  ) -> (status: Status?, message: String, id: UInt64) {
    let context = Context(actor: Text("user:test"), caller: plugin.name, deadline: nil, chain: 0)
    var id: UInt64 = 0
    let status = Status(
      rawValue: orch_str.with(declaration) { declaration in
        orch_str.with(permission) { permission in
          HostExtensions.mcp.add(
            plugin.pointer, context.pointer, UInt32(kind), declaration, permission, handler.raw, &id)
        }
      })
    return (status, context.failure(status: status ?? .ok, fallback: "").message, id)
  }

  private func run(_ id: UInt64) -> MCPRequest {
    let request = MCPRequest(context)
    #expect(HostExtensions.mcpServer.run(echo.pointer, id, request.pointer) == 0)
    return request
  }

  private static let tool = #"{"name":"a","inputSchema":{"type":"object"}}"#

  @Test(arguments: [
    (ORCH_MCP_TOOL, "[]", "must be a JSON object"), (ORCH_MCP_TOOL, "{", "is not valid JSON"),
    (ORCH_MCP_TOOL, #"{"inputSchema":{"type":"object"}}"#, #"the tool needs a "name""#),
    (ORCH_MCP_TOOL, #"{"name":"a.b","inputSchema":{"type":"object"}}"#, "1 to 48 letters, digits, _ and -"),
    (ORCH_MCP_TOOL, #"{"name":"a"}"#, #"needs an "inputSchema""#),
    (ORCH_MCP_TOOL, #"{"name":"a","inputSchema":{"type":"array"}}"#, #"whose "type" is not "object""#),
    (ORCH_MCP_TOOL, #"{"name":"a","inputSchema":{"type":"object","minProperties":-1}}"#, "cannot be used"),
    (
      ORCH_MCP_TOOL,
      #"{"name":"a","inputSchema":{"type":"object","$schema":"http://json-schema.org/draft-07/schema#"}}"#,
      "write it for JSON Schema 2020-12"
    ),
    (ORCH_MCP_TOOL, #"{"name":"a","inputSchema":{"type":"object"},"title":7}"#, #"a "title" that is no string"#),
    (
      ORCH_MCP_TOOL, #"{"name":"a","inputSchema":{"type":"object"},"annotations":{"readOnlyHint":"yes"}}"#,
      #""readOnlyHint" that is neither true nor false"#
    ),
    (ORCH_MCP_RESOURCE, #"{"name":"a"}"#, #"needs a "uri""#),
    (ORCH_MCP_RESOURCE, #"{"name":"a","uri":"a b"}"#, "must begin with a scheme"),
    (ORCH_MCP_RESOURCE, #"{"name":"a","uri":"x://a b"}"#, "characters that a URI has not"),
    (ORCH_MCP_RESOURCE, #"{"uri":"x://a"}"#, #"needs a "name""#),
    (ORCH_MCP_TEMPLATE, #"{"name":"a","uriTemplate":"x://a"}"#, "what has none is a resource"),
    (ORCH_MCP_TEMPLATE, #"{"name":"a","uriTemplate":"x://{a"}"#, "has a { without its }"),
    (ORCH_MCP_TEMPLATE, #"{"name":"a","uriTemplate":"x://a}"}"#, "has a } without its {"),
    (ORCH_MCP_TEMPLATE, #"{"name":"a","uriTemplate":"x://a{?b*}"}"#, "has the expression {?b*}: use {x}, {+x}, {/x}"),
    (ORCH_MCP_TEMPLATE, #"{"name":"a","uriTemplate":"x://{a:3}"}"#, "has the expression {a:3}"),
    (ORCH_MCP_TEMPLATE, #"{"name":"a","uriTemplate":"x://{+a,b}"}"#, "has the expression {+a,b}"),
    (ORCH_MCP_TEMPLATE, #"{"name":"a","uriTemplate":"x://{a}{b}"}"#, "needs a literal before {b}"),
    (ORCH_MCP_TEMPLATE, #"{"name":"a","uriTemplate":"x://{a}/{a}"}"#, "has a variable twice"),
    (ORCH_MCP_PROMPT, #"{"name":"a","arguments":{}}"#, #"has "arguments" that are no array"#),
    (ORCH_MCP_PROMPT, #"{"name":"a","arguments":[{}]}"#, #"has an argument without a "name""#),
    (ORCH_MCP_PROMPT, #"{"name":"a","arguments":[{"name":"b"},{"name":"b"}]}"#, #"has the argument "b" twice"#),
  ])
  func saysWhatIsWrongWithADeclaration(kind: Int, declaration: String, sentence: String) {
    let handler = Handler()
    let refused = add(plain, kind, declaration, handler)
    #expect(refused.status == .invalidArgument)
    #expect(refused.message.contains(sentence), "\(refused.message)")
    #expect(handler.releases == 1)
    #expect(host.host.mcp.all.isEmpty)
  }

  @Test(
    arguments: [
      (#"{"a":{"type":"string","x-mcp-header":"A"}}"#, nil),
      (#"{"a":{"type":"object","properties":{"b":{"type":"integer","x-mcp-header":"B"}}}}"#, nil),
      (#"{"a":{"type":"string","x-mcp-header":"A B"}}"#, "that is no name of a header"),
      (#"{"a":{"type":"number","x-mcp-header":"A"}}"#, "at what is no string, integer or boolean"),
      (#"{"a":{"type":"string","x-mcp-header":"A"},"b":{"type":"string","x-mcp-header":"a"}}"#, "twice"),
      (#"{"a":{"type":"array","items":{"type":"string","x-mcp-header":"A"}}}"#, "elsewhere than at a property"),
      (#"{"a":{"anyOf":[{"properties":{"b":{"type":"string","x-mcp-header":"A"}}}]}}"#, "elsewhere than at a property"),
    ] as [(String, String?)])
  func aParameterIsAHeaderWhereClientsExpectIt(properties: String, sentence: String?) {
    let answer = add(
      plain, ORCH_MCP_TOOL, #"{"name":"a","inputSchema":{"type":"object","properties":\#(properties)}}"#)
    #expect(answer.status == (sentence == nil ? .ok : .invalidArgument))
    if let sentence { #expect(answer.message.contains(sentence), "\(answer.message)") }
  }

  @Test func aNameHasOneOwner() {
    let (first, second) = (Handler(), Handler())
    let id = add(plain, ORCH_MCP_TOOL, Self.tool, first).id
    let clash = add(echo, ORCH_MCP_TOOL, Self.tool, second)
    #expect(clash.status == .alreadyExists && clash.message == #"the tool "a" is plugin "plain"'s already"#)
    #expect(add(echo, ORCH_MCP_PROMPT, #"{"name":"a"}"#, second).status == .ok, "a prompt is no tool")
    #expect(HostExtensions.mcp.remove(echo.pointer, id) == Status.failedPrecondition.rawValue)
    #expect(HostExtensions.mcp.remove(plain.pointer, id) == 0)
    #expect(first.releases == 1 && second.releases == 1)
    #expect(add(echo, ORCH_MCP_TOOL, Self.tool, second).status == .ok, "what was removed is free again")
    #expect(add(plain, 5, Self.tool, first).status == .unimplemented)
    #expect(
      add(plain, ORCH_MCP_TOOL, #"{"name":"b","inputSchema":{"type":"object"}}"#, permission: "a b").status
        == .invalidArgument)
    host.stop()
    #expect(first.releases == 2 && second.releases == 3)
  }

  @Test func takesTheRightFromTheHints() throws {
    let hints = [
      ("", "write"), (#","annotations":{"readOnlyHint":true}"#, "read"),
      (#","annotations":{"destructiveHint":true}"#, "destructive"),
      (#","annotations":{"openWorldHint":true}"#, "write"),
    ]
    for (index, (annotations, right)) in hints.enumerated() {
      let tool = #"{"name":"t\#(index)","inputSchema":{"type":"object"}\#(annotations)}"#
      #expect(try #require(host.host.mcp[add(plain, ORCH_MCP_TOOL, tool).id]).permission.string == right)
    }
    let admin = add(plain, ORCH_MCP_PROMPT, #"{"name":"p"}"#, permission: "admin").id
    #expect(try #require(host.host.mcp[admin]).permission.string == "admin")
  }

  @Test func theTemplateThatSaysMostIsRead() {
    let all = add(plain, ORCH_MCP_TEMPLATE, #"{"name":"all","uriTemplate":"x://a/{+rest}"}"#).id
    let one = add(plain, ORCH_MCP_TEMPLATE, #"{"name":"one","uriTemplate":"x://a/b/{id}"}"#).id
    let exact = add(plain, ORCH_MCP_RESOURCE, #"{"name":"exact","uri":"x://a/b/c"}"#).id
    func match(_ uri: String) -> UInt64 { orch_str.with(uri) { HostExtensions.mcpServer.match(echo.pointer, $0) } }
    #expect(match("x://a/b/c") == exact)
    #expect(match("x://a/b/d") == one)
    #expect(match("x://a/b/d/e") == all)
    #expect(match("x://a/") == 0 && match("x://a/b/../c") == 0)
  }

  // MARK: Handlers that break the rules

  /// Runs a tool with that handler and gives its failure.
  private func fault(
    _ tool: String = MCPDeclarationTests.tool, _ body: @escaping (UnsafeMutablePointer<orch_mcp_call>) -> Void
  )
    -> (outcomes: [MCPRequest.Outcome], faults: UInt64)
  {
    let before = plain.accounts.faults
    let request = run(add(plain, ORCH_MCP_TOOL, tool, Handler(body)).id)
    #expect(request.references == 0)
    return (request.outcomes, plain.accounts.faults - before)
  }

  @Test func aCallIsAnsweredOnce() {
    let dropped = fault { _ in }
    #expect(dropped.outcomes == [.failure(.internal, #"the tool "a" has not answered"#, details: nil)])
    #expect(dropped.faults == 1)
  }

  @Test func aSecondAnswerIsRefused() {
    var statuses: [orch_status] = []
    let twice = fault { call in
      statuses.append(orch_mcp_text(call, fixed("once")))
      statuses.append(orch_mcp_done(call))
      statuses.append(orch_mcp_done(call))
      statuses.append(orch_mcp_text(call, fixed("more")))
      statuses.append(call.pointee.v.pointee.log(call, 0, .empty, fixed("1")))
    }
    #expect(twice.outcomes.count == 1)
    let refused = Status.failedPrecondition.rawValue
    #expect(statuses == [0, 0, refused, refused, Status.cancelled.rawValue])
  }

  @Test func anAnswerHasToBeWhatWasDeclared() {
    let strict = #"{"name":"b","inputSchema":{"type":"object"},"outputSchema":{"type":"object","required":["n"]}}"#
    let without = fault(strict) { _ = orch_mcp_done($0) }
    #expect(without.faults == 1)
    #expect(
      without.outcomes == [
        .failure(
          .internal, #"tool "b" has an outputSchema, and answered without a structured result"#, details: nil)
      ])
    _ = HostExtensions.mcp.remove(plain.pointer, host.host.mcp.all[0].id)
    let wrong = fault(strict) { _ = $0.pointee.v.pointee.answer($0, orch_buf.copying(Array("{}".utf8)), 0) }
    guard case .failure(.internal, let message, _)? = wrong.outcomes.first else { return #expect(Bool(false)) }
    #expect(message.contains(#"answered what its outputSchema does not allow: /n: is missing"#), "\(message)")
    _ = HostExtensions.mcp.remove(plain.pointer, host.host.mcp.all[0].id)
    let excused = fault(strict) { _ = $0.pointee.v.pointee.answer($0, .empty, UInt32(ORCH_MCP_IS_ERROR)) }
    #expect(excused.outcomes == [.answer(["content": [], "isError": true])] && excused.faults == 0)
    let invalid = fault { _ = $0.pointee.v.pointee.answer($0, orch_buf.copying(Array("{".utf8)), 0) }
    #expect(invalid.faults == 1)
  }

  @Test func refusesContentThatIsNotWhatItsKindSays() {
    var found: [String] = []
    let answer = fault { call in
      func add(_ kind: Int, _ fill: (inout orch_mcp_content) -> Void) {
        var piece = orch_mcp_content()
        piece.size = UInt32(MemoryLayout<orch_mcp_content>.size)
        piece.kind = UInt32(kind)
        fill(&piece)
        let status = call.pointee.v.pointee.add(call, &piece)
        found.append(
          Context.behind(call.pointee.v.pointee.ctx(call))?.failure(status: Status(code: status), fallback: "ok")
            .message
            ?? "")
      }
      add(ORCH_MCP_IMAGE) { $0.data = fixed("x") }
      add(ORCH_MCP_LINK) { $0.uri = fixed("x://a") }
      add(ORCH_MCP_EMBEDDED) { $0.text = fixed("x") }
      add(ORCH_MCP_EMBEDDED) { $0.uri = fixed("a b") }
      add(ORCH_MCP_TEXT) { $0.more = fixed("[]") }
      add(ORCH_MCP_JSON) { $0.text = fixed("{}") }
      add(7) { _ in }
      add(ORCH_MCP_TEXT) { $0.role = 2 }
      add(ORCH_MCP_JSON) { $0.text = fixed(#"{"type":"new","x":[1]}"#) }
      add(ORCH_MCP_TEXT) {
        $0.text = fixed("t")
        $0.more = fixed(#"{"annotations":{"priority":1},"text":"no"}"#)
      }
      _ = orch_mcp_done(call)
    }
    for (index, words) in [
      "needs its mime_type", "needs its uri and a name", "embeds a resource needs its uri", "must begin with a scheme",
      "is no JSON object", #"needs a "type""#, "which this host does not know", "neither user nor assistant",
    ].enumerated() {
      #expect(found[index].contains(words), "\(found[index])")
    }
    #expect(
      answer.outcomes == [
        .answer([
          "content": [
            ["type": "new", "x": [1]],
            ["type": "text", "text": "t", "annotations": ["priority": 1]],
          ]
        ])
      ])
  }

  @Test func refusesQuestionsThatAreNone() {
    for (questions, state, words) in [
      ("", "", "without a question and without a state"), ("[]", "", "is no JSON object"), ("{", "", "not valid JSON"),
      (#"{"a":{}}"#, "", #"asks "a" without a "method""#),
      (#"{"a":{"method":"tools/call"}}"#, "", "use elicitation/create"),
      ("", String(repeating: "x", count: 70_000), "at most 64 KiB"),
    ] {
      var sentence = ""
      let answer = fault { call in
        let status = orch_str.with(state) {
          call.pointee.v.pointee.ask(call, orch_buf.copying(Array(questions.utf8)), $0)
        }
        sentence =
          Context.behind(call.pointee.v.pointee.ctx(call))?.failure(status: Status(code: status), fallback: "").message
          ?? ""
        _ = orch_mcp_done(call)
      }
      #expect(sentence.contains(words), "\(sentence)")
      #expect(answer.outcomes == [.answer(["content": []])], "it can still be answered")
      _ = HostExtensions.mcp.remove(plain.pointer, host.host.mcp.all[0].id)
    }
  }

  @Test func progressGrows() {
    var statuses: [orch_status] = []
    _ = fault { call in
      for value in [0, 1, 1, 0.5, .nan, .infinity, 2] {
        statuses.append(call.pointee.v.pointee.progress(call, value, 0, .empty))
      }
      statuses.append(call.pointee.v.pointee.log(call, 8, .empty, fixed("1")))
      statuses.append(call.pointee.v.pointee.log(call, 0, .empty, fixed("{")))
      _ = orch_mcp_done(call)
    }
    let (wrong, invalid) = (Status.outOfRange.rawValue, Status.invalidArgument.rawValue)
    #expect(statuses == [0, 0, wrong, wrong, wrong, wrong, 0, invalid, invalid])
  }

  @Test func whatIsRemovedWhileItRunsStillAnswers() {
    var id: UInt64 = 0
    let handler = Handler { [plain] call in
      _ = HostExtensions.mcp.remove(plain.pointer, id)
      _ = orch_mcp_text(call, fixed("late"))
      _ = orch_mcp_done(call)
    }
    id = add(plain, ORCH_MCP_TOOL, Self.tool, handler).id
    let request = run(id)
    #expect(request.result?["content"]?[0]?["text"] == "late" && request.references == 0)
    #expect(handler.releases == 1)
  }
}

/// A literal as C has it.
private func fixed(_ text: StaticString) -> orch_str {
  orch_str(p: UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self), n: text.utf8CodeUnitCount)
}
