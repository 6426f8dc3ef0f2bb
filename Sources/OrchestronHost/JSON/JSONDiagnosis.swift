/// Finds out where and why a text is not JSON, after the parser has refused it.
///
/// simdjson says neither. This reader is slow, strict and used for nothing but the sentence of the error.
struct JSONDiagnosis {
  private let bytes: UnsafeRawBufferPointer
  private var position = 0

  /// The error of a text that the parser refused.
  static func error(in bytes: UnsafeRawBufferPointer) -> JSONError {
    var diagnosis = JSONDiagnosis(bytes: bytes)
    do {
      try diagnosis.text()
    } catch {
      return error
    }
    return JSONError("the text is not valid JSON")
  }

  private init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  private mutating func text() throws(JSONError) {
    skipSpace()
    guard position < bytes.count else { throw JSONError("the text is empty where JSON is expected") }
    try value(depth: 1)
    skipSpace()
    guard position == bytes.count else { throw fault("text after the end of the JSON value") }
  }

  private mutating func value(depth: Int) throws(JSONError) {
    guard let byte = peek else { throw fault("the text ends where a value is expected") }
    switch byte {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      guard depth <= JSONDocument.maximumDepth else { throw fault("nested deeper than \(JSONDocument.maximumDepth)") }
      if byte == UInt8(ascii: "{") { try object(depth: depth) } else { try array(depth: depth) }
    case UInt8(ascii: "\""): try string()
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
    case _ where Self.isWordByte(byte): try word()
    default: throw fault("\(found) where a value is expected")
    }
  }

  private mutating func object(depth: Int) throws(JSONError) {
    position += 1
    skipSpace()
    if take("}") { return }
    while true {
      guard peek == UInt8(ascii: "\"") else { throw fault("\(found) where a key in double quotes is expected") }
      try string()
      skipSpace()
      guard take(":") else { throw fault("\(found) where a colon is expected after a key") }
      skipSpace()
      try value(depth: depth + 1)
      skipSpace()
      if take("}") { return }
      guard take(",") else { throw fault("\(found) where a comma or } is expected") }
      skipSpace()
    }
  }

  private mutating func array(depth: Int) throws(JSONError) {
    position += 1
    skipSpace()
    if take("]") { return }
    while true {
      try value(depth: depth + 1)
      skipSpace()
      if take("]") { return }
      guard take(",") else { throw fault("\(found) where a comma or ] is expected") }
      skipSpace()
    }
  }

  private mutating func word() throws(JSONError) {
    let start = position
    while let byte = peek, Self.isWordByte(byte) { position += 1 }
    let word = String(decoding: bytes[start..<position], as: UTF8.self)
    guard !["null", "true", "false"].contains(word) else { return }
    position = start
    throw fault("\(word.quoted) where a value is expected; only null, true and false stand without quotes")
  }

  private mutating func number() throws(JSONError) {
    let start = position
    _ = take("-")
    if take("0") {
      if digits() > 0 { throw fault("a number with a leading zero", at: start) }
    } else if digits() == 0 {
      throw fault("a malformed number", at: start)
    }
    if take("."), digits() == 0 { throw fault("a number without digits after its point", at: start) }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      if digits() == 0 { throw fault("a number without digits in its exponent", at: start) }
    }
    if let byte = peek, Self.isWordByte(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "+") {
      throw fault("a malformed number", at: start)
    }
    guard Double(String(decoding: bytes[start..<position], as: UTF8.self))?.isFinite == true else {
      throw fault("a number beyond the range of a double", at: start)
    }
  }

  private mutating func digits() -> Int {
    let start = position
    while let byte = peek, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte { position += 1 }
    return position - start
  }

  private mutating func string() throws(JSONError) {
    let start = position
    position += 1
    while let byte = peek {
      switch byte {
      case UInt8(ascii: "\""):
        let contents = UnsafeRawBufferPointer(rebasing: bytes[start..<position])
        guard contents.isUTF8 else { throw fault("a string that is not UTF-8", at: start) }
        position += 1
        return
      case UInt8(ascii: "\\"): try escape()
      case 0..<0x20: throw fault("a control character in a string; write it as an escape such as \\n")
      default: position += 1
      }
    }
    throw fault("a string without closing quote", at: start)
  }

  private mutating func escape() throws(JSONError) {
    let start = position
    position += 1
    let byte = peek
    position += 1
    switch byte {
    case UInt8(ascii: "u"):
      guard let unit = hexadecimal() else { throw fault("an escape \\u without four hexadecimal digits", at: start) }
      if 0xD800...0xDBFF ~= unit, take("\\"), take("u"), let low = hexadecimal(), 0xDC00...0xDFFF ~= low { return }
      if 0xD800...0xDFFF ~= unit { throw fault("an escape \\u that is half of a surrogate pair", at: start) }
    case let byte? where "\"\\/bfnrt".utf8.contains(byte): break
    default: throw fault("an unknown escape in a string", at: start)
    }
  }

  private mutating func hexadecimal() -> UInt16? {
    guard position + 4 <= bytes.count else { return nil }
    let digits = bytes[position..<position + 4]
    guard digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }) else { return nil }
    position += 4
    return UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
  }

  // MARK: Bytes

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ character: UnicodeScalar) -> Bool {
    guard peek == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || 0x09...0x0A ~= byte || byte == 0x0D { position += 1 }
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  // MARK: Sentences

  /// The byte at hand, as a person would name it.
  private var found: String {
    switch peek {
    case nil: "the text ends"
    case let byte? where 0x21...0x7E ~= byte: String(UnicodeScalar(byte))
    case let byte?: "the byte 0x\(byte < 16 ? "0" : "")\(String(byte, radix: 16))"
    }
  }

  private func fault(_ what: String) -> JSONError { fault(what, at: position) }

  private func fault(_ what: String, at offset: Int) -> JSONError {
    let before = bytes[..<offset]
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let column = offset - (before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0) + 1
    return JSONError("\(what), at line \(line), column \(column) (byte \(offset))", offset: offset)
  }
}
