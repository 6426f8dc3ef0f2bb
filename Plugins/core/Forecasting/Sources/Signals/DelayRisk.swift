/// How likely an open item misses its due day.
///
/// The chance that a piece of work of this age lasts longer than it may: S(age + remaining) ÷ S(age), where S is the share
/// of the project's items that are still open at an age, estimated by the product limit (Kaplan and Meier, JASA 1958) so
/// that items which are open now count as long as they have lasted. Half an item is added to both outcomes (the estimator
/// of Krichevsky and Trofimov, 1981), which keeps few samples from speaking of certainty.
public struct DelayRisk: Hashable, Sendable {
  /// What the risk rests on.
  public struct Evidence: Hashable, Sendable {
    /// Finished items and open items of the history.
    public let finished: Int
    public let open: Int
    /// Items of the history that were still open at this item's age. With 0 of them the risk is 0.5: nobody knows.
    public let comparable: Int
    /// Of these, the finished ones that were late by this item's measure.
    public let late: Int
  }

  /// How good the same question was answered for the items of the past, each with only the items finished before it.
  public struct Error: Hashable, Sendable {
    /// Mean of (probability − outcome)², 0 the best, 0.25 a coin (Brier, Monthly Weather Review 1950).
    public let brierScore: Double
    /// The score of always telling the share of late ones so far, whatever the age.
    public let baseline: Double
    /// Items that were asked about.
    public let cases: Int
  }

  /// 0...1; 1 for an item that is past its due day.
  public let probability: Double
  /// The item's age and the time until it is due, in the unit of the samples.
  public let age: Double
  public let remaining: Double
  public let evidence: Evidence
  /// Nil where fewer than 10 items of the past can be asked about.
  public let error: Error?

  /// Finished items that count, the latest ones.
  public static let window = 500

  /// - Parameters:
  ///   - age: how long the item has been in progress, in days.
  ///   - remaining: days until the end of its due day, negative when that has passed.
  ///   - finished: cycle times in days, in the order in which the items were finished.
  ///   - open: ages in days of the other items in progress.
  /// - Throws: fewer than 10 finished items; numbers that are negative or not numbers.
  public init(
    age: Double, remaining: Double, finished: [Double], open: [Double] = []
  ) throws(ForecastError) {
    try ForecastError.requireAmount(age, "age")
    guard remaining.isFinite else { throw .invalid("remaining is \(remaining); give a number of days") }
    try ForecastError.requireAmounts(finished, "finished")
    try ForecastError.requireAmounts(open, "open")
    try ForecastError.requireSamples(finished.count, "finished items")
    let recent = finished.suffix(Self.window)
    let deadline = age + remaining
    self.age = age
    self.remaining = remaining
    probability =
      remaining < 0 ? 1 : Self.survival(from: age, to: deadline, finished: Array(recent).sorted(), open: open.sorted())
    let comparable = recent.filter { $0 > age }
    evidence = Evidence(
      finished: recent.count, open: open.count, comparable: comparable.count + open.count { $0 > age },
      late: comparable.count { $0 > deadline })
    error = remaining < 0 ? nil : Self.replay(age: age, deadline: deadline, Array(recent))
  }

  /// The chance to last beyond `end` for what lasted beyond `start`; both lists rise.
  private static func survival(from start: Double, to end: Double, finished: [Double], open: [Double]) -> Double {
    var atRisk = finished.count { $0 > start } + open.count { $0 > start }
    let all = atRisk
    var survivors = 1.0
    var censored = open.drop { $0 <= start }
    for time in finished where time > start && time <= end {
      // An open item was at risk up to its age.
      while let first = censored.first, first < time {
        censored.removeFirst()
        atRisk -= 1
      }
      survivors *= 1 - 1 / Double(atRisk)
      atRisk -= 1
    }
    return (survivors * Double(all) + 0.5) / Double(all + 1)
  }

  private static func replay(age: Double, deadline: Double, _ finished: [Double]) -> Error? {
    var past = finished.prefix(10).sorted()
    var late = past.count { $0 > deadline }
    var score = 0.0
    var baseline = 0.0
    var cases = 0
    for time in finished.dropFirst(10) {
      if time > age {
        let outcome = time > deadline ? 1.0 : 0.0
        let risk = survival(from: age, to: deadline, finished: past, open: [])
        let share = (Double(late) + 0.5) / Double(past.count + 1)
        score += (risk - outcome) * (risk - outcome)
        baseline += (share - outcome) * (share - outcome)
        cases += 1
      }
      if time > deadline { late += 1 }
      past.insert(time, at: past.partition(before: time))
    }
    guard cases >= 10 else { return nil }
    return Error(brierScore: score / Double(cases), baseline: baseline / Double(cases), cases: cases)
  }
}

extension [Double] {
  /// Where to insert into a rising array.
  fileprivate func partition(before value: Double) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
