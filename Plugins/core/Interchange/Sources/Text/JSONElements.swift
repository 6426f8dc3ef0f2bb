/// Takes a text of many JSON values apart, without understanding them, so that each can be parsed alone.
///
/// The text is a list, several lists one behind the other, or values one behind the other, such as one to a line.
struct JSONElements: Sendable {
  struct Element {
    var bytes: [UInt8]
    /// From 1.
    var number: Int
    /// Where it begins.
    var place: Place
  }

  /// A byte of the text: both numbers count from 1, columns in bytes.
  struct Place: Sendable, Equatable {
    var line = 1
    var column = 1

    mutating func pass(_ bytes: ArraySlice<UInt8>) {
      for byte in bytes {
        if byte == .lineFeed { (line, column) = (line + 1, 1) } else { column += 1 }
      }
    }
  }

  private enum State {
    case between
    /// Within an object or list that is an element; ``closers`` has what closes it.
    case nested
    case nestedString
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
  /// Whether the last thing was an element, so that a comma may follow.
  private var followsElement = false
  private var isEscaped = false
  private var isAtStart = true
  /// The brackets that close the element, the innermost at the end.
  private var closers: [UInt8] = []
  /// Where the byte at `position` is, and where the element begins.
  private var place = Place()
  private var beginning = Place()
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
      if case .between = state { beginning = place }
      let isComplete = try scan()
      place.pass(input[start..<position])
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
    default:
      throw ImportFailure(
        "the content is cut off within entry \(count + 1), which begins in line \(beginning.line), column "
          + "\(beginning.column)")
    }
  }

  private mutating func take() -> Element {
    count += 1
    followsElement = true
    defer { element = [] }
    return Element(bytes: element, number: count, place: beginning)
  }

  /// Moves on to the end of the element or of the input, or over what is between elements; returns whether an element is
  /// complete.
  private mutating func scan() throws(ImportFailure) -> Bool {
    switch state {
    case .between: try begin()
    case .nested: return try scanNested()
    case .nestedString: if scanString() { state = .nested }
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
      if isInList { open(UInt8(ascii: "]")) } else { isInList = true }
      followsElement = false
      position += 1
    case UInt8(ascii: "]"):
      guard isInList else { throw malformed("a ] closes a list that was not opened") }
      isInList = false
      followsElement = false
      position += 1
    case UInt8(ascii: "{"):
      open(UInt8(ascii: "}"))
      position += 1
    case UInt8(ascii: "\""):
      state = .string
      position += 1
    case UInt8(ascii: ","):
      guard followsElement else { throw malformed("a comma follows no entry") }
      followsElement = false
      position += 1
    case _ where byte.isASCIISpace: position += 1
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"):
      state = .word
      position += 1
    default: throw malformed("an entry cannot begin as entry \(count + 1) does")
    }
  }

  private mutating func open(_ closer: UInt8) {
    closers = [closer]
    state = .nested
  }

  private mutating func scanNested() throws(ImportFailure) -> Bool {
    let start = position
    while position < input.count {
      let byte = input[position]
      position += 1
      switch byte {
      case UInt8(ascii: "{"): closers.append(UInt8(ascii: "}"))
      case UInt8(ascii: "["): closers.append(UInt8(ascii: "]"))
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard closers.popLast() == byte else {
          place.pass(input[start..<position - 1])
          let opened = byte == UInt8(ascii: "]") ? "{" : "["
          throw malformed("a \(Character(UnicodeScalar(byte))) closes what a \(opened) has opened")
        }
        if closers.isEmpty {
          state = .between
          return true
        }
      case UInt8(ascii: "\""):
        state = .nestedString
        return false
      default: break
      }
    }
    return false
  }

  /// The failure of content that is malformed at ``place``: nothing behind it can be told apart.
  private func malformed(_ sentence: String) -> ImportFailure {
    ImportFailure("the content is no JSON: in line \(place.line), column \(place.column), \(sentence)")
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
