/// What messages of one error have in common.
enum ErrorPattern {
  /// A message with what differs from one time to the next replaced: UUIDs by `UUID`, hexadecimal numbers after `0x`
  /// by `0xADDR`, other numbers by `NUM`. In lower case but for these, spaces in one, at most 300 bytes.
  static func normalized(_ message: String) -> String {
    var result: [UInt8] = []
    let bytes = Array(message.utf8)
    var place = 0
    while place < bytes.count, result.count < 300 {
      let byte = bytes[place]
      if let length = uuid(bytes, at: place) {
        result += Array("UUID".utf8)
        place += length
      } else if let length = address(bytes, at: place) {
        result += Array("0xADDR".utf8)
        place += length
      } else if byte.isDigit {
        result += Array("NUM".utf8)
        while place < bytes.count, bytes[place].isDigit { place += 1 }
      } else if byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d {
        if result.last != 0x20, !result.isEmpty { result.append(0x20) }
        place += 1
      } else {
        result.append((UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte + 32 : byte)
        place += 1
      }
    }
    if result.last == 0x20 { result.removeLast() }
    // A character that the limit has cut in two is repaired.
    return String(decoding: result, as: UTF8.self)
  }

  private static func uuid(_ bytes: [UInt8], at start: Int) -> Int? {
    guard start + 36 <= bytes.count else { return nil }
    for place in 0..<36 {
      let byte = bytes[start + place]
      let isDash = place == 8 || place == 13 || place == 18 || place == 23
      guard isDash ? byte == UInt8(ascii: "-") : byte.isHexadecimal else { return nil }
    }
    return 36
  }

  private static func address(_ bytes: [UInt8], at start: Int) -> Int? {
    guard start + 2 < bytes.count, bytes[start] == UInt8(ascii: "0"), bytes[start + 1] | 0x20 == UInt8(ascii: "x")
    else {
      return nil
    }
    var end = start + 2
    while end < bytes.count, bytes[end].isHexadecimal { end += 1 }
    return end > start + 2 ? end - start : nil
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

  fileprivate var isHexadecimal: Bool {
    isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self | 0x20)
  }
}
