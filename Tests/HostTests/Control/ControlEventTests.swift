import Testing

@testable import OrchestronHost

@Suite struct ControlEventTests {
  private let owner: ControlHost
  private let client: ControlHost.Client

  init() throws {
    owner = try ControlHost("publisher")
    client = try owner.connect()
  }

  /// The params of the notifications of that kind.
  private func notes(_ method: String) -> [JSON] {
    client.messages.filter { $0["method"]?.string == method }.compactMap { $0["params"] }
  }

  private func append(_ numbers: ClosedRange<Int64>) throws {
    for n in numbers { try EventHost(host: owner.host).append("task:created", n) }
  }

  @Test func tellsASubscriberOfEvents() throws {
    let state = client.call("subscribe", ["topics": ["zoo:*"]])["result"]
    #expect(state?["seq"]?.int == 0)
    #expect(state?["low"]?.int == 1)
    _ = client.call("publisher.flood", ["count": 2])
    client.wait(for: 2)
    let event = try #require(notes("event").first)
    #expect(event.object?.keys == ["subscription", "topic", "time", "source", "data"])
    #expect(event["subscription"] == state?["subscription"])
    #expect(event["topic"] == "zoo:tick")
    #expect(event["source"] == "publisher")
    #expect(notes("event").map { $0["data"]?["n"]?.int } == [0, 1])
  }

  @Test func tellsNothingAfterUnsubscribe() throws {
    let id = client.call("subscribe", ["topics": ["zoo:*"]])["result"]?["subscription"] ?? .null
    #expect(client.call("unsubscribe", ["subscription": id])["result"] == .null)
    _ = client.call("publisher.flood", ["count": 2])
    _ = client.call("host.health")
    #expect(client.messages.isEmpty)
  }

  @Test func replaysTheLogAndGoesOnLive() throws {
    try append(1...10)
    let state = client.call("subscribe", ["topics": ["task:*"], "since": 4])["result"]
    #expect(state?["seq"]?.int == 10)
    try append(11...12)
    client.wait(for: 8)
    #expect(notes("event").map { $0["seq"]?.int } == Array(5...12))
    #expect(notes("event").map { $0["data"]?["n"]?.int } == Array(5...12))
  }

  @Test func asksForAResyncWhenTheLogIsAnother() throws {
    try append(1...3)
    let state = client.call("subscribe", ["topics": ["task:*"], "since": 1, "log": "another"])["result"]
    client.wait(for: 1)
    #expect(notes("resync").map { $0["seq"]?.int } == [3])
    #expect(notes("resync").first?["log"] == state?["log"])
    try append(4...4)
    client.wait(for: 2)
    #expect(notes("event").map { $0["seq"]?.int } == [4])
  }

  @Test func tellsASlowSubscriberHowMuchItHasLost() throws {
    _ = client.call("subscribe", ["topics": ["zoo:*"]])
    let other = try owner.connect()
    var sent: Int64 = 0
    for _ in 0..<3 {
      sent += other.call("publisher.flood", ["count": 40_000])["result"]?.int ?? 0
      let seen = try owner.connect()
      _ = seen.call("host.health")  // what was published is delivered before the next round
    }
    #expect(owner.server.connections.allSatisfy { $0.unsent <= ControlSubscription.outputLimit + 1000 })
    _ = client.wait { $0["method"] == "lost" }
    let lost = try #require(notes("lost").first)
    #expect(lost["from"] == nil)
    #expect(Int64(notes("event").count) + (lost["count"]?.int ?? 0) == sent)
    // From now on it is told everything again.
    let before = notes("event").count
    _ = other.call("publisher.flood", ["count": 3])
    client.wait(for: client.messages.count + 3)
    #expect(notes("event").count == before + 3)
  }

  @Test func namesTheDurableEventsThatWereLost() throws {
    _ = client.call("subscribe", ["topics": ["*"]])
    let other = try owner.connect()
    _ = other.call("publisher.flood", ["count": 60_000])
    _ = other.call("host.health")
    try append(1...5)
    _ = other.call("host.health")
    let lost = client.wait { $0["method"] == "lost" }?["params"]
    #expect(lost?["from"]?.int == 1)
    #expect(lost?["to"]?.int == 5)
  }

  @Test func endsTheSubscriptionsOfAClientThatGoesAway() throws {
    for _ in 0..<10 {
      let leaving = try owner.connect()
      _ = leaving.call("subscribe", ["topics": ["*"]])
      leaving.close()
    }
    owner.host.turn { owner.server.connections.count == 1 }
    #expect(owner.server.connections.count == 1)
    #expect(owner.server.connections[0].subscriptions.isEmpty)
  }
}
