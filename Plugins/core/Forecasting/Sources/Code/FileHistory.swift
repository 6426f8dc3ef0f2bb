import Glibc

/// What the past of a file tells about its next change.
///
/// The measures that predict defects best across studies: earlier fixes and churn of the file, weighted by recency (Graves,
/// Karr, Marron and Siy, IEEE TSE 2000), its commits, authors and age (Moser, Pedrycz and Succi, ICSE 2008), and the size,
/// spread and author of the change itself (Kamei et al., IEEE TSE 2013).
struct FileHistory {
  /// Days after which an event weighs half.
  private static let halfLife = 90.0

  private struct File {
    var first: Double
    var day: Double
    var fixes = 0.0
    var churn = 0.0
    var commits = 0.0
    var authors: [String: Int] = [:]

    mutating func decay(to now: Double) {
      let factor = exp2((day - now) / FileHistory.halfLife)
      fixes *= factor
      churn *= factor
      commits *= factor
      day = now
    }
  }

  private var files: [String: File] = [:]

  /// The features of a file in a change, in the order of ``BugRisk/Feature``, each on a logarithmic scale.
  func features(_ change: Commit.Change, day: Double, author: String, spread: Int) -> [Double] {
    let size = log1p(Double(change.added) + Double(change.removed))
    guard var file = files[change.path] else { return [0, 0, 0, 0, 0, 0, size, log1p(Double(spread))] }
    file.decay(to: day)
    return [
      log1p(file.fixes), log1p(file.churn), log1p(file.commits), log1p(Double(file.authors.count)),
      log1p(max(0, day - file.first)), log1p(Double(file.authors[author] ?? 0)), size, log1p(Double(spread)),
    ]
  }

  mutating func record(_ commit: Commit) {
    for change in commit.changes {
      var file = files[change.path] ?? File(first: commit.day, day: commit.day)
      file.decay(to: commit.day)
      if commit.isFix { file.fixes += 1 }
      file.churn += Double(change.added) + Double(change.removed)
      file.commits += 1
      file.authors[commit.author, default: 0] += 1
      files[change.path] = file
    }
  }
}
