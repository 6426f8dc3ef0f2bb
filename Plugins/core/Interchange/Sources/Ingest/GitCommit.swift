import PluginData

/// A commit, and how much of which files it changed.
public struct GitCommit: Sendable, Equatable {
  /// One file of a commit.
  public struct Change: Sendable, Equatable {
    /// Its name after the commit, from the root of the repository.
    public var path: String
    /// Its name before, when it was renamed.
    public var oldPath: String?
    /// Lines added; nil for a binary file.
    public var added: Int?
    /// Lines removed; nil for a binary file.
    public var removed: Int?

    public init(path: String, oldPath: String? = nil, added: Int?, removed: Int?) {
      self.path = path
      self.oldPath = oldPath
      self.added = added
      self.removed = removed
    }
  }

  public var hash: String
  public var parents: [String]
  public var author: String
  public var authorEmail: String
  public var authoredAt: Instant
  /// Minutes east of UTC where the author's clock stood.
  public var authorOffset: Int
  public var committedAt: Instant
  public var subject: String
  public var body: String
  /// Empty for a merge.
  public var changes: [Change] = []

  public var isMerge: Bool { parents.count > 1 }
  public var linesAdded: Int { changes.reduce(0) { $0 + ($1.added ?? 0) } }
  public var linesRemoved: Int { changes.reduce(0) { $0 + ($1.removed ?? 0) } }

  /// The type of a conventional commit in lower case, `fix` of `fix(parser)!: …` (conventionalcommits.org, version 1.0.0);
  /// nil for other messages.
  public var conventionalType: String? {
    guard let colon = subject.firstIndex(of: ":"), subject[subject.index(after: colon)...].first == " " else {
      return nil
    }
    var head = subject[..<colon]
    if head.last == "!" { head.removeLast() }
    if head.last == ")", let bracket = head.firstIndex(of: "("), head.index(after: bracket) < head.endIndex {
      head = head[..<bracket]
    }
    guard !head.isEmpty, head.utf8.allSatisfy(\.isASCIILetter) else { return nil }
    return head.lowercased()
  }

  /// Whether the commit says that it repairs something.
  ///
  /// That is the conventional type `fix`, `bugfix` or `hotfix`; without a conventional type, one of the words *fix, bug,
  /// defect, patch* or a form of them in the subject, which is the usual heuristic of defect prediction (Mockus and
  /// Votta, "Identifying Reasons for Software Changes", ICSM 2000; Śliwerski, Zimmermann and Zeller, "When Do Changes
  /// Induce Fixes?", MSR 2005); or an issue that the message closes as fixed (`fixes #12`). A merge repairs nothing, and a
  /// fixed typo is no defect.
  public var isFix: Bool {
    if isMerge { return false }
    if let conventionalType {
      return ["fix", "bugfix", "hotfix"].contains(conventionalType)
    }
    let words = GitCommit.words(subject)
    if words.contains(where: GitCommit.fixes.contains), !words.contains(where: GitCommit.typos.contains) { return true }
    return GitCommit.closesIssue(body)
  }

  private static let fixes: Set<Substring> = [
    "fix", "fixes", "fixed", "fixing", "bugfix", "hotfix", "bug", "bugs", "defect", "defects", "patch", "patches",
    "regression",
  ]
  private static let typos: Set<Substring> = ["typo", "typos", "spelling", "whitespace", "formatting", "lint"]

  private static func words(_ text: String) -> [Substring] {
    text.lowercased().split { !$0.isLetter }.map { Substring(String($0)) }
  }

  /// Whether a line has `fixes #12` or `fixed ABC-12` in it.
  private static func closesIssue(_ text: String) -> Bool {
    let words = text.lowercased().split(whereSeparator: \.isWhitespace)
    return zip(words, words.dropFirst()).contains { word, next in
      ["fix", "fixes", "fixed"].contains(word.hasSuffix(":") ? word.dropLast() : word)
        && next.contains(where: \.isNumber) && (next.hasPrefix("#") || next.contains("-") || next.contains("#"))
    }
  }
}
