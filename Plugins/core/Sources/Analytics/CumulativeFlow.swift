import PluginKit

/// How many tasks were in each status at the end of each day.
///
/// The sum of all transitions into a status less those out of it (Anderson, "Kanban", 2010, chapter 12): the gap
/// between two bands is the work in progress, their distance along the days about the time that it takes.
struct CumulativeFlow: Sendable {
  /// The days, without gaps.
  let days: [Day]
  /// For each status, in the order of the board, its count on each of the days.
  let counts: [TaskStatus: [Int]]

  /// How many tasks went from one status to another on a day. Nil stands for not being there.
  struct Step: Sendable, Equatable {
    var day: Day
    var from: TaskStatus?
    var to: TaskStatus?
    var count: Int
  }

  /// - Parameters:
  ///   - steps: All from the first day that there was up to `last`, ascending by day.
  ///   - first: The first day to show, not after `last`.
  init(_ steps: [Step], from first: Day, to last: Day) {
    let days = (first.number...max(first.number, last.number)).map { Day(number: $0) }
    var now: [TaskStatus: Int] = [:]
    var counts: [TaskStatus: [Int]] = [:]
    var next = steps.startIndex
    for day in days {
      while next < steps.endIndex, steps[next].day <= day {
        let step = steps[next]
        if let from = step.from { now[from, default: 0] -= step.count }
        if let to = step.to { now[to, default: 0] += step.count }
        next += 1
      }
      for status in TaskStatus.allCases { counts[status, default: []].append(now[status] ?? 0) }
    }
    self.days = days
    self.counts = counts
  }
}
