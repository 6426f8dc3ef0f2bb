import CHost

/// Takes events from any thread and delivers them on the loop, in one order for all.
///
/// Durable events pass the ``EventStore`` first; a subscriber that asks for the past gets it from there and then goes on
/// live, without gap or duplicate.
final class EventBus {
  unowned let host: Host
  /// Where events wait that are not delivered yet.
  let queue: EventQueue
  private(set) lazy var store: any EventStore = MemoryEventStore(bus: self)
  private var routes = Routes()
  private var subscriptions: [UInt64: Subscription] = [:]
  /// Where the data of events is checked.
  private let document = JSONDocument()
  private let stopwatch = Stopwatch()

  /// How many events are delivered before the loop turns to other things.
  private static let turnLimit = 8192
  /// How many events of the log are read at once for a subscriber that catches up.
  private static let replayBatch: UInt32 = 256

  init(host: Host) {
    self.host = host
    queue = EventQueue(remote: host.loop.remote)
    queue.onEvent = { [weak self] in
      guard let self else { return }
      self.host.loop.defer { self.deliver() }
    }
  }

  var subscriptionCount: Int { subscriptions.count }

  /// Hands the durable log to a plugin.
  func keepLog(in store: any EventStore) { self.store = store }

  /// Takes the durable log back into memory, when the plugin that kept it has gone.
  func keepLogInMemory() { store = MemoryEventStore(bus: self) }
}

// MARK: - Publishing

extension EventBus {
  /// Publishes an event of the durable log. Never refused: the log has it already. [loop-thread]
  func recorded(_ event: UnsafePointer<orch_event>) {
    let event = event.pointee
    let kept = QueuedEvent.make(
      seq: event.seq, time: event.time_ms, topic: event.topic, source: event.source, actor: event.actor,
      data: event.data)
    if let kept { queue.push(kept) }
  }

  /// Publishes an event of the host itself; without an actor it is the system's. [loop-thread]
  func publish(_ topic: String, _ data: JSON, by actor: String? = nil) {
    let actor = actor.map { Text($0) } ?? host.systemActor
    orch_str.with(topic) { topic in
      orch_str.with(data.text) { data in
        let event = QueuedEvent.make(
          time: Clock.unixMilliseconds(), topic: topic, source: host.dispatcher.hostName.str,
          actor: actor.str, data: data)
        if let event { queue.push(event) }
      }
    }
  }
}

// MARK: - Subscribing

extension EventBus {
  /// Subscribes to topics, from now on or from a place in the durable log.
  ///
  /// - Parameters:
  ///   - since: Replay what came after this place.
  ///   - log: The log that `since` belongs to; nil for whatever log there is.
  func subscribe(
    _ topics: [String], since: UInt64? = nil, log: String? = nil, id: UInt64, sink: Sink
  ) throws(Failure) -> EventLogState {
    host.loop.assertOnLoop()
    guard !topics.isEmpty else { throw Failure(.invalidArgument, "a subscription needs at least one topic pattern") }
    var patterns: [TopicPattern] = []
    for topic in topics { patterns.append(try TopicPattern(topic)) }
    let state = try store.info()
    let subscription = Subscription(id: id, patterns: patterns, sink: sink, cursor: state.seq)
    if let since {
      let isKnown = (log ?? state.log) == state.log && since <= state.seq && since + 1 >= state.low
      if isKnown, since < state.seq {
        subscription.cursor = since
        subscription.isReplaying = true
        host.loop.defer { [self] in replay(subscription) }
      } else if !isKnown {
        subscription.isReplaying = true  // nothing durable before it is told to read the state again
        host.loop.defer { [self] in resync(subscription) }
      }
    }
    subscriptions[id] = subscription
    routes.insert(subscription)
    return state
  }

  /// Ends a subscription; false when there is none with that id.
  @discardableResult
  func unsubscribe(_ id: UInt64) -> Bool {
    host.loop.assertOnLoop()
    guard let subscription = subscriptions.removeValue(forKey: id) else { return false }
    subscription.end()
    routes.remove(subscription)
    if case .plugin(let plugin, let callback) = subscription.sink {
      plugin.takeUnretainedValue().release(orch_task(fn: nil, ud: callback.ud, release: callback.release))
    }
    return true
  }
}

// MARK: - Delivering

extension EventBus {
  /// Delivers what waits, up to a bound. [loop-thread]
  private func deliver() {
    stopwatch.restart()
    for _ in 0..<EventBus.turnLimit {
      guard let event = queue.next() else { return }
      deliver(event)
      QueuedEvent.free(event)
    }
    host.loop.defer { [self] in deliver() }
  }

  private func deliver(_ event: UnsafeMutablePointer<QueuedEvent>) {
    var c = orch_event(event)
    let route = routes.route(of: c.topic)
    if let plugin = event.pointee.publisher {
      guard plugin._withUnsafeGuaranteedRef({ accept(c, from: $0, to: route) }) else { return }
    }
    route.forEach { subscription in
      guard !subscription.isEnded else { return }
      if c.seq > 0 {
        guard !subscription.isReplaying, c.seq > subscription.cursor else { return }
        subscription.cursor = c.seq
      } else if subscription.isReplaying {
        return subscription.hold(event)
      }
      tell(subscription, &c)
    }
  }

  /// Counts what a plugin published. False when it is no event: a fault is told then.
  private func accept(_ event: orch_event, from plugin: Plugin, to route: Route) -> Bool {
    guard route.isValid else {
      plugin.fault("published to \(event.topic.string.quoted), which is no topic; write \"thing:event\"")
      return false
    }
    do { try document.check(event.data.bytes) } catch {
      plugin.fault("published \(event.topic.string.quoted) with data that is not JSON: \(error.message)")
      return false
    }
    plugin.accounts.published += 1
    return true
  }

  private func tell(_ subscription: Subscription, _ event: UnsafePointer<orch_event>) {
    switch subscription.sink {
    case .host(let body):
      body(event)
      stopwatch.skip()
    case .plugin(let plugin, var callback):
      plugin._withUnsafeGuaranteedRef { plugin in
        plugin.accounts.delivered += 1
        plugin.enter("an event callback", timedBy: stopwatch) { chost_event(&callback, event, $0) }
      }
    }
  }

  /// Gives a subscriber the next part of what it missed, and lets it go on live when it has all.
  private func replay(_ subscription: Subscription) {
    guard !subscription.isEnded else { return }
    stopwatch.restart()
    do throws(Failure) {
      let state = try store.info()
      guard subscription.cursor + 1 >= state.low else { return resync(subscription) }
      var count: UInt32 = 0
      try store.read(since: subscription.cursor, limit: EventBus.replayBatch) { [self] event in
        count += 1
        guard !subscription.isEnded, event.pointee.seq > subscription.cursor else { return }
        subscription.cursor = event.pointee.seq
        guard routes.route(of: event.pointee.topic).leads(to: subscription) else { return }
        tell(subscription, event)
      }
      if count < EventBus.replayBatch {
        goLive(subscription)
      } else {
        host.loop.defer { [self] in replay(subscription) }
      }
    } catch {
      host.log.error("the event log cannot be replayed: \(error.message)")
      resync(subscription)
    }
  }

  /// Tells a subscriber that it has to read the state again, and lets it go on live.
  private func resync(_ subscription: Subscription) {
    guard !subscription.isEnded else { return }
    let state = (try? store.info()) ?? EventLogState(seq: 0, low: 1, log: "")
    subscription.cursor = state.seq
    orch_str.with(state.log) { log in
      var event = orch_event()
      event.size = UInt32(MemoryLayout<orch_event>.size)
      event.kind = UInt32(ORCH_EVENT_RESYNC)
      event.seq = state.seq
      event.time_ms = Clock.unixMilliseconds()
      event.log = log
      tell(subscription, &event)
    }
    goLive(subscription)
  }

  /// Ends the replay of a subscriber: what it was not told meanwhile comes next.
  private func goLive(_ subscription: Subscription) {
    subscription.isReplaying = false
    if subscription.lost > 0 {
      host.log.warn("a subscriber missed \(subscription.lost) ephemeral events while the event log was replayed to it")
    }
    for event in subscription.takeHeld() {
      if !subscription.isEnded {
        var c = orch_event(event)
        tell(subscription, &c)
      }
      QueuedEvent.free(event)
    }
  }
}
