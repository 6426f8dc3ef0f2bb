import PluginKit

/// The workdays of a project in a range of days, counted once for all who ask.
struct Workdays: Sendable {
  private let first: Day
  /// How many workdays there are from the first day up to each of them.
  private let sums: [Int]

  init(of project: ProjectItem, in days: ClosedRange<Day>) {
    first = days.lowerBound
    var sum = 0
    sums = (0...(days.upperBound - days.lowerBound)).map { distance in
      if project.isWorkday(days.lowerBound + distance) { sum += 1 }
      return sum
    }
  }

  /// The workdays behind one day up to another; negative when that comes before. Days beyond the range are taken for its
  /// ends.
  func count(after start: Day, through end: Day) -> Int { sum(end) - sum(start) }

  private func sum(_ day: Day) -> Int { sums[max(0, min(sums.count - 1, day - first))] }
}
