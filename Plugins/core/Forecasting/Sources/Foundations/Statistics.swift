/// Order statistics. All functions expect finite numbers, and at least one.
public enum Statistics {
  /// The smallest value that at least `share` of `sorted` does not exceed (Hyndman and Fan, 1996, definition 1): always
  /// one of the samples.
  public static func quantile<Value>(_ sorted: [Value], _ share: Double) -> Value {
    // The small amount keeps 0.85 · 20 from becoming 18 by rounding.
    let rank = Int((share * Double(sorted.count) - 1e-9).rounded(.up))
    return sorted[min(max(rank, 1), sorted.count) - 1]
  }

  /// The middle value, or the mean of the two middle ones.
  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }

  static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
}
