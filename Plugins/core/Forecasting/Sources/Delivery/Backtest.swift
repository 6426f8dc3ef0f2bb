/// The past, replayed: forecasts made of what was known on each day, held against what came.
public struct Backtest: Hashable, Sendable {
  /// What a forecast is asked.
  public enum Question: Hashable, Sendable {
    /// When will so many items be done?
    case completion(items: Int)
    /// How many items will be done in so many periods?
    case count(periods: Int)
  }

  /// Periods between two forecasts. Outcomes of forecasts that look at the same days are not independent; a stride of
  /// the horizon makes them so.
  public let stride: Int
  /// Periods of the past that a forecast may use.
  public let window: Int
  /// Futures of each forecast.
  public let runs: Int
  public let seed: UInt64

  /// - Throws: a stride below 1, a window below 10, runs outside 100...1,000,000.
  public init(
    stride: Int = 1, window: Int = MonteCarlo.window, runs: Int = 500, seed: UInt64
  ) throws(ForecastError) {
    guard stride >= 1 else { throw .invalid("stride is \(stride); give at least 1") }
    guard window >= 10 else { throw .invalid("window is \(window); give at least 10") }
    guard (100...1_000_000).contains(runs) else { throw .invalid("runs is \(runs); give 100 to 1000000") }
    self.stride = stride
    self.window = window
    self.runs = runs
    self.seed = seed
  }

  /// Makes a forecast on each day from the 10th cycle on, as far as its outcome is decided.
  ///
  /// A forecast of completion counts when its P95 day lies within the known past: whether it held is then decided for
  /// each level, and the choice does not depend on how it came out.
  ///
  /// - Throws: items or periods below 1, a history with fewer than 10 decided forecasts.
  public func replay(
    _ question: Question, in history: ThroughputHistory
  ) throws(ForecastError) -> CalibrationReport {
    switch question {
    case .completion(let items) where !(1...1_000_000).contains(items):
      throw .invalid("items is \(items); give 1 to 1000000")
    case .count(let periods) where !(1...MonteCarlo.horizon).contains(periods):
      throw .invalid("periods is \(periods); give 1 to \(MonteCarlo.horizon)")
    default: break
    }
    var held = [Int](repeating: 0, count: Confidence.allCases.count)
    var forecasts = 0
    let first = min(window, max(10, 10 * history.cycle))
    for origin in Swift.stride(from: first, to: history.counts.count, by: stride) {
      guard let outcome = try outcome(of: question, from: origin, in: history) else { continue }
      forecasts += 1
      for (index, level) in outcome.enumerated() where level { held[index] += 1 }
    }
    guard forecasts >= 10 else {
      throw .tooLittle("the history has room for \(forecasts) decided forecasts; a calibration needs at least 10")
    }
    return CalibrationReport(
      levels: zip(Confidence.allCases, held).map {
        CalibrationReport.Level(confidence: $0, held: $1, forecasts: forecasts)
      }, question: question, stride: stride, seed: seed)
  }

  /// Whether the forecast held at each level; nil where that is not known, or where there was nothing to forecast from.
  private func outcome(
    of question: Question, from origin: Int, in history: ThroughputHistory
  ) throws(ForecastError) -> [Bool]? {
    let known = history.known(before: origin, window: window)
    guard known.contains(where: { $0 > 0 }) else { return nil }
    let future = history.counts[origin...]
    // Each origin has a seed of its own: equal pasts would repeat the same luck.
    let simulation = MonteCarlo(checkedRuns: runs, seed: seed &+ UInt64(origin))
    switch question {
    case .count(let periods):
      guard periods <= future.count else { return nil }
      let (counts, _) = try simulation.simulate(known, cycle: history.cycle) { $0.items(in: periods, &$1) }
      let actual = future.prefix(periods).reduce(0, +)
      return MonteCarlo.countLevels(counts).map { actual >= $0.items }
    case .completion(let items):
      let limit = future.count
      let (days, _) = try simulation.simulate(known, cycle: history.cycle) {
        $0.periods(for: items, horizon: limit, &$1) ?? Int.max
      }
      guard Statistics.quantile(days, Confidence.p95.rawValue) <= limit else { return nil }
      var left = items
      let actual = future.firstIndex { count in
        left -= count
        return left <= 0
      }
      return Confidence.allCases.map { confidence in
        guard let actual else { return false }
        return actual - origin + 1 <= Statistics.quantile(days, confidence.rawValue)
      }
    }
  }
}
