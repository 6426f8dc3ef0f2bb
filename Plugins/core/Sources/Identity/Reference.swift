/// How callers name an entity: by its id or by its key, both in any case.
enum Reference: Sendable, Equatable {
  /// A UUID in lower case.
  case id(String)
  /// A key in upper case: `ORC-42` of a task, `ORC` of a project.
  case key(String)

  /// Tells the two apart by their form. A text of neither form is nobody's key, which is for the look-up to find.
  init(_ text: String) {
    self = Reference.isUUID(text.utf8) ? .id(text.asciiLowercased) : .key(text.asciiUppercased)
  }

  private static func isUUID(_ text: String.UTF8View) -> Bool {
    guard text.count == 36 else { return false }
    for (place, byte) in text.enumerated() {
      switch place {
      case 8, 13, 18, 23: guard byte == UInt8(ascii: "-") else { return false }
      default: guard byte.isHexDigit else { return false }
      }
    }
    return true
  }
}

extension UInt8 {
  fileprivate var isHexDigit: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }
}

extension String {
  /// With its ASCII letters in upper case; all else stays as it is.
  var asciiUppercased: String {
    String(decoding: utf8.map { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) ? $0 - 32 : $0 }, as: UTF8.self)
  }

  /// With its ASCII letters in lower case; all else stays as it is.
  var asciiLowercased: String {
    String(decoding: utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 + 32 : $0 }, as: UTF8.self)
  }
}
