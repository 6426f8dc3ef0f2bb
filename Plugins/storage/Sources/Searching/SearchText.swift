/// What a person typed into a search box, read as words: `"exact words"` must stand together, `-word` must not occur,
/// and the last word may be the beginning of one. Everything else that means something to the search engine is a word
/// like any other, so that no text is a syntax error.
struct SearchText: Equatable {
  /// The expression in the language of FTS5: quoted strings, joined by this program alone.
  let expression: String
  /// What has the last word only as the beginning of a longer one, besides the others; nil when the last is no beginning.
  let beginnings: String?

  /// The most bytes of a search text, and the most words and phrases in it.
  static let byteLimit = 1000
  static let termLimit = 32
  /// A shorter last word is taken as it is: its beginnings would be most of the words there are.
  private static let prefixLength = 3

  init(_ text: String) throws(StorageError) {
    guard text.utf8.count <= SearchText.byteLimit else {
      throw StorageError(
        .invalidArgument, "the search text has \(text.utf8.count) bytes; it may have \(SearchText.byteLimit)")
    }
    let terms = SearchText.terms(text)
    guard terms.count <= SearchText.termLimit else {
      throw StorageError(
        .invalidArgument, "the search text has \(terms.count) words; it may have \(SearchText.termLimit)")
    }
    let wanted = terms.filter { !$0.isExcluded }
    guard !wanted.isEmpty else {
      throw StorageError(
        .invalidArgument, "a search needs a word to look for; \"\(text)\" has none, or only words to leave out")
    }
    let words = wanted.map(\.quoted).joined(separator: " ")
    let excluded = terms.filter(\.isExcluded).map(\.quoted)
    func without(_ unwanted: [String]) -> String { " NOT (\(unwanted.joined(separator: " OR ")))" }
    expression = excluded.isEmpty ? words : "(\(words))\(without(excluded))"
    if let last = terms.last, last.mayContinue {
      beginnings = "(\(words) *)\(without([last.quoted] + excluded))"
    } else {
      beginnings = nil
    }
  }

  private struct Term {
    var text = ""
    var isExcluded = false
    var isPhrase = false

    /// A string of FTS5: whatever it holds, the engine splits it into words and wants them side by side.
    var quoted: String { "\"\(text)\"" }

    var mayContinue: Bool {
      !isExcluded && !isPhrase
        && text.unicodeScalars.reversed().prefix { $0.isWordCharacter }.count >= SearchText.prefixLength
    }
  }

  private static func terms(_ text: String) -> [Term] {
    var terms: [Term] = []
    var term = Term()
    func finish() {
      if term.text.unicodeScalars.contains(where: \.isWordCharacter) { terms.append(term) }
      term = Term()
    }
    for character in text.unicodeScalars {
      switch character {
      case "\"":
        let opens = !term.isPhrase
        // A hyphen before the quote belongs to the phrase.
        let isExcluded = opens && term.isExcluded && term.text.isEmpty
        finish()
        term.isPhrase = opens
        term.isExcluded = isExcluded
      case "-" where term.text.isEmpty && !term.isPhrase && !term.isExcluded:
        term.isExcluded = true
      case _ where character.properties.isWhitespace && !term.isPhrase:
        finish()
      // SQLite takes its end for the end of the text.
      case "\0": term.text.append(" ")
      default: term.text.unicodeScalars.append(character)
      }
    }
    finish()
    return terms
  }
}

extension Unicode.Scalar {
  /// Whether the tokenizer takes it for a part of a word: letters, numbers and private use.
  fileprivate var isWordCharacter: Bool {
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .decimalNumber, .letterNumber, .otherNumber, .privateUse:
      true
    default: false
    }
  }
}
