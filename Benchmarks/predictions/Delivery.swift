import Forecasting

/// What the forecasts of delivery cost, and how they do on the weeks of a real project.
enum Delivery {
  /// Times of 10,000 runs over 182 days, of which five in seven have a random number of finished items.
  static func measure() throws {
    var generator = SeededGenerator(seed: 1)
    let counts = (0..<182).map { $0 % 7 > 4 ? 0 : Int.random(in: 0...3, using: &generator) }
    for (name, cycle) in [("by weeks", 7), ("by days", 1)] {
      let history = try ThroughputHistory(counts: counts, cycle: cycle)
      for items in [20, 100, 1_000] {
        let times = try (0..<21 as Range<UInt64>).map { seed in
          let start = ContinuousClock.now
          _ = try MonteCarlo(seed: seed).completion(of: items...items + items / 5, after: history, firstDay: 0)
          return seconds(ContinuousClock.now - start) * 1_000
        }.sorted()
        print(
          "10000 runs \(padded(name, 8)) of \(padded("\(items)...\(items + items / 5)", 9)) items, with the replay:"
            + " median \(format(times[10], 1)) ms, slowest \(format(times[20], 1)) ms")
      }
    }
  }

  /// Replays the weeks of a file with a Unix time on each line, such as those of the merges of a repository:
  ///
  ///     git log --first-parent --merges --format=%ct > times
  static func replay(_ path: String) throws {
    let weeks = read(path).split(separator: UInt8(ascii: "\n")).map { line in
      guard let time = Int(String(decoding: line, as: UTF8.self)), time >= 0 else {
        fail("\(path) holds something else than Unix times, one on each line")
      }
      return time / 604_800
    }
    // The first and the last week are not whole.
    guard let first = weeks.min(), let last = weeks.max(), last - first > 2, last - first < 10_000 else {
      fail("\(path) needs the times of three weeks or more, of at most 10000")
    }
    var counts = [Int](repeating: 0, count: last - first + 1)
    for week in weeks { counts[week - first] += 1 }
    let report = try CalibrationReport.ofWeeks(Array(counts[1..<counts.count - 1]), seed: 1)
    let shares = report.levels.map { level in
      "\(level.confidence) \(format(100 * level.share, 1)) % (\(level.held)/\(level.forecasts))"
    }
    print("\(path): \(counts.count - 2) weeks, forecasts for 4 weeks held: \(shares.joined(separator: ", "))")
  }
}
