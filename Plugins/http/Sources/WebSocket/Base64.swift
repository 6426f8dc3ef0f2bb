extension ByteBuffer {
  /// Appends bytes in base64 with padding (RFC 4648, section 4).
  mutating func append(base64 bytes: Bytes) {
    let digits: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let length = min(3, bytes.count - start)
      var group: UInt32 = 0
      for index in 0..<3 { group = group << 8 | (index < length ? UInt32(bytes[start + index]) : 0) }
      for index in 0..<4 {
        let digit = digits.utf8Start[Int(group >> UInt32(18 - 6 * index)) & 63]
        append(index <= length ? digit : UInt8(ascii: "="))
      }
    }
  }
}
