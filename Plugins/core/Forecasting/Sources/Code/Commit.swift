/// A commit as the risk of a change sees it.
public struct Commit: Hashable, Sendable {
  /// A file and how many lines of it changed.
  public struct Change: Hashable, Sendable {
    public var path: String
    public var added: Int
    public var removed: Int

    public init(path: String, added: Int, removed: Int) {
      self.path = path
      self.added = added
      self.removed = removed
    }
  }

  /// The day number, with the time of day as its fraction.
  public var day: Double
  public var author: String
  /// Whether it mends a defect; ``isFix(message:)`` tells by the message where nothing better is known.
  public var isFix: Bool
  public var changes: [Change]

  public init(day: Double, author: String, isFix: Bool, changes: [Change]) {
    self.day = day
    self.author = author
    self.isFix = isFix
    self.changes = changes
  }

  /// Whether a message speaks of mending: the words of Mockus and Votta ("Identifying Reasons for Software Changes Using
  /// Historic Databases", ICSM 2000), as whole words and in any case.
  public static func isFix(message: String) -> Bool {
    let letters = message.utf8.map { (65...90).contains($0) ? $0 | 32 : $0 }
    return letters.split { !(97...122).contains($0) }.contains {
      fixWords.contains(String(decoding: $0, as: UTF8.self))
    }
  }

  private static let fixWords: Set<String> = [
    "fix", "fixes", "fixed", "fixing", "bugfix", "hotfix", "bug", "bugs", "defect", "defects", "error", "errors",
    "fail",
    "fails", "failure", "failures", "crash", "crashes", "regression",
  ]
}
