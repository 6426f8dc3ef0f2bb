/// Takes the parts of a date and time from the front of a text.
struct DigitReader {
  private var rest: Substring.UTF8View

  init(_ text: String) {
    rest = text[...].utf8
  }

  var isAtEnd: Bool { rest.isEmpty }

  /// A number of so many digits, and one of the separators behind it.
  mutating func number(_ digits: Int, _ separators: String = "") -> Int64? {
    var value: Int64 = 0
    for _ in 0..<digits {
      guard let digit = digit() else { return nil }
      value = value * 10 + digit
    }
    guard !separators.isEmpty else { return value }
    guard let separator = rest.popFirst(), separators.utf8.contains(separator) else { return nil }
    return value
  }

  /// `.123456` as milliseconds; 0 when there is none.
  mutating func fraction() -> Int64 {
    guard rest.first == UInt8(ascii: ".") else { return 0 }
    rest.removeFirst()
    var milliseconds: Int64 = 0
    var weight: Int64 = 100
    while let digit = digit() {
      milliseconds += digit * weight
      weight /= 10
    }
    return milliseconds
  }

  /// `Z` or `+01:00` up to the end of the text, in minutes.
  mutating func offset() -> Int64? {
    guard let sign = rest.popFirst() else { return nil }
    switch sign {
    case UInt8(ascii: "Z"), UInt8(ascii: "z"): return rest.isEmpty ? 0 : nil
    case UInt8(ascii: "+"), UInt8(ascii: "-"):
      guard let hours = number(2, ":"), let minutes = number(2), hours < 24, minutes < 60, rest.isEmpty else {
        return nil
      }
      return (hours * 60 + minutes) * (sign == UInt8(ascii: "-") ? -1 : 1)
    default: return nil
    }
  }

  private mutating func digit() -> Int64? {
    guard let byte = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
    rest.removeFirst()
    return Int64(byte - UInt8(ascii: "0"))
  }
}
