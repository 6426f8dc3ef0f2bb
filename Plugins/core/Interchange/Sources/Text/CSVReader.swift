/// Reads comma-separated values piece by piece, by RFC 4180 and what spreadsheets make of it.
///
/// ```swift
/// var reader = CSVReader()
/// for chunk in content {
///   reader.feed(chunk)
///   while let row = try reader.next() { use(row.fields) }
/// }
/// reader.end()
/// while let row = try reader.next() { use(row.fields) }
/// ```
/// A value in quotes may hold separators, line ends and doubled quotes. Lines end in CR LF, LF or CR; empty lines and a
/// byte order mark are passed over. A quote within a value that does not begin with one is an ordinary character.
public struct CSVReader: Sendable {
  public struct Row: Sendable, Equatable {
    public var fields: [String]
    /// The line where the row begins, from 1.
    public var line: Int
    /// What is wrong with its text, as a part of a sentence; nil for a sound row.
    public var problem: String?

    public init(fields: [String], line: Int, problem: String? = nil) {
      self.fields = fields
      self.line = line
      self.problem = problem
    }
  }

  private enum State {
    case start
    case betweenRows
    case beginningOfValue
    case plainValue
    case quotedValue
    /// A quote came within a quoted value: it ends the value, unless a second one follows.
    case quoteInValue
  }

  /// The byte between values.
  public let separator: UInt8
  private let limit: Int
  private var input: [UInt8] = []
  private var position = 0
  private var hasEnded = false
  private var state = State.start
  private var line = 1
  private var followsReturn = false
  private var row = Row(fields: [], line: 1)
  private var rowBytes = 0
  private var value: [UInt8] = []

  /// - Parameters:
  ///   - separator: The byte between values, an ASCII character other than the quote.
  ///   - limit: The most bytes that one row may have; a quote that is never closed makes the rest of a file one row.
  public init(separator: UInt8 = UInt8(ascii: ","), limit: Int = 16 << 20) {
    self.separator = separator
    self.limit = limit
  }

  /// Takes the next piece of the content.
  public mutating func feed(_ bytes: [UInt8]) {
    if position == input.count {
      input = bytes
    } else {
      input.removeFirst(position)
      input += bytes
    }
    position = 0
  }

  /// Says that the content is complete.
  public mutating func end() {
    hasEnded = true
  }

  /// The next row; nil when more content is needed, or after the end when there is none left.
  ///
  /// - Throws: When a row exceeds the limit.
  public mutating func next() throws(ImportFailure) -> Row? {
    if state == .start {
      guard input.count >= 3 || hasEnded else { return nil }
      if input.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
      state = .betweenRows
    }
    while position < input.count {
      if try step() { return finishRow() }
    }
    guard hasEnded, state != .betweenRows else { return nil }
    if state == .quotedValue { row.problem = "a quote is opened and never closed" }
    finishValue()
    return finishRow()
  }

  /// Reads on; returns whether the row is complete.
  private mutating func step() throws(ImportFailure) -> Bool {
    let byte = input[position]
    switch state {
    case .start, .betweenRows:
      if byte == .carriageReturn || byte == .lineFeed {
        position += 1
        endLine(byte)
        return false
      }
      followsReturn = false
      row.line = line
      state = .beginningOfValue
    case .beginningOfValue:
      if byte == .quote {
        position += 1
        state = .quotedValue
      } else {
        state = .plainValue
      }
    case .plainValue:
      let end = firstPlace { [separator] in $0 == separator || $0 == .carriageReturn || $0 == .lineFeed }
      try take(to: end)
      if end < input.count { return endValue() }
    case .quotedValue:
      // A line end counts here; CR LF is one, also when it is split between two pieces.
      let end = firstPlace { $0 == .quote || $0 == .carriageReturn || $0 == .lineFeed }
      if end > position { followsReturn = false }
      try take(to: end)
      guard end < input.count else { return false }
      position += 1
      if input[end] == .quote {
        followsReturn = false
        state = .quoteInValue
      } else {
        value.append(input[end])
        rowBytes += 1
        endLine(input[end])
      }
    case .quoteInValue:
      switch byte {
      case .quote:
        value.append(.quote)
        position += 1
        state = .quotedValue
      case separator, .carriageReturn, .lineFeed: return endValue()
      default:
        row.problem = "a value goes on behind its closing quote"
        state = .plainValue
      }
    }
    return false
  }

  private func firstPlace(where isEnd: (UInt8) -> Bool) -> Int {
    input.withUnsafeBufferPointer { input in
      var place = position
      while place < input.count, !isEnd(input[place]) { place += 1 }
      return place
    }
  }

  private mutating func take(to end: Int) throws(ImportFailure) {
    rowBytes += end - position
    guard rowBytes <= limit else {
      throw ImportFailure(
        "the row that begins in line \(row.line) is longer than \(limit) bytes; is a quote there never closed?")
    }
    value += input[position..<end]
    position = end
  }

  /// Ends the value before a separator or line end; returns whether that ends the row.
  private mutating func endValue() -> Bool {
    finishValue()
    let byte = input[position]
    position += 1
    if byte == separator {
      state = .beginningOfValue
      return false
    }
    endLine(byte)
    return true
  }

  private mutating func finishValue() {
    if let text = String(validating: value, as: UTF8.self) {
      row.fields.append(text)
    } else {
      row.fields.append(String(decoding: value, as: UTF8.self))
      row.problem = "a value is not UTF-8; what could not be read is �"
    }
    value.removeAll(keepingCapacity: true)
  }

  private mutating func finishRow() -> Row {
    defer {
      row = Row(fields: [], line: line)
      row.fields.reserveCapacity(16)
      rowBytes = 0
      state = .betweenRows
    }
    return row
  }

  private mutating func endLine(_ byte: UInt8) {
    if byte == .carriageReturn || !followsReturn { line += 1 }
    followsReturn = byte == .carriageReturn
  }
}

extension UInt8 {
  static let quote = UInt8(ascii: "\"")
  static let carriageReturn = UInt8(ascii: "\r")
  static let lineFeed = UInt8(ascii: "\n")
}
