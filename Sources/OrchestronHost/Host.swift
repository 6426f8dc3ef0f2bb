import CHost
import CUV

/// A plugin host: one loop, the plugins on it, and what wires them.
///
/// Belongs to the thread that made its loop. Several hosts may live in one process, each on a thread of its own.
public final class Host {
  /// How a host is set up; ``Configuration`` makes this of files, environment and flags.
  public struct Options: Sendable {
    /// Folders in which plugins are looked for, in order.
    public var pluginRoots: [String] = []
    /// When given, only these plugins are loaded, and what they require.
    public var wanted: [PluginID]?
    /// Plugins that are not loaded, as if they were not there.
    public var disabled: Set<PluginID> = []
    /// Service → the plugin that provides it, where several do.
    public var providers: [String: PluginID] = [:]
    /// The configuration of each plugin.
    public var plugins: [PluginID: JSON] = [:]
    /// What the rest was taken from, to be shown and changed.
    public var configuration: Configuration?
    /// The folder for everything that is kept; absolute, and there.
    public var storageFolder = ""
    /// A private folder for what lives as long as the process; absolute, and there.
    public var runtimeFolder = ""
    /// Whether the host checks threads and results, and tells plugin faults loudly.
    public var isDebug = false
    /// Threads of the worker pool.
    public var workers = 4
    /// Milliseconds that a plugin may take to start (or to report progress), to stop, and all of them to drain.
    public var startTimeout: UInt64 = 10_000
    public var stopTimeout: UInt64 = 5_000
    public var drainTimeout: UInt64 = 10_000
    /// Milliseconds after which the watchdog names a plugin that holds the loop, and after which it ends the process.
    public var watchdogWarning: UInt64 = 5_000
    public var watchdogEnd: UInt64 = 30_000
    /// Addresses that outgoing HTTP may reach although they are private.
    public var httpClientAllow: [String] = []

    public init() {}
  }

  public let options: Options
  public let loop: Loop
  public let log: HostLog
  let version = Text(Host.versionText)
  let storageFolder: Text
  let systemActor = Text("system")
  let startedAt = Clock.milliseconds()
  let activity = Activity()
  let registry = Registry()
  let httpRoutes = HTTPRoutes()
  let mcp = MCPDeclarations()
  let workers: WorkerPool
  /// Where the barrier writes what an exception said.
  let thrown: UnsafeMutablePointer<chost_thrown>
  /// Where answers are parsed to be checked.
  let answerDocument = JSONDocument()
  private(set) lazy var dispatcher = Dispatcher(host: self)
  private(set) lazy var slots = Slots(host: self)
  private(set) lazy var bus = EventBus(host: self)
  private(set) lazy var lifecycle = Lifecycle(host: self)
  private(set) lazy var running = RunningConfiguration(self)
  let metrics = Metrics()
  let tracing = Tracing()
  /// Outgoing HTTP; made by the first request.
  private(set) lazy var httpClient = makeHTTPClient()
  private var hasHTTPClient = false
  /// The host as the provider of its own service.
  var hostPlugin: Plugin?
  private var watchdog: Watchdog?
  private var lastID: UInt64 = 0
  /// Ids of event logs seen, which subscribers may hold until the process ends.
  private var logNames: [String: Text] = [:]

  public static let versionText = "0.1.0"
  /// The newest ABI that plugins may be built for.
  public static let abiVersionText = "\(ORCH_ABI_MAJOR).\(ORCH_ABI_MINOR)"

  public init(_ options: Options, loop: Loop, log: HostLog) {
    self.options = options
    self.loop = loop
    self.log = log
    storageFolder = Text(options.storageFolder)
    workers = WorkerPool(loop: loop, size: options.workers)
    thrown = .allocate(capacity: 1)
    thrown.initialize(to: chost_thrown())
  }

  deinit {
    watchdog?.stop()
    thrown.deallocate()
  }

  public var isDebug: Bool { options.isDebug }

  /// A number that was never used before, for registrations and tokens.
  func newID() -> UInt64 {
    lastID += 1
    return lastID
  }

  func `defer`(_ body: @escaping () -> Void) { loop.defer(body) }

  private func makeHTTPClient() -> HTTPClient {
    hasHTTPClient = true
    return HTTPClient(loop: loop)
  }

  func library() -> Library { Library(copies: options.runtimeFolder) }

  func logName(_ name: String) -> Text {
    if let known = logNames[name] { return known }
    let text = Text(name)
    logNames[name] = text
    return text
  }
}

// MARK: - Life

extension Host {
  /// Starts all plugins; `done` gets the failure of an essential one, or nil.
  public func start(_ done: @escaping (Failure?) -> Void) {
    loop.assertOnLoop()
    do throws(Failure) { try addHostService() } catch { return done(error) }
    if watchdog == nil { watch() }
    lifecycle.start(done)
  }

  /// Drains and stops all plugins; `done` runs when nothing is left.
  public func stop(_ done: @escaping () -> Void) {
    loop.assertOnLoop()
    lifecycle.stop { [unowned self] in
      watchdog?.stop()
      dispatcher.close()
      if hasHTTPClient { httpClient.close() }
      workers.stop()
      done()
    }
  }

  private func watch() {
    let activity = LoopBound(self.activity)
    let log = self.log
    watchdog = Watchdog(
      Watchdog.Limits(warning: options.watchdogWarning, end: options.watchdogEnd),
      holder: { activity.value.holder },
      report: { sentence, isLast in
        if isLast { log.error(sentence) } else { log.warn(sentence) }
      })
  }

  /// Sets a plugin's state and tells it as an event.
  func setState(of plugin: Plugin, _ state: PluginState, _ reason: Failure?) {
    plugin.state = state
    plugin.reason = reason
    var data: JSONObject = ["id": .string(plugin.id), "state": .string(state.rawValue)]
    if let reason { data["reason"] = .string(reason.message) }
    bus.publish("plugin:state", .object(data))
  }
}

// MARK: - Services

extension Host {
  func register(_ declaration: ServiceDeclaration, of plugin: Plugin) throws(Failure) {
    try registry.add(try RegisteredService(declaration, plugin: plugin))
    slots.repoint(service: declaration.name)
    bus.publish("service:added", ["service": .string(declaration.name), "plugin": .string(plugin.id)])
  }

  func unregister(_ name: String, of plugin: Plugin) -> Bool {
    guard registry.remove(name, of: plugin) != nil else { return false }
    slots.repoint(service: name)
    bus.publish("service:removed", ["service": .string(name), "plugin": .string(plugin.id)])
    return true
  }

  /// The validated configuration of a plugin.
  func configuration(of plugin: Plugin) throws(Failure) -> JSON {
    let configuration = running.current?.settings["plugins"]?[plugin.id] ?? options.plugins[plugin.id] ?? [:]
    let source: JSON?
    do throws(PluginFault) { source = try plugin.manifest.schema() } catch {
      throw Failure(.failedPrecondition, error.description)
    }
    guard let source else { return configuration }
    return try ConfigurationSchema(source, of: plugin.id).validated(configuration)
  }
}

// MARK: - Calls from the host's own faces

extension Host {
  /// Calls `service.method` on behalf of somebody, by its public methods alone.
  ///
  /// - Parameters:
  ///   - arguments: The JSON object of the arguments, as text.
  ///   - actor: `kind:id`.
  ///   - timeout: Milliseconds until the call is given up; 0 for the 30 s that every call has.
  ///   - reachesInternals: Whether methods are reached that are for plugins only. For the command line, which acts for
  ///     the owner of the storage folder; never for what comes from outside.
  ///   - reply: Told each chunk of a stream, then once the outcome. The bytes are borrowed.
  /// - Returns: The id by which ``cancel(_:)`` gives the call up.
  @discardableResult
  public func call(
    _ method: String, _ arguments: [UInt8], as actor: String, timeout: Int64 = 0, reachesInternals: Bool = false,
    _ reply: @escaping (HostReply) -> Void
  ) -> UInt64 {
    let context = Context(
      actor: Text(actor), caller: dispatcher.hostName,
      deadline: timeout > 0 ? Clock.milliseconds(after: timeout) : nil, chain: 0)
    context.isFace = !reachesInternals
    var id: UInt64 = 0
    dispatcher.call(
      method, arguments,
      Dispatcher.Request(
        context: context, caller: dispatcher.hostName, allowsInline: true,
        sink: .host { raw in
          switch raw {
          case .chunk(let body): reply(.chunk(body.pointee.bytes))
          case .end(let body): reply(.end(body.pointee.bytes))
          case .error(let failure, let plugin): reply(.failure(failure, plugin: plugin.string))
          }
        }), idOut: &id)
    return id
  }

  /// Gives up a call.
  public func cancel(_ id: UInt64) { _ = dispatcher.cancel(id) }

  /// Tells `body` of the events of some topics. See ``EventBus``.
  func subscribe(
    _ topics: [String], since: UInt64?, log: String?, _ body: @escaping (UnsafePointer<orch_event>) -> Void
  ) throws(Failure) -> (id: UInt64, state: EventLogState) {
    let id = newID()
    return (id, try bus.subscribe(topics, since: since, log: log, id: id, sink: .host(body)))
  }
}

/// What a caller outside of all plugins is told.
public enum HostReply {
  /// One chunk of a stream: JSON text. More follows.
  case chunk(UnsafeRawBufferPointer)
  /// The answer: JSON text, empty for nothing.
  case end(UnsafeRawBufferPointer)
  /// The failure, and the plugin that it came from (`host` for the host itself).
  case failure(Failure, plugin: String)
}
