import Testing

import struct PluginTesting.SeededGenerator

@testable import OrchestronHost

@Suite struct DeadlineQueueTests {
  @Test func saysWhichDeadlineIsTheEarliest() {
    var queue = DeadlineQueue()
    #expect(queue.earliest == nil)
    #expect(queue.add(1, at: 50) { _ in true })
    #expect(!queue.add(2, at: 70) { _ in true })
    #expect(queue.add(3, at: 20) { _ in true })
    #expect(queue.earliest == 20)
    #expect(queue.popDue(19) == nil)
    #expect(queue.popDue(60) == 3)
    #expect(queue.popDue(60) == 1)
    #expect(queue.popDue(60) == nil)
    #expect(queue.earliest == 70)
  }

  /// Against a sorted list: every open call comes out once, when it is due, the earlier ones first.
  @Test(arguments: 0..<20)
  func givesOutWhatASortedListWould(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var queue = DeadlineQueue()
    var deadlines: [UInt64: Int64] = [:]
    var now: Int64 = 0
    var id: UInt64 = 0
    for step in 0..<6000 {
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<6:
        id += 1
        let deadline = now + Int64.random(in: 0...500, using: &random)
        deadlines[id] = deadline
        _ = queue.add(id, at: deadline) { deadlines[$0] != nil }
      case 6..<9:
        if let answered = deadlines.keys.min() { deadlines[answered] = nil }
      default:
        now += Int64.random(in: 0...20, using: &random)
        var last = Int64.min
        while let due = queue.popDue(now) {
          guard let deadline = deadlines.removeValue(forKey: due) else { continue }  // was answered meanwhile
          #expect(deadline <= now && deadline >= last, "seed \(seed), step \(step)")
          last = deadline
        }
        #expect(deadlines.values.allSatisfy { $0 > now }, "seed \(seed), step \(step)")
      }
    }
  }

  @Test func forgetsAnsweredCallsByItself() {
    var queue = DeadlineQueue()
    var open: Set<UInt64> = []
    for id in 0..<100_000 as Range<UInt64> {
      open.insert(id)
      _ = queue.add(id, at: 1_000_000) { open.contains($0) }
      open.remove(id)
    }
    var count = 0
    while queue.popDue(1_000_000) != nil { count += 1 }
    #expect(count <= 2048)
  }
}
