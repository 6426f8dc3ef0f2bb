import PluginKit

/// What a project measures work by.
enum EstimateUnit: String, Sendable, CaseIterable {
  case hours, points, count
}

extension ProjectItem {
  /// What velocity, capacity and burndown of the project count.
  var unit: EstimateUnit { EstimateUnit(rawValue: estimateUnit) ?? .hours }
}

/// An amount of work in each of the units, so that a project may change its unit without losing its past. A task
/// without an estimate counts as one task of no hours and no points.
struct Effort: Sendable, Equatable {
  var hours = 0.0
  var points = 0.0
  var count = 0.0

  init(hours: Double = 0, points: Double = 0, count: Double = 0) {
    self.hours = hours
    self.points = points
    self.count = count
  }

  /// One task with the estimates in these fields.
  init(of task: Fields) {
    self.init(hours: task["estimatedHours"]?.double ?? 0, points: task["storyPoints"]?.double ?? 0, count: 1)
  }

  /// Reads what `fields` has written.
  init(_ fields: Fields?) {
    self.init(
      hours: fields?["hours"]?.double ?? 0, points: fields?["points"]?.double ?? 0,
      count: fields?["count"]?.double ?? 0)
  }

  /// The amount in one unit, rounded to a millionth: sums of decimal fractions have a tail that nobody has entered.
  subscript(unit: EstimateUnit) -> Double {
    let amount =
      switch unit {
      case .hours: hours
      case .points: points
      case .count: count
      }
    return (amount * 1e6).rounded() / 1e6
  }

  var isZero: Bool { EstimateUnit.allCases.allSatisfy { self[$0] == 0 } }

  /// `{"hours":12.5,"points":8,"count":3}`.
  var fields: Fields { Fields(EstimateUnit.allCases.map { ($0.rawValue, .double(self[$0])) }) }

  static func + (left: Effort, right: Effort) -> Effort {
    Effort(hours: left.hours + right.hours, points: left.points + right.points, count: left.count + right.count)
  }

  static func - (left: Effort, right: Effort) -> Effort {
    Effort(hours: left.hours - right.hours, points: left.points - right.points, count: left.count - right.count)
  }

  static func += (left: inout Effort, right: Effort) { left = left + right }
  static func -= (left: inout Effort, right: Effort) { left = left - right }
}
