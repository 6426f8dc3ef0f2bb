/// The chance of each value of a project.
struct EffortDistribution {
  /// Rising.
  let values: [Double]
  let probabilities: [Double]

  /// The smallest value that is not exceeded with a chance of at least one half.
  var median: Double {
    var sum = 0.0
    for (value, probability) in zip(values, probabilities) {
      sum += probability
      if sum >= 0.5 - 1e-9 { return value }
    }
    return values[values.count - 1]
  }

  /// The narrowest run of values with a chance of at least 80 %; of equally narrow ones the likeliest.
  var interval: (values: ClosedRange<Double>, probability: Double) {
    var best = (values: values[0]...values[values.count - 1], probability: 1.0)
    var start = 0
    var mass = 0.0
    for end in values.indices {
      mass += probabilities[end]
      while start < end, mass - probabilities[start] >= 0.8 - 1e-9 {
        mass -= probabilities[start]
        start += 1
      }
      guard mass >= 0.8 - 1e-9 else { continue }
      let width = values[end] - values[start]
      let narrowest = best.values.upperBound - best.values.lowerBound
      if width < narrowest || (width == narrowest && mass > best.probability) {
        best = (values[start]...values[end], mass)
      }
    }
    return best
  }

  /// The chances of less than `value` and of at most `value`.
  func cumulative(_ value: Double) -> (below: Double, upTo: Double) {
    var below = 0.0
    for (candidate, probability) in zip(values, probabilities) {
      if candidate > value { break }
      if candidate == value { return (below, below + probability) }
      below += probability
    }
    return (below, below)
  }
}
