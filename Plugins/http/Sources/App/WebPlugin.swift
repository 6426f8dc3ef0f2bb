import CPluginSDK
import CUV
import PluginKit

/// The plugin: listens while it is started, and makes the host's methods reachable by HTTP and WebSocket.
final class WebPlugin: Reconfigurable {
  static let id = "http"
  static let version = "0.1.0"
  static var topics: [Topic] {
    [
      Topic(
        "http:listening", doc: "The addresses at which this host can be reached.",
        example: #"{"http":"http://127.0.0.1:3001","ws":"ws://127.0.0.1:3002"}"#)
    ]
  }

  private let host: Host
  private var configuration: Configuration
  private let app: Application
  private let loop: UnsafePointer<orch_loop>
  private var server: Server?

  init(host: Host, config: JSONValue) throws {
    self.host = host
    configuration = Configuration(config)
    configuration.server.proxies = try configuration.proxies()
    guard let loop = host.extension(ORCH_EXT_LOOP, as: orch_loop.self) else {
      throw Failure(.unimplemented, "http runs inside the host alone: it needs the extension \"\(ORCH_EXT_LOOP)\"")
    }
    self.loop = loop
    app = Application(
      try HostGate(host.raw, callTime: configuration.callTime),
      auth: host.extension(ORCH_EXT_AUTH, as: orch_auth.self))
    app.proxies = configuration.server.proxies
  }

  func reconfigure(_ config: JSONValue) { app.take(Configuration(config)) }

  /// The documents are made on worker threads: what they are made of is long.
  private func makeDocuments() -> Documents {
    let host = self.host
    let version = host.info.version
    let isOpen = !app.authenticator.isRequired
    return Documents(app.gate) { kind, text, done in
      do {
        try host.work {
          var json = JSONWriter()
          json.value(kind.build(from: Value(try host.parse(text)), version: version, isOpen: isOpen))
          return Array(json.bytes)
        } done: { result in
          done(result.mapError { $0 as? Failure ?? Failure(.internal, "the document could not be made") })
        }
      } catch {
        done(.failure(error as? Failure ?? Failure(.unavailable, "the document cannot be made now")))
      }
    }
  }

  private func makeFileReader() -> FileSender.Reader {
    let host = self.host
    return { file, offset, count, done in
      do {
        try host.work {
          file.part(from: offset, count: count)
        } done: {
          done((try? $0.get()) ?? nil)
        }
      } catch {
        done(nil)
      }
    }
  }

  func start() async throws {
    app.documents = makeDocuments()
    app.readFile = makeFileReader()
    app.later = { [host] action in
      do { _ = try host.after(milliseconds: 1) { action() } } catch { action() }
    }
    app.docs = DocsPage.folder(of: host.info.pluginDirectory)
    app.catalog.refresh()
    try checkExposure()
    boundConnections()
    let certificate = try readCertificate()
    let server = try makeServer()
    server.certificate = certificate
    app.observer = RequestObserver(host)
    server.engine.observer = app.observer
    self.server = server
    let web: Listener
    let ws: Listener
    do throws(Listener.Failure) {
      web = try server.listen(host: configuration.host, port: configuration.port, isWebSocketOnly: false)
      ws = try server.listen(host: configuration.host, port: configuration.wsPort, isWebSocketOnly: true)
    } catch {
      await close(server)
      throw Failure(.unavailable, error.sentence)
    }
    app.policy = SitePolicy(addresses: ownAddresses(), ports: [web.port, ws.port])
    app.take(configuration)
    // Services that come or go change the routes, plugins that fail change the health.
    app.authenticator.listens(on: web.port)
    try host.subscribe(["service:*", "route:*"]) { [app] _ in app.interfacesDidChange() }
    try host.subscribe(["auth:changed"]) { [app] _ in app.identitiesDidChange() }
    try host.subscribe(["plugin:state"]) { [app] _ in app.health.invalidate() }
    let name = configuration.host.contains(":") ? "[\(configuration.host)]" : configuration.host
    let s = server.certificate == nil ? "" : "s"
    host.publish(
      "http:listening", #"{"http":"http\#(s)://\#(name):\#(web.port)","ws":"ws\#(s)://\#(name):\#(ws.port)"}"#)
  }

  func drain(within milliseconds: Int64) async throws {
    guard let server else { return }
    server.drain()
    app.serverWillStop()
    await withCheckedContinuation { continuation in
      server.whenEmpty(within: milliseconds) { continuation.resume() }
    }
  }

  func stop() async throws {
    guard let server else { return }
    self.server = nil
    await close(server)
  }

  private func close(_ server: Server) async {
    await withCheckedContinuation { continuation in
      server.stop { continuation.resume() }
    }
  }

  private func makeServer() throws(Failure) -> Server {
    let raw = host.raw
    guard let uv = loop.pointee.uv_loop?(raw), let enter = loop.pointee.enter, let leave = loop.pointee.leave else {
      throw Failure(.unimplemented, "the host's extension \"\(ORCH_EXT_LOOP)\" is incomplete")
    }
    let server = Server(
      uv.assumingMemoryBound(to: uv_loop_t.self), configuration.server, app: app,
      span: ({ enter(raw) }, { leave(raw) }))
    if configuration.strictTransport > 0 {
      server.engine.strictTransport = SharedBytes {
        $0.append("Strict-Transport-Security: max-age=\(configuration.strictTransport)\r\n")
      }
    }
    server.engine.compressor.workers = workers()
    return server
  }

  /// Where long replies are compressed.
  private func workers() -> Compressor.Workers {
    let host = self.host
    return { job, done in
      do {
        try host.work {
          job()
        } done: { result in
          done((try? result.get()) ?? Compressor.Outcome(result: .failure(.malformed)))
        }
        return true
      } catch {
        return false
      }
    }
  }

  /// Reads the certificate, when there is one, and looks after it from now on.
  private func readCertificate() throws(Failure) -> CertificateKeeper? {
    guard let files = configuration.tls else { return nil }
    let keeper: CertificateKeeper
    do throws(TLSContext.Failure) {
      keeper = try CertificateKeeper(files) { [gate = app.gate] in gate.log($0, $1) }
    } catch {
      throw Failure(.invalidArgument, error.sentence)
    }
    for folder in files.folders { try host.watch(folder) { _ in keeper.folderDidChange() } }
    return keeper
  }

  /// Refuses to listen beyond this machine while nobody has to say who he is, or where others could read tokens.
  private func checkExposure() throws(Failure) {
    guard let address = SocketAddress(configuration.host, port: 0) else { return }  // `listen` tells what is wrong.
    if address.isLoopback { return }
    guard app.catalog.services.contains("auth") else {
      throw Failure(
        .failedPrecondition,
        "http.host is \(configuration.host): that would let everybody in. Load the plugin \"auth\", or use 127.0.0.1.")
    }
    if configuration.tls != nil || configuration.allowsPlaintext { return }
    throw Failure(
      .failedPrecondition,
      "http.host is \(configuration.host): without TLS others could read tokens on their way. Name a certificate and its "
        + "key in http.tls, or, where a proxy speaks TLS or the network is yours alone, set http.plaintext to true.")
  }

  /// Leaves the host descriptors for its own files, however many clients come.
  private func boundConnections() {
    let wanted = configuration.server.connections
    let granted = Descriptors.granted
    let possible = Descriptors.clients(wanted: wanted, granted: granted)
    guard possible < wanted else { return }
    configuration.server.connections = possible
    // Whoever asked for no number need not mind.
    host.log(
      wanted == ServerSettings().connections ? .debug : .warn,
      "\(possible) clients may be connected at once, not \(wanted) as http.limits.connections says: the system grants this "
        + "process \(granted) file descriptors. Raise that (ulimit -Hn, LimitNOFILE= of systemd) or lower the limit.")
  }

  /// The addresses by which this machine may be asked, as they stand in a `Host` header.
  private func ownAddresses() -> [String] {
    guard let address = SocketAddress(configuration.host, port: 0) else { return [] }
    let own = address.isAny ? SocketAddress.ofThisMachine() : [address]
    return own.map { $0.isIPv6 ? "[\($0.text)]" : $0.text }
  }
}
