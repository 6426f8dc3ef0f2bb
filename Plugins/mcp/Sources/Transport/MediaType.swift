/// A media type as a header names it: without its parameters, in upper or lower case.
struct MediaType {
  private let name: Substring.UTF8View

  /// - Parameter part: What stands between two commas, or the whole value.
  init(_ part: Substring.UTF8View) {
    let isSpace = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    var name = part.prefix { $0 != UInt8(ascii: ";") }.drop(while: isSpace)
    while let last = name.last, isSpace(last) { name.removeLast() }
    self.name = name
  }

  /// - Parameter other: In lower case.
  func isNamed(_ other: StaticString) -> Bool {
    name.elementsEqual(UnsafeBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount)) { byte, wanted in
      byte == wanted || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) && byte | 0x20 == wanted
    }
  }
}

/// What a client takes as an answer.
struct Acceptance {
  var json = false
  var events = false

  /// - Parameter header: The value of `Accept`; nil and empty take everything.
  init(_ header: String?) {
    guard let header, !header.isEmpty else {
      (json, events) = (true, true)
      return
    }
    for part in header[...].utf8.split(separator: UInt8(ascii: ",")) {
      let type = MediaType(part)
      if type.isNamed("*/*") {
        (json, events) = (true, true)
      } else if type.isNamed("application/json") || type.isNamed("application/*") {
        json = true
      } else if type.isNamed("text/event-stream") || type.isNamed("text/*") {
        events = true
      }
    }
  }
}
