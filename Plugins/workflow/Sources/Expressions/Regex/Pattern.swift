/// A regular expression in the syntax of RE2, the part of it that has no captures and no Unicode classes.
///
/// It is run as a nondeterministic automaton (Thompson 1968): all ways to match go forward together, character by
/// character, so that the time grows with pattern times text and no pattern can make it explode.
struct Pattern: Sendable {
  /// The most instructions of a pattern; repetitions such as `{2,50}` are written out.
  static let programLimit = 2000

  private let program: [Instruction]
  private let ignoresCase: Bool

  init(_ text: String) throws(PatternError) {
    var parser = PatternParser(text)
    let node = try parser.whole()
    var compiler = PatternCompiler()
    try compiler.emit(node)
    program = compiler.program + [.match]
    ignoresCase = parser.ignoresCase
  }

  /// How much work it is at most to look at a text, in evaluation steps.
  func cost(of text: String) -> Int { text.utf8.count * program.count / 64 }

  /// Whether a part of the text matches.
  func isFound(in text: String) -> Bool {
    var run = PatternRun(program)
    let scalars = Array(ignoresCase ? text.lowercased().unicodeScalars : text.unicodeScalars)
    for (place, scalar) in scalars.enumerated() {
      let edges = Edges(
        isStart: place == 0, isEnd: false,
        isWordBoundary: Edges.isWord(scalar) != (place > 0 && Edges.isWord(scalars[place - 1])))
      run.begin(edges)
      if run.hasMatched { return true }
      run.step(over: scalar)
    }
    run.begin(
      Edges(isStart: scalars.isEmpty, isEnd: true, isWordBoundary: scalars.last.map(Edges.isWord) ?? false))
    return run.hasMatched
  }
}

/// One step of the automaton.
enum Instruction: Sendable {
  case scalar(Unicode.Scalar)
  case set(ScalarSet)
  /// Goes on only where the assertion holds.
  case assert(Assertion)
  /// Goes on at both places.
  case split(Int, Int)
  case jump(Int)
  case match
}

enum Assertion: Sendable { case start, end, wordBoundary, noWordBoundary }

/// What lies at a place between two characters.
struct Edges {
  let isStart: Bool
  let isEnd: Bool
  let isWordBoundary: Bool

  func satisfy(_ assertion: Assertion) -> Bool {
    switch assertion {
    case .start: isStart
    case .end: isEnd
    case .wordBoundary: isWordBoundary
    case .noWordBoundary: !isWordBoundary
    }
  }

  static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII && UInt8(truncatingIfNeeded: scalar.value).isWord
  }
}

/// Characters by their numbers.
struct ScalarSet: Sendable {
  var ranges: [ClosedRange<UInt32>] = []
  var isNegated = false

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    ranges.contains { $0.contains(scalar.value) } != isNegated
  }

  static let all = ScalarSet(ranges: [0...0x10ffff])
  static let notNewline = ScalarSet(ranges: [0x0a...0x0a], isNegated: true)
  static let digits = ScalarSet(ranges: [0x30...0x39])
  static let words = ScalarSet(ranges: [0x30...0x39, 0x41...0x5a, 0x5f...0x5f, 0x61...0x7a])
  static let spaces = ScalarSet(ranges: [0x09...0x0a, 0x0c...0x0d, 0x20...0x20])

  var negated: ScalarSet { ScalarSet(ranges: ranges, isNegated: !isNegated) }

  /// The same characters without negation.
  var positiveRanges: [ClosedRange<UInt32>] {
    guard isNegated else { return ranges }
    var result: [ClosedRange<UInt32>] = []
    var next: UInt32 = 0
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if range.lowerBound > next { result.append(next...range.lowerBound - 1) }
      next = max(next, range.upperBound + 1)
    }
    if next <= 0x10ffff { result.append(next...0x10ffff) }
    return result
  }
}

/// The places of the automaton that are alive at one place of the text.
private struct PatternRun {
  private let program: [Instruction]
  private var current: [Int] = []
  /// In which round an instruction was added last: none is added twice in one.
  private var marks: [Int]
  private var round = 0
  private(set) var hasMatched = false
  private var stack: [Int] = []
  private var pending: [Int] = []

  init(_ program: [Instruction]) {
    self.program = program
    marks = Array(repeating: -1, count: program.count)
  }

  /// Follows what needs no character, from where the last step led and from the beginning of the pattern.
  mutating func begin(_ edges: Edges) {
    round += 1
    current.removeAll(keepingCapacity: true)
    for place in pending { add(place, edges) }
    add(0, edges)
  }

  private mutating func add(_ first: Int, _ edges: Edges) {
    stack.append(first)
    while let place = stack.popLast() {
      guard marks[place] != round else { continue }
      marks[place] = round
      switch program[place] {
      case .scalar, .set: current.append(place)
      case .assert(let assertion): if edges.satisfy(assertion) { stack.append(place + 1) }
      case .split(let first, let second):
        stack.append(second)
        stack.append(first)
      case .jump(let target): stack.append(target)
      case .match: hasMatched = true
      }
    }
  }

  /// Goes over one character.
  mutating func step(over scalar: Unicode.Scalar) {
    pending.removeAll(keepingCapacity: true)
    for place in current {
      switch program[place] {
      case .scalar(let wanted): if wanted == scalar { pending.append(place + 1) }
      case .set(let set): if set.contains(scalar) { pending.append(place + 1) }
      default: break
      }
    }
  }
}
