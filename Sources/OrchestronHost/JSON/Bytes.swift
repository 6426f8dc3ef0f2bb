internal import CSimdjson
import Glibc

extension UnsafeRawBufferPointer {
  /// True when both have the same bytes.
  func hasSameBytes(as other: UnsafeRawBufferPointer) -> Bool {
    guard count == other.count else { return false }
    guard count > 0, let a = baseAddress, let b = other.baseAddress else { return true }
    return memcmp(a, b, count) == 0
  }

  /// True when the bytes are UTF-8.
  public var isUTF8: Bool { ojson_is_utf8(baseAddress, count) }
}

extension String {
  /// The text as JSON writes it, for messages that quote what somebody sent: at most 64 characters of it.
  var quoted: String {
    let limit = 64
    let end = index(startIndex, offsetBy: limit, limitedBy: endIndex) ?? endIndex
    return JSON.string(end == endIndex ? self : String(self[..<end]) + "…").text
  }
}
