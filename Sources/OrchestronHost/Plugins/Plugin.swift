import CHost

/// Where a plugin is in its life.
public enum PluginState: String, Sendable {
  case discovered, resolved, loaded, created, started, degraded, draining, stopped, failed
}

/// One plugin in the host: its manifest, its library, its instance, and what it has registered.
final class Plugin {
  unowned let host: Host
  let id: PluginID
  /// The id at a fixed address.
  let name: Text
  let manifest: Manifest
  /// What the plugin holds as its `orch_host`. Never freed: a plugin may keep it until the process ends.
  let handle: UnsafeMutablePointer<chost_handle>
  /// The context that stands for the plugin itself.
  let context: Context
  let folder: Text
  /// Tells the private copies of libraries apart.
  let number: UInt64

  var state = PluginState.discovered
  /// Why the plugin failed or is degraded.
  var reason: Failure?
  /// How far something long has come that the plugin is at.
  var progress: Progress?
  var descriptor: UnsafePointer<orch_plugin>?
  /// True from `create` to `destroy`.
  var isCreated = false
  /// What `create` made; may be NULL.
  var instance: UnsafeMutableRawPointer?
  var services: [ServiceDeclaration] = []
  var topics: [TopicDeclaration] = []
  var registrations = Registrations()
  var accounts = Accounts()
  /// Where its events go.
  let events: EventQueue
  let metrics: Metrics
  let tracing: Tracing
  /// Jobs that wait or run, by the id that the plugin knows, with that of the pool.
  var jobs: [UInt64: UInt64] = [:]
  /// Child processes that live.
  var children: [UInt64: ChildProcess] = [:]
  /// Calls of WORKER methods that wait or run.
  var workerCalls = 0
  /// True while this plugin keeps the durable event log.
  var keepsEventLog = false
  private let activity: Activity
  /// Where the barrier writes what an exception said.
  private let thrown: UnsafeMutablePointer<chost_thrown>
  /// How many functions of the plugin are running within each other.
  private var depth = 0
  /// Registrations that ended while the plugin was running, to be released when it returns.
  private var ended: [orch_task] = []
  /// Those of them that are being released.
  private var releasing: [orch_task] = []
  /// Open spans of `orch_loop.enter`.
  private var outerSpans: [Activity.Span] = []
  /// Whether the host checks threads.
  private let isDebug: Bool

  init(_ manifest: Manifest, number: UInt64, host: Host) {
    self.host = host
    self.manifest = manifest
    self.number = number
    events = host.bus.queue
    metrics = host.metrics
    tracing = host.tracing
    activity = host.activity
    thrown = host.thrown
    isDebug = host.isDebug
    id = manifest.id
    name = Text(manifest.id)
    folder = Text(manifest.folder)
    context = Context(actor: Text("plugin:\(manifest.id)"), caller: name, deadline: nil, chain: 0)
    handle = .allocate(capacity: 1)
    handle.initialize(to: chost_handle(v: UnsafeRawPointer(HostVerbs.table), object: nil))
    // The handle keeps the plugin alive, as it may be used until the process ends.
    handle.pointee.object = Unmanaged.passRetained(self).toOpaque()
  }

  /// The plugin behind what it passed as its host; nil for NULL.
  static func behind(_ pointer: UnsafeMutablePointer<orch_host>?) -> Plugin? {
    unretained(behind: pointer)?.takeUnretainedValue()
  }

  /// As ``behind(_:)``, for a hot path: plugins are never freed, so that nothing needs to be counted.
  static func unretained(behind pointer: UnsafeMutablePointer<orch_host>?) -> Unmanaged<Plugin>? {
    guard let pointer else { return nil }
    let handle = UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: chost_handle.self)
    return handle.pointee.object.map { Unmanaged.fromOpaque($0) }
  }

  /// The plugin that uses a function of the host; nil (and a fault, in a debug host) when it is not on the loop.
  static func onLoop(_ pointer: UnsafeMutablePointer<orch_host>?, _ verb: StaticString) -> Plugin? {
    guard let plugin = behind(pointer), plugin.isOnLoop("\(verb)") else { return nil }
    return plugin
  }

  /// Whether the caller is on the loop; if not, a fault of this plugin (in a debug host).
  @inline(__always)
  func isOnLoop(_ verb: @autoclosure () -> String) -> Bool {
    guard isDebug, !host.loop.isCurrent else { return true }
    faultFromElsewhere("\(verb()) was called away from the loop thread")
    return false
  }

  /// As C sees it.
  var pointer: UnsafeMutablePointer<orch_host> {
    UnsafeMutableRawPointer(handle).assumingMemoryBound(to: orch_host.self)
  }

  /// True when its methods may be called.
  var acceptsCalls: Bool {
    switch state {
    case .created, .started, .degraded: true
    default: false
    }
  }

  /// The failure of a call to a plugin that takes none.
  func unavailable(_ method: String) -> Failure {
    let because = reason.map { ": \($0.message)" } ?? ""
    return Failure(.unavailable, "\(method) is not available: plugin \"\(id)\" is \(state.rawValue)\(because)")
  }
}

// MARK: - Entering the plugin

extension Plugin {
  /// Enters the plugin by one function of the barrier, which the watchdog watches and the accounts charge.
  ///
  /// - Returns: The failure when an exception came out; the plugin is marked as failed then.
  @inline(__always)
  func enter(
    _ activity: @autoclosure () -> String, at now: UInt64 = Clock.nanoseconds(),
    _ body: (UnsafeMutablePointer<chost_thrown>) -> Bool
  ) -> Failure? {
    let span = self.activity.begin(name, at: now)
    depth += 1
    let words = body(thrown) ? nil : thrown.pointee.string
    if depth == 1, !ended.isEmpty { releaseEnded() }
    depth -= 1
    charge(self.activity.end(span), activity())
    return words.map { threw($0, in: activity()) }
  }

  /// Enters the plugin for one of many short stays, which the accounts charge by samples.
  @inline(__always)
  func enter(
    _ activity: @autoclosure () -> String, timedBy stopwatch: Stopwatch,
    _ body: (UnsafeMutablePointer<chost_thrown>) -> Bool
  ) {
    let stay = stopwatch.begin()
    let span = self.activity.begin(name, at: stay.started)
    depth += 1
    let words = body(thrown) ? nil : thrown.pointee.string
    if depth == 1, !ended.isEmpty { releaseEnded() }
    depth -= 1
    self.activity.leave(span)
    let time = stopwatch.end(stay)
    if time > Plugin.longestTurn {
      charge(time, activity())
    } else {
      accounts.loopTime += time * stay.weight
    }
    if let words { _ = threw(words, in: activity()) }
  }

  /// The plugin's own library calls it back on the loop.
  func beginCallback() { outerSpans.append(activity.begin(name)) }

  func endCallback() {
    guard let span = outerSpans.popLast() else { return }
    charge(activity.end(span), "a callback of its own")
  }

  /// Charges the plugin with nanoseconds on the loop.
  @inline(__always)
  func charge(_ time: UInt64, _ activity: @autoclosure () -> String) {
    accounts.loopTime += time
    if time > Plugin.longestTurn { tookLong(activity(), time) }
  }

  /// The longest that a plugin may hold the loop, in nanoseconds.
  private static let longestTurn: UInt64 = 10_000_000

  private func tookLong(_ activity: String, _ time: UInt64) {
    accounts.longTurns += 1
    host.log.warn(
      "plugin \"\(id)\" held the loop for \(time / 1_000_000) ms in \(activity); blocking work belongs to the worker pool",
      plugin: id)
  }

  /// Marks the plugin as failed by an exception and gives the failure of the call.
  func threw(_ words: String, in activity: String) -> Failure {
    fault("\(activity) threw: \(words)")
    host.lifecycle.retire(self, Failure(.internal, "\(activity) threw: \(words)"))
    return Failure(.internal, "\(activity) failed inside plugin \"\(id)\"")
  }

  /// Counts and tells a fault of the plugin.
  func fault(_ sentence: String) {
    accounts.faults += 1
    host.log.error("plugin \"\(id)\": \(sentence)", plugin: id)
  }

  /// As ``fault(_:)``, from another thread.
  func faultFromElsewhere(_ sentence: String) {
    let plugin = LoopBound(self)
    host.loop.post { plugin.value.fault(sentence) }
  }

  /// Runs a task of the plugin and releases it.
  func run(_ task: orch_task, _ activity: StaticString) {
    if let function = task.fn { _ = enter("\(activity)") { chost_task(function, task.ud, $0) } }
    release(task)
  }

  /// Calls the `release` of a registration: now, or when the plugin has returned, as its function may be running.
  func release(_ task: orch_task) {
    guard let release = task.release else { return }
    if depth > 0 {
      ended.append(task)
    } else {
      _ = enter("release") { chost_task(release, task.ud, $0) }
    }
  }

  /// Releases what has ended, at the end of the stay in the plugin in which it did.
  private func releaseEnded() {
    while !ended.isEmpty {
      swap(&ended, &releasing)
      for task in releasing {
        guard let release = task.release, !chost_task(release, task.ud, thrown) else { continue }
        _ = threw(thrown.pointee.string, in: "release")
      }
      releasing.removeAll(keepingCapacity: true)
    }
  }

  /// Tells the plugin a reply to a call that it made.
  ///
  /// - Parameters:
  ///   - isLast: Whether nothing follows, so that the callback is released.
  ///   - now: The monotonic clock in nanoseconds.
  func deliver(_ reply: Reply, to callback: orch_reply_cb, isLast: Bool, at now: UInt64) {
    guard callback.fn != nil else { return isLast ? release(callback.end) : () }
    var callback = callback
    func tell(_ reply: UnsafeMutablePointer<orch_reply>) {
      _ = enter("a reply", at: now) {
        let isReturned = chost_reply(&callback, reply, $0)
        if isLast { release(callback.end) }
        return isReturned
      }
    }
    var c = orch_reply()
    c.size = UInt32(MemoryLayout<orch_reply>.size)
    switch reply {
    case .chunk(let body):
      c.kind = UInt32(ORCH_REPLY_CHUNK)
      c.body = body
      c.plugin = name.str
      tell(&c)
    case .end(let body):
      c.kind = UInt32(ORCH_REPLY_END)
      var null = orch_buf(p: Plugin.null, n: 4, release: nil, owner: nil)
      withUnsafeMutablePointer(to: &null) { null in
        c.body = body.pointee.n == 0 ? null : body
        tell(&c)
      }
    case .error(let failure, let plugin):
      c.kind = UInt32(ORCH_REPLY_ERROR)
      c.status = failure.status.rawValue
      c.plugin = plugin.str
      orch_str.with(failure.message) { message in
        orch_str.with(failure.details?.text ?? "") { details in
          c.message = message
          c.details = details
          tell(&c)
        }
      }
    }
  }

  /// The text `null`, which stands for no answer. Constant, never freed.
  nonisolated(unsafe) private static let null: UnsafeMutablePointer<CChar> = {
    let text = UnsafeMutablePointer<CChar>.allocate(capacity: 4)
    for (index, byte) in "null".utf8.enumerated() { text[index] = CChar(bitPattern: byte) }
    return text
  }()
}

extension orch_reply_cb {
  /// What is left to do with it when nothing is told any more.
  fileprivate var end: orch_task { orch_task(fn: nil, ud: ud, release: release) }
}
