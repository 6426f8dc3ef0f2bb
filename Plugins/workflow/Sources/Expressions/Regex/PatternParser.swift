/// A regular expression as a tree.
indirect enum PatternNode {
  case empty
  case scalar(Unicode.Scalar)
  case set(ScalarSet)
  case assert(Assertion)
  case sequence([PatternNode])
  case choice([PatternNode])
  /// - Parameter most: nil without a limit.
  case repetition(PatternNode, least: Int, most: Int?)
}

/// Reads a regular expression.
struct PatternParser {
  private static let depthLimit = 50
  private static let repetitionLimit = 200

  private let text: [Unicode.Scalar]
  private var place = 0
  private var depth = 0
  /// Whether the pattern begins with `(?i)`.
  private(set) var ignoresCase = false

  init(_ text: String) {
    var scalars = Array(text.unicodeScalars)
    if scalars.starts(with: "(?i)".unicodeScalars) {
      ignoresCase = true
      scalars.removeFirst(4)
    }
    self.text = scalars
  }

  mutating func whole() throws(PatternError) -> PatternNode {
    let node = try choice()
    guard place == text.count else { throw PatternError("\")\" has no \"(\"") }
    return node
  }

  private var next: Unicode.Scalar? { place < text.count ? text[place] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    place += 1
    return true
  }

  // MARK: Structure

  private mutating func choice() throws(PatternError) -> PatternNode {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthLimit else { throw PatternError("it nests deeper than \(Self.depthLimit)") }
    var branches = [try sequence()]
    while take("|") { branches.append(try sequence()) }
    return branches.count == 1 ? branches[0] : .choice(branches)
  }

  private mutating func sequence() throws(PatternError) -> PatternNode {
    var nodes: [PatternNode] = []
    while let scalar = next, scalar != "|", scalar != ")" {
      nodes.append(try repetition(of: try atom()))
    }
    return .sequence(nodes)
  }

  private mutating func repetition(of node: PatternNode) throws(PatternError) -> PatternNode {
    var node = node
    var count = 0
    while let (least, most) = try bounds() {
      count += 1
      guard count <= 2 else { throw PatternError("a repetition of a repetition needs a group") }
      // Whether as few or as many as possible are taken makes no difference to whether the text matches.
      _ = take("?")
      node = .repetition(node, least: least, most: most)
    }
    return node
  }

  private mutating func bounds() throws(PatternError) -> (least: Int, most: Int?)? {
    if take("*") { return (0, nil) }
    if take("+") { return (1, nil) }
    if take("?") { return (0, 1) }
    let start = place
    guard take("{"), let least = number() else {
      place = start
      return nil
    }
    var most: Int? = least
    if take(",") { most = next == "}" ? nil : number() ?? -1 }
    guard take("}"), most != -1 else {
      place = start
      return nil
    }
    guard least <= Self.repetitionLimit, most ?? 0 <= Self.repetitionLimit, most.map({ $0 >= least }) ?? true else {
      throw PatternError("repetitions go from 0 to \(Self.repetitionLimit), the smaller number first")
    }
    return (least, most)
  }

  private mutating func number() -> Int? {
    var value: Int?
    while let scalar = next, ("0"..."9").contains(scalar) {
      let digit = Int(scalar.value) - 48
      value = min((value ?? 0) * 10 + digit, 100_000)
      place += 1
    }
    return value
  }

  private mutating func atom() throws(PatternError) -> PatternNode {
    guard let scalar = next else { return .empty }
    place += 1
    switch scalar {
    case "(": return try group()
    case "[": return .set(try set())
    case ".": return .set(.notNewline)
    case "^": return .assert(.start)
    case "$": return .assert(.end)
    case "\\": return try escape()
    case "*", "+", "?": throw PatternError("\"\(scalar)\" repeats nothing")
    default: return literal(scalar)
    }
  }

  private func literal(_ scalar: Unicode.Scalar) -> PatternNode {
    guard ignoresCase else { return .scalar(scalar) }
    // The text is compared in lower case.
    let lower = String(Character(scalar)).lowercased().unicodeScalars
    return lower.count == 1 ? .scalar(lower.first ?? scalar) : .sequence(lower.map(PatternNode.scalar))
  }

  private mutating func group() throws(PatternError) -> PatternNode {
    if take("?") {
      guard take(":") else {
        throw PatternError("of groups with \"?\", only (?:…) is known, and (?i) at the beginning")
      }
    }
    let node = try choice()
    guard take(")") else { throw PatternError("\"(\" is not closed") }
    return node
  }

  // MARK: Characters

  private mutating func escape() throws(PatternError) -> PatternNode {
    guard let scalar = next else { throw PatternError("it ends with a backslash") }
    if let set = Self.classes(scalar) {
      place += 1
      return .set(set)
    }
    switch scalar {
    case "b", "B", "A", "z":
      place += 1
      return .assert(scalar == "b" ? .wordBoundary : scalar == "B" ? .noWordBoundary : scalar == "A" ? .start : .end)
    default: return literal(try escapedScalar())
    }
  }

  private static func classes(_ scalar: Unicode.Scalar) -> ScalarSet? {
    switch scalar {
    case "d": .digits
    case "D": .digits.negated
    case "w": .words
    case "W": .words.negated
    case "s": .spaces
    case "S": .spaces.negated
    default: nil
    }
  }

  private mutating func escapedScalar() throws(PatternError) -> Unicode.Scalar {
    guard let scalar = next else { throw PatternError("it ends with a backslash") }
    place += 1
    switch scalar {
    case "n": return "\n"
    case "t": return "\t"
    case "r": return "\r"
    case "f": return "\u{c}"
    case "v": return "\u{b}"
    default:
      guard scalar.isASCII, !UInt8(truncatingIfNeeded: scalar.value).isWord else {
        throw PatternError("\"\\\(scalar)\" is not known")
      }
      return scalar
    }
  }

  private mutating func set() throws(PatternError) -> ScalarSet {
    var set = ScalarSet()
    let isNegated = take("^")
    var isFirst = true
    while let scalar = next, scalar != "]" || isFirst {
      isFirst = false
      place += 1
      if scalar == "\\", let known = next.flatMap(Self.classes) {
        place += 1
        set.ranges += known.positiveRanges
        continue
      }
      let low = scalar == "\\" ? try escapedScalar() : scalar
      var high = low
      if next == "-", place + 1 < text.count, text[place + 1] != "]" {
        place += 1
        let end = text[place]
        place += 1
        high = end == "\\" ? try escapedScalar() : end
        guard high >= low else { throw PatternError("the range \(low)-\(high) runs backwards") }
      }
      set.ranges.append(low.value...high.value)
    }
    guard take("]") else { throw PatternError("\"[\" is not closed") }
    if ignoresCase { set.ranges += set.ranges.flatMap(Self.lowercased) }
    set.isNegated = isNegated
    return set
  }

  /// The lower case of the ASCII capitals in a range.
  private static func lowercased(_ range: ClosedRange<UInt32>) -> [ClosedRange<UInt32>] {
    let capitals = range.clamped(to: 0x41...0x5a)
    return range.overlaps(0x41...0x5a) ? [capitals.lowerBound + 32...capitals.upperBound + 32] : []
  }
}

/// Writes the tree of a regular expression as instructions.
struct PatternCompiler {
  private(set) var program: [Instruction] = []

  mutating func emit(_ node: PatternNode) throws(PatternError) {
    switch node {
    case .empty: break
    case .scalar(let scalar): try append(.scalar(scalar))
    case .set(let set): try append(.set(set))
    case .assert(let assertion): try append(.assert(assertion))
    case .sequence(let nodes): for node in nodes { try emit(node) }
    case .choice(let branches): try emit(choice: branches[...])
    case .repetition(let node, let least, let most):
      for _ in 0..<least {
        let start = program.count
        try emit(node)
        // What has no steps has none however often it stands there, and nothing would end a nest of such loops.
        if program.count == start { break }
      }
      if let most {
        for _ in 0..<most - least { try emit(optional: node) }
      } else {
        try emit(loop: node)
      }
    }
  }

  private mutating func append(_ instruction: Instruction) throws(PatternError) {
    guard program.count < Pattern.programLimit else {
      throw PatternError("written out, it has more than \(Pattern.programLimit) steps")
    }
    program.append(instruction)
  }

  private mutating func emit(choice branches: ArraySlice<PatternNode>) throws(PatternError) {
    guard let first = branches.first else { return }
    guard branches.count > 1 else { return try emit(first) }
    let split = program.count
    try append(.jump(0))
    try emit(first)
    let jump = program.count
    try append(.jump(0))
    program[split] = .split(split + 1, program.count)
    try emit(choice: branches.dropFirst())
    program[jump] = .jump(program.count)
  }

  private mutating func emit(optional node: PatternNode) throws(PatternError) {
    let split = program.count
    try append(.jump(0))
    try emit(node)
    program[split] = .split(split + 1, program.count)
  }

  private mutating func emit(loop node: PatternNode) throws(PatternError) {
    let split = program.count
    try append(.jump(0))
    try emit(node)
    try append(.jump(split))
    program[split] = .split(split + 1, program.count)
  }
}
