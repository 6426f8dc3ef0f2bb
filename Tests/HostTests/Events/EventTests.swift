import CHost
import Testing

@testable import OrchestronHost

/// Events as they come: published by the host and by plugins, told to subscribers in one order.
@Suite struct EventTests {
  @Test func deliversEventsInTheirOrder() throws {
    let events = try EventHost()
    let (first, second) = (try events.subscribe("test:*"), try events.subscribe("*"))
    for n in 0..<1000 { events.bus.publish("test:n", ["n": .int(Int64(n))]) }
    #expect(first.received.isEmpty, "nothing is delivered inside of publish")
    events.host.turn { first.received.count == 1000 }
    #expect(first.received.map(\.n) == (0..<1000).map { Int64($0) })
    #expect(second.received.filter { $0.topic == "test:n" } == first.received)
  }

  @Test func tellsTopicSourceActorAndTime() throws {
    let events = try EventHost("publisher")
    var seen: (source: String, actor: String, time: Int64, seq: UInt64)?
    _ = try events.host.host.subscribe(["zoo:tick"], since: nil, log: nil) { event in
      seen = (
        event.pointee.source.string, event.pointee.actor.string, event.pointee.time_ms, event.pointee.seq
      )
    }
    let before = Clock.unixMillisecondsOfTick()
    _ = try events.host.call("publisher.flood", #"{"count":1}"#)
    events.host.turn { seen != nil }
    #expect(seen?.source == "publisher")
    #expect(seen?.actor == "plugin:publisher")
    #expect(seen?.seq == 0)
    #expect((before...Clock.unixMilliseconds()).contains(seen?.time ?? 0))
  }

  @Test func tellsEverySubscriberTheSameOrderOfTenPublishers() throws {
    let events = try EventHost("publisher")
    let (first, second) = (try events.subscribe("zoo:tick"), try events.subscribe("zoo:*"))
    _ = try events.host.call("publisher.run", #"{"count":500}"#)
    events.host.turn { first.received.count == 5000 }
    #expect(first.received.count == 5000)
    #expect(first.received == second.received)
  }

  @Test func takesEventsAgainWhenTheQueueHasEmptied() throws {
    let events = try EventHost("publisher")
    let subscriber = try events.subscribe("zoo:tick")
    for _ in 0..<2 {
      #expect(try events.host.call("publisher.flood", #"{"count":70000}"#).answer == 65_536)
      events.host.turn { subscriber.received.count == 65_536 }
      #expect(subscriber.received.map(\.n) == (0..<65_536).map { Int64($0) })
      subscriber.received = []
    }
  }

  @Test func deliversWhatACallbackPublishesAfterTheCallback() throws {
    let events = try EventHost()
    var depth = 0
    var order: [Int64] = []
    _ = try events.host.host.subscribe(["chain:*"], since: nil, log: nil) { [unowned bus = events.bus] event in
      depth += 1
      defer { depth -= 1 }
      let n = (try? JSON(parsing: event.pointee.data.bytes))?["n"]?.int ?? -1
      order.append(n)
      #expect(depth == 1)
      if n < 100 { bus.publish("chain:next", ["n": .int(n + 1)]) }
    }
    events.bus.publish("chain:next", ["n": 0])
    events.host.turn { order.count == 101 }
    #expect(order == (0...100).map { Int64($0) })
  }

  @Test func doesNotStarveTheLoopWhenACallbackPublishesForEver() throws {
    let events = try EventHost()
    _ = try events.host.host.subscribe(["again:*"], since: nil, log: nil) { [unowned bus = events.bus] _ in
      bus.publish("again:now", [:])
    }
    var isFired = false
    events.host.loop.startTimer(after: 1) { isFired = true }
    events.bus.publish("again:now", [:])
    #expect(events.host.turn { isFired })
  }

  @Test func stopsAtOnceWhenUnsubscribedInsideOfACallback() throws {
    let events = try EventHost()
    var received: [String] = []
    var id: UInt64 = 0
    id = try events.host.host.subscribe(["test:*"], since: nil, log: nil) { _ in
      received.append("one")
      #expect(events.bus.unsubscribe(id))
      #expect(!events.bus.unsubscribe(id))
    }.id
    let other = try events.subscribe("test:*")
    for _ in 0..<3 { events.bus.publish("test:n", ["n": 1]) }
    events.host.turn { other.received.count == 3 }
    #expect(received == ["one"])
  }

  @Test func stopsAtOnceWhenAnotherCallbackUnsubscribesIt() throws {
    let events = try EventHost()
    var victim: UInt64 = 0
    var received = 0
    _ = try events.host.host.subscribe(["test:*"], since: nil, log: nil) { [unowned bus = events.bus] _ in
      _ = bus.unsubscribe(victim)
    }
    victim = try events.host.host.subscribe(["test:*"], since: nil, log: nil) { _ in received += 1 }.id
    let last = try events.subscribe("test:*")
    events.bus.publish("test:n", ["n": 1])
    events.host.turn { last.received.count == 1 }
    #expect(received == 0)
  }

  @Test func tellsASubscriberOfSeveralMatchingPatternsOnce() throws {
    let events = try EventHost()
    let subscriber = try events.subscribe("test:n", "test:*", "*", "*:n")
    events.bus.publish("test:n", ["n": 7])
    events.bus.publish("other:n", ["n": 8])
    events.host.turn { subscriber.received.count >= 2 }
    events.host.loop.turn(wait: false)
    #expect(subscriber.received.filter { $0.n >= 0 }.map(\.n) == [7, 8])
  }

  @Test func refusesASubscriptionWithoutTopics() throws {
    let events = try EventHost()
    #expect(throws: Failure.self) { try events.host.host.subscribe([], since: nil, log: nil) { _ in } }
  }
}

/// A subscription as a plugin makes it, by the table of verbs.
@Suite struct PluginSubscriptionTests {
  /// What a callback in C sees.
  private final class Receiver {
    let plugin: Plugin
    var subscription: UInt64 = 0
    var unsubscribes = false
    var status: orch_status = -1
    /// `fn` when it runs and when it ends, `release` when that runs.
    var steps: [String] = []

    init(_ plugin: Plugin) { self.plugin = plugin }

    static func behind(_ pointer: UnsafeMutableRawPointer?) -> Receiver? {
      pointer.map { Unmanaged<Receiver>.fromOpaque($0).takeUnretainedValue() }
    }
  }

  private func subscribe(_ receiver: Receiver, to topic: String) -> orch_status {
    let callback = orch_event_cb(
      fn: { pointer, _ in
        guard let receiver = Receiver.behind(pointer) else { return }
        receiver.steps.append("begin")
        if receiver.unsubscribes {
          receiver.status = HostVerbs.table.pointee.unsubscribe(receiver.plugin.pointer, receiver.subscription)
        }
        receiver.steps.append("end")
      }, ud: Unmanaged.passUnretained(receiver).toOpaque(),
      release: { Receiver.behind($0)?.steps.append("release") })
    return orch_str.with(topic) { topic in
      var topic = topic
      return withUnsafePointer(to: &topic) { topic in
        var wish = orch_subscribe()
        wish.size = UInt32(MemoryLayout<orch_subscribe>.size)
        wish.topics = topic
        wish.n_topics = 1
        var out = orch_subscription()
        out.size = UInt32(MemoryLayout<orch_subscription>.size)
        let status = HostVerbs.table.pointee.subscribe(receiver.plugin.pointer, nil, &wish, callback, &out)
        receiver.subscription = out.id
        return status
      }
    }
  }

  @Test func releasesACallbackOnceAfterItsLastRun() throws {
    let events = try EventHost("plain")
    let receiver = Receiver(try #require(events.host.host.lifecycle.plugin("plain")))
    #expect(subscribe(receiver, to: "test:*") == 0)
    receiver.unsubscribes = true
    for _ in 0..<3 { events.bus.publish("test:n", ["n": 1]) }
    let witness = try events.subscribe("test:*")
    events.host.turn { witness.received.count == 3 }
    #expect(receiver.steps == ["begin", "end", "release"])
    #expect(receiver.status == 0)
    events.host.stop()
    #expect(receiver.steps == ["begin", "end", "release"])
  }

  @Test func releasesACallbackWhenThePluginStops() throws {
    let events = try EventHost("plain")
    let receiver = Receiver(try #require(events.host.host.lifecycle.plugin("plain")))
    #expect(subscribe(receiver, to: "test:*") == 0)
    events.host.stop()
    #expect(receiver.steps == ["release"])
  }

  @Test func releasesACallbackThatWasRefused() throws {
    let events = try EventHost("plain")
    let receiver = Receiver(try #require(events.host.host.lifecycle.plugin("plain")))
    #expect(subscribe(receiver, to: "no topic") == Status.invalidArgument.rawValue)
    #expect(receiver.steps == ["release"])
  }

  @Test func refusesToEndASubscriptionTwice() throws {
    let events = try EventHost("plain")
    let receiver = Receiver(try #require(events.host.host.lifecycle.plugin("plain")))
    #expect(subscribe(receiver, to: "test:*") == 0)
    let verbs = HostVerbs.table.pointee
    #expect(verbs.unsubscribe(receiver.plugin.pointer, receiver.subscription) == 0)
    #expect(
      verbs.unsubscribe(receiver.plugin.pointer, receiver.subscription) == Status.failedPrecondition.rawValue)
    #expect(receiver.steps == ["release"])
  }
}
