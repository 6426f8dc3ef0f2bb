/// Base64 of RFC 4648, section 4, with padding: how bytes travel in JSON.
public enum Base64 {
  private static let digits: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

  /// The value of each byte as a digit; 255 for what is none.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 255, count: 256)
    digits.withUTF8Buffer { digits in
      for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
    }
    return values
  }()

  /// The text of some bytes.
  public static func encode(_ bytes: UnsafeRawBufferPointer) -> String {
    let count = (bytes.count + 2) / 3 * 4
    return String(unsafeUninitializedCapacity: count) { text in
      digits.withUTF8Buffer { digits in
        for start in stride(from: 0, to: bytes.count, by: 3) {
          let length = min(3, bytes.count - start)
          var group = 0
          for index in 0..<3 { group = group << 8 | (index < length ? Int(bytes[start + index]) : 0) }
          for index in 0..<4 {
            text[start / 3 * 4 + index] = index <= length ? digits[group >> (18 - 6 * index) & 63] : UInt8(ascii: "=")
          }
        }
      }
      return count
    }
  }

  /// The bytes of a text, or nil when it is no base64, such as without its padding.
  public static func decode(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
    guard text.count.isMultiple(of: 4) else { return nil }
    let padding = text.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
    let count = text.count - padding
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 4 * 3)
    for start in stride(from: 0, to: count, by: 4) {
      let length = min(4, count - start)
      var group = 0
      for index in 0..<4 {
        let value = index < length ? values[Int(text[start + index])] : 0
        guard value != 255 else { return nil }
        group = group << 6 | Int(value)
      }
      for index in 0..<(length - 1) { bytes.append(UInt8(truncatingIfNeeded: group >> (16 - 8 * index))) }
    }
    return bytes
  }
}
