extension JSONValue {
  /// Reads the value as a Swift value. Convenient and slower than the accessors.
  ///
  /// - Throws: ``Failure`` with ``Status/invalidArgument`` that names the place and what stands there, or what the type's
  ///   own `init(from:)` throws.
  public func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
    try ValueDecoder(self, []).decode(type)
  }
}

/// Decodes from a ``JSONValue``; also its container for a single value.
private struct ValueDecoder: Decoder, SingleValueDecodingContainer {
  let value: JSONValue
  let codingPath: [any CodingKey]
  let userInfo: [CodingUserInfoKey: Any] = [:]

  init(_ value: JSONValue, _ codingPath: [any CodingKey]) {
    self.value = value
    self.codingPath = codingPath
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard value.kind == .object else { throw mismatch("an object") }
    return KeyedDecodingContainer(ObjectDecoder(value, codingPath))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard value.kind == .array else { throw mismatch("an array") }
    return ArrayDecoder(value, codingPath)
  }

  func singleValueContainer() throws -> any SingleValueDecodingContainer { self }

  func decodeNil() -> Bool { !value.isPresent }
  func decode(_ type: Bool.Type) throws -> Bool { try require(value.bool, "a boolean") }
  func decode(_ type: String.Type) throws -> String { try require(value.string, "a string") }
  func decode(_ type: Double.Type) throws -> Double { try require(value.double, "a number") }
  func decode(_ type: Float.Type) throws -> Float { Float(try require(value.double, "a number")) }
  func decode(_ type: Int.Type) throws -> Int { try integer() }
  func decode(_ type: Int8.Type) throws -> Int8 { try integer() }
  func decode(_ type: Int16.Type) throws -> Int16 { try integer() }
  func decode(_ type: Int32.Type) throws -> Int32 { try integer() }
  func decode(_ type: Int64.Type) throws -> Int64 { try integer() }
  func decode(_ type: UInt.Type) throws -> UInt { try integer() }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try integer() }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try integer() }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try integer() }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try integer() }

  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try Value(from: self)
  }

  private func integer<Value: FixedWidthInteger>() throws -> Value {
    guard let number = value.int else { throw mismatch("an integer") }
    guard let exact = Value(exactly: number) else {
      throw Failure(.invalidArgument, "\(place) must be from \(Value.min) to \(Value.max), not \(number)")
    }
    return exact
  }

  private func require<Value>(_ value: Value?, _ wanted: String) throws -> Value {
    guard let value else { throw mismatch(wanted) }
    return value
  }

  func mismatch(_ wanted: String) -> Failure {
    if value.kind == .absent { return Failure(.invalidArgument, "\(place) is missing; it must be \(wanted)") }
    return Failure(.invalidArgument, "\(place) must be \(wanted), not \(value.kind.phrase)")
  }

  private var place: String {
    if codingPath.isEmpty { return "the value" }
    let path = codingPath.map { key in key.intValue.map { "[\($0)]" } ?? ".\(key.stringValue)" }.joined()
    return "\"\(path.hasPrefix(".") ? String(path.dropFirst()) : path)\""
  }
}

extension JSONValue.Kind {
  /// How a sentence names it.
  fileprivate var phrase: String {
    switch self {
    case .absent: "nothing"
    case .null: "null"
    case .bool: "a boolean"
    case .int: "an integer"
    case .double: "a number with a fraction"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

private struct ObjectDecoder<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let value: JSONValue
  let codingPath: [any CodingKey]

  init(_ value: JSONValue, _ codingPath: [any CodingKey]) {
    self.value = value
    self.codingPath = codingPath
  }

  var allKeys: [Key] { value.members.compactMap { Key(stringValue: $0.key) } }

  func contains(_ key: Key) -> Bool { value[key.stringValue].kind != .absent }

  func decodeNil(forKey key: Key) throws -> Bool { member(key).decodeNil() }

  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    try member(key).decode(type)
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> {
    try member(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try member(key).unkeyedContainer()
  }

  func superDecoder() throws -> any Decoder { ValueDecoder(value["super"], codingPath + [Place(stringValue: "super")]) }

  func superDecoder(forKey key: Key) throws -> any Decoder { member(key) }

  private func member(_ key: Key) -> ValueDecoder {
    ValueDecoder(value[key.stringValue], codingPath + [key])
  }
}

private struct ArrayDecoder: UnkeyedDecodingContainer {
  let codingPath: [any CodingKey]
  let count: Int?
  private(set) var currentIndex = 0
  private var elements: JSONValue.Elements
  /// The element that `decodeNil` looked at and that was not null.
  private var waiting: JSONValue?

  init(_ value: JSONValue, _ codingPath: [any CodingKey]) {
    self.codingPath = codingPath
    count = value.count
    elements = value.elements
  }

  var isAtEnd: Bool { currentIndex >= count ?? 0 }

  mutating func decodeNil() throws -> Bool {
    let element = try take()
    if element.decodeNil() { return true }
    waiting = element.value
    currentIndex -= 1
    return false
  }

  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try take().decode(type)
  }

  mutating func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    try take().container(keyedBy: type)
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try take().unkeyedContainer()
  }

  mutating func superDecoder() throws -> any Decoder { try take() }

  private mutating func take() throws -> ValueDecoder {
    let path = codingPath + [Place(intValue: currentIndex)]
    guard let element = waiting ?? elements.next() else {
      throw Failure(.invalidArgument, "an array ends after \(currentIndex) elements; one more is needed")
    }
    waiting = nil
    currentIndex += 1
    return ValueDecoder(element, path)
  }
}

/// A step of a path.
struct Place: CodingKey {
  let stringValue: String
  let intValue: Int?

  init(stringValue: String) {
    self.stringValue = stringValue
    intValue = nil
  }

  init(intValue: Int) {
    stringValue = "\(intValue)"
    self.intValue = intValue
  }
}
