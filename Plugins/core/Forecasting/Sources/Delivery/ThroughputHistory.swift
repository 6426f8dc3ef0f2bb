/// How many items were finished in each day or week of the past, with the zeros.
public struct ThroughputHistory: Hashable, Sendable {
  /// Finished items per period, oldest first, without gaps; a period in which nothing was finished is a 0.
  public let counts: [Int]
  /// After how many periods the calendar repeats: 7 for days, 5 for the workdays of a week, 1 for weeks.
  public let cycle: Int

  /// - Throws: fewer than 10 periods, a negative count, a count above a million, a cycle outside 1...31.
  public init(counts: [Int], cycle: Int) throws(ForecastError) {
    try ForecastError.requireSamples(counts.count, "periods of throughput")
    guard (1...31).contains(cycle) else {
      throw .invalid("cycle is \(cycle); give 7 for days, 5 for workdays, 1 for weeks, or another of 1 to 31")
    }
    for (index, count) in counts.enumerated() where !(0...1_000_000).contains(count) {
      throw .invalid("counts[\(index)] is \(count); give numbers of 0 to 1000000")
    }
    self.counts = counts
    self.cycle = cycle
  }

  /// What was known on the morning of a past period: the periods before it, at most the `window` last ones.
  func known(before period: Int, window: Int) -> ArraySlice<Int> { counts[max(0, period - window)..<period] }
}
