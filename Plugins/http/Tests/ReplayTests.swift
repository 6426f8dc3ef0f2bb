import CPluginSDK
import Testing

@testable import HTTPPlugin

/// A subscription with `since` waits for its client.
@Suite struct ReplayTests {
  let site: TestSite
  let client: TestSiteSocket
  private static let data = "\"" + String(repeating: "d", count: 3000) + "\""

  init() throws {
    site = try TestSite()
    client = TestSiteSocket(site)
    client.send(#"{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"topics":["a","b:*"],"since":9}}"#)
    client.received = []
  }

  /// Events 10 to 19, of which the client's queue takes four.
  private func overflow() {
    client.isReading = false
    for seq in 10..<20 as Range<UInt64> {
      site.host.deliver("a", Self.data, seq: seq)
      site.settle()
    }
  }

  private func read() -> [String] {
    client.isReading = true
    client.flush()
    site.settle()
    return client.take()
  }

  private func seqs(_ messages: [String]) -> [String] {
    messages.map { message in
      guard let start = message.firstRange(of: #""seq":"#) else { return String(message.suffix(19)) }
      return String(message[start.upperBound...].prefix { $0.isNumber })
    }
  }

  @Test func aReplayStopsWhenItsClientDoesAndGoesOnWhereItWas() {
    overflow()
    #expect(site.host.unsubscribed.count == 1)
    #expect(site.host.subscribed == ["a,b:* 9 "])
    #expect(seqs(read()) == ["10", "11", "12", "13"])
    #expect(site.host.subscribed == ["a,b:* 9 ", "a,b:* 13 log-1"])
    for seq in 14..<16 as Range<UInt64> { site.host.deliver("a", "1", seq: seq) }
    site.settle()
    #expect(seqs(client.take()) == ["14", "15"])
  }

  @Test func tellsOnceThatEphemeralEventsMayBeMissingWhenItHasCaughtUp() {
    overflow()
    _ = read()
    site.host.deliver("a", "1", seq: 14)
    site.host.deliver("a", "1", seq: 41)
    site.host.deliver("a", "1", seq: 42)
    site.settle()
    #expect(seqs(client.take()) == ["14", #"1,"from":0,"to":0}}"#, "41", "42"])
  }

  @Test func aClientThatGoesWhileItsReplayWaitsLeavesNothing() {
    overflow()
    client.connection.receiveEnd()
    #expect(site.host.unsubscribed.count == 1)
    #expect(site.host.subscribed.count == 1)
    #expect(site.host.contexts == 0)
  }

  @Test func aReplayThatTheHostDoesNotGoOnWithEndsTheConnection() {
    overflow()
    site.host.refusesSubscriptions = true
    _ = read()
    #expect(client.connection.phase == .closing)
  }

  @Test func goesOnBehindAResync() {
    site.host.deliver("", "", seq: 30, kind: ORCH_EVENT_RESYNC)
    client.isReading = false
    for seq in 31..<40 as Range<UInt64> { site.host.deliver("a", Self.data, seq: seq) }
    _ = read()
    #expect(site.host.subscribed.last == "a,b:* 34 log-2")
  }
}
