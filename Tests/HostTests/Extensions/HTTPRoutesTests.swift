import CHost
import Glibc
import Testing

@testable import OrchestronHost

/// Raw routes, by the tables that plugins get.
@Suite final class HTTPRoutesTests {
  private let host: TestHost
  private let plain: Plugin
  private let echo: Plugin

  init() throws {
    host = try TestHost([try Fixtures.path("plain"), try Fixtures.path("echo")])
    try host.start()
    plain = try #require(host.host.lifecycle.plugin("plain"))
    echo = try #require(host.host.lifecycle.plugin("echo"))
  }

  /// Counts what the host does with a handler.
  private final class Handler {
    var runs = 0
    var releases = 0

    var raw: orch_http_handler {
      orch_http_handler(
        fn: { me, _ in if let me { Unmanaged<Handler>.fromOpaque(me).takeUnretainedValue().runs += 1 } },
        ud: Unmanaged.passRetained(self).toOpaque(),
        release: { me in if let me { Unmanaged<Handler>.fromOpaque(me).takeRetainedValue().releases += 1 } })
    }
  }

  private func message(_ status: orch_status, _ context: Context) -> String {
    guard let status = Status(rawValue: status) else { return "" }
    return context.failure(status: status, fallback: "").message
  }

  private func add(
    _ plugin: Plugin, _ route: String, flags: Int = 0, permission: String = "", _ handler: Handler
  ) -> (status: Status?, message: String, id: UInt64) {
    let context = Context(actor: Text("user:test"), caller: plugin.name, deadline: nil, chain: 0)
    var id: UInt64 = 0
    let status = orch_str.with(route) { route in
      orch_str.with(permission) { permission in
        HostExtensions.httpRoutes.add(
          plugin.pointer, context.pointer, route, UInt32(flags), permission, handler.raw, &id)
      }
    }
    return (Status(rawValue: status), message(status, context), id)
  }

  private func addFiles(
    _ plugin: Plugin, _ prefix: String, _ folder: String, headers: [String] = []
  ) -> (status: Status?, message: String) {
    let context = Context(actor: Text("user:test"), caller: plugin.name, deadline: nil, chain: 0)
    var id: UInt64 = 0
    let texts = ([prefix, folder] + headers).map { Text($0) }
    let status = texts.dropFirst(2).map(\.str).withUnsafeBufferPointer { lines in
      var files = orch_http_files()
      files.size = UInt32(MemoryLayout<orch_http_files>.size)
      files.prefix = texts[0].str
      files.folder = texts[1].str
      files.headers = lines.baseAddress
      files.n_headers = lines.count
      return HostExtensions.httpRoutes.add_files(plugin.pointer, context.pointer, &files, &id)
    }
    withExtendedLifetime(texts) {}
    return (Status(rawValue: status), message(status, context))
  }

  private struct Info: Equatable {
    var plugin: String
    var route: String
    var permission: String
    var flags: UInt32
    var folder: String
    var headers: [String] = []
  }

  private var all: [Info] {
    final class Found { var all: [Info] = [] }
    let found = Found()
    HostExtensions.httpServer.each(
      echo.pointer,
      { found, info in
        guard let found, let info = info?.pointee else { return }
        Unmanaged<Found>.fromOpaque(found).takeUnretainedValue().all.append(
          Info(
            plugin: info.plugin.string, route: info.route.string, permission: info.permission.string, flags: info.flags,
            folder: info.folder.string, headers: (0..<info.n_headers).map { info.headers[$0].string }))
      }, Unmanaged.passUnretained(found).toOpaque())
    return found.all
  }

  /// Asks as the plugin that serves HTTP would, in somebody's name.
  private func run(_ id: UInt64, rights: String?) throws -> (status: Status?, message: String) {
    let context = try #require(echo.faceContext(rights: rights))
    defer { HostExtensions.actor.free(echo.pointer, context) }
    struct Exchange {
      var v: UnsafePointer<orch_http_exchange_verbs>
      var context: UnsafeMutablePointer<orch_ctx>
    }
    var verbs = orch_http_exchange_verbs()
    verbs.retain = { _ in }
    verbs.release = { _ in }
    verbs.ctx = { UnsafeMutableRawPointer($0)?.assumingMemoryBound(to: Exchange.self).pointee.context }
    let status = withUnsafePointer(to: &verbs) { verbs in
      var exchange = Exchange(v: verbs, context: context)
      return withUnsafeMutablePointer(to: &exchange) {
        HostExtensions.httpServer.run(
          echo.pointer, id, UnsafeMutableRawPointer($0).assumingMemoryBound(to: orch_http_exchange.self))
      }
    }
    return (Status(rawValue: status), Context.behind(context).map { message(status, $0) } ?? "")
  }

  @Test func tellsTheServerWhatPluginsHaveAdded() {
    let handler = Handler()
    #expect(add(plain, "GET /hello/{name}", handler).status == .ok)
    #expect(add(echo, "POST /files/{path...}", flags: Int(ORCH_HTTP_STREAM), handler).status == .ok)
    #expect(
      add(plain, "PUT /x", flags: Int(ORCH_HTTP_OPEN | ORCH_HTTP_PAGE), permission: "admin", handler).status == .ok)
    #expect(
      all == [
        Info(plugin: "plain", route: "GET /hello/{name}", permission: "read", flags: 0, folder: ""),
        Info(
          plugin: "echo", route: "POST /files/{path...}", permission: "write", flags: UInt32(ORCH_HTTP_STREAM),
          folder: ""),
        Info(
          plugin: "plain", route: "PUT /x", permission: "admin", flags: UInt32(ORCH_HTTP_OPEN | ORCH_HTTP_PAGE),
          folder: ""),
      ])
    #expect(handler.releases == 0)
  }

  @Test func aRouteHasOneOwner() {
    let (first, second) = (Handler(), Handler())
    #expect(add(plain, "GET /a/{x}", first).status == .ok)
    let clash = add(echo, "GET /a/{y}", second)
    #expect(clash.status == .alreadyExists)
    #expect(clash.message.contains(#"the route "GET /a/{y}" is plugin "plain"'s already ("GET /a/{x}")"#))
    #expect(add(plain, "GET /a/{x}", second).status == .alreadyExists)
    #expect(second.releases == 2, "a handler that is refused is let go")
    let declared = add(echo, "GET /api/services", second)
    #expect(declared.status == .alreadyExists)
    #expect(declared.message.contains("is that of a declared method"))
    for route in ["GET /a/{x...}", "POST /a/{x}", "GET /a/b"] { #expect(add(echo, route, second).status == .ok) }
    #expect(first.releases == 0 && second.releases == 3)
  }

  @Test(arguments: [
    "", "GET", "GET ", "get /a", "HEAD /a", "OPTIONS /a", "FETCH /a", "GET a", "GET  /a", "GET /a b",
    "/a",
  ]) func refusesWhatIsNoRoute(route: String) {
    let handler = Handler()
    let refused = add(plain, route, handler)
    #expect(refused.status == .invalidArgument)
    #expect(refused.message.contains("must be GET, POST, PUT, PATCH or DELETE, a space, and a path"))
    #expect(handler.releases == 1)
    #expect(all.isEmpty)
  }

  @Test(
    arguments: [
      ("GET /a?b", #"the segment "a?b""#), ("GET /a#b", #"the segment "a#b""#), ("GET /ä", "must be a plain word"),
      ("GET /a\n", "must be a plain word"), ("GET //a", #"the segment """#), ("GET /a/", #"the segment """#),
      ("GET /..", #"the segment "..""#), ("GET /{}", #"the segment "{}""#), ("GET /{...}", "must be a plain word"),
      ("GET /{a}b", "must be a plain word"), ("GET /{a{b}", "must be a plain word"),
      ("GET /{a...}/b", "goes on behind {a...}, which takes the rest of the path: put it last"),
      ("GET /{a}/{a}", "has the segment {a} twice"), ("GET /{a}/{a...}", "has the segment {a} twice"),
    ])
  func saysWhatIsWrongWithAPath(route: String, sentence: String) {
    let handler = Handler()
    let refused = add(plain, route, handler)
    #expect(refused.status == .invalidArgument)
    #expect(refused.message.contains(sentence), "\(refused.message)")
    #expect(handler.releases == 1)
  }

  @Test func refusesFlagsThatItDoesNotKnow() {
    let handler = Handler()
    #expect(add(plain, "GET /a", flags: 1 << 2, handler).status == .unimplemented)
    #expect(add(plain, "GET /a", flags: 1 << 15, handler).status == .unimplemented)
    #expect(add(plain, "GET /a", flags: 1 << 20, handler).status == .ok, "those above 16 may be passed over")
    #expect(handler.releases == 2)
  }

  @Test(arguments: ["", ".", "..", "../echo", "a/../..", "a//b", "/etc", "./a", "none"])
  func filesLieInThePluginsOwnFolder(folder: String) {
    #expect([.invalidArgument, .notFound].contains(addFiles(plain, "/board/", folder).status))
    #expect(all.isEmpty)
  }

  @Test func servesAFolderOfThePlugin() throws {
    let path = plain.manifest.folder + "/web-of-a-test"
    #expect(mkdir(path, 0o700) == 0 || errno == EEXIST)
    defer { rmdir(path) }
    #expect(addFiles(plain, "/board/", "web-of-a-test").status == .ok)
    #expect(all.first?.route == "GET /board/{path...}")
    #expect(all.first?.folder.hasSuffix("/web-of-a-test") == true)
    #expect(all.first?.folder.hasPrefix("/") == true)
    #expect(addFiles(echo, "/board/", "web-of-a-test").status == .notFound)
    let policy = ["Content-Security-Policy: default-src 'self'", "X-A:b"]
    #expect(addFiles(plain, "/strict/", "web-of-a-test", headers: policy).status == .ok)
    #expect(all.last?.headers == policy)
    for line in ["", "X-A", ": b", "X A: b", "X-A: b\r\nX-B: c", "X-Ä: b"] {
      let refused = addFiles(plain, "/odd/", "web-of-a-test", headers: [line])
      #expect(refused.status == .invalidArgument && refused.message.contains("the header line"), "\(line)")
    }
    for prefix in ["board/", "/board", "", "/bo ard/"] {
      #expect(addFiles(plain, prefix, "web-of-a-test").status == .invalidArgument, "\(prefix)")
    }
  }

  @Test func runsAHandlerForThoseWhoMay() throws {
    let (handler, open) = (Handler(), Handler())
    let id = add(plain, "POST /a", handler).id
    for rights in ["write", "destructive", "*", nil] { #expect(try run(id, rights: rights).status == .ok) }
    #expect(handler.runs == 4)
    for rights in ["", "read", "plain:write", "admin"] {
      let refused = try run(id, rights: rights)
      #expect(refused.status == .permissionDenied)
      let has = rights.isEmpty ? "none" : rights
      #expect(refused.message == #"POST /a needs the right "write"; user:ada has \#(has)"#)
    }
    #expect(handler.runs == 4)
    let free = add(plain, "POST /open", flags: Int(ORCH_HTTP_OPEN), permission: "admin", open).id
    #expect(try run(free, rights: "").status == .ok)
    #expect(open.runs == 1)
    #expect(try run(999_999, rights: nil).status == .notFound)
  }

  @Test func aRouteEndsByItselfAndWithItsPlugin() throws {
    let events = try EventHost(host: host).subscribe("route:*")
    let (first, second) = (Handler(), Handler())
    let id = add(plain, "GET /a", first).id
    _ = add(plain, "GET /b", second)
    #expect(HostExtensions.httpRoutes.remove(echo.pointer, id) == Status.failedPrecondition.rawValue)
    #expect(HostExtensions.httpRoutes.remove(plain.pointer, id) == 0)
    #expect(HostExtensions.httpRoutes.remove(plain.pointer, id) == Status.failedPrecondition.rawValue)
    #expect(first.releases == 1 && second.releases == 0)
    #expect(all.map(\.route) == ["GET /b"])
    #expect(add(echo, "GET /a", Handler()).status == .ok, "what was removed is free again")
    host.turn { events.received.count == 4 }
    #expect(events.received.map(\.topic) == ["route:added", "route:added", "route:removed", "route:added"])
    host.stop()
    #expect(second.releases == 1)
    #expect(host.host.httpRoutes.all.isEmpty)
  }

  @Test func theServersTableNeedsAPermission() {
    let name = ORCH_EXT_HTTP_SERVER
    #expect(name.withCString { plain.pointer.pointee.v.pointee.extension(plain.pointer, $0) } == nil)
    #expect(ORCH_EXT_HTTP_ROUTES.withCString { plain.pointer.pointee.v.pointee.extension(plain.pointer, $0) } != nil)
  }
}
