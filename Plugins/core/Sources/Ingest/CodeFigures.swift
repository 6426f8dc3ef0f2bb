import PluginKit

/// What the commits of a period come to. Merges are counted, and nothing else of them.
///
/// How much code comes and goes is no measure of what anybody achieved; the share of fixes, and the files where they
/// gather, tell where quality is lost (Nagappan and Ball, "Use of Relative Code Churn Measures to Predict System Defect
/// Density", ICSE 2005).
struct CodeFigures: Sendable, Equatable {
  /// Sums of some commits.
  struct Sum: Sendable, Equatable {
    var commits = 0
    var fixes = 0
    var added = 0
    var removed = 0
    var files = 0

    mutating func add(_ commit: Fields) {
      commits += 1
      fixes += Int(commit["fix"]?.int ?? 0)
      added += Int(commit["added"]?.int ?? 0)
      removed += Int(commit["removed"]?.int ?? 0)
      files += Int(commit["fileCount"]?.int ?? 0)
    }

    /// Fixes of all commits, 0 to 1; nil without any.
    var fixShare: Double? { commits > 0 ? Double(fixes) / Double(commits) : nil }
  }

  /// A file by how often it was changed.
  struct File: Sendable, Equatable {
    var path: String
    var sum: Sum
  }

  private(set) var total = Sum()
  /// By the Monday that they begin with, ascending; weeks without commits are left out.
  private(set) var weeks: [(first: Day, sum: Sum)] = []
  /// Lines added and removed, of each commit.
  private(set) var sizes: [Double] = []

  /// - Parameter commits: In the order of their days, without merges.
  init(_ commits: [Fields]) {
    for commit in commits {
      total.add(commit)
      sizes.append(Double((commit["added"]?.int ?? 0) + (commit["removed"]?.int ?? 0)))
      guard let day = commit["day"]?.string.flatMap({ Day($0) }) else { continue }
      let monday = day - day.weekday
      if weeks.last?.first != monday { weeks.append((monday, Sum())) }
      weeks[weeks.count - 1].sum.add(commit)
    }
  }

  static func == (left: CodeFigures, right: CodeFigures) -> Bool {
    left.total == right.total && left.sizes == right.sizes && left.weeks.elementsEqual(right.weeks, by: ==)
  }
}

/// The files of commits by how often they were fixed, then changed.
struct Hotspots: Sendable {
  private var sums: [String: CodeFigures.Sum] = [:]

  mutating func add(_ commit: Fields) {
    let isFix = commit["fix"]?.int == 1
    for case .object(let file) in commit["files"]?.array ?? [] {
      guard let path = file["path"]?.string else { continue }
      var sum = sums[path] ?? CodeFigures.Sum()
      sum.commits += 1
      sum.fixes += isFix ? 1 : 0
      sum.added += Int(file["added"]?.int ?? 0)
      sum.removed += Int(file["removed"]?.int ?? 0)
      sums[path] = sum
    }
  }

  func worst(_ count: Int) -> [(path: String, sum: CodeFigures.Sum)] {
    let order = sums.sorted { left, right in
      (right.value.fixes, right.value.commits, left.key) < (left.value.fixes, left.value.commits, right.key)
    }
    return order.prefix(count).map { ($0.key, $0.value) }
  }
}

/// Tests that fail and pass by turns.
enum FlakyTests {
  /// How often each test went from passing to failing or back from one run to the next, of those that did so at least
  /// twice, or that a run has repeated until they passed; the most restless first.
  ///
  /// A test that was broken once and mended goes there and back only when it was seen passing before, and then counts
  /// two turns, like one that fails now and then: two turns are a suspicion, more are a certainty.
  ///
  /// - Parameter runs: The names of those that failed, and of those that passed when repeated; the oldest run first.
  static func find(_ runs: [(failing: [String], flaky: [String])]) -> [(name: String, turns: Int, reruns: Int)] {
    var turns: [String: Int] = [:]
    var reruns: [String: Int] = [:]
    var before: Set<String> = []
    for (place, run) in runs.enumerated() {
      let now = Set(run.failing)
      if place > 0 { for name in before.symmetricDifference(now) { turns[name, default: 0] += 1 } }
      for name in run.flaky { reruns[name, default: 0] += 1 }
      before = now
    }
    let names = Set(turns.filter { $0.value >= 2 }.keys).union(reruns.keys)
    return names.map { ($0, turns[$0] ?? 0, reruns[$0] ?? 0) }.sorted {
      ($1.1 + $1.2, $0.0) < ($0.1 + $0.2, $1.0)
    }
  }
}
