/// Estimates the story points or hours of an item from its words, learnt from the project's own history alone.
///
/// The model tells the chance of each of the project's values (``DistributionRegression``); the estimate is the median.
/// Old items weigh less than new ones. A model is a value: estimating from several threads is safe.
public struct EffortEstimator: Sendable {
  /// Items that are learnt from, the latest ones.
  public static let window = 5_000

  /// How well the project's items have been estimated so far: a model of the older four fifths of the history, held
  /// against the latest fifth. Nil where that is fewer than 10 items.
  public let error: EffortError?

  private let model: EffortModel

  /// Learns from `history`, which is in time order. Takes tenths of a second for thousands of items: keep it from threads
  /// that must answer.
  ///
  /// - Parameter seed: of the draws in the measured error.
  /// - Throws: fewer than 10 items; values that are negative or not numbers.
  public init(history: [PastItem], seed: UInt64 = 1) throws(ForecastError) {
    try ForecastError.requireAmounts(history.map(\.value), "value")
    try ForecastError.requireSamples(history.count, "items with a value")
    let recent = history.suffix(Self.window)
    let texts = recent.map { Text(title: $0.title, description: $0.description) }
    let values = recent.map(\.value)
    let split = values.count - values.count / 5
    if values.count - split >= 10 {
      let older = EffortModel(texts[..<split], values[..<split])
      error = EffortError(
        texts[split...].map { older.distribution(older.vocabulary.row($0)) }, truths: Array(values[split...]),
        baseline: older.median, seed: seed)
    } else {
      error = nil
    }
    model = EffortModel(texts[...], values[...])
  }

  /// Estimates an item.
  public func estimate(title: String, description: String) -> EffortEstimate {
    let row = model.vocabulary.row(Text(title: title, description: description))
    let distribution = model.distribution(row)
    let interval = distribution.interval
    let words = words(title: title, description: description, row)
    return EffortEstimate(
      value: distribution.median, interval: interval.values, intervalProbability: interval.probability,
      distribution: zip(distribution.values, distribution.probabilities).map {
        EffortEstimate.Outcome(value: $0, probability: $1)
      },
      evidence: EffortEstimate.Evidence(
        samples: model.samples, up: Array(words.filter { $0.effect > 0 }.prefix(5)),
        down: Array(words.filter { $0.effect < 0 }.prefix(5))), error: error)
  }

  /// Holds the model against items whose value is known by now, such as those since it was made.
  ///
  /// - Throws: no items; values that are negative or not numbers.
  public func evaluate(_ items: [PastItem], seed: UInt64 = 1) throws(ForecastError) -> EffortError {
    try ForecastError.requireAmounts(items.map(\.value), "value")
    guard !items.isEmpty else { throw .tooLittle("there are no items; an error needs at least one") }
    let estimates = items.map {
      model.distribution(model.vocabulary.row(Text(title: $0.title, description: $0.description)))
    }
    return EffortError(estimates, truths: items.map(\.value), baseline: model.median, seed: seed)
  }

  /// What each word of the item did to the expected value, the strongest first.
  private func words(
    title: String, description: String, _ row: [(column: Int32, value: Float)]
  ) -> [EffortEstimate.Word] {
    let steps = model.scale.steps
    var left = Dictionary(row.map { (Int($0.column), $0.value) }, uniquingKeysWith: +)
    var effects: [String: Double] = [:]
    for (hash, name) in Text.names(title: title, description: description) {
      // A word that stands there twice is one term.
      guard let column = model.vocabulary.column(of: hash), let value = left.removeValue(forKey: column) else {
        continue
      }
      // What is less likely to stay below a threshold is larger.
      effects[name, default: 0] -= Double(value * (model.regression.weights[column] * steps).sum())
    }
    return effects.map { EffortEstimate.Word(text: $0.key, effect: $0.value) }
      .sorted { (abs($0.effect), $1.text) > (abs($1.effect), $0.text) }
  }
}
