import Testing

import struct PluginTesting.SeededGenerator

@testable import OrchestronHost

/// Subscribers that ask for the past: replay and live events join without gap or duplicate.
@Suite struct ReplayTests {
  @Test func replaysWhatCameSinceAndGoesOnLive() throws {
    let events = try EventHost()
    for n in 1...10 { try events.append("test:n", Int64(n)) }
    let subscriber = try events.subscribe("test:*", since: 4)
    #expect(subscriber.state == EventLogState(seq: 10, low: 1, log: subscriber.state.log))
    try events.append("test:n", 11)
    events.host.turn { subscriber.received.count == 7 }
    #expect(subscriber.received.map(\.seq) == Array(5...11))
    #expect(subscriber.received.map(\.n) == Array(5...11))
    #expect(subscriber.resyncs.isEmpty)
  }

  @Test func replaysNothingToWhoIsUpToDate() throws {
    let events = try EventHost()
    for n in 1...3 { try events.append("test:n", Int64(n)) }
    let (current, live) = (try events.subscribe("*", since: 3), try events.subscribe("test:*"))
    try events.append("test:n", 4)
    events.host.turn { live.received.count == 1 && current.received.contains { $0.seq == 4 } }
    #expect(current.received.filter { $0.seq > 0 }.map(\.seq) == [4])
    #expect(live.received.map(\.seq) == [4])
  }

  @Test func keepsEphemeralEventsUntilTheReplayIsOver() throws {
    let events = try EventHost()
    for n in 1...2000 { try events.append("test:n", Int64(n)) }
    let subscriber = try events.subscribe("test:*", since: 0)
    var published: Int64 = 0
    events.host.turn {
      if subscriber.received.count < 2000 {
        published += 1
        events.bus.publish("test:now", ["n": .int(published)])
      }
      return subscriber.received.count == 2000 + Int(published)
    }
    #expect(published > 3)
    #expect(subscriber.received.prefix(2000).map(\.seq) == Array(1...2000))
    #expect(subscriber.received.dropFirst(2000).map(\.n) == Array(1...published))
  }

  @Test func keepsNoEventsOfAReplayWhoseSubscriberLeft() throws {
    let events = try EventHost()
    for n in 1...2000 { try events.append("test:n", Int64(n)) }
    let leaver = try events.subscribe("test:*", since: 0)
    let other = try events.subscribe("test:now")
    events.bus.publish("test:now", ["n": 1])
    events.host.turn { other.received.count == 1 }
    #expect(leaver.received.count < 2000)
    #expect(events.bus.unsubscribe(leaver.id))
    let count = leaver.received.count
    events.bus.publish("test:now", ["n": 2])
    events.host.turn { other.received.count == 2 }
    #expect(leaver.received.count == count)
  }

  /// Events are appended and the loop is turned at random while subscribers with random wishes come and go.
  @Test(arguments: 0..<12)
  func joinsReplayAndLiveWithoutGapOrDuplicate(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let events = try EventHost()
    var appended: [EventHost.Subscriber.Event] = []
    var subscribers: [(subscriber: EventHost.Subscriber, topic: String?, since: UInt64)] = []
    func append(_ count: Int) throws {
      for _ in 0..<count {
        let topic = Bool.random(using: &random) ? "a:x" : "b:x"
        let seq = UInt64(appended.count + 1)
        appended.append(EventHost.Subscriber.Event(topic: topic, n: Int64(seq), seq: seq))
        try events.append(topic, Int64(seq))
      }
    }
    try append(Int.random(in: 0...900, using: &random))
    for _ in 0..<25 {
      let topic = ["a:*", "b:x", nil].randomElement(using: &random) ?? nil
      let seq = UInt64(appended.count)
      let since = Bool.random(using: &random) ? UInt64.random(in: 0...seq, using: &random) : nil
      let subscriber =
        if let topic { try events.subscribe(topic, since: since) } else { try events.subscribe("*", since: since) }
      subscribers.append((subscriber, topic.map { String($0.prefix(2)) }, since ?? seq))
      for _ in 0..<Int.random(in: 0...3, using: &random) {
        try append(Int.random(in: 0...120, using: &random))
        if Bool.random(using: &random) { events.bus.publish("a:ephemeral", [:]) }
        events.host.loop.turn(wait: false)
      }
    }
    try append(1)
    let end = try events.subscribe("a:*", "b:*", since: UInt64(appended.count - 1))
    func wanted(_ topic: String?, _ since: UInt64) -> [EventHost.Subscriber.Event] {
      appended.filter { $0.seq > since && (topic.map($0.topic.hasPrefix) ?? true) }
    }
    let counts = subscribers.map { wanted($0.topic, $0.since).count }
    events.host.turn {
      !end.received.isEmpty && zip(subscribers, counts).allSatisfy { $0.subscriber.durable.count >= $1 }
    }
    for (subscriber, topic, since) in subscribers {
      #expect(subscriber.durable == wanted(topic, since), "seed \(seed), since \(since), \(topic ?? "*")")
      #expect(subscriber.resyncs.isEmpty)
    }
  }

  @Test(arguments: [(5000, 0, nil), (5000, 10, nil), (100, 101, nil), (100, UInt64.max, nil), (100, 50, "elsewhere")])
  func tellsWhoCannotBeServedToReadTheStateAgain(count: Int, since: UInt64, log: String?) throws {
    let events = try EventHost()
    for n in 1...count { try events.append("test:n", Int64(n)) }
    let subscriber = try events.subscribe("test:*", since: since, log: log)
    try events.append("test:n", 0)
    events.host.turn { !subscriber.resyncs.isEmpty }
    let place = try #require(subscriber.resyncs.first)
    #expect(subscriber.resyncs.count == 1)
    try events.append("test:n", 0)
    events.host.turn { subscriber.received.last?.seq == UInt64(count + 2) }
    #expect(subscriber.received.map(\.seq) == Array((place + 1)...UInt64(count + 2)), "live from there on")
  }

  @Test func servesWhoAsksForTheOldestEventThatIsKept() throws {
    let events = try EventHost()
    for n in 1...5000 { try events.append("test:n", Int64(n)) }
    let low = try events.bus.store.info().low
    #expect(low == 905)
    let subscriber = try events.subscribe("test:*", since: low - 1, log: try events.bus.store.info().log)
    events.host.turn { subscriber.received.count == 4096 }
    #expect(subscriber.received.map(\.seq) == Array(905...5000))
    #expect(subscriber.resyncs.isEmpty)
  }

  @Test func livesWhenASubscriberAppendsWhileTheLogIsReplayed() throws {
    let events = try EventHost()
    for n in 1...4096 { try events.append("test:n", Int64(n)) }
    var received: [UInt64] = []
    var resyncs = 0
    let id = try events.host.host.subscribe(["test:*"], since: 0, log: nil) { event in
      if event.pointee.kind != 1 { return resyncs += 1 }
      received.append(event.pointee.seq)
      guard event.pointee.data.string == #"{"n":\#(event.pointee.seq)}"#, event.pointee.seq <= 300 else { return }
      for _ in 0..<20 { try? events.append("test:more", -1) }
    }.id
    defer { events.bus.unsubscribe(id) }
    events.host.turn { resyncs > 0 || received.count >= 4096 }
    #expect(zip(received, received.dropFirst()).allSatisfy { $0 < $1 }, "each at most once, in order")
    #expect(received.prefix(256).elementsEqual(1...256))
  }

  @Test func endsAReplayWhenItsSubscriberLeaves() throws {
    let events = try EventHost()
    for n in 1...2000 { try events.append("test:n", Int64(n)) }
    var id: UInt64 = 0
    var received = 0
    id = try events.host.host.subscribe(["test:*"], since: 0, log: nil) { _ in
      received += 1
      if received == 300 { _ = events.bus.unsubscribe(id) }
    }.id
    let other = try events.subscribe("test:*", since: 0)
    events.host.turn { other.received.count == 2000 }
    #expect(received == 300)
  }
}

extension EventHost.Subscriber {
  /// Without the ephemeral events.
  fileprivate var durable: [Event] { received.filter { $0.seq > 0 } }
}
