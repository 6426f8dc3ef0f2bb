/// What an item will probably be given, in the project's own unit.
public struct EffortEstimate: Hashable, Sendable {
  public struct Outcome: Hashable, Sendable {
    public let value: Double
    /// 0...1; the probabilities of all outcomes add up to 1.
    public let probability: Double
  }

  /// A word, or two in a row, that moved the estimate.
  public struct Word: Hashable, Sendable {
    public let text: String
    /// By how much it moved the expected value, in the project's unit.
    public let effect: Double
  }

  public struct Evidence: Hashable, Sendable {
    /// Items that were learnt from.
    public let samples: Int
    /// What moved the estimate up, and down, the strongest first; at most five.
    public let up: [Word]
    public let down: [Word]
  }

  /// The median of the outcomes: the estimate with the least expected absolute error.
  public let value: Double
  /// The narrowest run of the project's own values that holds at least 80 % of the probability.
  public let interval: ClosedRange<Double>
  /// The probability inside the interval.
  public let intervalProbability: Double
  /// Every value that the project has used, rising.
  public let distribution: [Outcome]
  public let evidence: Evidence
  /// How well the project's items have been estimated so far; nil where there are too few.
  public let error: EffortError?
}

/// How well estimates do in a project: a model of its older items, held against its latest ones.
public struct EffortError: Hashable, Sendable {
  /// The mean distance between estimate and truth, in the project's unit.
  public let meanAbsoluteError: Double
  /// The same for always telling the median of the older items.
  public let baseline: Double
  /// The share of items inside their interval, 0...1.
  public let coverage: Double
  /// The mean width of the intervals, in the project's unit.
  public let width: Double
  /// The share of items whose randomised PIT value lies in 0.1...0.9: 0.8 for honest distributions. The PIT value of a
  /// truth v is drawn evenly between the predicted chances of less than v and of at most v (Czado, Gneiting and Held,
  /// Biometrics 2009).
  public let central: Double
  /// Items that the error was measured on.
  public let samples: Int
  /// Of the draws behind ``central``.
  public let seed: UInt64

  /// Holds estimates against what came. Expects as many of each, at least one, and a baseline value.
  init(_ estimates: [EffortDistribution], truths: [Double], baseline: Double, seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var error = 0.0
    var baselineError = 0.0
    var covered = 0
    var width = 0.0
    var central = 0
    for (estimate, truth) in zip(estimates, truths) {
      error += abs(estimate.median - truth)
      baselineError += abs(baseline - truth)
      let interval = estimate.interval.values
      if interval.contains(truth) { covered += 1 }
      width += interval.upperBound - interval.lowerBound
      let (below, upTo) = estimate.cumulative(truth)
      let pit = below + generator.unit() * (upTo - below)
      if (0.1...0.9).contains(pit) { central += 1 }
    }
    let count = Double(truths.count)
    meanAbsoluteError = error / count
    self.baseline = baselineError / count
    coverage = Double(covered) / count
    self.width = width / count
    self.central = Double(central) / count
    samples = truths.count
    self.seed = seed
  }
}
