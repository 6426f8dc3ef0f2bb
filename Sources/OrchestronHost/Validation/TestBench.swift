import CHost
import Glibc
import Synchronization

/// A debug host with what the plugin under test requires, and that plugin, whose life a check drives by hand.
final class TestBench {
  let host: Host
  let manifest: Manifest
  let report: CheckReport
  private let log: CapturedLog
  /// Apart from the numbers that a host gives.
  private static let number: UInt64 = 1 << 32
  /// The plugin under test: loaded by ``load()``, or by the host's own life cycle.
  private(set) var plugin: Plugin

  /// How much of the plugin's life the host leads itself.
  enum Mode {
    /// The host starts what the plugin requires and leaves the plugin to the check.
    case byHand
    /// The host starts and stops all of it.
    case byHost
  }

  init(
    _ task: CheckTask, _ manifest: Manifest, workspace: String, _ report: CheckReport, _ log: CapturedLog, _ mode: Mode
  ) throws(Failure) {
    self.manifest = manifest
    self.report = report
    var options = task.options
    options.isDebug = true
    options.storageFolder = "\(workspace)/storage"
    options.runtimeFolder = "\(workspace)/copies"
    options.watchdogWarning = 2_000
    options.watchdogEnd = 20_000
    options.pluginRoots = [task.folder] + options.pluginRoots
    options.plugins[manifest.id] = try TestBench.configuration(of: manifest, given: options.plugins[manifest.id])
    options.wanted = mode == .byHost ? [manifest.id] : TestBench.needs(of: manifest, options)
    for folder in [options.storageFolder, options.runtimeFolder] { try FilePath.makeFolder(folder, mode: 0o700) }
    self.log = log
    host = Host(options, loop: try Loop(), log: HostLog(level: .info, format: .json) { log.add($0) })
    plugin = Plugin(manifest, number: TestBench.number, host: host)
    // Threads of the plugin may use the host until the process ends, which comes before anything is freed.
    if task.check != .leaks { _ = Unmanaged.passRetained(self) }
  }

  /// The plugins that provide what a plugin requires.
  private static func needs(of manifest: Manifest, _ options: Host.Options) -> [PluginID] {
    let others = Discovery.scan(options.pluginRoots).manifests.filter { $0.id != manifest.id }
    return manifest.requires.keys.sorted().flatMap { service in
      options.providers[service].map { [$0] } ?? others.filter { $0.provides[service] != nil }.map(\.id)
    }
  }

  /// A configuration that the plugin's schema accepts: the one given, else one made up of what the schema demands.
  static func configuration(of manifest: Manifest, given: JSON?) throws(Failure) -> JSON {
    if let given { return given }
    let source: JSON?
    do throws(PluginFault) { source = try manifest.schema() } catch {
      throw Failure(.failedPrecondition, error.description)
    }
    guard let source else { return [:] }
    guard let sample = SampleValue(schema: source).json, sample.object != nil else {
      throw Failure(
        .invalidArgument,
        "no configuration could be made up that the schema of plugin \"\(manifest.id)\" accepts; give one with --config"
      )
    }
    return sample
  }
}

// MARK: - Life

extension TestBench {
  /// Starts all plugins of the host and waits.
  func start() throws(Failure) {
    var outcome: Failure??
    host.start { outcome = .some($0) }
    guard turn(upTo: 60, until: { outcome != nil }) else { throw Failure(.deadlineExceeded, "the host did not start") }
    if let failure = outcome ?? nil { throw failure }
    if let own = host.lifecycle.plugin(manifest.id) { plugin = own }
    if let failed = host.lifecycle.plugins.first(where: { $0.state == .failed }) {
      throw failed.reason ?? Failure(.internal, "plugin \"\(failed.id)\" failed")
    }
  }

  /// Stops all plugins of the host and waits.
  func stop() {
    var isDone = false
    host.stop { isDone = true }
    turn(upTo: 60, until: { isDone })
  }

  /// Loads the plugin, as the host does.
  func load() throws(Failure) { try host.lifecycle.load(plugin) }

  /// One instance of the plugin, made with that configuration, which no schema has seen.
  func create(_ configuration: JSON? = nil) throws(Failure) -> UnsafeMutableRawPointer? {
    guard let descriptor = plugin.descriptor, descriptor.pointee.create != nil else { return nil }
    let configuration = configuration ?? host.options.plugins[manifest.id] ?? [:]
    let config = Text(configuration.text)
    var status: orch_status = 0
    var instance: UnsafeMutableRawPointer?
    let thrown = plugin.enter("create") {
      chost_create(descriptor, plugin.pointer, plugin.context.pointer, config.str, .empty, &instance, &status, $0)
    }
    if let thrown { throw thrown }
    let code = Status(code: status)
    guard code == .ok else {
      throw plugin.context.failure(status: code, fallback: "create failed with \(code.name) and gave no reason")
    }
    return instance
  }

  /// Makes an instance the one that the host calls.
  func adopt(_ instance: UnsafeMutableRawPointer?) {
    plugin.instance = instance
    plugin.isCreated = true
    plugin.state = .created
  }

  /// Undoes what the plugin has registered and destroys one instance, as the host does.
  func destroy(_ instance: UnsafeMutableRawPointer?) {
    for undo in plugin.registrations.removeAll() { undo() }
    plugin.instance = nil
    plugin.isCreated = false
    guard let descriptor = plugin.descriptor, descriptor.pointee.destroy != nil else { return }
    _ = plugin.enter("destroy") { chost_destroy(descriptor, instance, $0) }
  }

  /// Turns the loop until the condition holds; false when it does not within `seconds`.
  @discardableResult
  func turn(upTo seconds: Double, until condition: () -> Bool) -> Bool {
    let deadline = Clock.milliseconds() + Int64(seconds * 1000)
    let ticker = host.loop.startTimer(after: 5, repeating: 5) {}
    defer { host.loop.stopTimer(ticker) }
    while !condition() {
      guard Clock.milliseconds() < deadline else { return false }
      host.loop.turn(wait: true)
    }
    return true
  }

  /// Lets everything happen that is about to.
  func settle() { turn(upTo: 0.05, until: { false }) }

  /// Tells the rules that the plugin has broken so far, and why it failed if it did.
  func reportFaults() {
    settle()
    let faults = log.faults(of: manifest.id)
    faults.forEach(report.fail)
    if plugin.accounts.faults > 0, faults.isEmpty {
      report.fail("the host has counted \(plugin.accounts.faults) faults")
    } else if faults.isEmpty, plugin.state == .failed {
      report.fail(plugin.reason?.message ?? "the plugin failed")
    }
  }

  /// The warnings about the plugin that hold this text.
  func warnings(with text: String) -> [String] { log.messages(of: manifest.id).filter { $0.contains(text) } }
}

// MARK: - Calls

extension TestBench {
  /// The methods of the plugin under test, internal ones included.
  var methods: [MethodDeclaration] { plugin.services.flatMap(\.methods) }

  /// What a call gave.
  enum Outcome {
    case answer(JSON)
    case failure(Failure)
  }

  /// Bytes of a stream that are read; then nobody reads any more, and the deadline ends the call.
  private static let streamLimit = 1 << 20

  /// Calls a method and waits for the outcome.
  func call(_ method: String, _ arguments: [UInt8], timeout: Int64) -> Outcome {
    let dispatcher = host.dispatcher
    let context = Context(
      actor: Text("user:check"), caller: dispatcher.hostName, deadline: Clock.milliseconds() + timeout, chain: 0)
    var outcome: Outcome?
    var id: UInt64 = 0
    var streamed = 0
    dispatcher.call(
      method, arguments,
      Dispatcher.Request(
        context: context, caller: dispatcher.hostName, wantsCredit: true,
        sink: .host { [host] reply in
          switch reply {
          case .chunk(let body):
            let count = body.pointee.n
            streamed += count
            if streamed < TestBench.streamLimit {
              host.defer { _ = host.dispatcher.credit(id, bytes: UInt64(count)) }
            }
          case .end(let body): outcome = .answer((try? JSON(parsing: body.pointee.bytes)) ?? .null)
          case .error(let failure, _): outcome = .failure(failure)
          }
        }), idOut: &id)
    turn(upTo: Double(timeout) / 1000 + 10, until: { outcome != nil })
    return outcome ?? .failure(Failure(.deadlineExceeded, "\(method) was not even given up"))
  }
}

// MARK: - Log

/// The lines that a host has logged, which also go to standard error.
final class CapturedLog: Sendable {
  private let lines = Mutex<[String]>([])
  /// As many as are kept, so that a talkative plugin fills no memory.
  private static let limit = 10_000

  func add(_ line: String) {
    lines.withLock { if $0.count < CapturedLog.limit { $0.append(line) } }
    var line = line
    line.withUTF8 { bytes in _ = write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
  }

  /// What was logged about a plugin.
  func messages(of plugin: PluginID) -> [String] {
    lines.withLock { $0 }.compactMap { line in
      guard let json = try? JSON(parsing: line), json["plugin"]?.string == plugin else { return nil }
      return json["msg"]?.string
    }
  }

  /// The faults of a plugin that the host has told, each once.
  func faults(of plugin: PluginID) -> [String] {
    let prefix = "plugin \"\(plugin)\": "
    var faults: [String] = []
    for line in lines.withLock({ $0 }) {
      guard let json = try? JSON(parsing: line), json["plugin"]?.string == plugin, json["level"]?.int ?? 0 >= 50,
        let message = json["msg"]?.string, message.hasPrefix(prefix)
      else { continue }
      let fault = String(message.dropFirst(prefix.count))
      if !faults.contains(fault) { faults.append(fault) }
    }
    return faults
  }
}
