import PluginKit

/// What somebody typed to find tasks: `status:todo label:api "exact words" due:<7d`.
///
/// `field:value` filters, `-field:value` excludes, `field:a,b` takes either; `<`, `<=`, `>`, `>=` before the value
/// compare. All else is looked for in titles, labels and descriptions: words, `"exact words"`, `-word`. A word with a
/// colon that is no field is a word like any other: nothing that is typed is an error because of its form.
struct SearchQuery: Sendable, Equatable {
  /// What a field must be.
  struct Term: Sendable, Equatable {
    enum Comparison: String, Sendable {
      case equal = ""
      case less = "<"
      case lessOrEqual = "<="
      case greater = ">"
      case greaterOrEqual = ">="
    }

    let field: Field
    let comparison: Comparison
    /// One of these.
    let values: [String]
    let isExcluded: Bool
  }

  /// What can be asked for.
  enum Field: String, Sendable, CaseIterable {
    case status, type, priority, assignee, label, component, sprint, parent, project, `is`
    case due, start, created, updated, completed
    case points, hours, progress
    case order
  }

  private(set) var terms: [Term] = []
  /// What is looked for in the texts; empty when nothing is.
  private(set) var text = ""

  init(_ input: String) {
    var words: [String] = []
    for token in SearchQuery.tokens(of: input) {
      if let term = SearchQuery.term(token) { terms.append(term) } else { words.append(token) }
    }
    text = words.joined(separator: " ")
  }

  /// Whether it is about due dates.
  var asksWhatIsDue: Bool {
    terms.contains { $0.field == .due && $0.values != ["none"] || $0.field == .is && $0.values == ["overdue"] }
  }

  /// The parts of a text between its spaces; what stands in quotes is one part, or one with what stands before it.
  private static func tokens(of input: String) -> [String] {
    var tokens: [String] = []
    var token = ""
    var isQuoted = false
    for character in input {
      if character == "\"" { isQuoted.toggle() }
      if character.isWhitespace, !isQuoted {
        if !token.isEmpty { tokens.append(token) }
        token = ""
      } else {
        token.append(character)
      }
    }
    if isQuoted { token.append("\"") }
    return token.isEmpty ? tokens : tokens + [token]
  }

  private static func term(_ token: String) -> Term? {
    let isExcluded = token.hasPrefix("-")
    let body = isExcluded ? token.dropFirst() : token[...]
    guard let colon = body.firstIndex(of: ":"), let field = Field(rawValue: String(body[..<colon]).asciiLowercased)
    else {
      return nil
    }
    var rest = body[body.index(after: colon)...]
    var comparison = Term.Comparison.equal
    for sign in [Term.Comparison.lessOrEqual, .greaterOrEqual, .less, .greater] where rest.hasPrefix(sign.rawValue) {
      comparison = sign
      rest = rest.dropFirst(sign.rawValue.count)
      break
    }
    let values = rest.split(separator: ",").map { $0.filter { $0 != "\"" } }.filter { !$0.isEmpty }
    guard !values.isEmpty else { return nil }
    return Term(field: field, comparison: comparison, values: values, isExcluded: isExcluded)
  }
}
