/// Splits the text of an expression into tokens, one at a time.
struct Lexer {
  private let text: [UInt8]
  /// Where the next token is looked for.
  private(set) var offset: Int
  /// Where the token read last begins.
  private(set) var start = 0

  /// - Parameter offset: Where the expression begins in the text.
  init(_ text: [UInt8], from offset: Int = 0) {
    self.text = text
    self.offset = offset
  }

  /// Reads the next token.
  mutating func next() throws(ExpressionError) -> Token {
    skipSpace()
    start = offset
    guard let byte = peek() else { return .end }
    switch byte {
    case "a"..."z", "A"..."Z", "_": return try word()
    case "0"..."9": return try number()
    case ".":
      if let digit = peek(1), digit.isDigit { return try number() }
      return symbol(1)
    case "\"", "'": return .string(try StringLiteral.text(readQuoted(isRaw: false, isBytes: false), at: start))
    default: return try symbol()
    }
  }

  // MARK: Parts

  private func peek(_ distance: Int = 0) -> UInt8? {
    offset + distance < text.count ? text[offset + distance] : nil
  }

  private mutating func skipSpace() {
    while let byte = peek() {
      switch byte {
      case " ", "\t", "\n", "\r", 0x0c: offset += 1
      case "/" where peek(1) == "/":
        while let byte = peek(), byte != "\n" { offset += 1 }
      default: return
      }
    }
  }

  private mutating func symbol(_ count: Int) -> Token {
    defer { offset += count }
    return .symbol(String(decoding: text[offset..<offset + count], as: UTF8.self))
  }

  private mutating func symbol() throws(ExpressionError) -> Token {
    if let byte = peek(), let next = peek(1) {
      switch (byte, next) {
      case ("=", "="), ("!", "="), ("<", "="), (">", "="), ("&", "&"), ("|", "|"): return symbol(2)
      default: break
      }
    }
    switch peek() ?? 0 {
    case "+", "-", "*", "/", "%", "!", "<", ">", "?", ":", ",", "(", ")", "[", "]", "{", "}": return symbol(1)
    case "=": throw ExpressionError("\"=\" is no operator; write \"==\" to compare", at: offset)
    case "&": throw ExpressionError("\"&\" is no operator; write \"&&\"", at: offset)
    case "|": throw ExpressionError("\"|\" is no operator; write \"||\"", at: offset)
    default:
      let rest = String(decoding: text[offset...].prefix(4), as: UTF8.self)
      throw ExpressionError("\"\(rest.prefix(1))\" has no meaning here", at: offset)
    }
  }

  /// An identifier, or a string with a prefix: `r"…"`, `b"…"`, `rb"…"`.
  private mutating func word() throws(ExpressionError) -> Token {
    var end = offset
    while end < text.count, text[end].isWord { end += 1 }
    let word = String(decoding: text[offset..<end], as: UTF8.self)
    if end < text.count, text[end] == "\"" || text[end] == "'" {
      let letters = word.lowercased()
      if ["r", "b", "rb", "br"].contains(letters) {
        offset = end
        let bytes = try readQuoted(isRaw: letters.contains("r"), isBytes: letters.contains("b"))
        return letters.contains("b") ? .bytes(bytes) : .string(try StringLiteral.text(bytes, at: start))
      }
    }
    offset = end
    return .identifier(word)
  }

  // MARK: Numbers

  private mutating func number() throws(ExpressionError) -> Token {
    if peek() == "0", peek(1) == "x" || peek(1) == "X" { return try hexNumber() }
    var isDouble = false
    skipDigits()
    if peek() == ".", let digit = peek(1), digit.isDigit {
      isDouble = true
      offset += 1
      skipDigits()
    }
    if peek() == "e" || peek() == "E" {
      let sign = peek(1) == "+" || peek(1) == "-" ? 1 : 0
      if let digit = peek(1 + sign), digit.isDigit {
        isDouble = true
        offset += 1 + sign
        skipDigits()
      }
    }
    let digits = String(decoding: text[start..<offset], as: UTF8.self)
    if isDouble {
      guard let value = Double(digits), value.isFinite else {
        throw ExpressionError("\(digits) is too large for a number", at: start)
      }
      try endNumber()
      return .double(value)
    }
    return try integer(UInt64(digits), digits)
  }

  private mutating func hexNumber() throws(ExpressionError) -> Token {
    offset += 2
    let first = offset
    while let byte = peek(), byte.hexDigit != nil { offset += 1 }
    let digits = String(decoding: text[first..<offset], as: UTF8.self)
    return try integer(UInt64(digits, radix: 16), "0x\(digits)")
  }

  private mutating func integer(_ value: UInt64?, _ digits: String) throws(ExpressionError) -> Token {
    guard let value else { throw ExpressionError("\(digits) is no integer of 64 bits", at: start) }
    let isUnsigned = peek() == "u" || peek() == "U"
    if isUnsigned { offset += 1 }
    try endNumber()
    return isUnsigned ? .uint(value) : .int(value)
  }

  private mutating func skipDigits() {
    while let byte = peek(), byte.isDigit { offset += 1 }
  }

  private func endNumber() throws(ExpressionError) {
    if let byte = peek(), byte.isWord { throw ExpressionError("a number cannot go on like this", at: offset) }
  }

  // MARK: Strings

  /// The bytes of a quoted string, with its escapes resolved.
  private mutating func readQuoted(isRaw: Bool, isBytes: Bool) throws(ExpressionError) -> [UInt8] {
    var literal = StringLiteral(isRaw: isRaw, isBytes: isBytes)
    let quote = text[offset]
    let isTriple = peek(1) == quote && peek(2) == quote
    offset += isTriple ? 3 : 1
    while let byte = peek() {
      if byte == quote, !isTriple || (peek(1) == quote && peek(2) == quote) {
        offset += isTriple ? 3 : 1
        return literal.bytes
      }
      if !isTriple, byte == "\n" || byte == "\r" { break }
      offset += 1
      if byte == "\\", !isRaw {
        offset += try literal.escape(text[offset...], at: offset - 1)
      } else {
        literal.bytes.append(byte)
      }
    }
    throw ExpressionError("a string is not closed", at: start)
  }
}

/// The contents of a quoted string while they are read.
private struct StringLiteral {
  let isRaw: Bool
  let isBytes: Bool
  var bytes: [UInt8] = []

  init(isRaw: Bool, isBytes: Bool) {
    self.isRaw = isRaw
    self.isBytes = isBytes
  }

  static func text(_ bytes: [UInt8], at offset: Int) throws(ExpressionError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ExpressionError("a string is not valid UTF-8", at: offset)
    }
    return text
  }

  /// Resolves the escape behind a backslash.
  ///
  /// - Returns: How many bytes it takes.
  mutating func escape(_ rest: ArraySlice<UInt8>, at offset: Int) throws(ExpressionError) -> Int {
    guard let letter = rest.first else { throw ExpressionError("a string is not closed", at: offset) }
    switch letter {
    case "n": bytes.append(0x0a)
    case "t": bytes.append(0x09)
    case "r": bytes.append(0x0d)
    case "a": bytes.append(0x07)
    case "b": bytes.append(0x08)
    case "f": bytes.append(0x0c)
    case "v": bytes.append(0x0b)
    case "\\", "'", "\"", "`", "?": bytes.append(letter)
    case "x", "X": return try code(rest.dropFirst(), digits: 2, radix: 16, at: offset) + 1
    case "u": return try code(rest.dropFirst(), digits: 4, radix: 16, at: offset) + 1
    case "U": return try code(rest.dropFirst(), digits: 8, radix: 16, at: offset) + 1
    case "0"..."3": return try code(rest, digits: 3, radix: 8, at: offset)
    default:
      throw ExpressionError(
        "\"\\\(Character(Unicode.Scalar(letter)))\" is no escape; write \"\\\\\" for a backslash", at: offset)
    }
    return 1
  }

  /// Adds a character by its number; in a byte string, `\x` and octal give a byte.
  private mutating func code(
    _ text: ArraySlice<UInt8>, digits: Int, radix: Int, at offset: Int
  ) throws(ExpressionError) -> Int {
    let digitsText = text.prefix(digits)
    let spelled = String(decoding: digitsText, as: UTF8.self)
    guard digitsText.count == digits, digitsText.allSatisfy({ $0.hexDigit != nil }),
      let number = UInt32(spelled, radix: radix)
    else { throw ExpressionError("this escape needs \(digits) digits", at: offset) }
    if isBytes, digits < 4 {
      guard number < 256 else { throw ExpressionError("a byte is at most \\377", at: offset) }
      bytes.append(UInt8(number))
    } else {
      guard let scalar = Unicode.Scalar(number) else {
        throw ExpressionError("this is no character of Unicode", at: offset)
      }
      bytes.append(contentsOf: String(Character(scalar)).utf8)
    }
    return digits
  }
}
