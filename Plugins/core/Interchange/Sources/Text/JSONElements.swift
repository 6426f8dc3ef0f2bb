/// Takes a text of many JSON values apart, without understanding them, so that each can be parsed alone.
///
/// The text is a list, several lists one behind the other, or values one behind the other, such as one to a line.
struct JSONElements: Sendable {
  struct Element {
    var bytes: [UInt8]
    /// From 1.
    var number: Int
  }

  private enum State {
    case between
    /// Within an object or list that is an element, so many brackets deep.
    case nested(Int)
    case nestedString(Int)
    case string
    /// A number, `true`, `false` or `null`.
    case word
  }

  private let limit: Int
  private var input: [UInt8] = []
  private var position = 0
  private var hasEnded = false
  private var state = State.between
  private var isInList = false
  private var isEscaped = false
  private var isAtStart = true
  private var element: [UInt8] = []
  private var count = 0

  /// - Parameter limit: The most bytes that one element may have.
  init(limit: Int = 16 << 20) {
    self.limit = limit
  }

  mutating func feed(_ bytes: [UInt8]) {
    if position == input.count {
      input = bytes
    } else {
      input.removeFirst(position)
      input += bytes
    }
    position = 0
  }

  mutating func end() {
    hasEnded = true
  }

  /// The next element; nil when more content is needed, or after the end when there is none left.
  mutating func next() throws(ImportFailure) -> Element? {
    if isAtStart {
      guard input.count >= 3 || hasEnded else { return nil }
      if input.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
      isAtStart = false
    }
    while position < input.count {
      let start = position
      let isComplete = try scan()
      element += input[start..<position]
      if case .between = state, !isComplete { element.removeAll(keepingCapacity: true) }
      guard element.count <= limit else {
        throw ImportFailure("entry \(count + 1) is longer than \(limit) bytes")
      }
      if isComplete { return take() }
    }
    guard hasEnded else { return nil }
    switch state {
    case .word:
      state = .between
      return take()
    case .between where !isInList: return nil
    case .between: throw ImportFailure("the content is cut off behind entry \(count): the list is not closed")
    default: throw ImportFailure("the content is cut off within entry \(count + 1)")
    }
  }

  private mutating func take() -> Element {
    count += 1
    defer { element = [] }
    return Element(bytes: element, number: count)
  }

  /// Moves on to the end of the element or of the input, or over what is between elements; returns whether an element is
  /// complete.
  private mutating func scan() throws(ImportFailure) -> Bool {
    switch state {
    case .between: try begin()
    case .nested(let depth): return scanNested(depth)
    case .nestedString(let depth): if scanString() { state = .nested(depth) }
    case .string:
      guard scanString() else { return false }
      state = .between
      return true
    case .word:
      while position < input.count {
        let byte = input[position]
        if byte.isASCIISpace || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") {
          state = .between
          return true
        }
        position += 1
      }
    }
    return false
  }

  /// Looks at one byte between elements.
  private mutating func begin() throws(ImportFailure) {
    let byte = input[position]
    switch byte {
    case UInt8(ascii: "["):
      if isInList { state = .nested(1) } else { isInList = true }
      position += 1
    case UInt8(ascii: "]"):
      guard isInList else { throw ImportFailure("a list is closed behind entry \(count) that was not opened") }
      isInList = false
      position += 1
    case UInt8(ascii: "{"):
      state = .nested(1)
      position += 1
    case UInt8(ascii: "\""):
      state = .string
      position += 1
    case UInt8(ascii: ","): position += 1
    case _ where byte.isASCIISpace: position += 1
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"):
      state = .word
      position += 1
    default: throw ImportFailure("the content is no JSON: an entry cannot begin as entry \(count + 1) does")
    }
  }

  private mutating func scanNested(_ depth: Int) -> Bool {
    var depth = depth
    while position < input.count {
      let byte = input[position]
      position += 1
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 {
          state = .between
          return true
        }
      case UInt8(ascii: "\""):
        state = .nestedString(depth)
        return false
      default: break
      }
    }
    state = .nested(depth)
    return false
  }

  /// Moves to behind the closing quote; returns whether it was found.
  private mutating func scanString() -> Bool {
    while position < input.count {
      let byte = input[position]
      position += 1
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        return true
      }
    }
    return false
  }
}
