import Testing

@testable import Forecasting

@Suite struct CalibrationTests {
  /// Forecasts that do not overlap, so that each is a test of its own.
  @Test(arguments: SimulatedProcess.allCases)
  func holdsEightyFiveOfAHundredCountsWhereTheProcessIsStationary(_ process: SimulatedProcess) throws {
    var generator = SeededGenerator(seed: 11)
    let history = try ThroughputHistory(counts: process.counts(182 + 28 * 600, &generator), cycle: 7)
    let report = try Backtest(stride: 28, seed: 5).replay(.count(periods: 28), in: history)
    print("\(process), 28 days: \(line(report))")
    #expect(report.forecasts >= 500)
    let share = try #require(report[.p85]).share
    #expect((0.8...0.9).contains(share), "seeds 11 and 5")
  }

  @Test(arguments: SimulatedProcess.allCases)
  func holdsEightyFiveOfAHundredDaysWhereTheProcessIsStationary(_ process: SimulatedProcess) throws {
    var generator = SeededGenerator(seed: 12)
    let history = try ThroughputHistory(counts: process.counts(182 + 28 * 600, &generator), cycle: 7)
    let report = try Backtest(stride: 28, seed: 6).replay(.completion(items: 60), in: history)
    print("\(process), 60 items: \(line(report))")
    #expect(report.forecasts >= 500)
    let share = try #require(report[.p85]).share
    #expect((0.8...0.9).contains(share), "seeds 12 and 6")
  }

  /// No forecast from the past can hold where the future is another: the figures are shown, not judged.
  @Test(arguments: SimulatedProcess.allCases, [0.5, 2])
  func reportsAChangeOfRegime(_ process: SimulatedProcess, factor: Double) throws {
    var generator = SeededGenerator(seed: 13)
    var counts: [Int] = []
    for year in 0..<20 { counts += process.counts(364, &generator, factor: year.isMultiple(of: 2) ? 1 : factor) }
    let report = try Backtest(stride: 28, seed: 7).replay(
      .count(periods: 28), in: ThroughputHistory(counts: counts, cycle: 7))
    print("\(process), rate times \(factor) every other year: \(line(report))")
    // From the tenth week on, as long as 28 days are left.
    #expect(report.forecasts == (counts.count - 70 - 28) / 28 + 1)
    #expect(report.levels.map(\.held) == report.levels.map(\.held).sorted())
  }

  @Test func replaysWeeks() throws {
    var generator = SeededGenerator(seed: 14)
    let days = SimulatedProcess.bursty.counts(7 * 700, &generator)
    let weeks = (0..<700).map { week in days[week * 7..<week * 7 + 7].reduce(0, +) }
    let report = try CalibrationReport.ofWeeks(weeks, seed: 8)
    print("weeks: \(line(report))")
    #expect(report.forecasts == 700 - 10 - 4 + 1)
    #expect(try (0.8...0.92).contains(#require(report[.p85]).share))
  }

  @Test func usesOnlyWhatWasKnown() throws {
    // Had a forecast seen the change that comes after it, it would hold.
    let counts = [Int](repeating: 5, count: 40) + [Int](repeating: 1, count: 10)
    let history = try ThroughputHistory(counts: counts, cycle: 1)
    let report = try Backtest(stride: 1, seed: 1).replay(.count(periods: 10), in: history)
    let level = try #require(report[.p50])
    #expect(level.forecasts == 31)
    #expect(level.held == 21)
  }

  @Test func refusesAHistoryThatDecidesTooLittle() throws {
    let history = try ThroughputHistory(counts: [Int](repeating: 1, count: 18), cycle: 1)
    let error = #expect(throws: ForecastError.self) {
      try Backtest(seed: 1).replay(.count(periods: 1), in: history)
    }
    #expect(error?.message == "the history has room for 8 decided forecasts; a calibration needs at least 10")
    #expect(error?.reason == .tooLittleHistory)
    #expect(throws: ForecastError.self) { try Backtest(seed: 1).replay(.count(periods: 0), in: history) }
    #expect(throws: ForecastError.self) { try Backtest(seed: 1).replay(.completion(items: 0), in: history) }
    #expect(throws: ForecastError.self) { try Backtest(stride: 0, seed: 1) }
    #expect(throws: ForecastError.self) { try Backtest(window: 9, seed: 1) }
    #expect(throws: ForecastError.self) { try Backtest(runs: 1, seed: 1) }
  }

  private func line(_ report: CalibrationReport) -> String {
    let shares = report.levels.map { "\($0.confidence) \((1_000 * $0.share).rounded() / 10) %" }
    return "\(report.forecasts) forecasts, " + shares.joined(separator: ", ")
  }
}
