import Glibc
import OrchestronHost

/// A host in this process, with the lock of its storage folder.
final class HostProcess {
  let host: Host
  let lock: HostLock
  let addresses: Addresses
  /// Becomes true when the process is asked to end.
  private(set) var isStopRequested = false
  private let runtime: RuntimeFolder

  /// Sets a host up; nothing is started.
  init(
    _ place: Place, storage: String, lock: HostLock, wanted: [PluginID]?, isBackground: Bool = false, log: HostLog
  ) throws(Failure) {
    // Whoever reads what plugins or the host write may go away at any time.
    signal(SIGPIPE, SIG_IGN)
    self.lock = lock
    runtime = try RuntimeFolder(in: place.surroundings)
    var options = place.configuration.options
    options.pluginRoots = place.pluginRoots
    options.wanted = wanted
    if isBackground {
      // What listens on TCP ports. Whoever takes over does not wait long for calls under way.
      options.disabled.insert("http")
      options.drainTimeout = min(options.drainTimeout, 1000)
    }
    options.storageFolder = storage
    options.runtimeFolder = runtime.path
    host = Host(options, loop: try Loop(), log: log)
    addresses = try Addresses(of: host)
  }

  /// Starts all plugins and waits for them, or for a signal that ends the process (see ``isStopRequested``).
  ///
  /// - Returns: The failure of an essential plugin.
  func start() -> Failure? {
    var isDone = false
    var failure: Failure?
    host.start {
      failure = $0
      isDone = true
    }
    while !isDone, !isStopRequested { host.loop.turn(wait: true) }
    return failure
  }

  /// Runs until the process is asked to end by a signal. See ``takeSignals()``.
  func runUntilStopped() {
    while !isStopRequested { host.loop.turn(wait: true) }
  }

  /// Asks the process to end.
  func requestStop() { isStopRequested = true }

  /// Takes over SIGINT and SIGTERM.
  func takeSignals() {
    StopSignals.watch(host.loop) { [weak self] in self?.isStopRequested = true }
  }

  /// Stops all plugins and removes what belongs to the process alone.
  func stop() {
    var isDone = false
    host.stop { isDone = true }
    while !isDone { host.loop.turn(wait: true) }
    runtime.remove()
  }

  /// Calls a method and waits for its answer.
  func call(
    _ method: String, _ arguments: [UInt8], as actor: String, timeout: Int64, reachesInternals: Bool = false,
    chunk: @escaping (JSON) -> Void
  ) throws(Problem) -> JSON {
    var outcome: Result<JSON, Problem>?
    host.call(method, arguments, as: actor, timeout: timeout, reachesInternals: reachesInternals) { reply in
      switch reply {
      case .chunk(let bytes): chunk((try? JSON(parsing: bytes)) ?? .null)
      case .end(let bytes): outcome = .success((try? JSON(parsing: bytes)) ?? .null)
      case .failure(let failure, let plugin): outcome = .failure(Problem(failure, plugin: plugin))
      }
    }
    while true {
      if let outcome { return try outcome.get() }
      host.loop.turn(wait: true)
    }
  }
}
