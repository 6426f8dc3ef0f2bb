import CHost

extension EventBus {
  /// Where the events of a subscription go.
  enum Sink {
    /// Plugins are never freed.
    case plugin(Unmanaged<Plugin>, orch_event_cb)
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
    var isReplaying = false
    private(set) var isEnded = false
    /// Copies of ephemeral events that came during the replay.
    private var held: [UnsafeMutablePointer<QueuedEvent>] = []
    /// How many of those were too many.
    private(set) var lost = 0

    init(id: UInt64, patterns: [TopicPattern], sink: Sink, cursor: UInt64) {
      self.id = id
      self.patterns = patterns
      self.sink = sink
      self.cursor = cursor
    }

    deinit { held.forEach(QueuedEvent.free) }

    /// No event reaches the subscriber from now on.
    func end() { isEnded = true }

    /// Keeps an ephemeral event until the replay is over: as many as the queue for all takes.
    func hold(_ event: UnsafeMutablePointer<QueuedEvent>) {
      guard held.count < EventQueue.limit, let copy = QueuedEvent.copy(event) else {
        lost += 1
        return
      }
      held.append(copy)
    }

    /// The events that were kept, to be freed by the caller.
    func takeHeld() -> [UnsafeMutablePointer<QueuedEvent>] {
      defer { (held, lost) = ([], 0) }
      return held
    }
  }
}
