import Testing

@testable import OrchestronHost

/// Events and log lines that are not what they have to be.
@Suite struct EventFaults {
  /// Runs a fixture that publishes something unfit and expects that nobody is told.
  private func expectUndelivered(
    _ fixture: String, _ pattern: String, at location: SourceLocation = #_sourceLocation
  ) throws {
    let zoo = try Zoo(fixture)
    var topics: [String] = []
    _ = try zoo.host.host.subscribe(["*"], since: nil, log: nil) { topics.append($0.pointee.topic.string) }
    try zoo.expectRun(fixture, answers: .null, at: location)
    try zoo.expectLog(naming: fixture, pattern, at: location)
    zoo.host.host.bus.publish("test:last", [:])
    zoo.host.turn { topics.contains("test:last") }
    #expect(topics.last == "test:last", sourceLocation: location)
    #expect(!topics.contains { $0.hasPrefix("zoo") }, sourceLocation: location)
    try zoo.expectAlive(at: location)
  }

  @Test func deliversNoEventThatIsNotUTF8() throws { try expectUndelivered("event-invalid-utf8", "zoo:tick") }

  @Test func deliversNoEventThatIsNotJSON() throws { try expectUndelivered("event-invalid-json", "zoo:tick") }

  @Test func deliversNoEventWithAnInvalidTopic() throws { try expectUndelivered("event-invalid-topic", "no topic") }

  @Test func goesOnWhenASubscriberThrows() throws {
    let zoo = try Zoo("event-throws")
    var received = 0
    _ = try zoo.host.host.subscribe(["zoo:*"], since: nil, log: nil) { _ in received += 1 }
    zoo.host.host.bus.publish("zoo:tick", [:])
    zoo.host.turn { received > 0 }
    #expect(received == 1)
    try zoo.expectLog(naming: "event-throws", "event-throws.*no news today")
    try zoo.expectFailed("event-throws", "event")
  }

  @Test func keepsTheOrderOfTenPublishingThreads() throws {
    let zoo = try Zoo("publisher")
    var numbers: [Int64: [Int64]] = [:]
    var count = 0
    _ = try zoo.host.host.subscribe(["zoo:tick"], since: nil, log: nil) { event in
      guard let data = try? JSON(parsing: event.pointee.data.bytes), let thread = data["thread"]?.int,
        let n = data["n"]?.int
      else { return }
      numbers[thread, default: []].append(n)
      count += 1
    }
    #expect(try zoo.run("publisher", #"{"count":1000}"#).answer == 10_000)
    zoo.host.turn { count == 10_000 }
    #expect(numbers.count == 10)
    for (thread, numbers) in numbers { #expect(numbers == Array(0..<1000), "thread \(thread)") }
    try zoo.expectAlive()
  }

  @Test func refusesEventsBeyondTheQueue() throws {
    let zoo = try Zoo("publisher")
    var count = 0
    _ = try zoo.host.host.subscribe(["zoo:tick"], since: nil, log: nil) { _ in count += 1 }
    zoo.host.loop.turn(wait: false)  // delivers what the start has published
    #expect(try zoo.host.call("publisher.flood", #"{"count":70000}"#).answer == 65_536)
    zoo.host.turn { count == 65_536 }
    #expect(count == 65_536)
    try zoo.expectAlive()
  }

  @Test func repairsALogLineThatIsNotUTF8() throws {
    let zoo = try Zoo("log-invalid-utf8")
    try zoo.expectRun("log-invalid-utf8", answers: .null)
    let line = try #require(zoo.host.log.first { $0.contains("no caf") })
    #expect(Zoo.message(line) == "no caf\u{FFFD} and no \u{1B}[31mcolour")
    #expect(line.utf8.dropLast().allSatisfy { $0 >= 0x20 })
    try zoo.expectAlive()
  }

  @Test func keepsInvalidFieldsOutOfALogLine() throws {
    let zoo = try Zoo("log-invalid-json")
    try zoo.expectRun("log-invalid-json", answers: .null)
    let line = try #require(zoo.host.log.first { $0.contains("with fields") })
    let value = try JSON(parsing: line)
    #expect(value["level"] == 40)
    #expect(value["plugin"] == "log-invalid-json")
    #expect(value["a"] == nil)
    #expect(value["droppedFields"]?.string?.isEmpty == false)
    try zoo.expectAlive()
  }
}
