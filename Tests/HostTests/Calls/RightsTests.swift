import CHost
import Testing

@testable import OrchestronHost

/// What an actor may do, and where that is asked.
@Suite struct RightsTests {
  private func method(_ service: String, _ flags: MethodFlags, permission: String? = nil) -> MethodDeclaration {
    MethodDeclaration(
      service: service, name: "m", doc: "", flags: flags, route: nil, permission: permission, examples: nil,
      parameters: [], result: .nothing, resultSchema: nil, resultSchemaSource: nil, function: {}, user: nil)
  }

  @Test(
    arguments: [
      ("", ""), ("read", "read"), ("write", "read write undeclared"),
      ("destructive", "read write destructive undeclared"),
      ("*", "read write destructive undeclared admin exec"), ("admin", "admin"), ("  read   exec ", "read exec"),
      ("tasks:write", "read write undeclared"), ("tasks:read", "read"), ("people:destructive", ""),
      ("tasks:read people:write exec", "read exec"), ("READ", ""), ("tasks:", ""), (":read", ""), ("read:", ""),
      ("write::", ""), ("tasks:admin", ""),
      ("tasks:read:write", ""), ("*:read", ""), ("read\twrite", ""),
    ])
  func allowsWhatItsWordsSay(words: String, allowed: String) {
    let rights = Rights(words)
    let methods: [(String, MethodDeclaration)] = [
      ("read", method("tasks", .read)), ("write", method("tasks", .write)),
      ("destructive", method("tasks", .destructive)), ("undeclared", method("tasks", [])),
      ("admin", method("tasks", .destructive, permission: "admin")),
      ("exec", method("tasks", .read, permission: "exec")),
    ]
    #expect(methods.filter { rights.allow($0.1) }.map(\.0).joined(separator: " ") == allowed)
  }

  @Test(arguments: [
    ("read", "read", true), ("write", "read", true), ("destructive", "write", true), ("read", "write", false),
    ("tasks:read", "read", false), ("admin", "admin", true), ("admin", "read", false), ("*", "anything", true),
    ("", "read", false), ("read", "", false),
  ]) func aRouteNeedsARightForAllServices(words: String, right: String, included: Bool) {
    #expect(Rights(words).include(right) == included)
  }

  @Test func aMethodThatDestroysAndWritesNeedsTheLargerRight() {
    #expect(!Rights("write").allow(method("tasks", [.read, .write, .destructive])))
    #expect(!Rights("read").allow(method("tasks", [.read, .write])))
  }

  @Test func theSentenceNamesWhatIsMissing() {
    let refusal = Rights("read").refusal(of: method("tasks", .write), to: Text("user:ada"))
    #expect(refusal.status == .permissionDenied)
    #expect(refusal.message == #"tasks.m needs the right "write"; user:ada has read"#)
    #expect(refusal.details?["needs"] == "write")
    let other = Rights("").refusal(of: method("tasks", .read, permission: "admin"), to: Text("user:eve"))
    #expect(other.message == #"tasks.m needs the right "admin"; user:eve has none"#)
  }

  @Test func theCacheForgetsInsteadOfGrowing() {
    var cache = RightsCache()
    func rights(_ words: String) -> Rights { Array(words.utf8).withUnsafeBytes { cache.rights($0) } }
    let first = rights("read")
    #expect(rights("read") === first)
    for number in 0..<1024 { _ = rights("p\(number)") }
    #expect(rights("read") !== first)
    #expect(rights("read").include("read"))
  }

  // MARK: At the door

  /// A call that a plugin makes in the name of somebody.
  private func call(_ host: TestHost, _ plugin: Plugin, rights: String?, _ method: String) throws -> TestHost.Outcome {
    let context = try #require(plugin.faceContext(rights: rights))
    defer { HostExtensions.actor.free(plugin.pointer, context) }
    var outcome: TestHost.Outcome?
    let request = Dispatcher.Request(
      context: try #require(Context.behind(context)), caller: plugin.name,
      sink: .host { reply in
        switch reply {
        case .chunk: break
        case .end: outcome = .init(answer: nil, failure: nil, chunks: [])
        case .error(let failure, _): outcome = .init(answer: nil, failure: failure, chunks: [])
        }
      })
    host.host.dispatcher.call(method, Array("{}".utf8), request)
    #expect(host.turn { outcome != nil })
    return try #require(outcome)
  }

  @Test func aCallInSomebodysNameNeedsHisRight() throws {
    let host = try TestHost([try Fixtures.path("plain")])
    try host.start()
    let plugin = try #require(host.host.lifecycle.plugin("plain"))
    for rights in ["read", "plain:read", "write", "*", nil] {
      #expect(try call(host, plugin, rights: rights, "plain.run").status == .ok, "\(rights ?? "everything")")
    }
    for rights in ["", "other:read", "admin"] {
      let refused = try call(host, plugin, rights: rights, "plain.run")
      #expect(refused.status == .permissionDenied)
      let has = rights.isEmpty ? "none" : rights
      #expect(refused.message == #"plain.run needs the right "read"; user:ada has \#(has)"#)
    }
    #expect(try call(host, plugin, rights: "", "plain.none").status == .notFound)
  }

  @Test func aCallOfTheMethodItselfIsItsOwnAffair() throws {
    let host = try TestHost([try Fixtures.path("plain")])
    try host.start()
    let plugin = try #require(host.host.lifecycle.plugin("plain"))
    let outer = try #require(plugin.faceContext(rights: ""))
    defer { HostExtensions.actor.free(plugin.pointer, outer) }
    let context = Context(actor: Text("user:ada"), caller: plugin.name, deadline: nil, chain: 0)
    context.reset(for: try #require(Context.behind(outer)), caller: plugin.name, deadline: .max, chain: 1)
    #expect(!context.isFace)
    var status: Status?
    let request = Dispatcher.Request(
      context: context, caller: plugin.name,
      sink: .host { reply in
        if case .error(let failure, _) = reply { status = failure.status } else { status = .ok }
      })
    host.host.dispatcher.call("plain.run", Array("{}".utf8), request)
    #expect(host.turn { status != nil })
    #expect(status == .ok)
  }

  @Test(arguments: ["", "nobody", "user"]) func anActorHasAKind(actor: String) throws {
    let host = try TestHost([try Fixtures.path("plain")])
    try host.start()
    let plugin = try #require(host.host.lifecycle.plugin("plain"))
    #expect(plugin.faceContext(actor: actor, rights: nil) == nil)
  }
}

extension Plugin {
  /// A context for somebody who comes in from outside; its maker frees it.
  func faceContext(actor: String = "user:ada", rights: String?) -> UnsafeMutablePointer<orch_ctx>? {
    var context: UnsafeMutablePointer<orch_ctx>?
    orch_str.with(actor) { actor in
      orch_str.with(rights.map { $0.isEmpty ? " " : $0 } ?? "") { words in
        var identity = orch_identity()
        identity.size = UInt32(MemoryLayout<orch_identity>.size)
        identity.actor = actor
        // No rights at all are an empty list, which is not at NULL.
        if let rights { identity.rights = orch_str(p: words.p, n: rights.utf8.count) }
        _ = HostExtensions.actor.make(pointer, &identity, &context)
      }
    }
    return context
  }
}
