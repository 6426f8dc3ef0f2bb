/// Reads a document's JSON text as far as storage has to: where it says its own id and revision.
///
/// A caller that has written both correctly is not made to wait for its text to be rewritten; otherwise the two members
/// are put right, in their place or at the end, and every other byte stays as it is.
struct DocumentText {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var place = 0
  private var isEmpty = true
  private var id: Range<Int>?
  private var revision: Range<Int>?
  /// Where the closing brace stands.
  private var end = 0

  /// The text with this id and revision; nil when it is not an object, or has one of the two twice.
  ///
  /// - Parameter id: visible ASCII, as ids of documents are.
  static func stamped(_ body: [UInt8], id: String, revision: Int64) -> [UInt8]? {
    body.withUnsafeBufferPointer { bytes in
      guard let text = DocumentText(bytes) else { return nil }
      let id = quoted(id)
      let revision = Array(String(revision).utf8)
      if let old = text.id, let number = text.revision, bytes[old].elementsEqual(id),
        bytes[number].elementsEqual(revision)
      {
        return body
      }
      return text.replacing(id: id, revision: revision)
    }
  }

  private static func quoted(_ id: String) -> [UInt8] {
    var text: [UInt8] = [UInt8(ascii: "\"")]
    for byte in id.utf8 {
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { text.append(UInt8(ascii: "\\")) }
      text.append(byte)
    }
    text.append(UInt8(ascii: "\""))
    return text
  }

  private init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
    guard next() == UInt8(ascii: "{") else { return nil }
    place += 1
    guard next() != UInt8(ascii: "}") else {
      end = place
      return
    }
    isEmpty = false
    while true {
      guard next() == UInt8(ascii: "\""), let key = string() else { return nil }
      guard next() == UInt8(ascii: ":") else { return nil }
      place += 1
      _ = next()
      guard let value = value() else { return nil }
      if spells("id", key) {
        guard id == nil else { return nil }
        id = value
      } else if spells("revision", key) {
        guard revision == nil else { return nil }
        revision = value
      }
      switch next() {
      case UInt8(ascii: ","): place += 1
      case UInt8(ascii: "}"):
        end = place
        return
      default: return nil
      }
    }
  }

  private func replacing(id newID: [UInt8], revision newRevision: [UInt8]) -> [UInt8] {
    var edits = [(range: id, value: newID, name: "id"), (range: revision, value: newRevision, name: "revision")]
    // What is in its place comes first, what is missing goes to the end.
    edits.sort { ($0.range?.lowerBound ?? end) < ($1.range?.lowerBound ?? end) }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + newID.count + newRevision.count + 16)
    var copied = 0
    var isEmpty = isEmpty
    for edit in edits {
      let range = edit.range ?? end..<end
      result += bytes[copied..<range.lowerBound]
      if edit.range == nil {
        result += (isEmpty ? "\"\(edit.name)\":" : ",\"\(edit.name)\":").utf8
        isEmpty = false
      }
      result += edit.value
      copied = range.upperBound
    }
    return result + bytes[copied...]
  }

  /// The next byte that is not white space; it is not consumed. Nil at the end.
  private mutating func next() -> UInt8? {
    while place < bytes.count {
      switch bytes[place] {
      case 0x20, 0x0a, 0x0d, 0x09: place += 1
      case let byte: return byte
      }
    }
    return nil
  }

  /// Consumes a value.
  private mutating func value() -> Range<Int>? {
    let start = place
    var depth = 0
    while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: "\""):
        guard string() != nil else { return nil }
        if depth == 0 { return start..<place }
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        // The object's own brace ends a number or a word.
        if depth == 0 { return start < place ? start..<place : nil }
        depth -= 1
        if depth == 0 {
          place += 1
          return start..<place
        }
      case UInt8(ascii: ","), 0x20, 0x0a, 0x0d, 0x09:
        if depth == 0 { return start < place ? start..<place : nil }
      default: break
      }
      place += 1
    }
    return nil
  }

  /// Consumes a string; the range is without its quotes.
  private mutating func string() -> Range<Int>? {
    let start = place + 1
    place = start
    while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: "\""):
        place += 1
        return start..<place - 1
      case UInt8(ascii: "\\"): place += 2
      default: place += 1
      }
    }
    return nil
  }

  /// Whether a member's name is this one, perhaps with letters written as `\u0069`.
  private func spells(_ name: StaticString, _ key: Range<Int>) -> Bool {
    let name = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
    guard bytes[key].contains(UInt8(ascii: "\\")) else { return bytes[key].elementsEqual(name) }
    var rest = bytes[key]
    for letter in name {
      if rest.first == letter {
        rest = rest.dropFirst()
        continue
      }
      let code = String(decoding: rest.dropFirst(2).prefix(4), as: UTF8.self)
      guard rest.starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]), UInt8(code, radix: 16) == letter
      else { return false }
      rest = rest.dropFirst(6)
    }
    return rest.isEmpty
  }
}
