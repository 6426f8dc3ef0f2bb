import Glibc
import OrchestronHost

/// A way to call methods: the host that runs in the storage folder, or one of our own with the plugins that are needed.
final class CallSession {
  private enum Way {
    case running(ControlClient)
    case alone(HostProcess)
  }

  private let way: Way

  /// - Parameters:
  ///   - method: Whose service is needed.
  ///   - mustBeAlone: Whether no other host may run in the folder.
  init(_ options: PlaceOptions, for method: String, mustBeAlone: Bool = false) throws(Problem) {
    let place = try asProblem { () throws(Failure) in try Place(options) }
    if mustBeAlone, let holder = HostLock.holder(of: place.storage), holder.socket != nil, !holder.isBackground {
      throw Problem(
        Failure(
          .failedPrecondition, "a host runs in \(place.storage) (pid \(holder.pid)); stop it first, then repeat this"))
    }
    let join = mustBeAlone ? Joining.replace : Joining.join
    switch try asProblem({ () throws(Failure) in try join(place.storage) }) {
    case .running(let client): way = .running(client)
    case .alone(let lock, let storage):
      way = .alone(try CallSession.process(place, storage, lock, for: method))
    }
  }

  /// Starts the plugins that provide the service.
  private static func process(
    _ place: Place, _ storage: String, _ lock: HostLock, for method: String
  ) throws(Problem) -> HostProcess {
    let process: HostProcess
    let wanted: [PluginID]
    do throws(Failure) {
      wanted = try providers(of: method, place)
      let level = place.configuration.settings["host"]?["logLevel"] == nil ? .error : place.configuration.logLevel
      let log = HostLog(
        level: level, format: place.configuration.logFormat(isTerminal: isatty(STDERR_FILENO) == 1))
      process = try HostProcess(place, storage: storage, lock: lock, wanted: wanted, log: log)
    } catch {
      throw Problem(error, plugin: "host")
    }
    if let failure = process.start() ?? wanted.lazy.compactMap(process.host.failure(of:)).first {
      process.stop()
      throw Problem(failure)
    }
    return process
  }

  /// The plugins that provide the service of the method.
  private static func providers(of method: String, _ place: Place) throws(Failure) -> [PluginID] {
    let service = String(method.prefix { $0 != "." })
    guard service != "host" else {
      throw Failure(
        .unavailable, "no host runs in \(place.storage), which \(method) needs; start one by `orchestron run`")
    }
    let options = place.configuration.options
    let manifests = Discovery.scan(place.pluginRoots).manifests.filter { !options.disabled.contains($0.id) }
    let providers = manifests.filter { $0.provides[service] != nil }.map(\.id)
    guard providers.isEmpty else { return options.providers[service].map { [$0] } ?? providers }
    let known = manifests.flatMap { $0.provides.keys }.sorted()
    let hint = nearest(service, in: known + ["host"]).map { "; did you mean \"\($0)\"?" } ?? ""
    throw Failure(.notFound, "there is no service \"\(service)\"\(hint)")
  }

  /// The declaration of a method.
  func describe(_ method: String) throws(Problem) -> JSON {
    switch way {
    case .running(let client): return try client.call("describe", JSON.object(["method": .string(method)]).bytes)
    case .alone(let process):
      do throws(Failure) { return try process.host.describe(method) } catch { throw Problem(error, plugin: "host") }
    }
  }

  /// Calls a method and waits for its answer.
  ///
  /// - Parameters:
  ///   - timeout: In milliseconds; 0 for the 30 s that every call has.
  ///   - reachesInternals: Whether methods are reached that are for plugins only; only a host of our own lets us.
  func call(
    _ method: String, _ arguments: [UInt8], timeout: Int64 = 0, reachesInternals: Bool = false,
    chunk: @escaping (JSON) -> Void = { _ in }
  ) throws(Problem) -> JSON {
    switch way {
    case .running(let client): try client.call(method, arguments, timeout: timeout, chunk: chunk)
    case .alone(let process):
      try process.call(
        method, arguments, as: PeerUser.current.actor, timeout: timeout, reachesInternals: reachesInternals,
        chunk: chunk)
    }
  }

  /// Stops a host of our own.
  func end() {
    if case .alone(let process) = way { process.stop() }
  }
}
