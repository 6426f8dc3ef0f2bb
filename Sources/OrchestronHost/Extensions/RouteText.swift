extension HTTPRoutes {
  /// What is wrong with the text of a raw route; nil when it is one.
  static func fault(of text: String) -> String? {
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 2, ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(words[0]), words[1].utf8.first == slash
    else {
      return
        "the route \(text.quoted) must be GET, POST, PUT, PATCH or DELETE, a space, and a path such as /hello/{name}"
    }
    guard words[1] != "/" else { return nil }
    var names: Set<Substring> = []
    let segments = words[1].dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    for (index, segment) in segments.enumerated() {
      guard let name = parameter(segment) else {
        if isPlain(segment) { continue }
        return "the segment \(String(segment).quoted) of the route \(text.quoted) must be a plain word or {name}"
      }
      if segment.hasSuffix("...}"), index < segments.count - 1 {
        return "the route \(text.quoted) goes on behind \(segment), which takes the rest of the path: put it last"
      }
      guard names.insert(name).inserted else {
        return "the route \(text.quoted) has the segment {\(name)} twice: give each a name of its own"
      }
    }
    return nil
  }

  private static var slash: UInt8 { UInt8(ascii: "/") }

  /// The name in `{name}` or `{name...}`.
  private static func parameter(_ segment: Substring) -> Substring? {
    guard segment.hasPrefix("{"), segment.hasSuffix("}") else { return nil }
    let name = segment.dropFirst().dropLast(segment.hasSuffix("...}") ? 4 : 1)
    return isWord(name) && !name.utf8.contains(UInt8(ascii: ".")) ? name : nil
  }

  private static func isPlain(_ segment: Substring) -> Bool {
    isWord(segment) && segment != "." && segment != ".."
  }

  /// `[A-Za-z0-9._~-]+`
  private static func isWord(_ text: Substring) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
          UInt8(ascii: "~"):
          true
        default: false
        }
      }
  }
}
