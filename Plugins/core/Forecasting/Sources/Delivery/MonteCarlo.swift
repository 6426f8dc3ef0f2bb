/// Forecasts of delivery by resampling the past (Magennis, "Forecasting and Simulating Software Development Projects",
/// 2011; Vacanti, "Actionable Agile Metrics for Predictability", 2015).
///
/// Days are numbers without a calendar: whoever calls counts days or workdays and says so with the history's cycle.
/// With weeks as periods, "day" reads "week".
public struct MonteCarlo: Hashable, Sendable {
  /// Futures that a forecast tries.
  public let runs: Int
  public let seed: UInt64

  /// Periods after which a run gives up.
  public static let horizon = 3_650
  /// The most periods of the past that count: 26 weeks of days, half a year in which a team stays the same team.
  public static let window = 182

  /// - Throws: runs outside 1,000...1,000,000.
  public init(runs: Int = 10_000, seed: UInt64) throws(ForecastError) {
    guard (1_000...1_000_000).contains(runs) else {
      throw .invalid("runs is \(runs); give 1000 to 1000000")
    }
    self.init(checkedRuns: runs, seed: seed)
  }

  init(checkedRuns runs: Int, seed: UInt64) {
    self.runs = runs
    self.seed = seed
  }

  /// By when `items` will be done. A range of items stands for what is not known yet, such as splits and discovered work:
  /// each run draws from it, all numbers being as likely.
  ///
  /// `firstDay` is the number of the first day of the future, the one after the history's last.
  ///
  /// - Throws: no items, more than 1,000,000, a history in which nothing was finished.
  public func completion(
    of items: ClosedRange<Int>, after history: ThroughputHistory, firstDay: Int
  ) throws(ForecastError) -> CompletionForecast {
    guard items.lowerBound >= 1, items.upperBound <= 1_000_000 else {
      throw .invalid("items is \(items.lowerBound) to \(items.upperBound); give 1 to 1000000")
    }
    let known = history.known(before: history.counts.count, window: Self.window)
    let (days, evidence) = try simulate(known, cycle: history.cycle) { past, generator in
      let wanted =
        items.count == 1 ? items.lowerBound : items.lowerBound + generator.index(below: items.count)
      return past.periods(for: wanted, horizon: Self.horizon, &generator) ?? Int.max
    }
    let (last, overflow) = firstDay.addingReportingOverflow(Self.horizon)
    guard !overflow, last < Int.max else {
      throw .invalid("firstDay is \(firstDay); give a day that has days after it")
    }
    let levels = Confidence.allCases.map { confidence in
      let periods = Statistics.quantile(days, confidence.rawValue)
      return CompletionForecast.Level(confidence: confidence, day: periods == Int.max ? nil : firstDay + periods - 1)
    }
    let middle = items.lowerBound + (items.upperBound - items.lowerBound) / 2
    return CompletionForecast(
      levels: levels, items: items, evidence: evidence,
      error: try? error(of: .completion(items: middle), in: history))
  }

  /// How many items will be done by the end of `day`.
  ///
  /// `firstDay` is the number of the first day of the future, the one after the history's last.
  ///
  /// - Throws: a day before the first or more than ``horizon`` after it, a history in which nothing was finished.
  public func count(
    by day: Int, after history: ThroughputHistory, firstDay: Int
  ) throws(ForecastError) -> CountForecast {
    let (distance, overflow) = day.subtractingReportingOverflow(firstDay)
    guard !overflow, (0..<Self.horizon).contains(distance) else {
      throw .invalid("day is \(day); give \(firstDay) or one of the \(Self.horizon - 1) days after it")
    }
    let known = history.known(before: history.counts.count, window: Self.window)
    let (counts, evidence) = try simulate(known, cycle: history.cycle) { past, generator in
      past.items(in: distance + 1, &generator)
    }
    return CountForecast(
      levels: Self.countLevels(counts), day: day, evidence: evidence,
      error: try? error(of: .count(periods: distance + 1), in: history))
  }

  /// A replay of about a hundred forecasts of the same kind.
  private func error(
    of question: Backtest.Question, in history: ThroughputHistory
  ) throws(ForecastError) -> CalibrationReport {
    try Backtest(stride: max(1, history.counts.count / 100), runs: 200, seed: seed).replay(question, in: history)
  }

  /// Runs the futures; the outcomes rise.
  func simulate(
    _ known: ArraySlice<Int>, cycle: Int, _ outcome: (Resampling, inout SeededGenerator) -> Int
  ) throws(ForecastError) -> (outcomes: [Int], evidence: DeliveryEvidence) {
    let finished = known.reduce(0, +)
    guard finished > 0 else {
      throw .tooLittle("nothing was finished in the last \(known.count) periods; there is no rate to forecast from")
    }
    var generator = SeededGenerator(seed: seed)
    var past = Resampling(known, cycle: cycle)
    var outcomes = [Int](repeating: 0, count: runs)
    for run in 0..<runs {
      past.begin(&generator)
      outcomes[run] = outcome(past, &generator)
    }
    outcomes.sort()
    let evidence = DeliveryEvidence(
      samples: known.count, finished: finished, blockLength: past.length, runs: runs, seed: seed)
    return (outcomes, evidence)
  }

  /// For each confidence the number that so many runs reach or exceed.
  static func countLevels(_ rising: [Int]) -> [CountForecast.Level] {
    let falling = rising.reversed() as [Int]
    return Confidence.allCases.map {
      CountForecast.Level(confidence: $0, items: Statistics.quantile(falling, $0.rawValue))
    }
  }
}
