import Glibc

/// A fitted model of a project's values.
struct EffortModel: Sendable {
  private static let sharpening: Float = 1.12

  let vocabulary: Vocabulary
  let scale: ValueScale
  let regression: DistributionRegression
  /// The median of all values, each weighing the same.
  let median: Double
  let samples: Int

  /// `texts` and `values` in time order, as many of each and at least one.
  init(_ texts: ArraySlice<Text>, _ values: ArraySlice<Double>) {
    let vocabulary = Vocabulary(texts)
    // Half of a project's past weighs half of the other half: what teams mean by a point drifts.
    let halfLife = Double(values.count) / 2
    let recency = values.indices.map { exp2(Double($0 - values.endIndex + 1) / halfLife) }
    let mean = Statistics.mean(recency)
    let scale = ValueScale(Array(values), weights: recency)
    regression = DistributionRegression(
      texts.map { vocabulary.row($0) }, width: vocabulary.width, targets: values.map { scale.indicators(of: $0) },
      weights: recency.map { Float($0 / mean) })
    self.vocabulary = vocabulary
    self.scale = scale
    median = Statistics.median(Array(values))
    samples = values.count
  }

  func distribution(_ row: [(column: Int32, value: Float)]) -> EffortDistribution {
    var chances = regression(row)
    for index in 0..<scale.thresholds { chances[index] = Self.sharpened(chances[index]) }
    return EffortDistribution(values: scale.values, probabilities: scale.distribution(chances))
  }

  /// The ridge keeps chances nearer to those of the whole project than they are: their odds are raised to a power. A half
  /// stays a half, and with it the median what it is.
  private static func sharpened(_ chance: Float) -> Float {
    let chance = min(max(chance, 0), 1)
    let odds = pow(chance, sharpening)
    return odds / (odds + pow(1 - chance, sharpening))
  }
}
