/// What headers tell about an answer: the revision of an entity, its id, the next page of a list.
struct EntityFacts {
  private var id: Bytes?
  private var revision: Bytes?
  private var next: Bytes?

  /// Looks at an answer, which must outlive this value.
  init(_ answer: Bytes) {
    guard answer.first == UInt8(ascii: "{") else { return }
    let list: StaticString = #"{"items":["#
    if answer.count > list.utf8CodeUnitCount, answer.part(0..<list.utf8CodeUnitCount).equals(list) {
      // Most lists end here; they are long, and not worth reading.
      let last: StaticString = #"],"next":null}"#
      if answer.part(answer.count - min(answer.count, last.utf8CodeUnitCount)..<answer.count).equals(last) { return }
      next = JSONText.member("next", of: answer)
      return
    }
    var facts = self
    try? JSONText.forEachMember(of: answer) { member in
      if member.name.equals(#""id""#) { facts.id = member.value }
      if member.name.equals(#""revision""#) { facts.revision = member.value }
    }
    self = facts
  }

  /// Appends `ETag`: the quoted revision.
  func appendTag(to buffer: inout ByteBuffer) {
    guard let revision, revision.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) else { return }
    buffer.append("ETag: \"")
    buffer.append(revision)
    buffer.append("\"\r\n")
  }

  /// Whether a list of tags has this entity's.
  func matches(_ tags: Bytes?) -> Bool {
    guard let tags, let revision else { return false }
    var matches = false
    tags.forEachListElement { tag in
      var tag = tag
      if tag.count > 2, tag.part(0..<2).equals("W/") { tag = tag.part(2..<tag.count) }
      if tag.equals("*") || tag.count == revision.count + 2 && tag.part(1..<tag.count - 1).equals(revision) {
        matches = true
      }
    }
    return matches
  }

  /// Appends `Location`: the address of a new entity.
  ///
  /// - Parameters:
  ///   - home: The path below which it is; nil for the one where it was made.
  ///   - target: That of the request.
  func appendLocation(below home: String?, or target: Bytes, to buffer: inout ByteBuffer) {
    guard let id, id.first == UInt8(ascii: "\"") else { return }
    var text = ByteBuffer()
    text.append(unescaping: id)
    var location = ByteBuffer()
    if let home {
      location.append(home)
    } else {
      location.append(target.part(0..<(target.firstIndex(of: UInt8(ascii: "?")) ?? target.count)))
    }
    location.append(UInt8(ascii: "/"))
    location.append(percentEncoding: text.bytes)
    buffer.appendHeader("Location", location.bytes)
  }

  /// Appends `Link` to the next page: the same address with another cursor.
  func appendLink(of target: Bytes, to buffer: inout ByteBuffer) {
    guard let next, next.first == UInt8(ascii: "\"") else { return }
    let end = target.firstIndex(of: UInt8(ascii: "?")) ?? target.count
    var link = ByteBuffer()
    link.append(UInt8(ascii: "<"))
    link.append(target.part(0..<end))
    link.append(UInt8(ascii: "?"))
    for pair in target.part(min(end + 1, target.count)..<target.count).split(separator: UInt8(ascii: "&")) {
      let pair = Bytes(rebasing: pair)
      if pair.count >= 7, pair.part(0..<7).equals("cursor=") { continue }
      link.append(pair)
      link.append(UInt8(ascii: "&"))
    }
    link.append("cursor=")
    var text = ByteBuffer()
    text.append(unescaping: next)
    link.append(percentEncoding: text.bytes)
    link.append(#">; rel="next""#)
    buffer.appendHeader("Link", link.bytes)
  }
}
