import Interchange

/// JSON Schemas of the texts that people write and read: titles, names, what is said.
enum HumanText {
  /// A text that is there to be read: of 1 to so many characters, one of which can be seen.
  static func schema(maxLength: Int) -> String {
    #"""
    {"type":"string","minLength":1,"maxLength":\#(maxLength),"pattern":"\#(visible)",
     "x-must":"have something to see"}
    """#
  }

  /// A list of such texts, each once.
  static func listSchema(maxLength: Int, maxItems: Int) -> String {
    #"{"type":"array","items":\#(schema(maxLength: maxLength)),"maxItems":\#(maxItems),"uniqueItems":true}"#
  }

  /// The pattern, as it stands in JSON, of a text in which something can be seen.
  private static let visible: String = {
    let ranges = VisibleText.invisible.map { range in
      range.count == 1 ? escape(range.lowerBound) : "\(escape(range.lowerBound))-\(escape(range.upperBound))"
    }
    return "[^\(ranges.joined())]"
  }()

  /// A code point in a class: an escape of four digits, or beyond them itself, because dialects differ there.
  private static func escape(_ scalar: UInt32) -> String {
    func unit(_ number: UInt32) -> String {
      let digits = String(number, radix: 16)
      return "u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
    }
    guard scalar > 0xFFFF else { return #"\\"# + unit(scalar) }
    let rest = scalar - 0x10000
    return #"\"# + unit(0xD800 + rest >> 10) + #"\"# + unit(0xDC00 + rest & 0x3FF)
  }
}
