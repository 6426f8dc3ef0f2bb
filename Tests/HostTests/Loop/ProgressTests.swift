import Testing

@testable import OrchestronHost

@Suite struct ProgressTests {
  private func advance(_ progress: Progress?, _ what: String, _ done: UInt64, _ total: UInt64, at now: Int64)
    -> Progress?
  {
    Progress.advance(progress, what: what, done: done, total: total, at: now)
  }

  @Test func tellsHowMuchIsDoneAndHowLongTheRestWillTake() throws {
    let begun = try #require(advance(nil, "counts", 0, 100, at: 1000))
    #expect(begun.sentence(at: 1000) == "counts: 0 %")
    let quarter = try #require(advance(begun, "counts", 25, 100, at: 11_000))
    #expect(quarter.sentence(at: 11_000) == "counts: 25 %, about 30 s left")
    #expect(try #require(advance(quarter, "counts", 100, 100, at: 12_000)).isOver)
  }

  @Test func tellsHowLongSomethingHasTakenWhoseEndNobodyKnows() throws {
    let begun = try #require(advance(nil, "waits", 1, 0, at: 1000))
    let later = try #require(advance(begun, "waits", 2, 0, at: 61_500))
    #expect(later.sentence(at: 61_500) == "waits: for 60 s so far")
  }

  @Test func isNoProgressThatRepeatsItselfOrGoesBack() throws {
    let begun = try #require(advance(nil, "counts", 5, 100, at: 0))
    #expect(advance(begun, "counts", 5, 100, at: 1) == nil)
    #expect(advance(begun, "counts", 4, 1000, at: 1) == nil)
  }

  @Test func beginsAnewWithAnotherTextAndAfterItsEnd() throws {
    let over = try #require(advance(nil, "counts", 100, 100, at: 0))
    #expect(advance(over, "counts", 1, 100, at: 1)?.done == 1)
    let half = try #require(advance(nil, "counts", 50, 100, at: 0))
    #expect(advance(half, "sorts", 1, 100, at: 1)?.what == "sorts")
  }

  @Test func isLoggedEveryTwoSecondsWhateverItIs() throws {
    var (lines, progress) = (0, Progress?.none)
    for tick in 0..<100 {
      var next = try #require(advance(progress, "step \(tick / 3)", UInt64(tick), 1000, at: Int64(tick) * 400))
      if next.isDueInLog(at: Int64(tick) * 400) { lines += 1 }
      progress = next
    }
    #expect(lines == 19)
  }

  @Test func survivesWhatNoPluginShouldSay() throws {
    let largest = try #require(advance(nil, String(repeating: "ä", count: 1000), .max, .max - 1, at: .max))
    #expect(largest.isOver)
    #expect(largest.what.utf8.count <= 202)
    #expect(try #require(advance(nil, "", 1, .max, at: 0)).sentence(at: .max) == ": 0 %, about 1000000000 s left")
  }
}
