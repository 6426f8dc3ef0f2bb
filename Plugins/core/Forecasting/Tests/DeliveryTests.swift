import Testing

@testable import Forecasting

@Suite struct DeliveryTests {
  @Test func tellsTheOnlyPossibleDayOfASteadyTeam() throws {
    let history = try ThroughputHistory(counts: [Int](repeating: 2, count: 30), cycle: 1)
    let forecast = try MonteCarlo(seed: 1).completion(of: 9...9, after: history, firstDay: 100)
    #expect(forecast.levels.map(\.day) == [104, 104, 104, 104])
    #expect(forecast.evidence.samples == 30)
    #expect(forecast.evidence.finished == 60)
    #expect(forecast.error?[.p85]?.share == 1)
    let count = try MonteCarlo(seed: 1).count(by: 104, after: history, firstDay: 100)
    #expect(count.levels.map(\.items) == [10, 10, 10, 10])
  }

  @Test func repeatsItselfForASeedAlone() throws {
    var generator = SeededGenerator(seed: 3)
    let history = try ThroughputHistory(counts: SimulatedProcess.bursty.counts(180, &generator), cycle: 7)
    let one = try MonteCarlo(seed: 42).completion(of: 20...30, after: history, firstDay: 0)
    #expect(try MonteCarlo(seed: 42).completion(of: 20...30, after: history, firstDay: 0) == one)
    #expect(one.evidence.seed == 42)
    let days = one.levels.compactMap(\.day)
    #expect(days == days.sorted() && days.count == 4)
    let items = try MonteCarlo(seed: 42).count(by: 30, after: history, firstDay: 0).levels.map(\.items)
    #expect(items == items.sorted(by: >))
  }

  @Test func agreesWithTheExactChances() throws {
    // One item every other day on average: that k items take at most n days has the chance of at least k heads in n
    // throws. With as many samples as here the doubt about the rate is small.
    var generator = SeededGenerator(seed: 9)
    var counts = (0..<182).map { $0 % 2 }
    counts.shuffle(using: &generator)
    let forecast = try MonteCarlo(runs: 100_000, seed: 4).completion(
      of: 10...10, after: ThroughputHistory(counts: counts, cycle: 1), firstDay: 1)
    // Exact for a known rate: 19, 22, 25, 29 days.
    for (level, exact) in zip(forecast.levels, [19, 22, 25, 29]) {
      let day = try #require(level.day)
      #expect(abs(day - exact) <= 1, "\(level.confidence): \(day), exactly \(exact)")
    }
  }

  @Test func keepsWeekendsEmpty() throws {
    // Five each Monday, nothing else; the history ends with a Sunday.
    let history = try ThroughputHistory(counts: (0..<140).map { $0 % 7 == 0 ? 5 : 0 }, cycle: 7)
    let forecast = try MonteCarlo(seed: 2).completion(of: 6...6, after: history, firstDay: 0)
    #expect(forecast.levels.map(\.day) == [7, 7, 7, 7])
    #expect(forecast.evidence.blockLength == 7)
    let count = try MonteCarlo(seed: 2).count(by: 7, after: history, firstDay: 0)
    #expect(count.levels.map(\.items) == [10, 10, 10, 10])
  }

  @Test func takesARangeOfItemsForMoreThanItsMiddle() throws {
    let history = try ThroughputHistory(counts: [Int](repeating: 1, count: 20), cycle: 1)
    let forecast = try MonteCarlo(seed: 2).completion(of: 1...100, after: history, firstDay: 1)
    for level in forecast.levels {
      let day = try #require(level.day)
      #expect(abs(Double(day) - 100 * level.confidence.rawValue) < 3)
    }
  }

  @Test func saysWhenThereIsNoEndInSight() throws {
    let history = try ThroughputHistory(counts: [1] + [Int](repeating: 0, count: 99), cycle: 1)
    let forecast = try MonteCarlo(seed: 2).completion(of: 1_000...1_000, after: history, firstDay: 1)
    #expect(forecast[.p85] == nil)
  }

  @Test func refusesWhatItCannotForecastFrom() throws {
    #expect(refusal { try ThroughputHistory(counts: [1, 2, 3], cycle: 7) } == .tooLittleHistory)
    #expect(refusal { try ThroughputHistory(counts: [Int](repeating: -1, count: 10), cycle: 7) } == .invalidInput)
    #expect(refusal { try ThroughputHistory(counts: [Int](repeating: Int.max, count: 10), cycle: 7) } == .invalidInput)
    #expect(refusal { try ThroughputHistory(counts: [Int](repeating: 1, count: 10), cycle: 0) } == .invalidInput)
    #expect(refusal { try MonteCarlo(runs: 10, seed: 1) } == .invalidInput)
    let idle = try ThroughputHistory(counts: [Int](repeating: 0, count: 10), cycle: 1)
    let simulation = try MonteCarlo(seed: 1)
    #expect(refusal { try simulation.completion(of: 1...1, after: idle, firstDay: 0) } == .tooLittleHistory)
    #expect(refusal { try simulation.count(by: 1, after: idle, firstDay: 0) } == .tooLittleHistory)
    let history = try ThroughputHistory(counts: [Int](repeating: 1, count: 10), cycle: 1)
    #expect(refusal { try simulation.completion(of: 0...1, after: history, firstDay: 0) } == .invalidInput)
    #expect(refusal { try simulation.completion(of: 1...1, after: history, firstDay: Int.max) } == .invalidInput)
    #expect(refusal { try simulation.count(by: -1, after: history, firstDay: 0) } == .invalidInput)
    #expect(refusal { try simulation.count(by: Int.max, after: history, firstDay: Int.min) } == .invalidInput)
  }

  @Test func drawsFromTheWholeRange() {
    var generator = SeededGenerator(seed: 1)
    var seen = [Int](repeating: 0, count: 7)
    for _ in 0..<7_000 { seen[generator.index(below: 7)] += 1 }
    #expect(seen.allSatisfy { (850...1_150).contains($0) })
    let units = (0..<10_000).map { _ in generator.unit() }
    #expect(units.allSatisfy { (0..<1).contains($0) })
    #expect(abs(Statistics.mean(units) - 0.5) < 0.02)
  }
}

/// Why a call was refused; nil when it was not.
func refusal<Value>(_ call: () throws -> Value) -> ForecastError.Reason? {
  do {
    _ = try call()
    return nil
  } catch {
    return (error as? ForecastError)?.reason
  }
}
