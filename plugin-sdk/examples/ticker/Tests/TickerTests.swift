import PluginTesting
import Testing

@testable import TickerPlugin

@Suite struct TickerTests {
  @Test func ticksAtTheConfiguredPace() async throws {
    try await FakeHost.run(tickerEntry, config: ["interval": 100]) { host in
      host.advance(milliseconds: 350)
      let events = host.events
      #expect(events.map(\.topic) == ["ticker:tick", "ticker:tick", "ticker:tick"])
      #expect(events.map(\.data) == [["count": 1], ["count": 2], ["count": 3]])
    }
  }

  @Test func startChangesThePaceAndCountsAnew() async throws {
    try await FakeHost.run(tickerEntry) { host in
      host.advance(milliseconds: 2500)
      #expect(try host.call("ticker.status")["count"] == 2)
      let status = try host.call("ticker.start", ["interval": 10])
      #expect(status == ["running": true, "interval": 10, "count": 0])
      host.advance(milliseconds: 55)
      #expect(try host.call("ticker.status")["count"] == 5)
    }
  }

  @Test func stopEndsTheTicks() async throws {
    try await FakeHost.run(tickerEntry, config: ["interval": 10]) { host throws in
      host.advance(milliseconds: 25)
      #expect(try host.call("ticker.stop") == ["running": false, "interval": 10, "count": 2])
      host.advance(milliseconds: 100)
      #expect(host.events.count == 2)
    }
  }

  @Test func takesAnotherPaceWhileItRuns() async throws {
    try await FakeHost.run(tickerEntry) { host throws in
      try host.reconfigure(["interval": 10])
      host.advance(milliseconds: 25)
      #expect(try host.call("ticker.stop") == ["running": false, "interval": 10, "count": 2])
      try host.reconfigure(["interval": 20])
      host.advance(milliseconds: 100)
      #expect(try host.call("ticker.status") == ["running": false, "interval": 20, "count": 2])
    }
  }

  @Test func answersItsExamples() async throws {
    try await FakeHost.run(tickerEntry) { host in
      #expect(host.checkExamples() == 1)
    }
  }
}
