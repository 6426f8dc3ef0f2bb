/// What must be escaped in a JSON string.
enum JSONEscapes {
  /// The number of bytes from `position` on that stand for themselves in a string, looked at eight at a time.
  static func plainLength(of bytes: UnsafeRawBufferPointer, from position: Int) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highBits: UInt64 = 0x8080_8080_8080_8080
    var end = position
    while end + 8 <= bytes.count {
      let word = bytes.loadUnaligned(fromByteOffset: end, as: UInt64.self)
      let quote = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
      let backslash = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
      // A byte below its bound borrows from its highest bit; false alarms above a real one do no harm.
      let control = word &- (ones &* 0x20)
      let special = (control & ~word) | ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
      if special & highBits != 0 { break }
      end += 8
    }
    while end < bytes.count, !mustEscape(bytes[end]) { end += 1 }
    return end - position
  }

  private static func mustEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }
}
