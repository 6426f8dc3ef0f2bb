import Testing

@testable import Forecasting

@Suite struct SprintTests {
  @Test(arguments: 0..<400)
  func findsWhatTryingAllChoicesFinds(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let candidates = random(1 + generator.index(below: 14), &generator)
    let capacity = Double(generator.index(below: 60)) / 2
    let selection = try SprintOptimizer(candidates).select(capacity: capacity)
    #expect(selection.method == .exact)
    #expect(selection.value == bruteForce(candidates, capacity), "seed \(seed)")
    expectAllowed(selection, candidates, capacity, seed)
  }

  @Test(arguments: 0..<4)
  func boundsWhatItCannotProve(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let candidates = random(600, &generator)
    let selection = try SprintOptimizer(candidates).select(capacity: 700)
    expectAllowed(selection, candidates, 700, seed)
    #expect(selection.value <= selection.upperBound)
    #expect(selection.value > 0.95 * selection.upperBound, "seed \(seed)")
  }

  @Test func bringsWhatAnItemWaitsFor() throws {
    let candidates = [
      SprintCandidate(effort: 3, value: 0), SprintCandidate(effort: 2, value: 10, predecessors: [0, 0]),
      SprintCandidate(effort: 5, value: 9),
    ]
    let selection = try SprintOptimizer(candidates).select(capacity: 5)
    #expect(selection.items == [0, 1])
    #expect(selection.effort == 5)
    #expect(selection.upperBound == 10)
    #expect(try SprintOptimizer(candidates).select(capacity: 4).items == [])
    #expect(try SprintOptimizer([]).select(capacity: 4).items == [])
  }

  @Test func fillsACapacityThatDecimalFractionsMiss() throws {
    let candidates = [SprintCandidate(effort: 0.1, value: 1), SprintCandidate(effort: 0.2, value: 1)]
    #expect(try SprintOptimizer(candidates).select(capacity: 0.3).items.count == 2)
  }

  @Test func managesALongChain() throws {
    let candidates = (0..<5_000).map { SprintCandidate(effort: 1, value: 1, predecessors: $0 == 0 ? [] : [$0 - 1]) }
    let selection = try SprintOptimizer(
      candidates.reversed().enumerated().map { index, candidate in
        SprintCandidate(effort: 1, value: 1, predecessors: candidate.predecessors.map { 4_999 - $0 })
      }
    ).select(capacity: 100)
    #expect(selection.value == 100)
  }

  @Test func namesTheCircle() throws {
    let candidates = [
      SprintCandidate(effort: 1, value: 1), SprintCandidate(effort: 1, value: 1, predecessors: [2]),
      SprintCandidate(effort: 1, value: 1, predecessors: [1]),
    ]
    let error = #expect(throws: ForecastError.self) { try SprintOptimizer(candidates) }
    #expect(error?.message == "the candidates wait for each other in a circle: 1 after 2 after 1")
    #expect(refusal { try SprintOptimizer([SprintCandidate(effort: .nan, value: 1)]) } == .invalidInput)
    #expect(refusal { try SprintOptimizer([SprintCandidate(effort: 1, value: -1)]) } == .invalidInput)
    #expect(refusal { try SprintOptimizer([SprintCandidate(effort: 1, value: 1, predecessors: [7])]) } == .invalidInput)
    #expect(refusal { try SprintOptimizer([]).select(capacity: .infinity) } == .invalidInput)
  }

  /// Quarters add up exactly.
  private func random(_ count: Int, _ generator: inout SeededGenerator) -> [SprintCandidate] {
    // Labels are shuffled: predecessors need not come first in the list.
    let labels = Array(0..<count).shuffled(using: &generator)
    var candidates = [SprintCandidate](repeating: SprintCandidate(effort: 0, value: 0), count: count)
    for index in 0..<count {
      var predecessors: [Int] = []
      while index > 0, generator.unit() < 0.35 { predecessors.append(labels[generator.index(below: index)]) }
      candidates[labels[index]] = SprintCandidate(
        effort: Double(generator.index(below: 33)) / 4, value: Double(generator.index(below: 41)) / 4,
        predecessors: predecessors)
    }
    return candidates
  }

  private func bruteForce(_ candidates: [SprintCandidate], _ capacity: Double) -> Double {
    let needed = candidates.map { $0.predecessors.reduce(0) { $0 | 1 << $1 } }
    var best = 0.0
    for choice in 0..<1 << candidates.count {
      var value = 0.0
      var effort = 0.0
      for (index, candidate) in candidates.enumerated() where choice & (1 << index) != 0 {
        if needed[index] & ~choice != 0 { effort = .infinity }
        value += candidate.value
        effort += candidate.effort
      }
      if effort <= capacity { best = max(best, value) }
    }
    return best
  }

  private func expectAllowed(
    _ selection: SprintSelection, _ candidates: [SprintCandidate], _ capacity: Double, _ seed: UInt64
  ) {
    var done: Set<Int> = []
    for item in selection.items {
      #expect(candidates[item].predecessors.allSatisfy(done.contains), "seed \(seed)")
      #expect(done.insert(item).inserted, "seed \(seed)")
    }
    #expect(selection.effort <= capacity && selection.effort == done.reduce(0) { $0 + candidates[$1].effort })
    #expect(selection.value == done.reduce(0) { $0 + candidates[$1].value })
  }
}
