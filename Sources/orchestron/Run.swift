import ArgumentParser
import Glibc
import OrchestronHost

struct Run: Command {
  static let configuration = CommandConfiguration(
    abstract: "Start the host and run until it is told to stop.",
    discussion: """
      Loads the plugins of the installation, of ORCHESTRON_PLUGIN_PATH and of --plugin-dir, and serves them. SIGINT \
      and SIGTERM stop it in order (exit code 0); a second signal ends it at once. One host runs per storage folder.

      Examples:
        orchestron run
        orchestron run --port 0 --ws-port 0 --ready-file /tmp/ready.json
        orchestron run --plugins tasks,http --storage /var/lib/orchestron
        orchestron run --plugin-dir ./my-plugin
        orchestron run --background --linger 3600 > host.log 2>&1 &
      """)

  @OptionGroup var place: PlaceOptions

  @Option(help: ArgumentHelp("Load only these plugins, parted by commas, and what they require.", valueName: "ids"))
  var plugins: String?

  @Option(help: ArgumentHelp("Where the http plugin listens.", valueName: "address"))
  var host: String?

  @Option(help: ArgumentHelp("Its HTTP port; 0 picks a free one.", valueName: "number"))
  var port: UInt16?

  @Option(
    name: .customLong("ws-port"), help: ArgumentHelp("Its WebSocket port; 0 picks a free one.", valueName: "number"))
  var wsPort: UInt16?

  @Option(
    name: .customLong("ready-file"),
    help: ArgumentHelp("Write the addresses to this file, as JSON, once all is ready.", valueName: "file"))
  var readyFile: String?

  @Flag(
    help: """
      Serve the control socket alone, without the http plugin and its ports; end when nobody is connected for a while, \
      when the storage folder is gone, or when another host wants it. `orchestron mcp` starts such a host.
      """)
  var background = false

  @Option(
    help: ArgumentHelp("With --background: end this long after the last client; 60 unless given.", valueName: "seconds")
  )
  var linger: UInt32 = 60

  @OptionGroup var output: OutputOptions

  /// The flags as a configuration file would say them.
  private var flags: JSON {
    var http: JSONObject = [:]
    http["host"] = host.map { .string($0) }
    http["port"] = port.map { .int(Int64($0)) }
    http["wsPort"] = wsPort.map { .int(Int64($0)) }
    return http.isEmpty ? [:] : ["plugins": ["http": .object(http)]]
  }

  func perform() throws(Problem) {
    let place = try asProblem { () throws(Failure) in try Place(self.place, flags: flags) }
    let process = try asProblem { () throws(Failure) in try prepare(place) }
    let log = process.host.log
    process.takeSignals()
    if let failure = process.start() {
      process.stop()
      // Whatever the reason was, a host that cannot start has failed: exit code 1.
      throw Problem(Failure(.internal, failure.message, details: failure.details))
    }
    guard !process.isStopRequested else {
      log.info("stopping; the start was not finished")
      return process.stop()
    }
    let server: ControlServer
    let presence: BackgroundPresence?
    let holder: HostLock.Holder
    do throws(Failure) {
      for warning in place.configuration.unusedSections(among: Discovery.scan(place.pluginRoots).manifests) {
        log.warn(warning)
      }
      let socket = try ControlSocket.path(for: process.host.options.storageFolder, in: place.surroundings)
      server = try ControlServer(process.host, path: socket)
      holder = HostLock.Holder(socket: socket, addresses: process.addresses.all, isBackground: background)
      presence = background ? attend(server, process) : nil
      process.lock.name(holder)
      if let readyFile { try holder.write(to: place.surroundings.absolute(readyFile), token: token(process)) }
    } catch {
      process.stop()
      throw Problem(error)
    }
    announce(holder, process)
    process.runUntilStopped()
    log.info("stopping")
    presence?.end()
    server.stopListening()
    process.stop()
    server.close()
    if let readyFile { unlink(place.surroundings.absolute(readyFile)) }
  }

  private func prepare(_ place: Place) throws(Failure) -> HostProcess {
    raiseDescriptorLimit()
    if let readyFile { unlink(place.surroundings.absolute(readyFile)) }
    let storage = try StorageFolder.prepare(place.storage)
    let lock = try Joining.take(storage, takesOver: !background)
    let log = HostLog(
      level: place.configuration.logLevel,
      format: place.configuration.logFormat(isTerminal: isatty(STDERR_FILENO) == 1))
    let wanted = plugins.map { $0.split(separator: ",").map { String($0) } }
    return try HostProcess(
      place, storage: storage, lock: lock, wanted: wanted, isBackground: background, log: log)
  }

  /// Lets the host end once nobody needs it.
  private func attend(_ server: ControlServer, _ process: HostProcess) -> BackgroundPresence {
    BackgroundPresence(server, process.lock, linger: UInt64(linger) * 1000) { [log = process.host.log] reason in
      log.info("\(reason)")
      process.requestStop()
    }
  }

  /// With which programs of this machine's user come in; nil when nobody asks who comes.
  private func token(_ process: HostProcess) -> String? {
    let answer = try? process.call(
      "auth.localToken", Array("{}".utf8), as: "system", timeout: 0, reachesInternals: true
    ) { _ in }
    return answer?["token"]?.string
  }

  /// Says on a terminal where the host can be reached.
  private func announce(_ holder: HostLock.Holder, _ process: HostProcess) {
    let log = process.host.log
    if output.json {
      Output.line(holder.json.text)
    } else if Output.isTerminal {
      Output.line("Orchestron \(Host.versionText) is ready. Ctrl-C stops it.")
      for (name, url) in holder.addresses.sorted(by: { $0.key < $1.key }) { Output.line("  \(name)  \(url)") }
      if let base = holder.addresses["http"],
        let entrance = try? Entrance(
          to: base,
          call: { method throws(Problem) in
            try process.call(method, Array("{}".utf8), as: PeerUser.current.actor, timeout: 0) { _ in }
          })
      {
        Output.line("  open  \(entrance.link)\(entrance.expiresAt == nil ? "" : "  (once, within a minute)")")
      }
    }
    let places = holder.addresses.sorted { $0.key < $1.key }.map(\.value) + [holder.socket ?? ""]
    log.info("ready: \(places.joined(separator: ", "))")
  }

  /// As many connections as the system grants.
  private func raiseDescriptorLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
