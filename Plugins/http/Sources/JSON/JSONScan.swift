import Glibc

/// Walks through the members of an object whose text the host has checked already, and can be left at any of them.
///
/// It looks at nothing but quotes, backslashes and brackets. What is no JSON after all leads to members that make no sense or
/// to none, never out of the text.
struct JSONScan {
  private let text: Bytes
  private var position = 0

  /// - Parameter text: One object. It must outlive this value and the members.
  init(_ text: Bytes) {
    self.text = text
    skipSpace()
    position += peek == UInt8(ascii: "{") ? 1 : text.count
  }

  /// The next member: its name with the quotes, and its value.
  mutating func next() -> JSONText.Member? {
    skipSpace()
    if peek == UInt8(ascii: ",") {
      position += 1
      skipSpace()
    }
    guard peek == UInt8(ascii: "\""), let name = string() else { return nil }
    skipSpace()
    guard peek == UInt8(ascii: ":") else { return nil }
    position += 1
    skipSpace()
    return value().map { JSONText.Member(name: name, value: $0) }
  }

  private var peek: UInt8? { position < text.count ? text[position] : nil }

  private mutating func skipSpace() {
    while let byte = peek, byte <= 0x20 { position += 1 }
  }

  private mutating func value() -> Bytes? {
    switch peek {
    case nil: nil
    case UInt8(ascii: "\""): string()
    case UInt8(ascii: "{"), UInt8(ascii: "["): nested()
    default: word()
    }
  }

  /// A string with its quotes; the position stands at the first of them.
  private mutating func string() -> Bytes? {
    let start = position
    position += 1
    while let quote = firstQuote() {
      var backslashes = 0
      while text[quote - backslashes - 1] == UInt8(ascii: "\\") { backslashes += 1 }
      position = quote + 1
      if backslashes & 1 == 0 { return text.part(start..<position) }
    }
    return nil
  }

  /// Where the next quote stands; nil when there is none.
  private func firstQuote() -> Int? {
    guard position < text.count, let base = text.baseAddress,
      let found = memchr(base + position, Int32(UInt8(ascii: "\"")), text.count - position)
    else { return nil }
    return UnsafeRawPointer(found) - UnsafeRawPointer(base)
  }

  /// An object or a list.
  private mutating func nested() -> Bytes? {
    let start = position
    var depth = 0
    while let byte = peek {
      switch byte {
      case UInt8(ascii: "\""):
        guard string() != nil else { return nil }
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      default: break
      }
      position += 1
      if depth == 0 { return text.part(start..<position) }
    }
    return nil
  }

  /// A number, `true`, `false` or `null`.
  private mutating func word() -> Bytes? {
    let start = position
    while let byte = peek, byte > 0x20, byte != UInt8(ascii: ","), byte != UInt8(ascii: "}") { position += 1 }
    return text.part(start..<position)
  }
}
