extension ByteBuffer {
  /// Appends text as a JSON string, in quotes. Bytes that are no UTF-8 become replacement characters.
  mutating func append(jsonString text: Bytes) {
    append(UInt8(ascii: "\""))
    if text.allSatisfy({ $0 >= 0x20 && $0 < 0x80 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
      append(text)
    } else {
      var repaired = text.text
      repaired.withUTF8 { for byte in $0 { append(jsonEscaped: byte) } }
    }
    append(UInt8(ascii: "\""))
  }

  mutating func append(jsonString text: String) {
    var text = text
    text.withUTF8 { append(jsonString: $0) }
  }

  private mutating func append(jsonEscaped byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): append(#"\""#)
    case UInt8(ascii: "\\"): append(#"\\"#)
    case 0x0a: append(#"\n"#)
    case 0x0d: append(#"\r"#)
    case 0x09: append(#"\t"#)
    case 0..<0x20:
      append(#"\u00"#)
      append(hexDigit(byte >> 4))
      append(hexDigit(byte & 15))
    default: append(byte)
    }
  }

  /// Appends what a JSON string of a checked text means. `quoted` has its quotes.
  mutating func append(unescaping quoted: Bytes) {
    var index = 1
    let end = quoted.count - 1
    while index < end {
      guard quoted[index] == UInt8(ascii: "\\") else {
        append(quoted[index])
        index += 1
        continue
      }
      let escape = quoted[index + 1]
      index += 2
      switch escape {
      case UInt8(ascii: "b"): append(0x08)
      case UInt8(ascii: "f"): append(0x0c)
      case UInt8(ascii: "n"): append(0x0a)
      case UInt8(ascii: "r"): append(0x0d)
      case UInt8(ascii: "t"): append(0x09)
      case UInt8(ascii: "u"):
        var scalar = Self.codeUnit(quoted, index)
        index += 4
        if scalar & 0xfc00 == 0xd800 {
          scalar = 0x10000 + (scalar & 0x3ff) << 10 + Self.codeUnit(quoted, index + 2) & 0x3ff
          index += 6
        }
        // The text was checked: surrogates come in pairs, so every value is a scalar.
        for byte in String(Unicode.Scalar(scalar) ?? "\u{fffd}").utf8 { append(byte) }
      default: append(escape)
      }
    }
  }

  private static func codeUnit(_ bytes: Bytes, _ start: Int) -> UInt32 {
    var unit: UInt32 = 0
    for index in start..<start + 4 { unit = unit << 4 | UInt32(hexValue(bytes[index]) ?? 0) }
    return unit
  }
}
