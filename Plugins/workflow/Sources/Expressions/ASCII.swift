// Lets bytes of a text be compared with the ASCII characters that they stand for.

func == (byte: UInt8?, character: Unicode.Scalar) -> Bool {
  byte.map { UInt32($0) == character.value } ?? false
}

func != (byte: UInt8?, character: Unicode.Scalar) -> Bool { !(byte == character) }

func ~= (character: Unicode.Scalar, byte: UInt8) -> Bool { UInt32(byte) == character.value }

func ~= (characters: ClosedRange<Unicode.Scalar>, byte: UInt8) -> Bool {
  characters.contains(Unicode.Scalar(byte))
}

extension UInt8 {
  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

  /// A letter, a digit or `_`.
  var isWord: Bool {
    switch self {
    case "a"..."z", "A"..."Z", "0"..."9", "_": true
    default: false
    }
  }

  var hexDigit: UInt8? {
    switch self {
    case "0"..."9": self - UInt8(ascii: "0")
    case "a"..."f": self - UInt8(ascii: "a") + 10
    case "A"..."F": self - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
