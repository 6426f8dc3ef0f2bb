import CHost
import Glibc

/// The raw HTTP routes and folders of files that plugins have added, for the plugin that serves HTTP.
final class HTTPRoutes {
  /// One route, or one folder of files.
  final class Route {
    let id: UInt64
    unowned let plugin: Plugin
    /// `GET /hello/{name}`.
    let text: Text
    let flags: UInt32
    /// A right, never empty.
    let permission: Text
    let content: Content
    private(set) var isOver = false
    private var guests: [ObjectIdentifier: Guest] = [:]

    enum Content {
      case handler(orch_http_handler)
      /// The absolute path of a folder, and header lines.
      case files(Text, headers: [Text])
    }

    /// Each lasts as long as its holders want.
    private struct Guest { unowned let guest: any RouteGuest }

    init(_ id: UInt64, of plugin: Plugin, _ text: String, _ flags: UInt32, _ permission: String, _ content: Content) {
      self.id = id
      self.plugin = plugin
      self.text = Text(text)
      self.flags = flags
      self.permission = Text(permission)
      self.content = content
    }

    func add(_ guest: any RouteGuest) { guests[ObjectIdentifier(guest)] = Guest(guest: guest) }
    func remove(_ guest: any RouteGuest) { guests[ObjectIdentifier(guest)] = nil }

    /// Ends what came by this route: nobody would answer it any more.
    func end() {
      isOver = true
      let guests = guests.values.map(\.guest)  // Held: a guest may be let go of while another one ends.
      for guest in guests { guest.routeDidEnd() }
    }

    /// Why somebody may not have what is here; nil when he may.
    func refusal(to context: Context) -> Failure? {
      let right = permission.string
      guard flags & UInt32(ORCH_HTTP_OPEN) == 0, let rights = context.rights, !rights.include(right) else { return nil }
      return Failure(
        .permissionDenied,
        "\(text.string) needs the right \(right.quoted); \(context.actor.string) has \(rights.words)",
        details: ["needs": .string(right)])
    }
  }

  private var routes: [UInt64: Route] = [:]
  private var shapes: [String: Route] = [:]

  /// All routes, in the order in which they were added.
  var all: [Route] { routes.values.sorted { $0.id < $1.id } }

  subscript(id: UInt64) -> Route? { routes[id] }

  /// Adds a route; refuses one that is taken.
  func add(_ route: Route) throws(Failure) {
    let shape = MethodDeclaration.shape(ofRoute: route.text.string)
    if let other = shapes[shape] {
      throw Failure(
        .alreadyExists,
        "the route \(route.text.string.quoted) is plugin \"\(other.plugin.id)\"'s already (\(other.text.string.quoted))"
      )
    }
    routes[route.id] = route
    shapes[shape] = route
  }

  func remove(_ route: Route) {
    routes[route.id] = nil
    shapes[MethodDeclaration.shape(ofRoute: route.text.string)] = nil
  }
}

extension HostExtensions {
  /// `orchestron.http-routes/1`.
  static let httpRoutes = orch_http_routes(
    size: UInt32(MemoryLayout<orch_http_routes>.size), reserved: 0,
    add: { pointer, context, route, flags, permission, handler, out in
      guard let plugin = Plugin.onLoop(pointer, "http_routes.add") else { return Status.failedPrecondition.rawValue }
      let ended = orch_task(fn: nil, ud: handler.ud, release: handler.release)
      let status = plugin.attempt(context, "http_routes.add") { () throws(Failure) in
        guard handler.fn != nil else { throw Failure(.invalidArgument, "the handler of a route has no function") }
        out?.pointee = try plugin.addRoute(
          route.string, flags, permission: permission.string, .handler(handler), ended: ended)
      }
      if status != 0 { plugin.release(ended) }
      return status
    },
    add_files: { pointer, context, files, out in
      guard let plugin = Plugin.onLoop(pointer, "http_routes.add_files") else {
        return Status.failedPrecondition.rawValue
      }
      return plugin.attempt(context, "http_routes.add_files") { () throws(Failure) in
        guard let files = files?.pointee, Int(files.size) >= MemoryLayout<orch_http_files>.size else {
          throw Failure(.invalidArgument, "add_files needs an orch_http_files with its size")
        }
        out?.pointee = try plugin.addFiles(files)
      }
    },
    remove: { pointer, id in
      guard let undo = Plugin.onLoop(pointer, "http_routes.remove")?.registrations.remove(id) else {
        return Status.failedPrecondition.rawValue
      }
      undo()
      return Status.ok.rawValue
    })

  /// `orchestron.http-server/1`.
  static let httpServer = orch_http_server(
    size: UInt32(MemoryLayout<orch_http_server>.size), reserved: 0,
    each: { pointer, body, ud in
      guard let server = Plugin.onLoop(pointer, "http_server.each"), let body else { return }
      for route in server.host.httpRoutes.all {
        var info = orch_http_route_info()
        info.size = UInt32(MemoryLayout<orch_http_route_info>.size)
        info.flags = route.flags
        info.id = route.id
        info.plugin = route.plugin.name.str
        info.route = route.text.str
        info.permission = route.permission.str
        guard case .files(let folder, let headers) = route.content else {
          body(ud, &info)
          continue
        }
        info.folder = folder.str
        headers.map(\.str).withUnsafeBufferPointer { lines in
          info.headers = lines.baseAddress
          info.n_headers = lines.count
          body(ud, &info)
        }
      }
    },
    run: { pointer, id, exchange in
      guard let server = Plugin.onLoop(pointer, "http_server.run"), let exchange else {
        return Status.failedPrecondition.rawValue
      }
      guard let route = server.host.httpRoutes[id] else { return Status.notFound.rawValue }
      guard route.plugin.acceptsCalls else { return Status.unavailable.rawValue }
      guard let context = Context.behind(exchange.pointee.v.pointee.ctx?(exchange)) else {
        return Status.invalidArgument.rawValue
      }
      if let refusal = route.refusal(to: context) {
        context.fail(refusal)
        return refusal.status.rawValue
      }
      guard case .handler(var handler) = route.content else { return Status.ok.rawValue }
      var lent = LentExchange(exchange, by: route)
      // What it throws retires the plugin; its exchange is dropped and so answered 500.
      _ = route.plugin.enter("the route \(route.text.string)") { chost_http_route(&handler, lent.pointer, $0) }
      if !isKnownUniquelyReferenced(&lent) { lent.handlerDidReturn() }
      return Status.ok.rawValue
    })
}

extension Plugin {
  /// Adds a route that ends with the plugin.
  fileprivate func addRoute(
    _ text: String, _ flags: UInt32, permission: String, _ content: HTTPRoutes.Route.Content, ended: orch_task?
  ) throws(Failure) -> UInt64 {
    let known = UInt32(ORCH_HTTP_OPEN | ORCH_HTTP_STREAM)
    guard flags & 0xFFFF & ~known == 0 else {
      throw Failure(.unimplemented, "the flags \(flags) of the route \(text.quoted) are not known to this host")
    }
    if let sentence = HTTPRoutes.fault(of: text) { throw Failure(.invalidArgument, sentence) }
    if host.registry.hasRoute(text) {
      throw Failure(.alreadyExists, "the route \(text.quoted) is that of a declared method")
    }
    let right = permission.isEmpty ? (text.hasPrefix("GET ") ? "read" : "write") : permission
    let route = HTTPRoutes.Route(host.newID(), of: self, text, flags, right, content)
    try host.httpRoutes.add(route)
    registrations.add(route.id) { [unowned self] in
      host.httpRoutes.remove(route)
      route.end()
      host.bus.publish("route:removed", ["route": .string(text), "plugin": .string(id)])
      if let ended { release(ended) }
    }
    host.bus.publish("route:added", ["route": .string(text), "plugin": .string(id)])
    return route.id
  }

  fileprivate func addFiles(_ files: orch_http_files) throws(Failure) -> UInt64 {
    let prefix = files.prefix.string
    guard prefix.hasPrefix("/"), prefix.hasSuffix("/") else {
      throw Failure(.invalidArgument, "the prefix \(prefix.quoted) of a folder of files must begin and end with /")
    }
    guard files.n_headers == 0 || files.headers != nil && files.n_headers <= 64 else {
      throw Failure(.invalidArgument, "a folder of files takes at most 64 header lines")
    }
    let lines = (0..<files.n_headers).map { files.headers[$0].string }
    for line in lines where !isHeaderLine(line) {
      throw Failure(.invalidArgument, "the header line \(line.quoted) of the folder of files is not \"Name: value\"")
    }
    return try addRoute(
      "GET \(prefix){path...}", files.flags, permission: files.permission.string,
      .files(Text(try folder(named: files.folder.string)), headers: lines.map { Text($0) }), ended: nil)
  }

  private func isHeaderLine(_ line: String) -> Bool {
    let name = line.utf8.prefix { $0 != UInt8(ascii: ":") }
    return !name.isEmpty && name.count < line.utf8.count && name.allSatisfy { $0 > 0x20 && $0 < 0x7f }
      && line.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
  }

  /// The absolute path of a folder of the plugin. It may be a symbolic link, as in a tree of files being worked on.
  fileprivate func folder(named name: String) throws(Failure) -> String {
    let segments = name.split(separator: "/", omittingEmptySubsequences: false)
    guard !segments.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) else {
      throw Failure(.invalidArgument, "the folder \(name.quoted) must be a path below that of plugin \"\(id)\"")
    }
    guard let path = FilePath.real("\(manifest.folder)/\(name)") else {
      throw Failure(.notFound, "plugin \"\(id)\" has no folder \(name.quoted)")
    }
    return path
  }
}
