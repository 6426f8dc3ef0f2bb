/// The chances that a value does not exceed each threshold, as linear functions of the terms of a text.
///
/// Distribution regression (Foresi and Peracchi, JASA 1995) with squared loss and a ridge: summed over the thresholds it
/// minimises the ranked probability score (Epstein, 1969), which a forecaster cannot better by telling other chances than
/// it believes in. The ridge keeps rare words near no effect. In the dual form, (S X Xᵀ S + λ) a = S (Y − m) with the roots
/// of the weights S, solved for all thresholds at once by conjugate gradients (Hestenes and Stiefel, 1952).
struct DistributionRegression: Sendable {
  private static let ridge: Float = 9
  private static let iterations = 40
  /// The relative length of the residual at which the solution is good enough.
  private static let tolerance: Float = 1e-3

  /// The chances of an item without a word.
  let offset: Thresholds
  /// What each column adds to them.
  let weights: [Thresholds]

  /// One row, target and weight for each item; weights have the mean 1.
  init(_ rows: [[(column: Int32, value: Float)]], width: Int, targets: [Thresholds], weights: [Float]) {
    var offset = Thresholds.zero
    var total: Float = 0
    for (target, weight) in zip(targets, weights) {
      offset += weight * target
      total += weight
    }
    offset /= total
    var matrix = SparseMatrix(width: width)
    for (row, weight) in zip(rows, weights) { matrix.append(row, scale: weight.squareRoot()) }

    var solution = [Thresholds](repeating: .zero, count: targets.count)
    var residual = zip(targets, weights).map { $1.squareRoot() * ($0 - offset) }
    var direction = residual
    var length = Self.dot(residual, residual)
    let enough = length * (Self.tolerance * Self.tolerance)
    for _ in 0..<Self.iterations {
      if all(length .<= enough) { break }
      var image = matrix.times(matrix.transposedTimes(direction))
      for index in image.indices { image[index] += Self.ridge * direction[index] }
      let step = Self.quotient(length, Self.dot(direction, image))
      for index in solution.indices {
        solution[index] += step * direction[index]
        residual[index] -= step * image[index]
      }
      let next = Self.dot(residual, residual)
      let turn = Self.quotient(next, length)
      for index in direction.indices { direction[index] = residual[index] + turn * direction[index] }
      length = next
    }
    self.offset = offset
    self.weights = matrix.transposedTimes(solution)
  }

  /// The chances of not exceeding each threshold; they may fall slightly outside 0...1 and out of order.
  func callAsFunction(_ row: [(column: Int32, value: Float)]) -> Thresholds {
    var sum = offset
    for (column, value) in row { sum += value * weights[Int(column)] }
    return sum
  }

  private static func dot(_ one: [Thresholds], _ other: [Thresholds]) -> Thresholds {
    var sum = Thresholds.zero
    for index in one.indices { sum += one[index] * other[index] }
    return sum
  }

  /// 0 where a system is solved already.
  private static func quotient(_ dividend: Thresholds, _ divisor: Thresholds) -> Thresholds {
    (dividend / divisor).replacing(with: 0, where: divisor .<= 0)
  }
}
