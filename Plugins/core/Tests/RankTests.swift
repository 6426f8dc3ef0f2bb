import PluginTesting
import Testing

@testable import CorePlugin

@Suite struct RankTests {
  @Test func sortsNewTasksByTheirNumber() {
    let numbers = Array(0...10_000) + [238_327, 238_328, 1_000_000, 14_776_336, 916_132_832, .max]
    let ranks = numbers.map(Rank.initial)
    #expect(ranks == ranks.sorted())
    #expect(Set(ranks).count == ranks.count)
  }

  @Test func findsRoomAtEitherEndAndBetweenAnyTwo() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    var ranks = (1...5).map(Rank.initial)
    for _ in 0..<3000 {
      let place = Int.random(in: 0...ranks.count, using: &random)
      let (low, high) = (place > 0 ? ranks[place - 1] : nil, place < ranks.count ? ranks[place] : nil)
      let rank = try #require(Rank.between(low, high), "seed \(seed): between \(low ?? "") and \(high ?? "")")
      if let low { #expect(low < rank, "seed \(seed)") }
      if let high { #expect(rank < high, "seed \(seed)") }
      ranks.insert(rank, at: place)
    }
  }

  @Test func staysShortWhenTheSameGapIsFilledAgainAndAgain() throws {
    for atEnd in [true, false] {
      var (low, high) = (Rank.initial(1), Rank.initial(2))
      for _ in 0..<1000 {
        let rank = try #require(Rank.between(low, high))
        if atEnd { high = rank } else { low = rank }
      }
      #expect(max(low.utf8.count, high.utf8.count) < 300)
    }
  }

  @Test func hasNoRoomBetweenOneAndItselfOrTheWrongWayRound() {
    #expect(Rank.between("a1", "a1") == nil)
    #expect(Rank.between("a2", "a1") == nil)
    #expect(Rank.between("a2", "a?") == nil)
  }
}
