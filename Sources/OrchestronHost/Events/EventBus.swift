import CHost

/// Takes events from any thread and delivers them on the loop, in one order for all.
///
/// Durable events pass the ``EventStore`` first; a subscriber that asks for the past gets it from there and then goes on
/// live, without gap or duplicate.
final class EventBus {
  /// How many events may wait.
  static let queueLimit: UInt64 = 65_536
  /// The longest data of an event, in bytes.
  private static let dataLimit = 16 << 20
  /// How many events are delivered before the loop turns to other things.
  private static let turnLimit = 8192
  /// How many events of the log are read at once for a subscriber that catches up.
  private static let replayBatch: UInt32 = 256

  unowned let host: Host
  private(set) lazy var store: any EventStore = MemoryEventStore(bus: self)
  private let queue: UnsafeMutablePointer<chost_stack>
  private let trie = TopicTrie<Subscription>()
  private var subscriptions: [UInt64: Subscription] = [:]
  /// What the trie said, for topics seen lately.
  private var routes: [String: Route] = [:]
  private var lastRoute: Route?
  private let document = JSONDocument()
  /// Events taken from the queue that wait for the next turn.
  private var waiting: UnsafeMutablePointer<chost_node>?

  init(host: Host) {
    self.host = host
    queue = .allocate(capacity: 1)
    queue.initialize(to: chost_stack())
  }

  deinit {
    freeAll(waiting)
    freeAll(chost_take_all(queue))
    queue.deallocate()
  }

  private func freeAll(_ nodes: UnsafeMutablePointer<chost_node>?) {
    var next = nodes
    while let node = next {
      next = node.pointee.next
      QueuedEvent.free(EventBus.event(node))
    }
  }

  private static func event(_ node: UnsafeMutablePointer<chost_node>) -> UnsafeMutablePointer<QueuedEvent> {
    UnsafeMutableRawPointer(node).assumingMemoryBound(to: QueuedEvent.self)
  }

  /// Hands the durable log to a plugin.
  func keepLog(in store: any EventStore) { self.store = store }

  /// Takes the durable log back into memory, when the plugin that kept it has gone.
  func keepLogInMemory() { store = MemoryEventStore(bus: self) }
}

// MARK: - Publishing

extension EventBus {
  /// Publishes an ephemeral event. [any-thread]
  func publish(_ topic: orch_str, _ data: orch_str, actor: orch_str, by plugin: Plugin) -> Status {
    guard topic.isReadable, data.isReadable, topic.n <= 128, data.n <= EventBus.dataLimit else {
      return .invalidArgument
    }
    guard chost_count(queue) < EventBus.queueLimit else { return .resourceExhausted }
    guard
      let event = QueuedEvent.make(
        time: Clock.unixMilliseconds(), publisher: plugin, topic: topic, actor: actor, data: data)
    else { return .resourceExhausted }
    enqueue(event)
    return .ok
  }

  /// Publishes an event of the durable log. Never refused: the log has it already. [loop-thread]
  func recorded(_ event: UnsafePointer<orch_event>) {
    let event = event.pointee
    let kept = QueuedEvent.make(
      seq: event.seq, time: event.time_ms, topic: event.topic, source: event.source, actor: event.actor,
      data: event.data)
    if let kept { enqueue(kept) }
  }

  /// Publishes an event of the host itself. [loop-thread]
  func publish(_ topic: String, _ data: JSON) {
    orch_str.with(topic) { topic in
      orch_str.with(data.text) { data in
        let event = QueuedEvent.make(
          time: Clock.unixMilliseconds(), topic: topic, source: host.dispatcher.hostName.str,
          actor: host.systemActor.str, data: data)
        if let event { enqueue(event) }
      }
    }
  }

  private func enqueue(_ event: UnsafeMutablePointer<QueuedEvent>) {
    let node = UnsafeMutableRawPointer(event).assumingMemoryBound(to: chost_node.self)
    guard chost_push(queue, node) else { return }
    let bus = LoopBound(self)
    if host.loop.isCurrent {
      host.loop.defer { bus.value.deliver() }
    } else {
      host.loop.post { bus.value.deliver() }
    }
  }
}

// MARK: - Subscribing

extension EventBus {
  /// Where the events of a subscription go.
  enum Sink {
    case plugin(Plugin, orch_event_cb)
    case host((UnsafePointer<orch_event>) -> Void)
  }

  /// One subscriber.
  final class Subscription: Identifiable {
    let id: UInt64
    let patterns: [TopicPattern]
    let sink: Sink
    /// The newest place that the subscriber has, by replay or by what it was told when it subscribed.
    var cursor: UInt64
    /// True until everything before now has been replayed.
    var isReplaying: Bool
    var isEnded = false

    init(id: UInt64, patterns: [TopicPattern], sink: Sink, cursor: UInt64, isReplaying: Bool) {
      self.id = id
      self.patterns = patterns
      self.sink = sink
      self.cursor = cursor
      self.isReplaying = isReplaying
    }
  }

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
    let subscription = Subscription(
      id: id, patterns: patterns, sink: sink, cursor: state.seq, isReplaying: false)
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
    for pattern in patterns { trie.insert(subscription, for: pattern) }
    forgetRoutes()
    return state
  }

  /// Ends a subscription; false when there is none with that id.
  @discardableResult
  func unsubscribe(_ id: UInt64) -> Bool {
    host.loop.assertOnLoop()
    guard let subscription = subscriptions.removeValue(forKey: id) else { return false }
    subscription.isEnded = true
    for pattern in subscription.patterns { trie.remove(id, for: pattern) }
    forgetRoutes()
    if case .plugin(let plugin, let callback) = subscription.sink {
      plugin.release(orch_task(fn: nil, ud: callback.ud, release: callback.release))
    }
    return true
  }
}

// MARK: - Delivering

extension EventBus {
  /// Where the events of one topic go, as long as nobody subscribes or leaves.
  fileprivate final class Route {
    let topic: Text
    let isValid: Bool
    let subscribers: [Subscription]

    init(topic: Text, isValid: Bool, subscribers: [Subscription]) {
      self.topic = topic
      self.isValid = isValid
      self.subscribers = subscribers
    }
  }

  /// Delivers what waits, up to a bound. [loop-thread]
  private func deliver() {
    var budget = EventBus.turnLimit
    while budget > 0 {
      if waiting == nil { waiting = chost_take_all(queue) }
      guard let node = waiting else { return }
      waiting = node.pointee.next
      deliver(EventBus.event(node))
      chost_count_off(queue, 1)
      budget -= 1
    }
    host.loop.defer { [self] in deliver() }
  }

  private func deliver(_ event: UnsafeMutablePointer<QueuedEvent>) {
    defer { QueuedEvent.free(event) }
    var c = orch_event(event)
    if let plugin = event.pointee.plugin {
      guard isFit(c, from: plugin) else { return }
      plugin.accounts.published += 1
    }
    for subscription in route(of: c.topic).subscribers where !subscription.isEnded {
      if c.seq > 0 {
        guard !subscription.isReplaying, c.seq > subscription.cursor else { continue }
        subscription.cursor = c.seq
      }
      tell(subscription, &c)
    }
  }

  /// Where the events of a topic go. Events come in runs of one topic: the last one is compared first.
  private func route(of topic: orch_str) -> Route {
    if let lastRoute, lastRoute.topic.hasBytes(topic.bytes) { return lastRoute }
    let name = topic.string
    if let known = routes[name] {
      lastRoute = known
      return known
    }
    if routes.count >= 4096 { routes.removeAll(keepingCapacity: true) }
    let isValid = topic.bytes.isUTF8 && isTopic(name)
    let route = Route(topic: Text(copying: topic.bytes), isValid: isValid, subscribers: isValid ? trie.match(name) : [])
    routes[name] = route
    lastRoute = route
    return route
  }

  private func forgetRoutes() {
    routes.removeAll(keepingCapacity: true)
    lastRoute = nil
  }

  /// Checks what a plugin published: a fault is told and the event dropped.
  private func isFit(_ event: orch_event, from plugin: Plugin) -> Bool {
    guard route(of: event.topic).isValid else {
      plugin.fault("published to \(event.topic.string.quoted), which is no topic; write \"thing:event\"")
      return false
    }
    do { try document.parse(event.data.bytes) } catch {
      plugin.fault("published \(event.topic.string.quoted) with data that is not JSON: \(error.message)")
      return false
    }
    return true
  }

  private func tell(_ subscription: Subscription, _ event: UnsafePointer<orch_event>) {
    switch subscription.sink {
    case .host(let body): body(event)
    case .plugin(let plugin, var callback):
      plugin.accounts.delivered += 1
      _ = plugin.enter("an event callback") { chost_event(&callback, event, $0) }
    }
  }

  /// Gives a subscriber the next part of what it missed, and lets it go on live when it has all.
  private func replay(_ subscription: Subscription) {
    guard !subscription.isEnded else { return }
    do throws(Failure) {
      let state = try store.info()
      guard subscription.cursor + 1 >= state.low else { return resync(subscription) }
      var count: UInt32 = 0
      try store.read(since: subscription.cursor, limit: EventBus.replayBatch) { [self] event in
        count += 1
        guard !subscription.isEnded, event.pointee.seq > subscription.cursor else { return }
        subscription.cursor = event.pointee.seq
        guard route(of: event.pointee.topic).subscribers.contains(where: { $0 === subscription }) else { return }
        tell(subscription, event)
      }
      if count < EventBus.replayBatch {
        subscription.isReplaying = false
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
    subscription.isReplaying = false
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
  }
}
