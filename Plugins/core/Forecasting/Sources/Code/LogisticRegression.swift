import Glibc

/// Logistic regression with a ridge on standardised features, fitted by Newton's method (iteratively reweighted least
/// squares: McCullagh and Nelder, "Generalized Linear Models", 1989).
struct LogisticRegression: Sendable {
  private static let ridge = 1.0
  private static let steps = 25

  private let means: [Double]
  private let scales: [Double]
  /// The intercept, then one for each feature.
  private var weights: [Double]

  /// Rows of equal length, at least one, and the outcome of each.
  init(_ rows: [[Double]], _ outcomes: [Bool]) {
    let count = Double(rows.count)
    let width = rows[0].count
    let means = (0..<width).map { column in rows.reduce(0) { $0 + $1[column] } / count }
    scales = (0..<width).map { column in
      let variance = rows.reduce(0) { $0 + ($1[column] - means[column]) * ($1[column] - means[column]) } / count
      return variance > 1e-12 ? 1 / variance.squareRoot() : 0
    }
    self.means = means
    weights = [Double](repeating: 0, count: width + 1)
    let standardised = rows.map { [1] + standardise($0) }
    for _ in 0..<Self.steps {
      var gradient = weights.enumerated().map { $0 == 0 ? 0 : -Self.ridge * $1 }
      var curvature = [[Double]](repeating: [Double](repeating: 0, count: width + 1), count: width + 1)
      // The intercept has almost none, to keep the system solvable when all outcomes are equal.
      for index in 0...width { curvature[index][index] = index == 0 ? 1e-6 : Self.ridge }
      for (row, outcome) in zip(standardised, outcomes) {
        let chance = Self.logistic(Self.dot(weights, row))
        let spread = chance * (1 - chance)
        for one in 0...width {
          gradient[one] += ((outcome ? 1 : 0) - chance) * row[one]
          for other in 0...one { curvature[one][other] += spread * row[one] * row[other] }
        }
      }
      let step = Self.solve(curvature, gradient)
      for index in 0...width { weights[index] += min(max(step[index], -4), 4) }
      if step.allSatisfy({ abs($0) < 1e-8 }) { break }
    }
  }

  func callAsFunction(_ row: [Double]) -> Double { Self.logistic(Self.dot(weights, [1] + standardise(row))) }

  /// What each feature adds to the log odds, beside a row of means.
  func contributions(_ row: [Double]) -> [Double] { zip(standardise(row), weights.dropFirst()).map { $0 * $1 } }

  private func standardise(_ row: [Double]) -> [Double] { row.indices.map { (row[$0] - means[$0]) * scales[$0] } }

  private static func dot(_ one: [Double], _ other: [Double]) -> Double {
    zip(one, other).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private static func logistic(_ value: Double) -> Double { 1 / (1 + exp(-value)) }

  /// Solves a positive definite system, given by its lower triangle, by Cholesky's decomposition.
  private static func solve(_ matrix: [[Double]], _ right: [Double]) -> [Double] {
    let count = right.count
    var lower = matrix
    var solution = right
    for row in 0..<count {
      for column in 0...row {
        var sum = lower[row][column]
        for index in 0..<column { sum -= lower[row][index] * lower[column][index] }
        lower[row][column] = row == column ? max(sum, 1e-12).squareRoot() : sum / lower[column][column]
      }
      for index in 0..<row { solution[row] -= lower[row][index] * solution[index] }
      solution[row] /= lower[row][row]
    }
    for row in (0..<count).reversed() {
      for index in row + 1..<count { solution[row] -= lower[index][row] * solution[index] }
      solution[row] /= lower[row][row]
    }
    return solution
  }
}
