/// Values of the candidates at which every allowed choice is worth at least what it is worth, for a tight upper bound.
///
/// Each dependency has a price that the later item pays to the earlier one. A choice that respects the dependency contains
/// both, and the price cancels out, or the earlier one alone, and the choice gains. So the best choice at these values
/// without any dependencies is an upper bound, and the prices that make it the lowest are found by subgradients (Lagrangian
/// relaxation: Held, Wolfe and Crowder, Mathematical Programming 1974; Fisher, Management Science 1981).
struct PricedValues {
  /// What each candidate is worth with the prices paid.
  private(set) var values: [Double]
  /// What no allowed choice exceeds.
  private(set) var bound: Double

  /// Candidates that give something for their effort, the densest first.
  private(set) var byDensity: [Int] = []

  init(_ graph: DependencyGraph, capacity: Double, known: Double) {
    let dependencies = graph.predecessors.enumerated().flatMap { later, earlier in earlier.map { ($0, later) } }
    var prices = [Double](repeating: 0, count: dependencies.count)
    var trial = graph.candidates.map(\.value)
    values = trial
    bound = .infinity
    var scale = 1.0
    var idle = 0
    for _ in 0..<max(20, min(200, 400_000 / max(1, graph.size))) {
      let order = Self.densest(trial, graph)
      let (worth, shares) = Self.fill(order, trial, graph, capacity)
      if worth < bound {
        bound = worth
        values = trial
        byDensity = order
        idle = 0
      } else {
        idle += 1
        if idle == 6 {
          scale /= 2
          idle = 0
        }
      }
      // How far each dependency is from being respected.
      let misses = dependencies.map { shares[$0.1] - shares[$0.0] }
      let length = misses.reduce(0) { $0 + $1 * $1 }
      let gap = worth - known
      if length == 0 || gap <= 0 || scale < 1e-4 { break }
      for (index, (earlier, later)) in dependencies.enumerated() {
        let price = max(0, prices[index] + scale * gap / length * misses[index])
        trial[earlier] += price - prices[index]
        trial[later] -= price - prices[index]
        prices[index] = price
      }
    }
    // Rounding must not make it look as if a choice were impossible.
    bound *= 1 + 1e-9
  }

  private static func densest(_ values: [Double], _ graph: DependencyGraph) -> [Int] {
    let densities = values.indices.map { index in
      graph.candidates[index].effort > 0 ? values[index] / graph.candidates[index].effort : .infinity
    }
    return values.indices.filter { values[$0] > 0 }.sorted { (densities[$0], $1) > (densities[$1], $0) }
  }

  /// The best choice without dependencies, of which a part of one candidate may be taken (Dantzig, 1957).
  private static func fill(
    _ order: [Int], _ values: [Double], _ graph: DependencyGraph, _ capacity: Double
  ) -> (worth: Double, shares: [Double]) {
    var shares = [Double](repeating: 0, count: values.count)
    var worth = 0.0
    var left = capacity
    for candidate in order {
      let effort = graph.candidates[candidate].effort
      guard effort > left else {
        shares[candidate] = 1
        worth += values[candidate]
        left -= effort
        continue
      }
      shares[candidate] = left / effort
      worth += values[candidate] * left / effort
      break
    }
    return (worth, shares)
  }
}
