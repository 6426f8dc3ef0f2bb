/// What headers tell about an answer: the revision of an entity, its id, the next page of a list.
struct EntityFacts {
  private var id: Bytes?
  private var revision: Bytes?
  private var next: Bytes?
  private var isList = false

  /// Looks at an answer, which must outlive this value.
  init(_ answer: Bytes) {
    guard answer.first == UInt8(ascii: "{") else { return }
    let list: StaticString = #"{"items":["#
    if answer.count > list.utf8CodeUnitCount, answer.part(0..<list.utf8CodeUnitCount).equals(list) {
      isList = true
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

  /// What stands in the entity tag: the revision.
  var tag: Bytes? {
    guard let revision, revision.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) else { return nil }
    return revision
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

  /// Appends `Link` to the next page and, when this is not the first, to the first: the same address with another
  /// cursor or none.
  func appendLink(of target: Bytes, to buffer: inout ByteBuffer) {
    guard isList else { return }
    let end = target.firstIndex(of: UInt8(ascii: "?")) ?? target.count
    guard next != nil || end < target.count else { return }
    var page = ByteBuffer()
    page.append(target.part(0..<end))
    page.append(UInt8(ascii: "?"))
    var isFirst = true
    for pair in target.part(min(end + 1, target.count)..<target.count).split(separator: UInt8(ascii: "&")) {
      let pair = Bytes(rebasing: pair)
      if pair.count >= 7, pair.part(0..<7).equals("cursor=") {
        isFirst = false
        continue
      }
      page.append(pair)
      page.append(UInt8(ascii: "&"))
    }
    var links = ByteBuffer()
    if let next, next.first == UInt8(ascii: "\"") {
      var text = ByteBuffer()
      text.append(unescaping: next)
      links.append(UInt8(ascii: "<"))
      links.append(page.bytes)
      links.append("cursor=")
      links.append(percentEncoding: text.bytes)
      links.append(#">; rel="next""#)
    }
    if !isFirst {
      if !links.isEmpty { links.append(", ") }
      links.append(UInt8(ascii: "<"))
      links.append(page.slice(0, page.count - 1))
      links.append(#">; rel="first""#)
    }
    if !links.isEmpty { buffer.appendHeader("Link", links.bytes) }
  }
}
