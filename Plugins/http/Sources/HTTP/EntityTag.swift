/// An entity tag as a client sends it in `If-Match` or `If-None-Match` (RFC 9110, 8.8.3).
struct EntityTag {
  /// What stands at the end of tags of compressed replies.
  static let gzip: StaticString = "-gzip"

  /// What tells contents apart: without quotes, and without what tells codings apart.
  var opaque: Bytes
  var isWeak: Bool

  /// Nil for what is no tag.
  init?(_ text: Bytes) {
    isWeak = text.count > 2 && text.part(0..<2).equals("W/")
    let quoted = isWeak ? text.part(2..<text.count) : text
    guard quoted.count >= 2, quoted.first == UInt8(ascii: "\""), quoted.last == UInt8(ascii: "\"") else { return nil }
    opaque = quoted.part(1..<quoted.count - 1)
    guard !opaque.contains(UInt8(ascii: "\"")) else { return nil }
    let end = opaque.count - Self.gzip.utf8CodeUnitCount
    if end > 0, opaque.part(end..<opaque.count).equals(Self.gzip) { opaque = opaque.part(0..<end) }
  }

  /// Whether a list of tags, that of `If-None-Match`, has this one or is `*`. Weak and strong ones are the same here.
  static func list(_ tags: Bytes?, has opaque: Bytes) -> Bool {
    var has = false
    tags?.forEachListElement { text in
      if text.equals("*") || EntityTag(text)?.opaque.equals(opaque) == true { has = true }
    }
    return has
  }
}

extension HTTPExchange {
  /// Answers with content that has a tag, or that the client's is still the same: 200 or 304.
  func respond(_ type: ContentType, _ content: SharedBytes, tag: String, headers: (inout ByteBuffer) -> Void) {
    var tag = tag
    tag.withUTF8 { tag in
      func lines(_ buffer: inout ByteBuffer) {
        appendTag(tag, to: &buffer)
        headers(&buffer)
      }
      negotiate(type, length: content.bytes.count)
      if EntityTag.list(header("if-none-match"), has: tag) { return respond(.notModified, headers: lines) }
      respond(.ok, type, body: content, headers: lines)
    }
  }
}
