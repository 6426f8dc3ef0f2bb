/// How times are distributed, counted by the loop alone: buckets of fixed bounds, and the sum.
struct Distribution {
  /// The upper bounds of all buckets but the last, in seconds: from a tenth of a millisecond to ten seconds.
  static let bounds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
  private static let nanosecondBounds = bounds.map { UInt64($0 * 1e9) }

  /// How many values lie at or below each bound and above the one before, and behind the last one.
  private(set) var buckets = [UInt64](repeating: 0, count: Distribution.bounds.count + 1)
  private(set) var nanoseconds: UInt64 = 0

  var seconds: Double { Double(nanoseconds) / 1e9 }

  mutating func count(_ time: UInt64) {
    nanoseconds += time
    // Most are short.
    if time <= 100_000 { return buckets[0] += 1 }
    buckets[Distribution.nanosecondBounds.firstIndex { time <= $0 } ?? Distribution.bounds.count] += 1
  }
}

/// How the calls of one method ended, and how long they took.
final class CallFigures {
  /// By the number of the status.
  private(set) var statuses = [UInt64](repeating: 0, count: 17)
  private(set) var times = Distribution()

  func count(_ status: Status, _ nanoseconds: UInt64) {
    statuses[Int(status.rawValue)] += 1
    times.count(nanoseconds)
  }
}
