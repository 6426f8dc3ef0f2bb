import OrchestronHost

/// A JSON text that is changed at one place, while every other byte stays as it is.
struct JSONText {
  private(set) var bytes: [UInt8]
  /// What the text says.
  private(set) var value: JSON

  /// - Throws: What is no JSON object, or has a key twice.
  init(_ bytes: [UInt8]) throws(JSONError) {
    let isBlank = bytes.allSatisfy { JSONText.isSpace($0) }
    self.bytes = isBlank ? Array("{}\n".utf8) : bytes
    value = try JSON(parsing: self.bytes, duplicateKeys: .refused)
    guard value.object != nil else { throw JSONError("the text is no JSON object") }
  }

  /// Sets the member at the end of a path of keys; objects that are missing on the way are made.
  ///
  /// - Throws: A path that leads through something that is no object.
  mutating func set(_ member: JSON, at path: [String]) throws(Failure) {
    let expected = try value.setting(member, at: path[...])
    var start = root
    var depth = 0
    for (index, key) in path.enumerated() {
      depth += 1
      let members = self.members(of: start)
      guard let found = members.first(where: { $0.key == key }) else {
        let rest = path[(index + 1)...].reversed().reduce(member) { .object([$1: $0]) }
        insert(key, rest, into: start, members, depth: depth)
        break
      }
      start = found.value.lowerBound
      if index == path.count - 1 {
        bytes.replaceSubrange(found.value, with: text(of: member, depth: depth))
      }
    }
    try settle(expected)
  }

  /// Removes the member at the end of a path; nothing when there is none.
  mutating func remove(at path: [String]) throws(Failure) {
    let expected = value.removing(at: path[...])
    guard expected != value else { return }
    var start = root
    for key in path.dropLast() {
      guard let found = members(of: start).first(where: { $0.key == key }) else { return }
      start = found.value.lowerBound
    }
    let members = self.members(of: start)
    guard let index = members.firstIndex(where: { $0.key == path.last }) else { return }
    if members.count == 1 {
      bytes.replaceSubrange(start + 1..<end(of: start) - 1, with: [])
    } else if index == 0 {
      bytes.removeSubrange(members[0].start..<members[1].start)
    } else {
      bytes.removeSubrange(members[index - 1].value.upperBound..<members[index].value.upperBound)
    }
    try settle(expected)
  }

  /// Takes the new text for good once it says what was wanted and nothing else.
  private mutating func settle(_ expected: JSON) throws(Failure) {
    guard let now = try? JSON(parsing: bytes, duplicateKeys: .refused), now == expected else {
      throw Failure(.internal, "the text could not be changed safely; nothing was written")
    }
    value = now
  }
}

// MARK: - Style

extension JSONText {
  private var newline: String {
    zip(bytes, bytes.dropFirst()).contains { $0 == UInt8(ascii: "\r") && $1 == UInt8(ascii: "\n") } ? "\r\n" : "\n"
  }

  /// By what each level is indented; nil for a text on one line.
  private var unit: String? {
    let start = root + 1
    guard let first = members(of: root).first else { return "  " }
    let space = bytes[start..<first.start]
    guard let line = space.lastIndex(of: UInt8(ascii: "\n")) else { return nil }
    return String(decoding: space[(line + 1)...], as: UTF8.self)
  }

  private func text(of value: JSON, depth: Int) -> [UInt8] {
    guard let unit else { return value.bytes }
    let text = value.spread(indent: String(repeating: unit, count: depth), unit: unit)
    return text.utf8.flatMap { $0 == UInt8(ascii: "\n") ? Array(newline.utf8) : [$0] }
  }

  private mutating func insert(_ key: String, _ value: JSON, into start: Int, _ members: [Member], depth: Int) {
    let member = JSON.string(key).bytes + Array((unit == nil ? ":" : ": ").utf8) + text(of: value, depth: depth)
    func line(_ depth: Int) -> [UInt8] {
      unit.map { Array(newline.utf8) + Array(String(repeating: $0, count: depth).utf8) } ?? []
    }
    if let last = members.last {
      bytes.insert(contentsOf: [UInt8(ascii: ",")] + line(depth) + member, at: last.value.upperBound)
    } else {
      bytes.replaceSubrange(start + 1..<end(of: start) - 1, with: line(depth) + member + line(depth - 1))
    }
  }
}

// MARK: - Finding places

/// All of this reads texts that are known to be valid.
extension JSONText {
  private struct Member {
    let key: String
    /// Where its key begins.
    let start: Int
    let value: Range<Int>
  }

  private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

  private var root: Int { skip(0) }

  /// The next place that is no space.
  private func skip(_ place: Int) -> Int { bytes[place...].firstIndex { !JSONText.isSpace($0) } ?? bytes.count }

  /// The members of the object that begins there.
  private func members(of start: Int) -> [Member] {
    var members: [Member] = []
    guard bytes[start] == UInt8(ascii: "{") else { return [] }
    var place = skip(start + 1)
    while bytes[place] == UInt8(ascii: "\"") {
      let key = place..<end(of: place)
      let value = skip(skip(key.upperBound) + 1)
      let range = value..<end(of: value)
      members.append(
        Member(key: (try? JSON(parsing: bytes[key]))?.string ?? "", start: key.lowerBound, value: range))
      place = skip(range.upperBound)
      if bytes[place] == UInt8(ascii: ",") { place = skip(place + 1) }
    }
    return members
  }

  /// Where the value that begins there ends.
  private func end(of start: Int) -> Int {
    var place = start
    var depth = 0
    repeat {
      switch bytes[place] {
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: "\""):
        place += 1
        while bytes[place] != UInt8(ascii: "\"") { place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1 }
      case UInt8(ascii: ","), UInt8(ascii: ":"): break
      case let byte where JSONText.isSpace(byte): break
      default:
        let ends = Array(",}] \t\r\n".utf8)
        while place + 1 < bytes.count, !ends.contains(bytes[place + 1]) { place += 1 }
      }
      place += 1
    } while depth > 0
    return place
  }
}

extension JSON {
  fileprivate func setting(_ member: JSON, at path: ArraySlice<String>) throws(Failure) -> JSON {
    guard let key = path.first else { return member }
    guard var object else { throw Failure(.failedPrecondition, "\(JSON.string(key).text) has to lie in an object") }
    object[key] = try (object[key] ?? [:]).setting(member, at: path.dropFirst())
    return .object(object)
  }

  fileprivate func removing(at path: ArraySlice<String>) -> JSON {
    guard let key = path.first, var object, let member = object[key] else { return self }
    object[key] = path.count == 1 ? nil : member.removing(at: path.dropFirst())
    return .object(object)
  }

  /// The value at the end of a path of keys.
  func at(_ path: [String]) -> JSON? { path.reduce(Optional(self)) { $0?[$1] } }
}
