extension JSONText {
  /// The value of an object's member; nil when there is none or the text is no object. The last of several wins.
  static func member(_ name: StaticString, of object: Bytes) -> Bytes? {
    var found: Bytes?
    try? forEachMember(of: object) { member in
      if member.name.part(1..<member.name.count - 1).equals(name) { found = member.value }
    }
    return found
  }

  /// Calls `body` with each element of the array that is an object's member, when there is one.
  static func forEachElement(ofMember name: StaticString, of object: Bytes, _ body: (Bytes) -> Void) {
    guard let array = member(name, of: object) else { return }
    try? forEachElement(of: array, body)
  }

  /// What a string means; nil for every other value.
  static func string(_ value: Bytes?) -> String? {
    guard let value, value.first == UInt8(ascii: "\"") else { return nil }
    var text = ByteBuffer()
    text.append(unescaping: value)
    return text.bytes.text
  }
}
