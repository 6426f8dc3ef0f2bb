import Forecasting
import PluginKit

/// How much of its work a project gets done in a sprint, as a range of what it has really done.
struct Velocity: Sendable, Equatable {
  /// The completed work of the sprints, in one unit, ascending.
  private let sorted: [Double]

  init(_ completed: some Sequence<Double>) {
    sorted = completed.sorted()
  }

  var samples: Int { sorted.count }

  /// What this share of the sprints did not exceed, always a value that one of them had; nil without sprints.
  func percentile(_ share: Double) -> Double? {
    sorted.isEmpty ? nil : Statistics.quantile(sorted, share)
  }

  /// `{"p15","p50","p85","samples"}`: in 70 of 100 sprints like these the work lies between the first and the last.
  var fields: Fields {
    let figures = [("p15", 0.15), ("p50", 0.5), ("p85", 0.85)].map {
      ($0.0, percentile($0.1).map(Value.double) ?? .null)
    }
    return Fields(figures + [("samples", .int(Int64(samples)))])
  }
}
