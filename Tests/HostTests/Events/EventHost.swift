import CHost

@testable import OrchestronHost

/// A host for tests of events.
struct EventHost {
  let host: TestHost
  var bus: EventBus { host.host.bus }

  /// What a host that runs already has to offer.
  init(host: TestHost) { self.host = host }

  init(_ fixtures: String...) throws {
    host = try TestHost(try fixtures.map(Fixtures.path))
    try host.start()
    var isQuiet = false
    host.loop.defer { isQuiet = true }
    host.turn { isQuiet }  // what the start has published is out
  }

  /// Somebody who listens.
  final class Subscriber {
    struct Event: Equatable {
      let topic: String
      /// The number in the data, -1 without one.
      let n: Int64
      let seq: UInt64
    }

    var id: UInt64 = 0
    var state = EventLogState(seq: 0, low: 0, log: "")
    var received: [Event] = []
    /// The places at which it was told to read the state again.
    var resyncs: [UInt64] = []
  }

  func subscribe(_ topics: String..., since: UInt64? = nil, log: String? = nil) throws -> Subscriber {
    let subscriber = Subscriber()
    (subscriber.id, subscriber.state) = try host.host.subscribe(topics, since: since, log: log) { event in
      let event = event.pointee
      if event.kind == UInt32(ORCH_EVENT_RESYNC) { return subscriber.resyncs.append(event.seq) }
      let n = (try? JSON(parsing: event.data.bytes))?["n"]?.int ?? -1
      subscriber.received.append(Subscriber.Event(topic: event.topic.string, n: n, seq: event.seq))
    }
    return subscriber
  }

  /// Appends an event to the durable log.
  func append(_ topic: String, _ n: Int64) throws {
    guard let plugin = host.host.hostPlugin else { return }
    orch_str.with(topic) { topic in
      orch_str.with(#"{"n":\#(n)}"#) { data in
        var event = orch_event()
        event.size = UInt32(MemoryLayout<orch_event>.size)
        event.kind = UInt32(ORCH_EVENT)
        event.time_ms = Clock.unixMilliseconds()
        event.topic = topic
        event.source = plugin.name.str
        event.actor = plugin.name.str
        event.data = data
        bus.store.append(&event, orch_append_cb(), of: plugin)
      }
    }
  }
}
