import PluginData

/// The words of a task that is one line of text: what it is called, and the marks between.
///
/// Marks are words of their own: `(P1)` or `(A)`, `!high`, `@who`, `#label`, `+component`, `due:2026-01-31`,
/// `start:2026-01-10`, `est:2h`, `sp:3`, `id:NAME`, `after:NAME`. What stands between backquotes is text.
struct TodoWords {
  private(set) var title = ""
  private(set) var id: String?
  private var marks: [(mark: Mark, text: String)] = []

  private enum Mark {
    case priority, assignee, label, component, due, start, estimate, points, after
  }

  init(_ text: String) {
    var words: [String] = []
    // A backquote that has no other behind it is only a character.
    var quotesLeft = TodoWords.backquotes(text[...]) / 2 * 2
    for word in text.split(whereSeparator: \.isWhitespace) {
      let isCode = quotesLeft % 2 == 1
      let quotes = TodoWords.backquotes(word)
      quotesLeft -= min(quotes, quotesLeft)
      if isCode || quotes > 0 || !read(String(word)) { words.append(String(word)) }
    }
    title = TodoWords.unescaped(words.joined(separator: " "))
  }

  /// Whether a word is a mark where it does not stand between backquotes.
  static func isMark(_ word: String) -> Bool {
    var words = TodoWords("")
    return words.read(word)
  }

  /// How many backquotes there are without a backslash before them.
  private static func backquotes(_ text: Substring) -> Int {
    var (count, isEscaped) = (0, false)
    for byte in text.utf8 {
      if byte == UInt8(ascii: "`"), !isEscaped { count += 1 }
      isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
    }
    return count
  }

  /// Without the backslashes that keep Markdown from seeing more than text.
  private static func unescaped(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "\\")) else { return text }
    var bytes: [UInt8] = []
    var isEscaped = false
    for byte in text.utf8 {
      let isPunctuation = (33...126).contains(byte) && !byte.isASCIIDigit && !byte.isASCIILetter
      if isEscaped, isPunctuation { bytes.removeLast() }
      bytes.append(byte)
      isEscaped = byte == UInt8(ascii: "\\") && !(isEscaped && isPunctuation)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private mutating func read(_ word: String) -> Bool {
    let rest = String(word.dropFirst())
    switch word.first {
    case "@" where TodoWords.isName(rest): marks.append((.assignee, rest))
    // A number behind # is a reference, not a label.
    case "#" where TodoWords.isName(rest) && rest.first?.isLetter == true: marks.append((.label, rest))
    case "+" where TodoWords.isName(rest) && rest.first?.isLetter == true: marks.append((.component, rest))
    case "!" where PriorityTerms.priority(rest) != nil: marks.append((.priority, rest))
    case "(" where word.last == ")" && TodoWords.priority(String(rest.dropLast())) != nil:
      marks.append((.priority, String(rest.dropLast())))
    default: return readPair(word)
    }
    return true
  }

  private mutating func readPair(_ word: String) -> Bool {
    guard let colon = word.firstIndex(of: ":") else { return false }
    let value = String(word[word.index(after: colon)...])
    guard !value.isEmpty, !value.hasPrefix("/") else { return false }
    switch word[..<colon].lowercased() {
    case "due": marks.append((.due, value))
    case "start", "t": marks.append((.start, value))
    case "est", "estimate": marks.append((.estimate, value))
    case "sp", "points": marks.append((.points, value))
    case "after", "dep", "blocked-by": marks.append((.after, value))
    case "id": id = value
    default: return false
    }
    return true
  }

  private static func isName(_ text: String) -> Bool {
    !text.isEmpty
      && text.unicodeScalars.allSatisfy {
        $0.isLetterOrNumber || "_-./:@".unicodeScalars.contains($0)
      }
  }

  /// The priority of `P0` to `P4`, or of todo.txt's `A` to `Z`.
  static func priority(_ mark: String) -> String? {
    switch mark {
    case "A", "P0", "p0": "critical"
    case "B", "P1", "p1": "high"
    case "C", "P2", "p2": "medium"
    case "D", "P3", "p3": "low"
    case "P4", "p4": "trivial"
    default: mark.utf8.count == 1 && ("E"..."Z").contains(mark) ? "trivial" : nil
    }
  }

  // MARK: Taking over

  /// Sets what the marks say.
  func apply(to draft: inout TaskDraft, _ context: inout ImportContext) {
    for (mark, text) in marks {
      let target: String
      switch mark {
      case .priority:
        target = "priority"
        draft.set("priority", (TodoWords.priority(text) ?? PriorityTerms.priority(text)).map(Value.string))
      case .assignee:
        target = "assignee"
        draft.add(assignee: text, &context)
        context.person("todo:user:\(text)", name: text)
      case .label:
        target = "labels"
        draft.add(label: text, &context)
      case .component:
        target = "component"
        draft.set("component", name: text, &context)
      case .due:
        target = "dueDate"
        draft.set("dueDate", context.dayOrMoment(text, "due", row: draft.row))
      case .start:
        target = "startDate"
        draft.set("startDate", context.dayOrMoment(text, "start", row: draft.row))
      case .estimate:
        target = "estimatedHours"
        draft.set("estimatedHours", number: hours(text, row: draft.row, &context), &context)
      case .points:
        target = "storyPoints"
        draft.set("storyPoints", number: context.number(text, "sp", row: draft.row), &context)
      case .after:
        target = "links"
        draft.add(.blockedBy, "todo:\(text)")
      }
      context.report.mapped("\(mark)", to: target, text)
    }
  }

  /// `2h`, `30m`, `1d` of eight hours, or a number of hours.
  private func hours(_ text: String, row: Int, _ context: inout ImportContext) -> Double? {
    let units: [Character: Double] = ["h": 1, "m": 1 / 60, "d": 8, "w": 40]
    guard let unit = text.last, let factor = units[unit] else { return context.number(text, "est", row: row) }
    return context.number(String(text.dropLast()), "est", row: row).map { $0 * factor }
  }
}
