extension ByteBuffer {
  /// Appends text with its percent escapes decoded. Answers false for a broken escape, a NUL, or what is no UTF-8.
  mutating func append(percentDecoding text: Bytes, plusIsSpace: Bool = false) -> Bool {
    let start = count
    var index = 0
    while index < text.count {
      let byte = text[index]
      index += 1
      if byte == UInt8(ascii: "%") {
        guard index + 1 < text.count, let high = hexValue(text[index]), let low = hexValue(text[index + 1]) else {
          return false
        }
        append(high << 4 | low)
        index += 2
      } else {
        append(plusIsSpace && byte == UInt8(ascii: "+") ? 0x20 : byte)
      }
    }
    let decoded = slice(start, count - start)
    return !decoded.contains(0) && String(validating: decoded, as: UTF8.self) != nil
  }

  /// Appends text so that it is one segment of a path or one value of a query.
  mutating func append(percentEncoding text: Bytes) {
    for byte in text {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        append(byte)
      default:
        append(UInt8(ascii: "%"))
        append(hexDigit(byte >> 4))
        append(hexDigit(byte & 15))
      }
    }
  }
}
