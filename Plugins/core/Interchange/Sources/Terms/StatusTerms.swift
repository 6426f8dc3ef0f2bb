/// Which status is meant by the words that other tools and their users have for it.
enum StatusTerms {
  static let ours: Set<String> = [
    "backlog", "todo", "in_progress", "review", "testing", "blocked", "done", "cancelled",
  ]

  /// Words apart by one space, in lower case, without punctuation: `In-Progress` is `in progress`.
  static func folded(_ word: String) -> String {
    var folded = ""
    var needsSpace = false
    for scalar in word.lowercased().unicodeScalars {
      // An apostrophe joins: won't is one word.
      if scalar == "'" || scalar == "’" { continue }
      if scalar.isLetterOrNumber {
        if needsSpace, !folded.isEmpty { folded += " " }
        needsSpace = false
        folded.unicodeScalars.append(scalar)
      } else {
        needsSpace = true
      }
    }
    return folded
  }

  /// The status for a whole folded word.
  static func known(_ folded: String) -> String? { words[folded] }

  /// The status that a part of a folded word shows.
  ///
  /// What comes after `not`, `to`, `for`, `ready`, `be` or `until` has not happened: `Ready for release` is not done.
  static func category(_ folded: String) -> String? {
    let parts = folded.split(separator: " ")
    for (status, starts) in categories {
      for (place, part) in parts.enumerated() where starts.contains(where: part.hasPrefix) {
        let isAhead = place > 0 && ahead.contains(parts[place - 1])
        if !isAhead || !(status == "done" || status == "in_progress") { return status }
      }
    }
    return nil
  }

  private static let ahead: Set<Substring> = ["not", "to", "for", "ready", "be", "until", "never"]

  /// In the order in which they are looked for.
  private static let categories: [(status: String, starts: [String])] = [
    ("cancelled", ["cancel", "wont", "reject", "duplicat", "invalid", "abandon", "declin", "obsolet", "discard"]),
    ("blocked", ["block", "imped", "hold", "stuck"]),
    ("done", ["done", "closed", "resolved", "complete", "fixed", "finish", "released", "shipped", "deployed"]),
    ("testing", ["test", "qa", "verif", "uat", "accept"]),
    ("review", ["review", "approv", "merge"]),
    ("in_progress", ["progress", "doing", "develop", "implement", "wip", "ongoing", "coding", "started", "active"]),
    ("backlog", ["backlog", "icebox", "later", "someday", "idea", "triage"]),
    ("todo", ["todo", "open", "ready", "new", "planned", "queue", "pending", "select"]),
  ]

  private static let words: [String: String] = {
    var words: [String: String] = [:]
    for (status, known) in table { for word in known { words[word] = status } }
    return words
  }()

  private static let table: [String: [String]] = [
    "backlog": ["backlog", "icebox", "triage", "someday", "later", "deferred", "postponed", "waiting", "draft"],
    "todo": [
      "todo", "to do", "open", "new", "pending", "unstarted", "not started", "ready", "planned", "reopened", "created",
      "selected for development", "next", "up next", "unresolved",
    ],
    "in_progress": [
      "in progress", "inprogress", "started", "doing", "active", "wip", "work in progress", "in development",
      "implementing", "running",
    ],
    "review": ["review", "in review", "inreview", "code review", "peer review", "under review", "ready for review"],
    "testing": ["testing", "in testing", "in test", "qa", "in qa", "ready for qa", "ready for test", "verification"],
    "blocked": ["blocked", "on hold", "impeded", "stuck", "waiting for customer", "waiting for support"],
    "done": [
      "done", "closed", "resolved", "completed", "complete", "fixed", "released", "shipped", "merged", "finished",
      "deployed", "delivered",
    ],
    "cancelled": [
      "cancelled", "canceled", "wont do", "wont fix", "wontfix", "duplicate", "rejected", "abandoned", "invalid",
      "deleted", "not planned", "obsolete", "declined", "cannot reproduce", "not a bug",
    ],
  ]
}

extension Unicode.Scalar {
  var isLetterOrNumber: Bool {
    guard isASCII else { return properties.isAlphabetic || properties.numericType != nil }
    let byte = UInt8(ascii: self)
    return byte.isASCIILetter || byte.isASCIIDigit
  }
}
