/// Which priority is meant by the words of other tools.
enum PriorityTerms {
  /// Our priority; nil when the word is not known or means that there is none.
  static func priority(_ word: String) -> String? { words[StatusTerms.folded(word)] }

  /// Whether the word says that no priority was given.
  static func meansNone(_ word: String) -> Bool {
    ["", "none", "no priority", "unprioritized", "undefined", "not set"].contains(StatusTerms.folded(word))
  }

  private static let words: [String: String] = {
    var words: [String: String] = [:]
    for (priority, known) in table { for word in known { words[word] = priority } }
    return words
  }()

  private static let table: [String: [String]] = [
    "critical": ["critical", "urgent", "highest", "blocker", "p0", "showstopper", "immediate", "emergency"],
    "high": ["high", "major", "p1", "h", "important"],
    "medium": ["medium", "normal", "p2", "m", "moderate", "default", "med"],
    "low": ["low", "minor", "p3", "l"],
    "trivial": ["trivial", "lowest", "p4", "p5", "cosmetic"],
  ]
}

/// Which type of task is meant by the words of other tools.
enum TypeTerms {
  static func type(_ word: String) -> String? { words[StatusTerms.folded(word)] }

  private static let words: [String: String] = {
    var words: [String: String] = [:]
    for (type, known) in table { for word in known { words[word] = type } }
    return words
  }()

  private static let table: [String: [String]] = [
    "epic": ["epic", "initiative", "theme"],
    "story": ["story", "user story", "feature", "new feature", "improvement", "enhancement", "feature request"],
    "task": ["task", "chore", "spike", "work item", "issue", "technical task", "documentation", "request"],
    "subtask": ["subtask", "sub task", "sub issue"],
    "todo": ["todo", "to do"],
    "bug": ["bug", "defect", "incident", "problem", "error", "regression"],
  ]
}
