#if canImport(Glibc)
  import Glibc
#endif

extension UnsafeBufferPointer where Element == UInt8 {
  /// The bytes as text; invalid UTF-8 becomes replacement characters.
  var text: String { String(decoding: self, as: UTF8.self) }

  /// The part between two offsets.
  func part(_ range: Range<Int>) -> Bytes { Bytes(rebasing: self[range]) }

  /// Whether both hold the same bytes.
  func equals(_ other: Bytes) -> Bool {
    guard count == other.count else { return false }
    guard let left = baseAddress, let right = other.baseAddress else { return true }
    return memcmp(left, right, count) == 0
  }

  func equals(_ other: StaticString) -> Bool {
    equals(Bytes(start: other.utf8Start, count: other.utf8CodeUnitCount))
  }

  /// Whether both hold the same bytes when ASCII letters differ in case only. `lower` is in lower case.
  func equals(ignoringCase lower: StaticString) -> Bool {
    guard count == lower.utf8CodeUnitCount else { return false }
    for index in 0..<count where asciiLowercased(self[index]) != lower.utf8Start[index] { return false }
    return true
  }

  /// The bytes without spaces and tabs at both ends.
  var trimmed: Bytes {
    var start = 0
    var end = count
    while start < end, self[start] == 32 || self[start] == 9 { start += 1 }
    while end > start, self[end - 1] == 32 || self[end - 1] == 9 { end -= 1 }
    return part(start..<end)
  }

  /// The bytes behind empty lines.
  var withoutLeadingLineEnds: Bytes {
    var start = 0
    while start < count, self[start] == 13 || self[start] == 10 { start += 1 }
    return part(start..<count)
  }

  /// Calls `body` with each element of a comma separated list, trimmed; empty elements are skipped.
  func forEachListElement(_ body: (Bytes) -> Void) {
    var start = 0
    for index in 0...count where index == count || self[index] == UInt8(ascii: ",") {
      let element = part(start..<index).trimmed
      if !element.isEmpty { body(element) }
      start = index + 1
    }
  }

  /// Whether a comma separated list has this element. `lower` is in lower case.
  func listContains(_ lower: StaticString) -> Bool {
    var found = false
    forEachListElement { if $0.equals(ignoringCase: lower) { found = true } }
    return found
  }
}

func asciiLowercased(_ byte: UInt8) -> UInt8 {
  byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
}
