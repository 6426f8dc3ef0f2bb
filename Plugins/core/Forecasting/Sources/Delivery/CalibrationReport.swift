/// How often forecasts held, per level: a forecast is calibrated when P85 holds in 85 of 100 cases.
public struct CalibrationReport: Hashable, Sendable {
  public struct Level: Hashable, Sendable {
    public let confidence: Confidence
    /// Forecasts that held.
    public let held: Int
    /// All decided forecasts.
    public let forecasts: Int

    /// The share that held, 0...1. Outcomes are whole items and days, and a forecast holds when it is met exactly:
    /// with small numbers the share lies somewhat above the level.
    public var share: Double { Double(held) / Double(forecasts) }
  }

  /// One for each ``Confidence``, rising.
  public let levels: [Level]
  public let question: Backtest.Question
  /// Periods between two forecasts.
  public let stride: Int
  public let seed: UInt64

  public var forecasts: Int { levels.first?.forecasts ?? 0 }

  public subscript(confidence: Confidence) -> Level? { levels.first { $0.confidence == confidence } }

  /// Replays weekly counts, such as the merges of a repository, asking each week how many there will be in the next
  /// `weeks`, with at most the 26 weeks before it.
  ///
  /// - Throws: as ``ThroughputHistory`` and ``Backtest/replay(_:in:)``.
  public static func ofWeeks(
    _ counts: [Int], ahead weeks: Int = 4, seed: UInt64
  ) throws(ForecastError) -> CalibrationReport {
    let history = try ThroughputHistory(counts: counts, cycle: 1)
    return try Backtest(window: 26, runs: 1_000, seed: seed).replay(.count(periods: weeks), in: history)
  }
}
