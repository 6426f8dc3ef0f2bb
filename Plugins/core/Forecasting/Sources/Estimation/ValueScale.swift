/// A number for each of the at most 16 thresholds between a project's values. Projects with fewer leave the rest at 0.
typealias Thresholds = SIMD16<Float>

/// The values that a project uses, and the classes in which a model tells them apart.
struct ValueScale: Sendable {
  /// The distinct values, rising.
  let values: [Double]
  /// The share of each in the past, the latest weighing most.
  let shares: [Double]
  /// Where each class ends in `values`: 17 at most, rising, the last one being `values.count`.
  let ends: [Int]

  var thresholds: Int { ends.count - 1 }

  /// Expects at least one value, and a weight above 0 for each.
  init(_ past: [Double], weights: [Double]) {
    var mass: [Double: Double] = [:]
    for (value, weight) in zip(past, weights) { mass[value, default: 0] += weight }
    let total = weights.reduce(0, +)
    let values = mass.keys.sorted()
    let shares = values.map { mass[$0, default: 0] / total }
    // Rare values that are neighbours become one class, always the two that are the rarest together.
    var ends = Array(1...values.count)
    var classes = shares
    while ends.count > Thresholds.scalarCount + 1 {
      var rarest = 0
      for index in 0..<classes.count - 1
      where classes[index] + classes[index + 1] < classes[rarest] + classes[rarest + 1] {
        rarest = index
      }
      classes[rarest] += classes[rarest + 1]
      classes.remove(at: rarest + 1)
      ends.remove(at: rarest)
    }
    self.values = values
    self.shares = shares
    self.ends = ends
  }

  /// 1 for each threshold that the value does not exceed.
  func indicators(of value: Double) -> Thresholds {
    var result = Thresholds.zero
    for index in 0..<thresholds where value <= values[ends[index] - 1] { result[index] = 1 }
    return result
  }

  /// How much the expected value rises when the chance to exceed a threshold does.
  var steps: Thresholds {
    var result = Thresholds.zero
    for index in 0..<thresholds { result[index] = Float(mean(ofClass: index + 1) - mean(ofClass: index)) }
    return result
  }

  /// The chance of each value, given those of not exceeding each threshold, at most 1; where one falls, the last one holds. Within a class values keep their shares.
  func distribution(_ cumulative: Thresholds) -> [Double] {
    var distribution = shares
    var start = 0
    var below = 0.0
    for (index, end) in ends.enumerated() {
      let reached = index < thresholds ? max(Double(cumulative[index]), below) : 1
      let mass = shares[start..<end].reduce(0, +)
      for value in start..<end { distribution[value] = (reached - below) * shares[value] / mass }
      below = reached
      start = end
    }
    return distribution
  }

  private func mean(ofClass index: Int) -> Double {
    let range = (index == 0 ? 0 : ends[index - 1])..<ends[index]
    let mass = shares[range].reduce(0, +)
    return range.reduce(0) { $0 + values[$1] * shares[$1] } / mass
  }
}
