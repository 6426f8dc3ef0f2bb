import CHost
import Synchronization

/// Starts plugins in order, level by level, and stops them in reverse.
///
/// The plugins of one level wait at the same time, on one thread. A plugin that fails, throws or does not get done in
/// time is rolled back and the plugins that need it are not started; the rest runs.
final class Lifecycle {
  unowned let host: Host
  private(set) var plugins: [Plugin] = []
  private(set) var resolution: Resolution?
  /// Folders in which no plugin could be made out, and why.
  private(set) var faults: [PluginFault] = []
  private var pending: [UInt64: Pending] = [:]
  /// Tokens that may still be completed, also from other threads.
  private let open = Mutex<Set<UInt64>>([])
  private var lastNumber: UInt64 = 0
  private(set) var isStopping = false

  init(host: Host) { self.host = host }

  private struct Pending {
    let plugin: Plugin
    let activity: String
    let limit: UInt64
    var timer: UInt64
    /// Whether it has been given its time anew, because there was progress.
    var isProlonged = false
    let done: (Failure?) -> Void

    var isStart: Bool { activity == Lifecycle.starting }
  }

  /// What waiting for a start is called.
  private static let starting = "start"

  func plugin(_ id: PluginID) -> Plugin? { plugins.first { $0.id == id } }
}

// MARK: - Waiting for done

extension Lifecycle {
  /// Takes a token, so that it counts once. [any-thread]
  func claim(_ token: UInt64) -> Bool { open.withLock { $0.remove(token) != nil } }

  /// Tells what a claimed token stood for.
  func complete(_ token: UInt64, _ failure: Failure?) {
    guard let waiting = pending.removeValue(forKey: token) else { return }
    host.loop.stopTimer(waiting.timer)
    waiting.done(failure)
  }

  /// Makes a token, lets `enter` hand it to the plugin, and tells `done` the outcome once.
  func wait(
    _ plugin: Plugin, _ activity: String, limit: UInt64, enter: (UInt64) -> Failure?,
    done: @escaping (Failure?) -> Void
  ) {
    let token = host.newID()
    pending[token] = Pending(
      plugin: plugin, activity: activity, limit: limit, timer: startTimer(of: token, limit: limit), done: done)
    open.withLock { _ = $0.insert(token) }
    if let failure = enter(token), claim(token) { complete(token, failure) }
  }

  private func startTimer(of token: UInt64, limit: UInt64) -> UInt64 {
    host.loop.startTimer(after: limit) { [unowned self] in
      guard let waiting = pending[token], claim(token) else { return }
      let seconds = Double(limit) / 1000
      let since = waiting.isProlonged ? "\(seconds) s of its last progress" : "\(seconds) s"
      complete(
        token,
        Failure(
          .deadlineExceeded, "plugin \"\(waiting.plugin.id)\" did not complete \(waiting.activity) within \(since)"))
    }
  }

  /// The plugins that have been told to start and are not done.
  var startingPlugins: [Plugin] { pending.values.filter(\.isStart).map(\.plugin) }

  /// Gives a plugin that starts its whole time limit anew.
  func prolongStart(of plugin: Plugin) {
    let start = pending.first { $0.value.isStart && $0.value.plugin === plugin }
    guard let (token, waiting) = start else { return }
    host.loop.stopTimer(waiting.timer)
    pending[token]?.timer = startTimer(of: token, limit: waiting.limit)
    pending[token]?.isProlonged = true
  }
}

// MARK: - Starting

extension Lifecycle {
  /// Discovers, resolves, loads and starts everything; `done` gets the failure of an essential plugin, or nil.
  func start(_ done: @escaping (Failure?) -> Void) {
    let findings = Discovery.scan(host.options.pluginRoots)
    faults = findings.faults
    for fault in faults { host.log.error(fault.description) }
    let manifests = findings.manifests.filter { !host.options.disabled.contains($0.id) }
    let resolution = Resolver.resolve(manifests, choices: host.options.providers, wanted: host.options.wanted)
    self.resolution = resolution
    // A name that nobody has is a mistake of whoever started the host; starting something else would hide it.
    if let fault = resolution.faults.first(where: { $0.plugins.isEmpty }) {
      return done(Failure(.invalidArgument, fault.description))
    }
    for note in resolution.notes { host.log.warn(note.description) }
    let selected = Set(resolution.startOrder).union(resolution.failures.keys)
    for manifest in manifests where selected.contains(manifest.id) {
      lastNumber += 1
      plugins.append(Plugin(manifest, number: lastNumber, host: host))
    }
    for (id, failure) in resolution.failures.sorted(by: { $0.key < $1.key }) {
      guard let plugin = plugin(id) else { continue }
      fail(plugin, Failure(.failedPrecondition, failure.description))
    }
    startLevel(0, of: resolution, done)
  }

  private func startLevel(_ index: Int, of resolution: Resolution, _ done: @escaping (Failure?) -> Void) {
    guard index < resolution.levels.count, !isStopping else { return done(essentialFailure) }
    let level = resolution.levels[index].compactMap(plugin).filter { $0.state != .failed }
    var waiting = level.count
    guard waiting > 0 else { return startLevel(index + 1, of: resolution, done) }
    for plugin in level {
      plugin.state = .resolved
      start(plugin) { [unowned self] failure in
        plugin.progress = nil
        if let failure {
          rollBack(plugin, failure)
        } else {
          host.setState(of: plugin, .started, nil)
        }
        waiting -= 1
        if waiting == 0 { host.loop.defer { [unowned self] in startLevel(index + 1, of: resolution, done) } }
      }
    }
  }

  private var essentialFailure: Failure? {
    plugins.first { $0.manifest.essential && $0.state == .failed }.map {
      Failure(.unavailable, "the essential plugin \"\($0.id)\" failed: \($0.reason?.message ?? "")")
    }
  }

  private func start(_ plugin: Plugin, _ done: @escaping (Failure?) -> Void) {
    do throws(Failure) {
      try load(plugin)
      try create(plugin)
    } catch {
      return done(error)
    }
    guard let descriptor = plugin.descriptor, descriptor.pointee.start != nil else { return done(nil) }
    wait(plugin, Lifecycle.starting, limit: host.options.startTimeout) { token in
      plugin.enter("start") { chost_start(descriptor, plugin.instance, token, $0) }
    } done: {
      done($0)
    }
  }

  func load(_ plugin: Plugin) throws(Failure) {
    let descriptor = try host.library().load(plugin)
    let reader = DeclarationReader(compilesAnswers: host.isDebug)
    do throws(Failure) {
      plugin.services = try reader.services(descriptor.pointee.services, count: descriptor.pointee.n_services)
      plugin.topics = try reader.topics(descriptor.pointee.topics, count: descriptor.pointee.n_topics)
    } catch {
      throw Failure(error.status, "plugin \"\(plugin.id)\": \(error.message)")
    }
    try compareServices(of: plugin)
    plugin.descriptor = descriptor
    plugin.state = .loaded
  }

  /// The services that the manifest promises are those that the binary declares.
  func compareServices(of plugin: Plugin) throws(Failure) {
    let declared = Dictionary(uniqueKeysWithValues: plugin.services.map { ($0.name, $0.version) })
    for (name, version) in plugin.manifest.provides.sorted(by: { $0.key < $1.key }) {
      guard let actual = declared[name] else {
        throw Failure(
          .failedPrecondition,
          "plugin \"\(plugin.id)\": plugin.json promises the service \"\(name)\", which the library does not declare")
      }
      guard actual == version else {
        throw Failure(
          .failedPrecondition,
          "plugin \"\(plugin.id)\": plugin.json promises \"\(name)\" \(version), but the library declares \(actual)")
      }
    }
    if let extra = declared.keys.sorted().first(where: { plugin.manifest.provides[$0] == nil }) {
      throw Failure(
        .failedPrecondition,
        "plugin \"\(plugin.id)\": the library declares the service \"\(extra)\", which \"provides\" of plugin.json does not name"
      )
    }
  }

  private func create(_ plugin: Plugin) throws(Failure) {
    let config = Text(try host.configuration(of: plugin).text)
    var status: orch_status = 0
    var instance: UnsafeMutableRawPointer?
    let thrown = plugin.enter("create") {
      guard let descriptor = plugin.descriptor, descriptor.pointee.create != nil else { return true }
      return chost_create(
        descriptor, plugin.pointer, plugin.context.pointer, config.str, .empty, &instance, &status, $0)
    }
    if let thrown { throw thrown }
    let code = Status(code: status)
    guard code == .ok else {
      let failure = plugin.context.failure(status: code, fallback: "create failed with \(code.name)")
      throw Failure(code, "plugin \"\(plugin.id)\" could not be created: \(failure.message)")
    }
    plugin.instance = instance
    plugin.isCreated = true
    plugin.state = .created
    for service in plugin.services where resolution?.isShadowed(service.name, of: plugin.id) != true {
      try host.register(service, of: plugin)
    }
    host.offerEventStore(of: plugin)
  }

  /// Takes back a plugin that did not start, and fails what would need it.
  private func rollBack(_ plugin: Plugin, _ failure: Failure) {
    host.dispatcher.abandonCalls(to: plugin, plugin.unavailable("a call"))
    guard !isStopping else {
      dismantle(plugin)
      return host.setState(of: plugin, .stopped, nil)
    }
    fail(plugin, failure)
    dismantle(plugin)
    for id in resolution?.dependents(of: plugin.id) ?? [] {
      guard let dependent = self.plugin(id), dependent.state != .failed else { continue }
      fail(dependent, Failure(.failedPrecondition, "needs plugin \"\(plugin.id)\", which failed: \(failure.message)"))
    }
  }

  private func fail(_ plugin: Plugin, _ failure: Failure) {
    host.setState(of: plugin, .failed, failure)
    host.log.error("plugin \"\(plugin.id)\" failed: \(failure.message)", plugin: plugin.id)
  }
}

// MARK: - Failing

extension Lifecycle {
  /// Takes a plugin out of a running host, because an exception left it in a state that nobody knows.
  func retire(_ plugin: Plugin, _ failure: Failure) {
    if plugin.state == .created { return failStart(of: plugin, failure) }
    guard plugin.state == .started || plugin.state == .degraded else { return }
    fail(plugin, failure)
    host.defer { [unowned self] in
      host.dispatcher.abandonCalls(to: plugin, plugin.unavailable("the call"))
      waitForJobs(of: plugin, until: Clock.milliseconds() + Int64(host.options.stopTimeout)) { [unowned self] in
        dismantle(plugin)
      }
    }
  }
}

extension Lifecycle {
  /// Ends the start of a plugin that waits for it, once the plugin has returned.
  private func failStart(of plugin: Plugin, _ failure: Failure) {
    host.defer { [unowned self] in
      guard let token = pending.first(where: { $0.value.plugin === plugin })?.key, claim(token) else { return }
      complete(token, failure)
    }
  }
}

// MARK: - Stopping

extension Lifecycle {
  /// Drains and stops everything in reverse order, within the drain's time limit in all; `done` runs at the end. What is
  /// being started is taken back first.
  func stop(_ done: @escaping () -> Void) {
    guard !isStopping else { return }
    isStopping = true
    for (token, waiting) in pending where waiting.isStart && claim(token) {
      complete(token, Failure(.cancelled, "the host stops"))
      host.dispatcher.abandonCalls(by: waiting.plugin)
    }
    let deadline = Clock.milliseconds() + Int64(host.options.drainTimeout)
    stopLevel(resolution?.levels.reversed() ?? [], until: deadline, done)
  }

  private func stopLevel(_ levels: [[PluginID]], until deadline: Int64, _ done: @escaping () -> Void) {
    guard let level = levels.first else { return done() }
    let running = level.compactMap(plugin).filter { $0.state == .started || $0.state == .degraded }
    var waiting = running.count
    let next = { [unowned self] in stopLevel(Array(levels.dropFirst()), until: deadline, done) }
    guard waiting > 0 else { return next() }
    for plugin in running {
      drain(plugin, until: deadline) { [unowned self] in
        halt(plugin) { [unowned self] in
          waiting -= 1
          if waiting == 0 { host.loop.defer(next) }
        }
      }
    }
  }

  private func drain(_ plugin: Plugin, until deadline: Int64, _ done: @escaping () -> Void) {
    host.setState(of: plugin, .draining, nil)
    let left = max(1, deadline - Clock.milliseconds())
    let finish = { [unowned self] in waitForCalls(to: plugin, until: deadline, done) }
    guard let descriptor = plugin.descriptor, descriptor.pointee.drain != nil else { return finish() }
    wait(plugin, "drain", limit: UInt64(left)) { token in
      plugin.enter("drain") { chost_drain(descriptor, plugin.instance, token, left, $0) }
    } done: { [unowned self] failure in
      if let failure { host.log.warn(failure.message, plugin: plugin.id) }
      finish()
    }
  }

  /// Waits until the plugin has answered what it was asked, then fails the rest.
  private func waitForCalls(to plugin: Plugin, until deadline: Int64, _ done: @escaping () -> Void) {
    guard host.dispatcher.openCalls(to: plugin) > 0, Clock.milliseconds() < deadline else {
      host.dispatcher.abandonCalls(to: plugin, plugin.unavailable("the call"))
      return done()
    }
    host.loop.startTimer(after: 5) { [unowned self] in waitForCalls(to: plugin, until: deadline, done) }
  }

  private func halt(_ plugin: Plugin, _ done: @escaping () -> Void) {
    let finish = { [unowned self] (failure: Failure?) in
      if let failure { host.log.warn(failure.message, plugin: plugin.id) }
      let deadline = Clock.milliseconds() + Int64(host.options.stopTimeout)
      waitForJobs(of: plugin, until: deadline) { [unowned self] in
        dismantle(plugin)
        host.setState(of: plugin, .stopped, nil)
        done()
      }
    }
    guard let descriptor = plugin.descriptor, descriptor.pointee.stop != nil else { return finish(nil) }
    wait(plugin, "stop", limit: host.options.stopTimeout) { token in
      plugin.enter("stop") { chost_stop(descriptor, plugin.instance, token, $0) }
    } done: {
      finish($0)
    }
  }

  /// Waits until no worker runs a job of the plugin any more. An instance that a worker still uses is never destroyed.
  private func waitForJobs(of plugin: Plugin, until deadline: Int64, _ done: @escaping () -> Void) {
    for job in plugin.jobs.values { _ = host.workers.cancel(job) }
    guard !plugin.jobs.isEmpty || plugin.workerCalls > 0 else { return done() }
    guard Clock.milliseconds() < deadline else {
      plugin.fault("a job still runs after stop; the instance is left behind")
      plugin.isCreated = false
      return done()
    }
    host.loop.startTimer(after: 5) { [unowned self] in waitForJobs(of: plugin, until: deadline, done) }
  }

  /// Undoes what a plugin has registered and destroys its instance.
  private func dismantle(_ plugin: Plugin) {
    for undo in plugin.registrations.removeAll() { undo() }
    host.withdrawEventStore(of: plugin)
    for service in plugin.services { _ = host.unregister(service.name, of: plugin) }
    guard plugin.isCreated, let descriptor = plugin.descriptor else { return }
    plugin.isCreated = false
    guard descriptor.pointee.destroy != nil else { return }
    _ = plugin.enter("destroy") { chost_destroy(descriptor, plugin.instance, $0) }
    plugin.instance = nil
  }
}
