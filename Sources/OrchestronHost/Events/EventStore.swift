import CHost

/// Where durable events are kept: in the host's memory, or by a plugin.
protocol EventStore: AnyObject {
  /// The newest and the oldest place, and the log's id.
  func info() throws(Failure) -> EventLogState

  /// Gives up to `limit` events after `since`, in order. They are borrowed for the length of `each`.
  func read(since: UInt64, limit: UInt32, _ each: @escaping (UnsafePointer<orch_event>) -> Void) throws(Failure)

  /// Records an event and publishes it once it is durable; then `done` is told.
  func append(_ event: UnsafePointer<orch_event>, _ done: orch_append_cb, of plugin: Plugin)
}

/// The state of a durable log.
struct EventLogState: Equatable {
  /// The newest place; 0 when there was never an event.
  var seq: UInt64
  /// The oldest place still kept; `seq + 1` when there is none.
  var low: UInt64
  /// A random id, new after a restore.
  var log: String
}

/// The log of a host without storage: the last 4,096 events, in memory.
final class MemoryEventStore: EventStore {
  static let limit = 4096

  private unowned let bus: EventBus
  private let log: String
  private var events: [UnsafeMutablePointer<QueuedEvent>] = []
  private var seq: UInt64 = 0
  /// How many reads are under way, within which a reader may append.
  private var readers = 0
  /// Events that left the log meanwhile.
  private var retired: [UnsafeMutablePointer<QueuedEvent>] = []

  init(bus: EventBus) {
    self.bus = bus
    var random = SystemRandomNumberGenerator()
    log = String(random.next() as UInt64, radix: 16)
  }

  deinit { events.forEach(QueuedEvent.free) }

  func info() -> EventLogState {
    EventLogState(seq: seq, low: events.first?.pointee.seq ?? seq + 1, log: log)
  }

  func read(since: UInt64, limit: UInt32, _ each: @escaping (UnsafePointer<orch_event>) -> Void) {
    let oldest = events.first?.pointee.seq ?? seq + 1
    let skipped = since >= oldest ? Int(clamping: since - oldest + 1) : 0
    readers += 1
    defer {
      readers -= 1
      if readers == 0 {
        retired.forEach(QueuedEvent.free)
        retired.removeAll()
      }
    }
    for event in events.dropFirst(skipped).prefix(Int(limit)) {
      var c = orch_event(event)
      each(&c)
    }
  }

  func append(_ event: UnsafePointer<orch_event>, _ done: orch_append_cb, of plugin: Plugin) {
    let event = event.pointee
    seq += 1
    let kept = QueuedEvent.make(
      seq: seq, time: event.time_ms, topic: event.topic, source: event.source, actor: event.actor, data: event.data)
    if let kept {
      events.append(kept)
      if events.count > MemoryEventStore.limit { retire(events.removeFirst()) }
      var c = orch_event(kept)
      bus.recorded(&c)
    }
    bus.host.defer { [seq] in plugin.appended(done, kept == nil ? .resourceExhausted : .ok, seq) }
  }

  private func retire(_ event: UnsafeMutablePointer<QueuedEvent>) {
    if readers > 0 { retired.append(event) } else { QueuedEvent.free(event) }
  }
}

/// The log that a plugin keeps.
final class PluginEventStore: EventStore {
  private let plugin: Plugin
  private let table: UnsafePointer<orch_event_store>

  init(plugin: Plugin, table: UnsafePointer<orch_event_store>) {
    self.plugin = plugin
    self.table = table
  }

  func info() throws(Failure) -> EventLogState {
    var info = orch_log_info()
    info.size = UInt32(MemoryLayout<orch_log_info>.size)
    var status: orch_status = 0
    if let failure = plugin.enter(
      "event store info", { chost_store_info(table, plugin.instance, &info, &status, $0) })
    {
      throw failure
    }
    guard status == 0 else { throw Failure(Status(code: status), "the event log of \"\(plugin.id)\" cannot be read") }
    return EventLogState(seq: info.seq, low: info.low, log: info.log.string)
  }

  func read(since: UInt64, limit: UInt32, _ each: @escaping (UnsafePointer<orch_event>) -> Void) throws(Failure) {
    final class Receiver {
      let each: (UnsafePointer<orch_event>) -> Void
      init(_ each: @escaping (UnsafePointer<orch_event>) -> Void) { self.each = each }
    }
    let receiver = Receiver(each)
    var status: orch_status = 0
    let failure = plugin.enter("event store read") {
      chost_store_read(
        table, plugin.instance, since, limit,
        { ud, event in
          guard let ud, let event else { return }
          Unmanaged<Receiver>.fromOpaque(ud).takeUnretainedValue().each(event)
        }, Unmanaged.passUnretained(receiver).toOpaque(), &status, $0)
    }
    if let failure { throw failure }
    guard status == 0 else { throw Failure(Status(code: status), "the event log of \"\(plugin.id)\" cannot be read") }
    withExtendedLifetime(receiver) {}
  }

  func append(_ event: UnsafePointer<orch_event>, _ done: orch_append_cb, of plugin: Plugin) {
    let failure = self.plugin.enter("event store append") {
      chost_store_append(table, self.plugin.instance, event, done, $0)
    }
    if failure != nil { plugin.appended(done, .internal, 0) }
  }
}

extension orch_event {
  /// An event in C's words, borrowed from its block.
  init(_ event: UnsafeMutablePointer<QueuedEvent>) {
    let texts = QueuedEvent.texts(of: event)
    self.init(
      size: UInt32(MemoryLayout<orch_event>.size), kind: UInt32(ORCH_EVENT), seq: event.pointee.seq, from: 0,
      time_ms: event.pointee.time, topic: texts.topic, source: texts.source, actor: texts.actor, data: texts.data,
      log: .empty)
  }
}

extension Plugin {
  /// Tells a plugin that its event is recorded, or not.
  func appended(_ done: orch_append_cb, _ status: Status, _ seq: UInt64) {
    var done = done
    if done.fn != nil { _ = enter("an append callback") { chost_append_done(&done, status.rawValue, seq, $0) } }
    release(orch_task(fn: nil, ud: done.ud, release: done.release))
  }
}
