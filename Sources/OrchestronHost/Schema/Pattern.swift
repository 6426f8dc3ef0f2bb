/// A regular expression in the part of ECMA-262 that needs no backtracking.
///
/// Supported: literals, `.`, `[…]` and `[^…]` with ranges, `\d \D \w \W \s \S`, escapes (`\t \n \v \f \r \0 \xHH
/// \uHHHH \u{H…}` and any punctuation), `^` and `$` (of the whole string), groups `(…)` and `(?:…)`, `|`, and the
/// quantifiers `* + ? {m} {m,} {m,n}` (lazy forms mean the same here). Refused: back references, look-around, named
/// groups, `\b`, `\p{…}`, counts beyond 1,000, groups deeper than 64 and expressions of more than 4,096 steps.
///
/// It matches code points, is not anchored by itself, and takes time proportional to the length of the string times
/// the size of the expression, whatever either holds.
struct Pattern: Sendable {
  /// The expression as written.
  let source: String

  private let program: [Instruction]
  private let ranges: [ClosedRange<UInt32>]

  init(_ source: String) throws(PatternError) {
    self.source = source
    var parser = PatternParser(source)
    var assembler = Assembler()
    try assembler.add(try parser.parse())
    try assembler.append(Instruction(.match))
    program = assembler.program
    ranges = assembler.ranges
  }

  /// True when the expression matches anywhere in a string of valid UTF-8.
  func matches(_ bytes: UnsafeRawBufferPointer) -> Bool {
    program.withUnsafeBufferPointer { program in
      ranges.withUnsafeBufferPointer { ranges in
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: program.count * 3) { memory in
          memory.initialize(repeating: 0)
          var machine = Machine(program: program, ranges: ranges, memory: memory)
          return machine.search(bytes)
        }
      }
    }
  }
}

/// Why a regular expression was refused, as the end of a sentence.
struct PatternError: Error, Equatable {
  let reason: String
}

/// A step of the machine.
private struct Instruction {
  enum Operation {
    /// Takes a character that lies in the ranges `first..<second`.
    case scalars
    /// Goes on at the start, or the end, of the string only.
    case start, end
    /// Goes on at `first` and at `second`.
    case split
    case jump
    case match
  }

  let operation: Operation
  var first: Int32 = 0
  var second: Int32 = 0

  init(_ operation: Operation, _ first: Int = 0, _ second: Int = 0) {
    self.operation = operation
    self.first = Int32(first)
    self.second = Int32(second)
  }
}

/// Turns an expression into steps.
private struct Assembler {
  var program: [Instruction] = []
  var ranges: [ClosedRange<UInt32>] = []

  mutating func append(_ instruction: Instruction) throws(PatternError) {
    let limit = 4096
    guard program.count < limit else { throw PatternError(reason: "is too large (more than \(limit) steps)") }
    program.append(instruction)
  }

  mutating func add(_ expression: PatternExpression) throws(PatternError) {
    switch expression {
    case .scalars(let set):
      let first = ranges.count
      ranges += set
      try append(Instruction(.scalars, first, ranges.count))
    case .start: try append(Instruction(.start))
    case .end: try append(Instruction(.end))
    case .sequence(let parts): for part in parts { try add(part) }
    case .alternatives(let alternatives): try add(alternatives[...])
    case .repeated(let body, let least, let most):
      for _ in 0..<least {
        let before = program.count
        try add(body)
        if program.count == before { return }
      }
      guard let most else { return try addLoop(body) }
      try addOptional(body, times: most - least)
    }
  }

  private mutating func add(_ alternatives: ArraySlice<PatternExpression>) throws(PatternError) {
    guard let first = alternatives.first, alternatives.count > 1 else {
      if let only = alternatives.first { try add(only) }
      return
    }
    let split = program.count
    try append(Instruction(.split))
    try add(first)
    let jump = program.count
    try append(Instruction(.jump))
    program[split] = Instruction(.split, split + 1, program.count)
    try add(alternatives.dropFirst())
    program[jump] = Instruction(.jump, program.count)
  }

  private mutating func addLoop(_ body: PatternExpression) throws(PatternError) {
    let split = program.count
    try append(Instruction(.split))
    try add(body)
    try append(Instruction(.jump, split))
    program[split] = Instruction(.split, split + 1, program.count)
  }

  private mutating func addOptional(_ body: PatternExpression, times: Int) throws(PatternError) {
    var splits: [Int] = []
    for _ in 0..<times {
      splits.append(program.count)
      try append(Instruction(.split))
      try add(body)
    }
    for split in splits { program[split] = Instruction(.split, split + 1, program.count) }
  }
}

/// Runs all alternatives side by side, one character after the other (Thompson's construction).
private struct Machine {
  private let program: UnsafeBufferPointer<Instruction>
  private let ranges: UnsafeBufferPointer<ClosedRange<UInt32>>

  /// The steps that wait for the character at hand, and those for the one after it.
  private var current: UnsafeMutablePointer<UInt32>
  private var next: UnsafeMutablePointer<UInt32>
  private var nextCount = 0

  /// For each step one more than the position at which it was entered last: a step is entered once per position.
  private let entered: UnsafeMutablePointer<UInt32>

  private var position: UInt32 = 0
  private var atEnd = false
  private var matched = false

  /// `memory` holds three words for each step, all zero.
  init(
    program: UnsafeBufferPointer<Instruction>, ranges: UnsafeBufferPointer<ClosedRange<UInt32>>,
    memory: UnsafeMutableBufferPointer<UInt32>
  ) {
    self.program = program
    self.ranges = ranges
    let base = memory.baseAddress!  // A program ends with `match`, so it is never empty.
    current = base
    next = base + program.count
    entered = base + program.count * 2
  }

  mutating func search(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let anchored = program[0].operation == .start
    var offset = 0
    atEnd = bytes.isEmpty
    enter(0)
    while !matched, offset < bytes.count, !(anchored && nextCount == 0) {
      let scalar = decodeScalar(bytes, at: &offset)
      position += 1
      atEnd = offset == bytes.count
      swap(&current, &next)
      let count = nextCount
      nextCount = 0
      for thread in 0..<count {
        let step = Int(current[thread])
        if takes(scalar, at: step) { enter(step + 1) }
      }
      if !anchored { enter(0) }
    }
    return matched
  }

  /// Follows the steps that take no character, up to those that do.
  private mutating func enter(_ step: Int) {
    guard !matched, entered[step] != position + 1 else { return }
    entered[step] = position + 1
    let instruction = program[step]
    switch instruction.operation {
    case .scalars:
      next[nextCount] = UInt32(step)
      nextCount += 1
    case .start: if position == 0 { enter(step + 1) }
    case .end: if atEnd { enter(step + 1) }
    case .split:
      enter(Int(instruction.first))
      enter(Int(instruction.second))
    case .jump: enter(Int(instruction.first))
    case .match: matched = true
    }
  }

  private func takes(_ scalar: UInt32, at step: Int) -> Bool {
    for range in Int(program[step].first)..<Int(program[step].second) where ranges[range].contains(scalar) {
      return true
    }
    return false
  }
}

/// The code point at `offset` of valid UTF-8, which is moved behind it.
private func decodeScalar(_ bytes: UnsafeRawBufferPointer, at offset: inout Int) -> UInt32 {
  let lead = UInt32(bytes[offset])
  let length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
  var scalar = length == 1 ? lead : lead & (0x7F >> UInt32(length))
  for position in offset + 1..<offset + length { scalar = scalar << 6 | UInt32(bytes[position]) & 0x3F }
  offset += length
  return scalar
}
