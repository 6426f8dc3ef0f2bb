import PluginTesting
import Testing

@testable import HTTPPlugin

@Suite struct TimeOutTests {
  @Test func cutsAHeaderThatComesDropByDrop() {
    let server = TestServer()
    let client = server.connect()
    client.send("GET / HTTP/1.1\r\n")
    #expect(client.http.deadline == 10_000)
    for _ in 0..<9 {
      server.pass(milliseconds: 1000)
      client.send("X: y\r\n")
    }
    #expect(client.http.deadline == 10_000)
    server.pass(milliseconds: 1000)
    client.http.timeOut()
    server.engine.outboxes.flushScheduled()
    #expect(client.text.hasPrefix("HTTP/1.1 408 "))
    #expect(client.http.phase == .lingering)
  }

  @Test func cutsABodyThatComesTooSlowlyAndWaitsForOneThatDoesNot() {
    let server = TestServer()
    let client = server.connect()
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
    #expect(client.http.phase == .body)
    #expect(client.http.deadline == 10_000)
    client.send(Array(repeating: UInt8(ascii: "x"), count: 10_240))
    #expect(client.http.deadline == 20_000)
    server.pass(milliseconds: 20_000)
    client.http.timeOut()
    server.engine.outboxes.flushScheduled()
    #expect(client.text.hasPrefix("HTTP/1.1 408 "))
  }

  @Test func closesAnIdleConnectionWithoutAWord() {
    let server = TestServer()
    let client = server.connect()
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    _ = client.takeText()
    #expect(client.http.deadline == 60_000)
    server.pass(milliseconds: 60_000)
    client.http.timeOut()
    server.engine.outboxes.flushScheduled()
    #expect(client.http.phase == .closed)
    #expect(client.text == "")
  }

  @Test func doesNotHurryAHandler() {
    let server = TestServer { _ in }
    let client = server.connect()
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(client.http.deadline == .max)
  }

  @Test func closesAConnectionWhoseClientReadsNothing() {
    let server = TestServer()
    let client = server.connect()
    client.appetite = 0
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(client.http.deadline == 30_000)
    server.pass(milliseconds: 30_000)
    client.http.timeOut()
    #expect(client.http.phase == .closed)
  }

  @Test func endsAConnectionThatLingers() {
    let server = TestServer()
    let client = server.connect()
    client.send("nonsense\r\n\r\n")
    #expect(client.http.phase == .lingering)
    #expect(client.http.deadline == 2000)
    server.pass(milliseconds: 2000)
    client.http.timeOut()
    #expect(client.http.phase == .closed)
  }

  final class Entry: TimerWheelEntry {
    var deadline: UInt64
    var wheelPosition: TimerWheel<Entry>.Position?
    var firedAt: [UInt64] = []
    let now: () -> UInt64

    init(deadline: UInt64, now: @escaping () -> UInt64) {
      self.deadline = deadline
      self.now = now
    }

    func timeOut() {
      firedAt.append(now())
      deadline = .max
    }
  }

  @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
  func theWheelFiresEveryEntryOnceAndOnTime(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var now: UInt64 = 5_000
    let wheel = TimerWheel<Entry>(now: now)
    var entries: [Entry] = []
    for _ in 0..<300 {
      let entry = Entry(deadline: now + UInt64.random(in: 1...200_000, using: &random)) { now }
      wheel.update(entry)
      entries.append(entry)
    }
    var expected = entries.map(\.deadline)
    var removed: Set<Int> = []
    while now < 600_000 {
      now += UInt64.random(in: 1...3000, using: &random)
      wheel.advance(to: now)
      let index = Int.random(in: 0..<entries.count, using: &random)
      guard entries[index].firedAt.isEmpty, !removed.contains(index) else { continue }
      if Bool.random(using: &random) {
        entries[index].deadline = now + UInt64.random(in: 1...200_000, using: &random)
        expected[index] = entries[index].deadline
        wheel.update(entries[index])
      } else if Int.random(in: 0..<8, using: &random) == 0 {
        wheel.remove(entries[index])
        removed.insert(index)
      }
    }
    #expect(wheel.count == 0)
    for (index, entry) in entries.enumerated() {
      guard !removed.contains(index) else {
        #expect(entry.firedAt == [], "seed \(seed)")
        continue
      }
      #expect(entry.firedAt.count == 1, "seed \(seed)")
      let late = Int64(entry.firedAt[0]) - Int64(expected[index])
      #expect(late >= 0 && late <= 1000 + 3000, "seed \(seed): \(late) ms late")
    }
  }
}
