extension JSONWriter {
  /// Writes a Swift value. Convenient and slower than writing its parts: the value becomes a tree first.
  ///
  /// Members keep the order in which the type encodes them.
  public mutating func encode(_ value: some Encodable) throws {
    let node = Node()
    try ValueEncoder(node, []).encode(value)
    node.write(to: &self)
  }
}

/// A value of the tree.
private final class Node {
  enum Content {
    /// Nothing was encoded: an empty object, as `{}` is what a type without properties means.
    case nothing
    case null
    case bool(Bool)
    case int(Int64)
    case unsigned(UInt64)
    case double(Double)
    case string(String)
    case array([Node])
    case object([(key: String, value: Node)])
  }

  var content = Content.nothing

  func write(to json: inout JSONWriter) {
    switch content {
    case .nothing:
      json.beginObject()
      json.endObject()
    case .null: json.null()
    case .bool(let value): json.bool(value)
    case .int(let value): json.int(value)
    case .unsigned(let value): json.int(value)
    case .double(let value): json.double(value)
    case .string(let value): json.string(value)
    case .array(let elements):
      json.beginArray()
      for element in elements { element.write(to: &json) }
      json.endArray()
    case .object(let members):
      json.beginObject()
      for member in members {
        json.key(member.key)
        member.value.write(to: &json)
      }
      json.endObject()
    }
  }

  /// Makes this an array, unless it is one.
  func beArray() {
    if case .array = content { return }
    content = .array([])
  }

  /// Makes this an object, unless it is one.
  func beObject() {
    if case .object = content { return }
    content = .object([])
  }

  func append() -> Node {
    guard case .array(var elements) = content else { return Node() }
    let node = Node()
    content = .nothing
    elements.append(node)
    content = .array(elements)
    return node
  }

  func member(_ key: String) -> Node {
    guard case .object(var members) = content else { return Node() }
    let node = Node()
    content = .nothing
    if let place = members.firstIndex(where: { $0.key == key }) {
      members[place].value = node
    } else {
      members.append((key, node))
    }
    content = .object(members)
    return node
  }

  var count: Int {
    if case .array(let elements) = content { elements.count } else { 0 }
  }
}

/// Encodes into a node; also its container for a single value.
private struct ValueEncoder: Encoder, SingleValueEncodingContainer {
  let node: Node
  let codingPath: [any CodingKey]
  let userInfo: [CodingUserInfoKey: Any] = [:]

  init(_ node: Node, _ codingPath: [any CodingKey]) {
    self.node = node
    self.codingPath = codingPath
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    node.beObject()
    return KeyedEncodingContainer(ObjectEncoder(node, codingPath))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    node.beArray()
    return ArrayEncoder(node, codingPath)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { self }

  func encodeNil() { node.content = .null }
  func encode(_ value: Bool) { node.content = .bool(value) }
  func encode(_ value: String) { node.content = .string(value) }
  func encode(_ value: Double) { node.content = .double(value) }
  func encode(_ value: Float) { node.content = .double(Double(value)) }
  func encode(_ value: Int) { node.content = .int(Int64(value)) }
  func encode(_ value: Int8) { node.content = .int(Int64(value)) }
  func encode(_ value: Int16) { node.content = .int(Int64(value)) }
  func encode(_ value: Int32) { node.content = .int(Int64(value)) }
  func encode(_ value: Int64) { node.content = .int(value) }
  func encode(_ value: UInt) { node.content = .unsigned(UInt64(value)) }
  func encode(_ value: UInt8) { node.content = .int(Int64(value)) }
  func encode(_ value: UInt16) { node.content = .int(Int64(value)) }
  func encode(_ value: UInt32) { node.content = .int(Int64(value)) }
  func encode(_ value: UInt64) { node.content = .unsigned(value) }

  func encode(_ value: some Encodable) throws {
    try value.encode(to: self)
  }
}

private struct ObjectEncoder<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let node: Node
  let codingPath: [any CodingKey]

  init(_ node: Node, _ codingPath: [any CodingKey]) {
    self.node = node
    self.codingPath = codingPath
  }

  func encodeNil(forKey key: Key) { member(key).encodeNil() }

  func encode(_ value: some Encodable, forKey key: Key) throws { try member(key).encode(value) }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> {
    member(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { member(key).unkeyedContainer() }

  func superEncoder() -> any Encoder {
    ValueEncoder(node.member("super"), codingPath + [Place(stringValue: "super")])
  }

  func superEncoder(forKey key: Key) -> any Encoder { member(key) }

  private func member(_ key: Key) -> ValueEncoder {
    ValueEncoder(node.member(key.stringValue), codingPath + [key])
  }
}

private struct ArrayEncoder: UnkeyedEncodingContainer {
  let node: Node
  let codingPath: [any CodingKey]

  init(_ node: Node, _ codingPath: [any CodingKey]) {
    self.node = node
    self.codingPath = codingPath
  }

  var count: Int { node.count }

  func encodeNil() { element().encodeNil() }

  func encode(_ value: some Encodable) throws { try element().encode(value) }

  func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    element().container(keyedBy: type)
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { element().unkeyedContainer() }

  func superEncoder() -> any Encoder { element() }

  private func element() -> ValueEncoder {
    let path = codingPath + [Place(intValue: count)]
    return ValueEncoder(node.append(), path)
  }
}
