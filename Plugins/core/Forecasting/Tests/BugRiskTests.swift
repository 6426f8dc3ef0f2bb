import Testing

@testable import Forecasting

@Suite struct BugRiskTests {
  /// A project in which one of five files is fragile: most of its changes are followed by a fix.
  private func history(_ count: Int, seed: UInt64) -> [Commit] {
    var generator = SeededGenerator(seed: seed)
    var commits: [Commit] = []
    var day = 0.0
    while commits.count < count {
      day += generator.unit()
      let fragile = generator.unit() < 0.2
      let path = fragile ? "fragile.swift" : "solid\(generator.index(below: 40)).swift"
      let change = Commit.Change(path: path, added: 1 + generator.index(below: 50), removed: generator.index(below: 20))
      commits.append(Commit(day: day, author: "a\(generator.index(below: 4))", isFix: false, changes: [change]))
      if generator.unit() < (fragile ? 0.8 : 0.05) {
        day += generator.unit()
        commits.append(Commit(day: day, author: "a0", isFix: true, changes: [change]))
      }
    }
    return commits
  }

  @Test func ranksTheFragileFileFirst() throws {
    let risk = try BugRisk(commits: history(1_500, seed: 1))
    let change = ["solid1.swift", "fragile.swift", "new.swift"].map { Commit.Change(path: $0, added: 10, removed: 2) }
    let assessment = try risk.assess(change, author: "a1")
    #expect(assessment.files.first?.path == "fragile.swift")
    #expect(assessment.probability > 0.9)
    #expect(assessment.files.allSatisfy { (0...1).contains($0.probability) && $0.evidence.count == 8 })
    #expect(try #require(assessment.error.areaUnderCurve) > 0.8)
    #expect(assessment.error.brierScore < assessment.error.baseline)
    #expect(assessment.samples > 1_000 && assessment.fixed > 100)
  }

  @Test func findsNothingWhereFixesAreChance() throws {
    var generator = SeededGenerator(seed: 2)
    let commits = (0..<4_000).map { index in
      Commit(
        day: Double(index) / 4, author: "a", isFix: generator.unit() < 0.2,
        changes: [Commit.Change(path: "f\(generator.index(below: 100))", added: 5, removed: 5)])
    }
    let error = try BugRisk(commits: commits).error
    #expect(error.samples > 500)
    #expect(try (0.45...0.55).contains(#require(error.areaUnderCurve)))
    #expect(error.brierScore < error.baseline * 1.03)
  }

  @Test func knowsTheAreaUnderACurve() {
    #expect(BugRisk.areaUnderCurve([0.1, 0.2, 0.8, 0.9], [false, false, true, true]) == 1)
    #expect(BugRisk.areaUnderCurve([0.1, 0.2, 0.8, 0.9], [true, true, false, false]) == 0)
    #expect(BugRisk.areaUnderCurve([0.5, 0.5, 0.5, 0.5], [true, false, true, false]) == 0.5)
    #expect(BugRisk.areaUnderCurve([0.5, 0.6], [true, true]) == nil)
  }

  @Test func refusesWhatItCannotLearnFrom() throws {
    #expect(refusal { try BugRisk(commits: []) } == .tooLittleHistory)
    #expect(refusal { try BugRisk(commits: history(50, seed: 1)) } == .tooLittleHistory)
    let calm = (0..<1_000).map { day in
      Commit(
        day: Double(day), author: "a", isFix: false, changes: [Commit.Change(path: "f", added: 1, removed: 0)])
    }
    #expect(refusal { try BugRisk(commits: calm) } == .tooLittleHistory)
    #expect(refusal { try BugRisk(commits: calm.reversed()) } == .invalidInput)
    let negative = Commit(
      day: 2_000, author: "a", isFix: false, changes: [Commit.Change(path: "f", added: -1, removed: 0)])
    #expect(refusal { try BugRisk(commits: calm + [negative]) } == .invalidInput)
    #expect(refusal { try BugRisk(commits: history(1_500, seed: 1)).assess([], author: "a") } == .invalidInput)
  }

  @Test func hearsOfFixesByWholeWords() {
    #expect(Commit.isFix(message: "Fixes #12: crash on empty input"))
    #expect(Commit.isFix(message: "core: BUG in paging"))
    #expect(!Commit.isFix(message: "Add prefix and debugger"))
    #expect(!Commit.isFix(message: ""))
  }
}
