/// The unusual values of a series, in both directions.
public struct Anomalies: Hashable, Sendable {
  /// What was measured. It decides the scale on which values are compared.
  public enum Metric: Hashable, Sendable {
    /// Finished items per period.
    case throughput
    /// Days from start to finish.
    case cycleTime
    /// Errors per period or per run.
    case errorRate

    var scale: RobustRange.Scale {
      switch self {
      case .throughput: .squareRoot
      case .cycleTime: .logarithmic
      case .errorRate: .linear
      }
    }
  }

  /// One value that is far from the usual.
  public struct Finding: Hashable, Sendable {
    /// Its place in the series.
    public let index: Int
    public let value: Double
    /// Its modified z-score: above 3.5, or below −3.5.
    public let score: Double
  }

  public let metric: Metric
  /// In the order of the series.
  public let findings: [Finding]
  /// The rule's median, range and number of samples.
  public let evidence: RobustRange

  /// - Throws: fewer than 10 values; values that are negative or not numbers.
  public init(_ metric: Metric, in values: [Double]) throws(ForecastError) {
    try ForecastError.requireAmounts(values, "values")
    try ForecastError.requireSamples(values.count, "values")
    let range = RobustRange(values, scale: metric.scale)
    self.metric = metric
    evidence = range
    findings = values.enumerated().compactMap { index, value in
      let score = range.score(value)
      return abs(score) > RobustRange.limit ? Finding(index: index, value: value, score: score) : nil
    }
  }
}
