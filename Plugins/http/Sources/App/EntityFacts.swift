/// What headers tell about an answer: the revision of an entity, its id, the next page of a list.
struct EntityFacts {
  private var id: Bytes?
  /// What stands in the entity tag: the revision.
  private(set) var tag: Bytes?
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
    var scan = JSONScan(answer)
    while let member = scan.next() {
      if id == nil, member.name.equals(#""id""#) {
        id = member.value
      } else if tag == nil, member.name.equals(#""revision""#) {
        tag = Self.isNumber(member.value) ? member.value : nil
      } else {
        continue
      }
      if id != nil, tag != nil { return }
    }
  }

  private static func isNumber(_ value: Bytes) -> Bool {
    !value.isEmpty && value.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
  }

  /// Appends `Location`: the address of a new entity.
  ///
  /// - Parameters:
  ///   - home: The path below which it is; nil for the one where it was made.
  ///   - path: That of the request.
  func appendLocation(below home: String?, or path: Bytes, to buffer: inout ByteBuffer) {
    guard let id, id.first == UInt8(ascii: "\"") else { return }
    var text = ByteBuffer()
    text.append(unescaping: id)
    var location = ByteBuffer()
    if let home {
      location.append(home)
    } else {
      location.append(path)
    }
    location.append(UInt8(ascii: "/"))
    location.append(percentEncoding: text.bytes)
    buffer.appendHeader("Location", location.bytes)
  }

  /// Appends `Link` to the next page and, when this is not the first, to the first: the same address with another
  /// cursor or none.
  func appendLink(of path: Bytes, _ query: Bytes, to buffer: inout ByteBuffer) {
    guard isList, next != nil || !query.isEmpty else { return }
    var page = ByteBuffer()
    page.append(path)
    page.append(UInt8(ascii: "?"))
    var isFirst = true
    for pair in query.split(separator: UInt8(ascii: "&")) {
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
