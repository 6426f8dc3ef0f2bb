/// How likely the files of a change need a fix soon after it, learnt from the project's own fixes.
///
/// Each file of each past commit is a case; the outcome is whether a fix touched the file within ``horizon`` days after.
/// A logistic regression on ``Feature`` tells the chance. That a fix touches a file does not prove that the change broke
/// it: this is a ranking of where to look with a chance to go by, and ``error`` says how good it has been.
public struct BugRisk: Sendable {
  /// What is known about a file of a change, each as log(1 + x).
  public enum Feature: Int, CaseIterable, Sendable {
    /// Fixes, changed lines and commits of the file so far, each halved every 90 days.
    case recentFixes
    case recentChurn
    case recentCommits
    /// Different authors of the file.
    case authors
    /// Days since its first commit.
    case age
    /// Commits of the change's author to the file.
    case experience
    /// Changed lines, and files of the change.
    case size
    case spread
  }

  public struct Contribution: Hashable, Sendable {
    public let feature: Feature
    /// What it adds to the log odds, beside an average file.
    public let logOdds: Double
  }

  public struct FileRisk: Hashable, Sendable {
    public let path: String
    /// The chance that a fix touches the file within ``BugRisk/horizon`` days.
    public let probability: Double
    /// What speaks for and against, the strongest first.
    public let evidence: [Contribution]
  }

  /// The risk of a change.
  public struct Assessment: Hashable, Sendable {
    /// The riskiest file first.
    public let files: [FileRisk]
    /// Past cases that were learnt from, and how many of them needed a fix.
    public let samples: Int
    public let fixed: Int
    public let error: Error

    /// The chance of its riskiest file: at least so likely does the change need a fix.
    public var probability: Double { files.first?.probability ?? 0 }
  }

  /// How good the model is: learnt from the older 70 % of the history, held against the rest.
  public struct Error: Hashable, Sendable {
    /// The chance that a file which needed a fix was ranked above one which did not; 0.5 is a coin (Hanley and McNeil,
    /// Radiology 1982). Nil where all cases came out the same.
    public let areaUnderCurve: Double?
    /// Mean of (probability − outcome)², 0 the best (Brier, Monthly Weather Review 1950).
    public let brierScore: Double
    /// The score of always telling the older share of fixes.
    public let baseline: Double
    public let samples: Int
  }

  /// Days in which a fix counts.
  public static let horizon = 60.0
  /// Cases that are learnt from, the latest ones.
  public static let window = 50_000

  public let error: Error
  private let model: LogisticRegression
  private let history: FileHistory
  private let last: Double
  private let samples: Int
  private let fixed: Int

  private struct Case {
    var day: Double
    var features: [Double]
    var isFixed: Bool
  }

  /// - Parameter commits: in time order.
  /// - Throws: days out of order or not finite, negative line counts, fewer than 100 decided cases, 10 of each outcome in
  ///   the older part, or 10 to measure the error on.
  public init(commits: [Commit]) throws(ForecastError) {
    try Self.check(commits)
    guard let last = commits.last?.day else { throw .tooLittle("there are no commits to learn from") }
    let (all, history) = Self.cases(commits)
    // What is younger than the horizon may still need a fix.
    let cases = Array(all.filter { $0.day <= last - Self.horizon }.suffix(Self.window))
    guard cases.count >= 100 else {
      throw .tooLittle(
        "there are \(cases.count) changed files older than \(Int(Self.horizon)) days; the risk of a change needs 100")
    }
    let split = cases[cases.count * 7 / 10].day
    // Only what was known on the day of the split.
    let older = cases.filter { $0.day <= split - Self.horizon }
    let newer = cases.filter { $0.day > split }
    let olderFixed = older.count { $0.isFixed }
    guard min(olderFixed, older.count - olderFixed) >= 10, newer.count >= 10 else {
      throw .tooLittle(
        "of \(older.count) older changed files \(olderFixed) needed a fix, and \(newer.count) newer ones can be judged;"
          + " the risk of a change needs 10 with a fix, 10 without and 10 newer ones")
    }
    let trial = LogisticRegression(older.map(\.features), older.map(\.isFixed))
    error = Self.error(
      newer.map { trial($0.features) }, newer.map(\.isFixed), share: Double(olderFixed) / Double(older.count))
    model = LogisticRegression(cases.map(\.features), cases.map(\.isFixed))
    self.history = history
    self.last = last
    samples = cases.count
    fixed = cases.count { $0.isFixed }
  }

  /// The risk of a change that would be committed now.
  ///
  /// - Throws: no files, negative line counts.
  public func assess(_ changes: [Commit.Change], author: String) throws(ForecastError) -> Assessment {
    guard !changes.isEmpty else { throw .invalid("the change has no files") }
    try Self.check([Commit(day: last, author: author, isFix: false, changes: changes)])
    let files = changes.map { change in
      let features = history.features(change, day: last, author: author, spread: changes.count)
      let evidence = zip(Feature.allCases, model.contributions(features))
        .map { Contribution(feature: $0, logOdds: $1) }
        .sorted { abs($0.logOdds) > abs($1.logOdds) }
      return FileRisk(path: change.path, probability: model(features), evidence: evidence)
    }
    return Assessment(
      files: files.sorted { ($0.probability, $1.path) > ($1.probability, $0.path) }, samples: samples, fixed: fixed,
      error: error)
  }

  private static func check(_ commits: [Commit]) throws(ForecastError) {
    var previous = -Double.infinity
    for (index, commit) in commits.enumerated() {
      guard commit.day.isFinite, commit.day >= previous else {
        throw .invalid("commits[\(index)].day is \(commit.day); give finite days in time order")
      }
      previous = commit.day
      for change in commit.changes where change.added < 0 || change.removed < 0 {
        throw .invalid("\(change.path) has \(change.added) added and \(change.removed) removed lines; give at least 0")
      }
    }
  }

  /// Every file of every commit as it was then, in time order, and what is known at the end.
  private static func cases(_ commits: [Commit]) -> (cases: [Case], history: FileHistory) {
    // Backwards: the next fix of each file after each commit.
    var nextFix: [String: Double] = [:]
    var outcomes: [[Bool]] = []
    for commit in commits.reversed() {
      outcomes.append(commit.changes.map { (nextFix[$0.path] ?? .infinity) - commit.day <= horizon })
      if commit.isFix {
        for change in commit.changes { nextFix[change.path] = commit.day }
      }
    }
    var history = FileHistory()
    var cases: [Case] = []
    for (commit, outcomes) in zip(commits, outcomes.reversed()) {
      for (change, outcome) in zip(commit.changes, outcomes) {
        let features = history.features(
          change, day: commit.day, author: commit.author, spread: commit.changes.count)
        cases.append(Case(day: commit.day, features: features, isFixed: outcome))
      }
      history.record(commit)
    }
    return (cases, history)
  }

  private static func error(_ chances: [Double], _ outcomes: [Bool], share: Double) -> Error {
    var score = 0.0
    var baseline = 0.0
    for (chance, isFixed) in zip(chances, outcomes) {
      let outcome = isFixed ? 1.0 : 0.0
      score += (chance - outcome) * (chance - outcome)
      baseline += (share - outcome) * (share - outcome)
    }
    let count = Double(outcomes.count)
    return Error(
      areaUnderCurve: areaUnderCurve(chances, outcomes), brierScore: score / count, baseline: baseline / count,
      samples: outcomes.count)
  }

  /// By the ranks of the positives (Mann and Whitney); ties count half.
  static func areaUnderCurve(_ chances: [Double], _ outcomes: [Bool]) -> Double? {
    let order = chances.indices.sorted { chances[$0] < chances[$1] }
    let positives = outcomes.count { $0 }
    let negatives = outcomes.count - positives
    guard positives > 0, negatives > 0 else { return nil }
    var ranks = 0.0
    var start = 0
    while start < order.count {
      var end = start
      while end < order.count, chances[order[end]] == chances[order[start]] { end += 1 }
      let rank = Double(start + end + 1) / 2
      for index in order[start..<end] where outcomes[index] { ranks += rank }
      start = end
    }
    let least = Double(positives) * Double(positives + 1) / 2
    return (ranks - least) / (Double(positives) * Double(negatives))
  }
}
