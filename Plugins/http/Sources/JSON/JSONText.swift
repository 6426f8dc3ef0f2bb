/// Why a text is no JSON, and where.
struct JSONTextError: Error, Equatable {
  var offset: Int
  var reason: String
  var message: String { "\(reason) at byte \(offset)." }
}

/// Reads JSON text in place: checks it whole and finds the members of an object as slices, decoding nothing.
///
/// RFC 8259, UTF-8 only, at most 512 levels deep.
struct JSONText {
  /// A member of an object as it stands in the text: the name with its quotes, the value without white space around.
  struct Member {
    var name: Bytes
    var value: Bytes
  }

  static let maximumDepth = 512

  private let bytes: Bytes
  private var position = 0

  private init(_ bytes: Bytes) { self.bytes = bytes }

  /// Checks a whole text and answers its one value without the white space around.
  @discardableResult
  static func value(of text: Bytes) throws(JSONTextError) -> Bytes {
    var reader = JSONText(text)
    let value = try reader.readValue()
    try reader.end()
    return value
  }

  /// Calls `body` with each member of the object that is the whole text.
  static func forEachMember(of text: Bytes, _ body: (Member) -> Void) throws(JSONTextError) {
    var reader = JSONText(text)
    reader.skipSpace()
    guard reader.peek == UInt8(ascii: "{") else { throw reader.error("expected an object") }
    try reader.readObject(depth: 1, body)
    try reader.end()
  }

  /// Calls `body` with each element of the array that is the whole text.
  static func forEachElement(of text: Bytes, _ body: (Bytes) -> Void) throws(JSONTextError) {
    var reader = JSONText(text)
    reader.skipSpace()
    guard reader.peek == UInt8(ascii: "[") else { throw reader.error("expected an array") }
    try reader.readArray(depth: 1, body)
    try reader.end()
  }

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private func error(_ reason: String) -> JSONTextError { JSONTextError(offset: position, reason: reason) }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0a, 0x0d, 0x09: position += 1
      default: return
      }
    }
  }

  private mutating func end() throws(JSONTextError) {
    skipSpace()
    if position < bytes.count { throw error("unexpected text after the value") }
  }

  private mutating func readValue(depth: Int = 0) throws(JSONTextError) -> Bytes {
    skipSpace()
    let start = position
    switch peek {
    case UInt8(ascii: "\""): try readString()
    case UInt8(ascii: "{"): try readObject(depth: depth + 1) { _ in }
    case UInt8(ascii: "["): try readArray(depth: depth + 1) { _ in }
    case UInt8(ascii: "t"): try readWord("true")
    case UInt8(ascii: "f"): try readWord("false")
    case UInt8(ascii: "n"): try readWord("null")
    case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): try readNumber()
    case nil: throw error("the text ends where a value should stand")
    default: throw error("expected a value")
    }
    return bytes.part(start..<position)
  }

  private mutating func readObject(depth: Int, _ body: (Member) -> Void) throws(JSONTextError) {
    if depth > Self.maximumDepth { throw error("more than \(Self.maximumDepth) levels") }
    position += 1
    skipSpace()
    if peek == UInt8(ascii: "}") {
      position += 1
      return
    }
    while true {
      skipSpace()
      let start = position
      guard peek == UInt8(ascii: "\"") else { throw error("expected a member name in quotes") }
      try readString()
      let name = bytes.part(start..<position)
      skipSpace()
      guard peek == UInt8(ascii: ":") else { throw error("expected a colon") }
      position += 1
      let value = try readValue(depth: depth)
      body(Member(name: name, value: value))
      skipSpace()
      switch peek {
      case UInt8(ascii: ","): position += 1
      case UInt8(ascii: "}"):
        position += 1
        return
      default: throw error("expected a comma or a closing brace")
      }
    }
  }

  private mutating func readArray(depth: Int, _ body: (Bytes) -> Void) throws(JSONTextError) {
    if depth > Self.maximumDepth { throw error("more than \(Self.maximumDepth) levels") }
    position += 1
    skipSpace()
    if peek == UInt8(ascii: "]") {
      position += 1
      return
    }
    while true {
      let value = try readValue(depth: depth)
      body(value)
      skipSpace()
      switch peek {
      case UInt8(ascii: ","): position += 1
      case UInt8(ascii: "]"):
        position += 1
        return
      default: throw error("expected a comma or a closing bracket")
      }
    }
  }

  private mutating func readWord(_ word: StaticString) throws(JSONTextError) {
    let length = word.utf8CodeUnitCount
    guard position + length <= bytes.count, bytes.part(position..<position + length).equals(word) else {
      throw error("expected \(word)")
    }
    position += length
  }

  private mutating func readNumber() throws(JSONTextError) {
    if peek == UInt8(ascii: "-") { position += 1 }
    if peek == UInt8(ascii: "0") { position += 1 } else { try readDigits() }
    if peek == UInt8(ascii: ".") {
      position += 1
      try readDigits()
    }
    if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
      position += 1
      if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { position += 1 }
      try readDigits()
    }
  }

  private mutating func readDigits() throws(JSONTextError) {
    let start = position
    while let digit = peek, digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") { position += 1 }
    if position == start { throw error("expected a digit") }
  }

  private mutating func readString() throws(JSONTextError) {
    position += 1
    while let byte = peek {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return
      case UInt8(ascii: "\\"): try readEscape()
      case 0..<0x20: throw error("a control character in a string must be escaped")
      case 0x20..<0x80: position += 1
      default:
        guard let length = utf8Length(at: position) else { throw error("invalid UTF-8") }
        position += length
      }
    }
    throw error("the text ends within a string")
  }

  private mutating func readEscape() throws(JSONTextError) {
    guard position + 1 < bytes.count else { throw error("the text ends within a string") }
    switch bytes[position + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      position += 2
    case UInt8(ascii: "u"):
      guard let unit = codeUnit(at: position) else { throw error("expected four hexadecimal digits") }
      if unit & 0xfc00 == 0xdc00 { throw error("half a surrogate pair") }
      if unit & 0xfc00 == 0xd800 {
        guard let low = codeUnit(at: position + 6), low & 0xfc00 == 0xdc00 else { throw error("half a surrogate pair") }
        position += 6
      }
      position += 6
    default: throw error("unknown escape")
    }
  }

  private func codeUnit(at start: Int) -> UInt32? {
    guard start + 6 <= bytes.count, bytes[start] == UInt8(ascii: "\\"), bytes[start + 1] == UInt8(ascii: "u") else {
      return nil
    }
    var unit: UInt32 = 0
    for index in start + 2..<start + 6 {
      guard let digit = hexValue(bytes[index]) else { return nil }
      unit = unit << 4 | UInt32(digit)
    }
    return unit
  }

  /// The length of the character of several bytes at `start`, or nil when it is malformed.
  private func utf8Length(at start: Int) -> Int? {
    let lead = bytes[start]
    let length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2
    guard lead >= 0xc2, lead <= 0xf4, start + length <= bytes.count else { return nil }
    for index in start + 1..<start + length where bytes[index] & 0xc0 != 0x80 { return nil }
    let second = bytes[start + 1]
    switch lead {
    case 0xe0: return second >= 0xa0 ? 3 : nil
    case 0xed: return second < 0xa0 ? 3 : nil
    case 0xf0: return second >= 0x90 ? 4 : nil
    case 0xf4: return second < 0x90 ? 4 : nil
    default: return length
    }
  }
}
