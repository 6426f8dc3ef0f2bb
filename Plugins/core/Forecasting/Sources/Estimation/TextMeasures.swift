import Glibc

/// What can be measured of a text without knowing its words: how long it is and what it is made of.
enum TextMeasures {
  static let count = 15

  /// `title` and `description` are the parts that are read, `words` those of the title; `length` is that of the whole
  /// description.
  static func of(title: [UInt8], words: [Range<Int>], description: [UInt8], length: Int) -> [Float] {
    var (capitals, digits, blanks, signs, stops, braces, gaps) = (0, 0, 0, 0, 0, 0, 0)
    var previous: UInt8 = 0
    for byte in description {
      switch byte {
      case 48...57: digits += 1
      case 65...90: capitals += 1
      case 97...122: break
      case 32: blanks += 1
      default: signs += 1
      }
      if byte == UInt8(ascii: ".") { stops += 1 }
      if byte == UInt8(ascii: "{") { braces += 1 }
      if byte <= 32 && previous <= 32 && previous > 0 { gaps += 1 }
      previous = byte
    }
    let logarithm = log1p(Float(length))
    return [
      logarithm, logarithm * logarithm, length == 0 ? 1 : 0, log1p(Float(title.count)), log1p(Float(words.count)),
      ratio(words.reduce(0) { $0 + $1.count }, words.count), ratio(title.count { (65...90).contains($0) }, title.count),
      ratio(capitals, description.count), ratio(digits, description.count).squareRoot(),
      ratio(blanks, description.count), ratio(signs, description.count).squareRoot(), log1p(Float(stops)),
      braces > 3 ? 1 : 0, log1p(Float(gaps)), contains(description, "http") ? 1 : 0,
    ]
  }

  private static func ratio(_ part: Int, _ whole: Int) -> Float { whole == 0 ? 0 : Float(part) / Float(whole) }

  private static func contains(_ text: [UInt8], _ word: StaticString) -> Bool {
    word.withUTF8Buffer { pattern in
      guard text.count >= pattern.count else { return false }
      return (0...text.count - pattern.count).contains { start in
        (0..<pattern.count).allSatisfy { text[start + $0] == pattern[$0] }
      }
    }
  }
}
