import PluginKit

/// What somebody looks for among the methods.
struct SearchWords {
  private let words: [String]

  /// Splits at everything but letters and digits, and where a small letter is followed by a capital one.
  init(_ text: String) {
    var words: [String] = []
    var word = ""
    var wasSmall = false
    for letter in text.prefix(500) {
      let isWord = letter.isLetter || letter.isNumber
      if !isWord || (wasSmall && letter.isUppercase) {
        if !word.isEmpty { words.append(word) }
        word = ""
      }
      if isWord { word += letter.lowercased() }
      wasSmall = letter.isLowercase
    }
    if !word.isEmpty { words.append(word) }
    self.words = words.map(Self.stem)
  }

  var isEmpty: Bool { words.isEmpty }

  /// Without the plural, so that "sprints" finds "sprint".
  private static func stem(_ word: String) -> String {
    word.count > 3 && word.hasSuffix("s") && !word.hasSuffix("ss") ? String(word.dropLast()) : word
  }

  /// How well a method fits; 0 for not at all. A word in its name counts more than one in its description.
  @Loop
  func score(of method: MethodTool) -> Int {
    let name = SearchWords(method.method).words
    let service = SearchWords(method.service).words
    let doc = SearchWords(method.doc).words
    return words.reduce(0) { sum, word in
      sum + (name.contains(word) ? 8 : name.contains { $0.hasPrefix(word) || word.hasPrefix($0) } ? 5 : 0)
        + (service.contains(word) ? 4 : 0) + (doc.contains(word) ? 2 : doc.contains { $0.hasPrefix(word) } ? 1 : 0)
    }
  }
}
