import PluginKit

/// How many tasks were finished, day by day, the days without any included.
///
/// A task that was opened again and finished again counts on both days: throughput counts deliveries (Vacanti,
/// "Actionable Agile Metrics for Predictability", 2015).
struct Throughput: Sendable, Equatable {
  let first: Day
  /// One count for each day from `first` on.
  let counts: [Int]

  init(_ finished: [Day: Int], from first: Day, to last: Day) {
    self.first = first
    counts = (first.number...max(first.number, last.number)).map { finished[Day(number: $0)] ?? 0 }
  }

  var total: Int { counts.reduce(0, +) }

  /// Counts of whole weeks, from Monday to Sunday, that lie within the days.
  var weeks: [(first: Day, count: Int)] {
    var start = (7 - first.weekday) % 7
    var weeks: [(first: Day, count: Int)] = []
    while start + 7 <= counts.count {
      weeks.append((first + start, counts[start..<start + 7].reduce(0, +)))
      start += 7
    }
    return weeks
  }
}
