/// What the estimator sees of an item: words with their number, and a few measures of the text.
struct Text {
  /// Where a term stands. The same word means different things in a title and in a description.
  enum Field: UInt64, CaseIterable {
    /// Words, and pairs of neighbours.
    case titleWords
    case titleFragments
    case descriptionWords
    case descriptionPairs
  }

  /// A term of a field by its hash; terms of different fields have different hashes.
  struct Term {
    var hash: UInt64
    var count: Float
  }

  /// The terms of each field, in the order of ``Field``, each term once.
  let fields: [[Term]]
  let measures: [Float]

  /// Bytes of a description that count. What follows is mostly logs and stack traces.
  private static let descriptionLimit = 1_500
  private static let titleLimit = 500

  init(title: String, description: String) {
    let readTitle = Array(title.utf8.prefix(Self.titleLimit))
    let readDescription = Array(description.utf8.prefix(Self.descriptionLimit))
    let length = description.utf8.count
    let title = Self.lowercased(readTitle)
    let description = Self.lowercased(readDescription)
    let words = Self.words(title)
    let descriptionWords = Self.words(description)
    fields = [
      Self.counted(Self.wordHashes(title, words, .titleWords) + Self.pairHashes(title, words, .titleWords)),
      Self.counted(Self.fragmentHashes(title, words)),
      Self.counted(Self.wordHashes(description, descriptionWords, .descriptionWords)),
      Self.counted(Self.pairHashes(description, descriptionWords, .descriptionPairs)),
    ]
    measures = TextMeasures.of(title: readTitle, words: words, description: readDescription, length: length)
  }

  /// The words and pairs of an item by their hashes, to tell which of them moved an estimate.
  static func names(title: String, description: String) -> [(hash: UInt64, name: String)] {
    names(lowercased(title.utf8.prefix(titleLimit)), .titleWords, .titleWords)
      + names(lowercased(description.utf8.prefix(descriptionLimit)), .descriptionWords, .descriptionPairs)
  }

  private static func names(
    _ text: [UInt8], _ wordField: Field, _ pairField: Field
  ) -> [(hash: UInt64, name: String)] {
    let words = words(text)
    func name(_ range: Range<Int>) -> String { String(decoding: text[range], as: UTF8.self) }
    let pairs = zip(pairHashes(text, words, pairField), zip(words, words.dropFirst()))
    return zip(wordHashes(text, words, wordField), words).map { ($0, name($1)) }
      + pairs.map { ($0, "\(name($1.0)) \(name($1.1))") }
  }

  private static func lowercased(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    bytes.map { (65...90).contains($0) ? $0 | 32 : $0 }
  }

  /// Runs of at least two letters, digits, underscores or bytes of other alphabets.
  private static func words(_ text: [UInt8]) -> [Range<Int>] {
    var words: [Range<Int>] = []
    var start = -1
    for (index, byte) in text.enumerated() {
      let isPart = (97...122).contains(byte) || (48...57).contains(byte) || byte == 95 || byte >= 128
      if isPart {
        if start < 0 { start = index }
      } else if start >= 0 {
        if index - start > 1 { words.append(start..<index) }
        start = -1
      }
    }
    if start >= 0, text.count - start > 1 { words.append(start..<text.count) }
    return words
  }

  private static func wordHashes(_ text: [UInt8], _ words: [Range<Int>], _ field: Field) -> [UInt64] {
    words.map { hash(text[$0], seed: field.rawValue) }
  }

  private static func pairHashes(_ text: [UInt8], _ words: [Range<Int>], _ field: Field) -> [UInt64] {
    zip(words, words.dropFirst()).map { hash(text[$1], seed: hash(text[$0], seed: field.rawValue)) }
  }

  /// All pieces of three and four bytes of the words with a blank around each: they see stems and identifiers.
  private static func fragmentHashes(_ text: [UInt8], _ words: [Range<Int>]) -> [UInt64] {
    var hashes: [UInt64] = []
    for word in words {
      let padded = [32] + text[word] + [32]
      for length in 3...4 where padded.count >= length {
        for start in 0...padded.count - length {
          hashes.append(hash(padded[start..<start + length], seed: Field.titleFragments.rawValue))
        }
      }
    }
    return hashes
  }

  /// FNV-1a of 64 bits (Fowler, Noll and Vo), with a last mixing step.
  private static func hash(_ bytes: ArraySlice<UInt8>, seed: UInt64) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ (seed &* 0x9E37_79B9_7F4A_7C15)
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    hash ^= hash >> 32
    return hash
  }

  private static func counted(_ hashes: [UInt64]) -> [Term] {
    var terms: [Term] = []
    for hash in hashes.sorted() {
      if let last = terms.indices.last, terms[last].hash == hash {
        terms[last].count += 1
      } else {
        terms.append(Term(hash: hash, count: 1))
      }
    }
    return terms
  }
}
