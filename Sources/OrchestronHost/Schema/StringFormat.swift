/// The formats of strings that schemas can assert.
enum StringFormat: String, CaseIterable, Sendable {
  case dateTime = "date-time"
  case date
  case uuid
  case email
  case uri

  /// What a string of this format is, as the end of "must be …".
  var requirement: String {
    switch self {
    case .dateTime: "an RFC 3339 date and time such as \"2026-01-31T09:30:00Z\""
    case .date: "a date such as \"2026-01-31\""
    case .uuid: "a UUID such as \"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60\""
    case .email: "an e-mail address such as \"name@example.org\""
    case .uri: "an absolute URI such as \"https://example.org/\""
    }
  }

  /// True when the whole string has the format.
  func matches(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var text = FormatReader(bytes)
    switch self {
    case .dateTime: return text.date() && text.take("Tt") != nil && text.time() && text.isAtEnd
    case .date: return text.date() && text.isAtEnd
    case .uuid: return text.uuid() && text.isAtEnd
    case .email: return text.email()
    case .uri: return text.uri()
    }
  }
}

/// Reads a string byte by byte; every method moves behind what it accepts.
private struct FormatReader {
  private let bytes: UnsafeRawBufferPointer
  private var position = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  /// Takes the next byte when it is one of these characters.
  mutating func take(_ characters: StaticString) -> UInt8? {
    guard let byte = peek, characters.contains(byte) else { return nil }
    position += 1
    return byte
  }

  /// Takes bytes as long as they satisfy the condition, and says how many.
  private mutating func takeWhile(_ condition: (UInt8) -> Bool) -> Int {
    let start = position
    while let byte = peek, condition(byte) { position += 1 }
    return position - start
  }

  private mutating func number(digits: Int) -> Int? {
    var value = 0
    for _ in 0..<digits {
      guard let digit = take("0123456789") else { return nil }
      value = value * 10 + Int(digit - UInt8(ascii: "0"))
    }
    return value
  }

  // MARK: date, date-time (RFC 3339)

  mutating func date() -> Bool {
    guard let year = number(digits: 4), take("-") != nil, let month = number(digits: 2), take("-") != nil,
      let day = number(digits: 2), 1...12 ~= month
    else { return false }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let length = month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    return 1...length ~= day
  }

  mutating func time() -> Bool {
    guard let hour = number(digits: 2), hour < 24, take(":") != nil, let minute = number(digits: 2), minute < 60,
      take(":") != nil, let second = number(digits: 2), second <= 60
    else { return false }
    if take(".") != nil, takeWhile(\.isDigit) == 0 { return false }
    var offset = 0
    if take("Zz") == nil {
      guard let sign = take("+-"), let hours = number(digits: 2), hours < 24, take(":") != nil,
        let minutes = number(digits: 2), minutes < 60
      else { return false }
      offset = (hours * 60 + minutes) * (sign == UInt8(ascii: "-") ? -1 : 1)
    }
    // A leap second is the last one of a UTC day.
    let day = 24 * 60
    return second < 60 || (hour * 60 + minute - offset + day) % day == day - 1
  }

  // MARK: uuid (RFC 9562)

  mutating func uuid() -> Bool {
    for (index, length) in [8, 4, 4, 4, 12].enumerated() {
      if index > 0, take("-") == nil { return false }
      for _ in 0..<length where take("0123456789abcdefABCDEF") == nil { return false }
    }
    return true
  }

  // MARK: email (RFC 5321 without address literals)

  mutating func email() -> Bool {
    let start = position
    guard peek == UInt8(ascii: "\"") ? quotedString() : atoms(), position - start <= 64, take("@") != nil else {
      return false
    }
    return domain()
  }

  private mutating func atoms() -> Bool {
    repeat {
      guard takeWhile({ $0.isAlphanumeric || ("!#$%&'*+-/=?^_`{|}~" as StaticString).contains($0) }) > 0 else {
        return false
      }
    } while take(".") != nil
    return true
  }

  private mutating func quotedString() -> Bool {
    position += 1
    while let byte = peek {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return true
      case UInt8(ascii: "\\"):
        guard let escaped = peek, 0x20...0x7E ~= escaped else { return false }
        position += 1
      case 0x20...0x7E: continue
      default: return false
      }
    }
    return false
  }

  private mutating func domain() -> Bool {
    guard bytes.count - position <= 253 else { return false }
    repeat {
      let start = position
      let length = takeWhile { $0.isAlphanumeric || $0 == UInt8(ascii: "-") }
      guard 1...63 ~= length, bytes[start].isAlphanumeric, bytes[position - 1].isAlphanumeric else { return false }
    } while take(".") != nil
    return isAtEnd
  }

  // MARK: uri (RFC 3986, with a scheme)

  mutating func uri() -> Bool {
    guard let first = peek, first.isLetter else { return false }
    _ = takeWhile { $0.isAlphanumeric || ("+-." as StaticString).contains($0) }
    guard take(":") != nil else { return false }
    if bytes[position...].starts(with: "//".utf8) {
      position += 2
      guard authority() else { return false }
    }
    guard characters("/:@") else { return false }
    if take("?") != nil, !characters("/:@?") { return false }
    if take("#") != nil, !characters("/:@?") { return false }
    return isAtEnd
  }

  private mutating func authority() -> Bool {
    let start = position
    guard characters(":") else { return false }
    if take("@") == nil { position = start }
    if take("[") != nil {
      guard takeWhile({ $0.isHexDigit || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") }) > 1, take("]") != nil
      else { return false }
    } else {
      guard characters("") else { return false }
    }
    if take(":") != nil { _ = takeWhile(\.isDigit) }
    return peek.map { ("/?#" as StaticString).contains($0) } ?? true
  }

  /// Takes unreserved characters, sub-delimiters, these further ones and percent escapes, if any. False when an
  /// escape is malformed.
  private mutating func characters(_ further: StaticString) -> Bool {
    while let byte = peek {
      if byte == UInt8(ascii: "%") {
        guard position + 2 < bytes.count, bytes[position + 1].isHexDigit, bytes[position + 2].isHexDigit else {
          return false
        }
        position += 3
      } else if byte.isAlphanumeric || ("-._~!$&'()*+,;=" as StaticString).contains(byte) || further.contains(byte) {
        position += 1
      } else {
        return true
      }
    }
    return true
  }
}

extension StaticString {
  fileprivate func contains(_ byte: UInt8) -> Bool {
    UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount).contains(byte)
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= self }
  fileprivate var isLetter: Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= self | 0x20 }
  fileprivate var isAlphanumeric: Bool { isDigit || isLetter }
  fileprivate var isHexDigit: Bool { isDigit || UInt8(ascii: "a")...UInt8(ascii: "f") ~= self | 0x20 }
}
