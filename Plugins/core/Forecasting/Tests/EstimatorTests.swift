import Testing

@testable import Forecasting

@Suite struct EstimatorTests {
  /// A project whose words tell the value, more or less.
  private func project(_ count: Int, seed: UInt64, noise: Double = 0.2) -> [PastItem] {
    var generator = SeededGenerator(seed: seed)
    let topics = [
      ("typo in label", 1.0), ("button colour page", 2.0), ("import of tickets", 5.0),
      ("rewrite scheduler engine", 13.0),
    ]
    return (0..<count).map { _ in
      let (words, value) = topics[generator.index(below: topics.count)]
      let other = topics[generator.index(below: topics.count)].1
      return PastItem(
        title: "\(words) number \(generator.index(below: 100))",
        description: "The \(words) of customer \(generator.index(below: 20))",
        value: generator.unit() < noise ? other : value)
    }
  }

  @Test func learnsFromWords() throws {
    let estimator = try EffortEstimator(history: project(400, seed: 1))
    #expect(estimator.estimate(title: "rewrite of the engine", description: "scheduler").value == 13)
    let small = estimator.estimate(title: "typo in label of page", description: "The typo")
    #expect(small.value == 1)
    #expect(small.evidence.down.contains { $0.text.contains("typo") })
    #expect(small.evidence.samples == 400)
    let error = try #require(estimator.error)
    #expect(error.meanAbsoluteError < 0.5 * error.baseline)
    #expect(error.samples == 80)
    #expect(error.coverage >= 0.75)
  }

  @Test func tellsTheMedianWhereWordsTellNothing() throws {
    var generator = SeededGenerator(seed: 3)
    let history = (0..<300).map { _ in
      PastItem(title: "item", description: "", value: [1, 2, 3, 5, 8][generator.index(below: 5)])
    }
    let estimator = try EffortEstimator(history: history)
    let error = try #require(estimator.error)
    #expect(error.meanAbsoluteError <= error.baseline * 1.1)
    #expect((0.65...0.95).contains(error.central))
  }

  @Test(arguments: 0..<30)
  func givesADistributionOverTheValuesOfTheProject(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    // Up to 90 different values, more than the model tells apart.
    let values = (1...(1 + generator.index(below: 90))).map { Double($0) / 2 }
    let history = (0..<(10 + generator.index(below: 200))).map { _ in
      PastItem(
        title: text(&generator), description: text(&generator), value: values[generator.index(below: values.count)])
    }
    let estimator = try EffortEstimator(history: history)
    for _ in 0..<20 {
      let estimate = estimator.estimate(title: text(&generator), description: text(&generator))
      #expect(estimate.distribution.map(\.value) == Set(history.map(\.value)).sorted(), "seed \(seed)")
      #expect(estimate.distribution.allSatisfy { $0.probability >= 0 }, "seed \(seed)")
      #expect(abs(estimate.distribution.reduce(0) { $0 + $1.probability } - 1) < 1e-6, "seed \(seed)")
      #expect(estimate.intervalProbability >= 0.8 - 1e-6, "seed \(seed)")
      let inside = estimate.distribution.filter { estimate.interval.contains($0.value) }
      #expect(abs(inside.reduce(0) { $0 + $1.probability } - estimate.intervalProbability) < 1e-6, "seed \(seed)")
      // No narrower run holds as much.
      for start in estimate.distribution {
        var mass = 0.0
        for end in estimate.distribution where end.value >= start.value {
          mass += end.probability
          if mass >= 0.8 {
            #expect(end.value - start.value >= estimate.interval.upperBound - estimate.interval.lowerBound)
          }
        }
      }
    }
  }

  @Test func repeatsItself() throws {
    let history = project(200, seed: 4)
    let one = try EffortEstimator(history: history).estimate(title: "button", description: "colour")
    #expect(try EffortEstimator(history: history).estimate(title: "button", description: "colour") == one)
  }

  @Test func standsAnyText() throws {
    let history =
      project(50, seed: 5) + [
        PastItem(title: "", description: "", value: 1),
        PastItem(title: "日本語 ÄÖ \u{0}", description: "{{{{}}}}", value: 2),
        PastItem(
          title: String(repeating: "a", count: 10_000), description: String(repeating: " ", count: 10_000), value: 3),
      ]
    let estimator = try EffortEstimator(history: history)
    for title in ["", " ", "日本", "\u{FEFF}", String(repeating: "x y ", count: 5_000)] {
      let estimate = estimator.estimate(title: title, description: title)
      #expect(history.contains { $0.value == estimate.value })
    }
  }

  @Test func keepsASingleValue() throws {
    let estimator = try EffortEstimator(history: (0..<10).map { PastItem(title: "t\($0)", description: "", value: 3) })
    let estimate = estimator.estimate(title: "t1", description: "")
    #expect(estimate.value == 3)
    #expect(estimate.interval == 3...3)
    #expect(estimate.error == nil)
  }

  @Test func refusesWhatItCannotLearnFrom() throws {
    let history = project(20, seed: 6)
    #expect(refusal { try EffortEstimator(history: Array(history.prefix(9))) } == .tooLittleHistory)
    for value in [Double.nan, .infinity, -1] {
      #expect(
        refusal { try EffortEstimator(history: history + [PastItem(title: "", description: "", value: value)]) }
          == .invalidInput)
    }
    #expect(refusal { try EffortEstimator(history: history).evaluate([]) } == .tooLittleHistory)
  }

  @Test func solvesTheSystemThatItStates() {
    // One column, two items of the values 0 and 1: the ridge solution by hand.
    let rows: [[(column: Int32, value: Float)]] = [[(0, 3)], [(0, -3)]]
    var target = Thresholds.zero
    target[0] = 1
    let regression = DistributionRegression(rows, width: 1, targets: [target, .zero], weights: [1, 1])
    // w = Σ x (y − m) ÷ (Σ x² + λ) = 3 ÷ (18 + 9).
    #expect(abs(regression.weights[0][0] - 3.0 / 27) < 1e-4)
    #expect(regression.offset[0] == 0.5)
    #expect(abs(regression([(0, 1)])[0] - (0.5 + 3.0 / 27)) < 1e-4)
  }

  private func text(_ generator: inout SeededGenerator) -> String {
    let words = ["login", "page", "error", "of", "the", "import", "slow", "crash", "add", "remove", "rename"]
    return (0..<generator.index(below: 8)).map { _ in words[generator.index(below: words.count)] }
      .joined(separator: " ")
  }
}
