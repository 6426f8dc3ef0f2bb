import Forecasting

/// Percentiles of a sample, which say what a mean hides: how long most of them took, and how long the worst.
///
/// A percentile is the smallest value of the sample that at least this share of it does not exceed (Hyndman and Fan,
/// "Sample Quantiles in Statistical Packages", 1996, definition 1), so that it is always a value that was observed.
struct Percentiles: Sendable, Equatable {
  /// How many values there are.
  let count: Int
  let p50: Double
  let p85: Double
  let p95: Double

  /// - Parameter values: In any order.
  /// - Returns: nil for an empty sample.
  init?(_ values: [Double]) {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    count = sorted.count
    p50 = Statistics.quantile(sorted, 0.50)
    p85 = Statistics.quantile(sorted, 0.85)
    p95 = Statistics.quantile(sorted, 0.95)
  }
}
