/// The members of a JSON object, in the order in which they were first set.
///
/// Keys are told apart by their code points, not by Unicode's canonical equivalence as `String` does it.
public struct JSONObject: Sendable {
  private var members: [(key: String, value: JSON)] = []

  /// Positions by key, kept once a linear search would be slow.
  private var positions: [IndexedKey: Int]?

  private static let linearLimit = 16

  public init() {}

  /// Of a key that stands twice the last value counts, in the first one's place.
  public init(_ members: some Sequence<(String, JSON)>) {
    for (key, value) in members { self[key] = value }
  }

  /// The value of `key`, nil when it is absent. Setting nil removes the member.
  public subscript(key: String) -> JSON? {
    get { position(of: key).map { members[$0].value } }
    set {
      switch (position(of: key), newValue) {
      case (let position?, let value?): members[position].value = value
      case (nil, let value?): append(key, value)
      case (let position?, nil): remove(at: position)
      case (nil, nil): break
      }
    }
  }

  /// The keys, in order.
  public var keys: [String] { members.map(\.key) }

  private func position(of key: String) -> Int? {
    if let positions { return positions[IndexedKey(text: key)] }
    return members.firstIndex { IndexedKey(text: $0.key) == IndexedKey(text: key) }
  }

  private mutating func append(_ key: String, _ value: JSON) {
    members.append((key, value))
    if positions != nil {
      positions?[IndexedKey(text: key)] = members.count - 1
    } else if members.count > Self.linearLimit {
      index()
    }
  }

  private mutating func remove(at position: Int) {
    members.remove(at: position)
    if positions != nil { index() }
  }

  private mutating func index() {
    positions = Dictionary(uniqueKeysWithValues: members.indices.map { (IndexedKey(text: members[$0].key), $0) })
  }

  private struct IndexedKey: Hashable, Sendable {
    let text: String

    static func == (left: IndexedKey, right: IndexedKey) -> Bool {
      left.text.utf8.count == right.text.utf8.count && left.text.utf8.elementsEqual(right.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
      var text = text
      text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
  }
}

extension JSONObject: RandomAccessCollection {
  public var startIndex: Int { 0 }
  public var endIndex: Int { members.count }
  public subscript(position: Int) -> (key: String, value: JSON) { members[position] }
}

extension JSONObject: Hashable {
  /// Equal when the same keys have equal values, in whatever order.
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.count == right.count && left.allSatisfy { right[$0.key] == $0.value }
  }

  public func hash(into hasher: inout Hasher) {
    var sum = 0
    for member in members {
      var hasher = Hasher()
      hasher.combine(IndexedKey(text: member.key))
      hasher.combine(member.value)
      sum &+= hasher.finalize()
    }
    hasher.combine(sum)
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (String, JSON)...) { self.init(elements) }
}
