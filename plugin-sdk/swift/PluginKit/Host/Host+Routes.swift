import CPluginSDK

/// How a raw route is served.
public struct RouteOptions: OptionSet, Sendable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Answers without credentials, too: sign-in pages and what they load.
  public static let open = RouteOptions(rawValue: UInt32(ORCH_HTTP_OPEN))
  /// The handler runs when the head of a request is there, and takes the body in parts (``WebExchange/read()``).
  public static let streamed = RouteOptions(rawValue: UInt32(ORCH_HTTP_STREAM))
  /// A page for people: a browser without credentials is sent to the sign-in page.
  public static let page = RouteOptions(rawValue: UInt32(ORCH_HTTP_PAGE))
}

/// A raw route, or a folder of files. It lasts until ``remove()`` or until the plugin stops, whether or not this value is
/// kept.
public struct Route: Sendable {
  let id: UInt64
  let host: Host

  /// Takes the route away.
  @Loop
  public func remove() {
    _ = host.tables.httpRoutes?.pointee.remove?(host.raw, id)
  }
}

extension Host {
  /// Adds a raw HTTP route, for what no declared method can be: pages, other media types than JSON, WebSocket channels.
  ///
  /// ```swift
  /// try host.route("GET /hello/{name}") { exchange in
  ///   exchange.respond(200, ["Content-Type: text/plain"], "hello \(exchange.parameter("name") ?? "")\n")
  /// }
  /// ```
  /// It can be added whether or not an HTTP server is loaded. The server has checked `Host`, `Origin`, limits and, but for
  /// ``RouteOptions/open``, who asks and what he may do.
  ///
  /// - Parameters:
  ///   - route: `METHOD /path/{segment}`; a last segment `{rest...}` takes the rest of the path.
  ///   - permission: A right that the caller must have; nil for `read` of GET and `write` of the others.
  ///   - handler: Answers before it returns, or keeps the exchange with ``WebExchange/retain()`` and answers later.
  /// - Throws: ``Status/alreadyExists`` when the route is another plugin's or a method's.
  @Loop
  @discardableResult
  public func route(
    _ route: String, _ options: RouteOptions = [], permission: String? = nil,
    handler: @escaping @Loop (WebExchange) -> Void
  ) throws(Failure) -> Route {
    guard let add = tables.httpRoutes?.pointee.add else { throw .missing(ORCH_EXT_HTTP_ROUTES) }
    let callback = orch_http_handler(
      fn: Trampoline.exchange, ud: Callback<@Loop (WebExchange) -> Void>.keep(handler), release: releaseObject)
    var id: UInt64 = 0
    let status = route.withText { route in
      permission.withText { add(raw, nil, route, options.rawValue, $0, callback, &id) }
    }
    try Failure.check(status, "the route \(route) could not be added; the log has the reason")
    return Route(id: id, host: self)
  }

  /// Serves the files of a folder of the plugin below a path: types by name, with `ETag` and single ranges; `index.html` for
  /// the path itself. Files whose names hold a hash are cached for a year.
  ///
  /// - Parameters:
  ///   - prefix: Begins and ends with `/`.
  ///   - folder: A path below the folder of plugin.json.
  ///   - permission: A right that the caller must have; nil for `read`.
  ///   - headers: Lines `Name: value` of every answer, such as a Content-Security-Policy.
  @Loop
  @discardableResult
  public func files(
    _ prefix: String, _ options: RouteOptions = [], folder: String, permission: String? = nil, headers: [String] = []
  ) throws(Failure) -> Route {
    guard let add = tables.httpRoutes?.pointee.add_files else { throw .missing(ORCH_EXT_HTTP_ROUTES) }
    var id: UInt64 = 0
    var files = orch_http_files()
    files.size = UInt32(MemoryLayout<orch_http_files>.size)
    files.flags = options.rawValue
    let status = withTexts([prefix, folder, permission ?? ""] + headers) { texts in
      files.prefix = texts[0]
      files.folder = texts[1]
      files.permission = texts[2]
      files.headers = texts.baseAddress.map { $0 + 3 }
      files.n_headers = texts.count - 3
      return add(raw, nil, &files, &id)
    }
    try Failure.check(status, "the files of \(folder) could not be added; the log has the reason")
    return Route(id: id, host: self)
  }
}

@Loop
private enum Trampoline {
  static let exchange: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutablePointer<orch_http_exchange>?) -> Void = {
    ud, exchange in
    guard let ud, let exchange else { return }
    Callback<@Loop (WebExchange) -> Void>.action(of: ud)(WebExchange(exchange))
  }
}
