import ArgumentParser
import Glibc
import OrchestronHost

struct Call: Command {
  static let configuration = CommandConfiguration(
    abstract: "Call a method.",
    discussion: """
      Arguments are written name=value, or all together as one JSON object. A value is read as the type that the \
      method declares: text stays as it is; numbers, true, false and JSON are parsed; bytes are base64. For JSON and \
      bytes, name=@FILE takes the content of a file.

      Uses the host that runs in the storage folder, or starts the plugins needed for the moment of the call. The \
      answer is printed as JSON; a stream as one line per chunk.

      Examples:
        orchestron call rice.score reach=1000 impact=2 confidence=0.8 effort=4
        orchestron call tasks.create --json '{"title":"Buy milk"}'
        orchestron call tasks.list limit=10 --timeout 2
      """)

  @Argument(help: ArgumentHelp("The method.", valueName: "service.method"))
  var method: String

  @Argument(help: ArgumentHelp("Arguments, or one JSON object of them.", valueName: "name=value"))
  var arguments: [String] = []

  @OptionGroup var place: PlaceOptions

  @Option(help: ArgumentHelp("Give up after this time; 30 unless given.", valueName: "seconds"))
  var timeout: Double?

  @OptionGroup var output: OutputOptions

  func perform() throws(Problem) {
    let words = try asProblem { () throws(Failure) in try CallArguments(arguments) }
    let place = try asProblem { () throws(Failure) in try Place(self.place) }
    let way = try asProblem { () throws(Failure) in try Joining.join(place.storage) }
    let result =
      switch way {
      case .running(let client): try ask(client, words)
      case .alone(let lock, let storage): try askOneself(lock, storage, place, words)
      }
    Output.json(result)
  }

  private var milliseconds: Int64 {
    get throws(Failure) {
      guard let timeout else { return 0 }
      guard timeout >= 0.001, timeout <= 86_400 else {
        throw Failure(.invalidArgument, "--timeout is \(timeout); write seconds from 0.001 to 86400")
      }
      return Int64(timeout * 1000)
    }
  }

  /// Calls the host that runs.
  private func ask(_ client: ControlClient, _ words: CallArguments) throws(Problem) -> JSON {
    var declaration: JSON = .null
    if words.needDeclaration {
      declaration = try client.call("describe", JSON.object(["method": .string(method)]).bytes)
    }
    let arguments = try asProblem { () throws(Failure) in try words.json(for: declaration) }
    let timeout = try asProblem { () throws(Failure) in try milliseconds }
    return try client.call(method, arguments, timeout: timeout) { Output.line($0.text) }
  }

  /// Starts the plugins that provide the service, for this one call.
  private func askOneself(
    _ lock: HostLock, _ storage: String, _ place: Place, _ words: CallArguments
  ) throws(Problem) -> JSON {
    let process: HostProcess
    let timeout: Int64
    let wanted: [PluginID]
    do throws(Failure) {
      timeout = try milliseconds
      wanted = try providers(place)
      let level = place.configuration.settings["host"]?["logLevel"] == nil ? .error : place.configuration.logLevel
      let log = HostLog(
        level: level, format: place.configuration.logFormat(isTerminal: isatty(STDERR_FILENO) == 1))
      process = try HostProcess(place, storage: storage, lock: lock, wanted: wanted, log: log)
    } catch {
      throw Problem(error, plugin: "host")
    }
    defer { process.stop() }
    if let failure = process.start() ?? wanted.lazy.compactMap(process.host.failure(of:)).first {
      throw Problem(failure)
    }
    var declaration = JSON.null
    if words.needDeclaration {
      do throws(Failure) { declaration = try process.host.describe(method) } catch {
        throw Problem(error, plugin: "host")
      }
    }
    let arguments = try asProblem { () throws(Failure) in try words.json(for: declaration) }
    return try process.call(method, arguments, as: PeerUser.current.actor, timeout: timeout) { Output.line($0.text) }
  }

  /// The plugins that provide the service of the method.
  private func providers(_ place: Place) throws(Failure) -> [PluginID] {
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
}
