/// The parts of a ``Pattern``.
indirect enum PatternExpression: Equatable {
  /// One code point out of these; they are in order and do not overlap.
  case scalars([ClosedRange<UInt32>])
  case start
  case end
  case sequence([PatternExpression])
  case alternatives([PatternExpression])
  case repeated(PatternExpression, least: Int, most: Int?)
}

/// Reads the text of a ``Pattern``.
struct PatternParser {
  private let text: [UnicodeScalar]
  private var position = 0
  private var depth = 0

  init(_ source: String) { text = Array(source.unicodeScalars) }

  mutating func parse() throws(PatternError) -> PatternExpression {
    let expression = try alternatives()
    guard peek == nil else { throw PatternError(reason: "has a ) without (") }
    return expression
  }

  private mutating func alternatives() throws(PatternError) -> PatternExpression {
    var all = [try sequence()]
    while take("|") { all.append(try sequence()) }
    return all.count == 1 ? all[0] : .alternatives(all)
  }

  private mutating func sequence() throws(PatternError) -> PatternExpression {
    var parts: [PatternExpression] = []
    while let scalar = peek, scalar != "|", scalar != ")" {
      let part = try atom()
      parts.append(try quantified(part))
    }
    return parts.count == 1 ? parts[0] : .sequence(parts)
  }

  private mutating func atom() throws(PatternError) -> PatternExpression {
    let scalar = text[position]
    position += 1
    switch scalar {
    case "^": return .start
    case "$": return .end
    case ".": return .scalars(ScalarSet.lineEnds.inverted.ranges)
    case "(": return try group()
    case "[": return .scalars(try characterClass().ranges)
    case "\\": return .scalars(try escape().ranges)
    case "*", "+", "?", "{": throw PatternError(reason: "has a \(scalar) that repeats nothing")
    case "]", "}": throw PatternError(reason: "has a \(scalar) that closes nothing; write \\\(scalar)")
    default: return .scalars(ScalarSet(scalar).ranges)
    }
  }

  private mutating func group() throws(PatternError) -> PatternExpression {
    if take("?"), !take(":") {
      throw PatternError(reason: "uses look-around or a named group, which are not supported")
    }
    depth += 1
    defer { depth -= 1 }
    let limit = 64
    guard depth <= limit else { throw PatternError(reason: "has groups nested deeper than \(limit)") }
    let expression = try alternatives()
    guard take(")") else { throw PatternError(reason: "has a ( without )") }
    return expression
  }

  // MARK: Quantifiers

  private mutating func quantified(_ part: PatternExpression) throws(PatternError) -> PatternExpression {
    let least: Int
    let most: Int?
    switch peek {
    case "*": (least, most) = (0, nil)
    case "+": (least, most) = (1, nil)
    case "?": (least, most) = (0, 1)
    case "{": (least, most) = try counts()
    default: return part
    }
    position += 1
    if part == .start || part == .end { throw PatternError(reason: "repeats an anchor") }
    _ = take("?")
    if let scalar = peek, "*+?{".unicodeScalars.contains(scalar) {
      throw PatternError(reason: "has two quantifiers after each other")
    }
    return .repeated(part, least: least, most: most)
  }

  /// Reads `{m`, `{m,` or `{m,n`, up to the closing brace.
  private mutating func counts() throws(PatternError) -> (Int, Int?) {
    position += 1
    let limit = 1000
    guard let least = number() else { throw PatternError(reason: "has a malformed {m,n}") }
    var most: Int? = least
    if take(",") { most = number() }
    guard peek == "}", least <= most ?? least else { throw PatternError(reason: "has a malformed {m,n}") }
    guard max(least, most ?? 0) <= limit else { throw PatternError(reason: "has a count beyond \(limit)") }
    return (least, most)
  }

  private mutating func number() -> Int? {
    var value: Int?
    while let scalar = peek, "0"..."9" ~= scalar {
      // Far beyond any limit the exact value does not matter.
      value = min((value ?? 0) * 10 + Int(scalar.value - 48), 1_000_000)
      position += 1
    }
    return value
  }

  // MARK: Characters

  /// Reads a class after its opening bracket.
  private mutating func characterClass() throws(PatternError) -> ScalarSet {
    let negated = take("^")
    var set = ScalarSet()
    while !take("]") {
      let first = try classMember()
      guard peek == "-", position + 1 < text.count, text[position + 1] != "]" else {
        set.formUnion(first)
        continue
      }
      position += 1
      let last = try classMember()
      guard let low = first.onlyScalar, let high = last.onlyScalar, low <= high else {
        throw PatternError(reason: "has a malformed range in […]")
      }
      set.formUnion(ScalarSet([low...high]))
    }
    return negated ? set.inverted : set
  }

  private mutating func classMember() throws(PatternError) -> ScalarSet {
    guard let scalar = peek else { throw PatternError(reason: "has a [ without ]") }
    position += 1
    return scalar == "\\" ? try escape() : ScalarSet(scalar)
  }

  /// Reads an escape after its backslash.
  private mutating func escape() throws(PatternError) -> ScalarSet {
    guard let scalar = peek else { throw PatternError(reason: "ends with a backslash") }
    position += 1
    switch scalar {
    case "d": return .digits
    case "D": return ScalarSet.digits.inverted
    case "w": return .wordCharacters
    case "W": return ScalarSet.wordCharacters.inverted
    case "s": return .spaces
    case "S": return ScalarSet.spaces.inverted
    case "t": return ScalarSet([9...9])
    case "n": return ScalarSet([10...10])
    case "v": return ScalarSet([11...11])
    case "f": return ScalarSet([12...12])
    case "r": return ScalarSet([13...13])
    case "0": return ScalarSet([0...0])
    case "x": return try hexadecimal(digits: 2)
    case "u": return try take("{") ? bracedHexadecimal() : hexadecimal(digits: 4)
    case "1"..."9": throw PatternError(reason: "uses a back reference, which is not supported")
    case "a"..."z", "A"..."Z": throw PatternError(reason: "uses \\\(scalar), which is not supported")
    default: return ScalarSet(scalar)
    }
  }

  private mutating func hexadecimal(digits: Int) throws(PatternError) -> ScalarSet {
    guard position + digits <= text.count else { throw PatternError(reason: "has a malformed escape") }
    position += digits
    return try scalar(hexadecimal: text[position - digits..<position])
  }

  private mutating func bracedHexadecimal() throws(PatternError) -> ScalarSet {
    let start = position
    while let scalar = peek, scalar != "}" { position += 1 }
    let digits = text[start..<position]
    guard take("}"), 1...6 ~= digits.count else { throw PatternError(reason: "has a malformed escape") }
    return try scalar(hexadecimal: digits)
  }

  private func scalar(hexadecimal digits: ArraySlice<UnicodeScalar>) throws(PatternError) -> ScalarSet {
    var value: UInt32 = 0
    for digit in digits {
      guard let digitValue = Character(digit).hexDigitValue, digit.isASCII else {
        throw PatternError(reason: "has a malformed escape")
      }
      value = value * 16 + UInt32(digitValue)
    }
    guard let scalar = UnicodeScalar(value) else { throw PatternError(reason: "has an escape that is no character") }
    return ScalarSet(scalar)
  }

  private var peek: UnicodeScalar? { position < text.count ? text[position] : nil }

  private mutating func take(_ scalar: UnicodeScalar) -> Bool {
    guard peek == scalar else { return false }
    position += 1
    return true
  }
}

/// A set of code points.
struct ScalarSet {
  /// In order, neither overlapping nor touching.
  private(set) var ranges: [ClosedRange<UInt32>] = []

  init(_ ranges: [ClosedRange<UInt32>] = []) { self.ranges = ranges }
  init(_ scalar: UnicodeScalar) { ranges = [scalar.value...scalar.value] }

  static let digits = ScalarSet([48...57])
  static let wordCharacters = ScalarSet([48...57, 65...90, 95...95, 97...122])
  static let lineEnds = ScalarSet([10...10, 13...13, 0x2028...0x2029])
  static let spaces = ScalarSet([
    9...13, 32...32, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029, 0x202F...0x202F, 0x205F...0x205F,
    0x3000...0x3000, 0xFEFF...0xFEFF,
  ])

  /// The only member, or nil when there are none or several.
  var onlyScalar: UInt32? { ranges.count == 1 && ranges[0].count == 1 ? ranges[0].lowerBound : nil }

  mutating func formUnion(_ other: ScalarSet) {
    var merged: [ClosedRange<UInt32>] = []
    for range in (ranges + other.ranges).sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = merged.last, range.lowerBound <= last.upperBound + 1 {
        merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    ranges = merged
  }

  var inverted: ScalarSet {
    var inverse: [ClosedRange<UInt32>] = []
    var next: UInt32 = 0
    for range in ranges {
      if range.lowerBound > next { inverse.append(next...range.lowerBound - 1) }
      next = range.upperBound + 1
    }
    let last: UInt32 = 0x10FFFF
    if next <= last { inverse.append(next...last) }
    return ScalarSet(inverse)
  }
}
