import PluginKit

/// How callers name an entity: by its id or by its key, both in any case.
enum Reference: Sendable, Equatable {
  /// A UUID in lower case.
  case id(String)
  /// A key in upper case: `ORC-42` of a task, `ORC` of a project.
  case key(String)

  /// Tells the two apart by their form. A text of neither form is nobody's key, which is for the look-up to find.
  init(_ text: String) {
    var text = text
    self = text.withUTF8(Reference.isUUID) ? .id(text.asciiLowercased) : .key(text.asciiUppercased)
  }

  private static func isUUID(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard text.count == 36 else { return false }
    for place in 0..<36 {
      let isDash = place == 8 || place == 13 || place == 18 || place == 23
      guard isDash ? text[place] == UInt8(ascii: "-") : text[place].isHexDigit else { return false }
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
  var asciiUppercased: String { changing(UInt8(ascii: "a")...UInt8(ascii: "z")) { $0 - 32 } }

  /// With its ASCII letters in lower case; all else stays as it is.
  var asciiLowercased: String { changing(UInt8(ascii: "A")...UInt8(ascii: "Z")) { $0 + 32 } }

  private func changing(_ letters: ClosedRange<UInt8>, _ change: (UInt8) -> UInt8) -> String {
    guard utf8.contains(where: letters.contains) else { return self }
    return String(decoding: utf8.map { letters.contains($0) ? change($0) : $0 }, as: UTF8.self)
  }
}
