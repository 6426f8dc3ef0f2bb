/// A JSON value, owned and independent of the text it came from.
///
/// This is the convenient form, for configuration, declarations and messages. A hot path reads a ``JSONElement``
/// and writes by a ``JSONWriter`` instead, and allocates nothing.
///
/// There is no literal for null: write `.null`. (`nil` would be taken for "absent" wherever an optional is expected.)
public enum JSON: Sendable {
  case null
  case bool(Bool)
  /// A number without fraction or exponent within 64 bits.
  case int(Int64)
  /// Any other number. JSON has no infinities and no NaN: see ``JSON/text`` and ``JSONWriter/double(_:)``.
  case double(Double)
  case string(String)
  case array([JSON])
  case object(JSONObject)
}

// MARK: - Reading

extension JSON {
  /// The type of the value.
  public var kind: JSONKind {
    switch self {
    case .null: .null
    case .bool: .bool
    case .int: .int
    case .double: .double
    case .string: .string
    case .array: .array
    case .object: .object
    }
  }

  /// True for `null`.
  public var isNull: Bool { if case .null = self { true } else { false } }

  /// The Boolean, or nil for any other type.
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

  /// The number when it is an integer within 64 bits, `5.0` included; else nil.
  public var int: Int64? {
    switch self {
    case .int(let value): value
    case .double(let value): Int64(exactlyWithin: value)
    default: nil
    }
  }

  /// The number, or nil for any other type. Integers beyond 2^53 are rounded.
  public var double: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }

  /// The string, or nil for any other type.
  public var string: String? { if case .string(let value) = self { value } else { nil } }

  /// The elements, or nil for any other type.
  public var array: [JSON]? { if case .array(let value) = self { value } else { nil } }

  /// The members, or nil for any other type.
  public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }

  /// The member `key`, or nil when it is absent or this is no object.
  public subscript(key: String) -> JSON? { object?[key] }

  /// The element at `index`, or nil when there is none or this is no array.
  public subscript(index: Int) -> JSON? {
    guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
    return elements[index]
  }
}

// MARK: - Equality

extension JSON {
  /// Numbers are equal by value (`1` and `1.0`), strings by code points, objects whatever their order.
  public static func == (left: JSON, right: JSON) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.int(let a), .int(let b)): a == b
    case (.double(let a), .double(let b)): a == b
    case (.int(let a), .double(let b)), (.double(let b), .int(let a)): Int64(exactlyWithin: b) == a
    case (.string(let a), .string(let b)): a.utf8.elementsEqual(b.utf8)
    case (.array(let a), .array(let b)): a == b
    case (.object(let a), .object(let b)): a == b
    default: false
    }
  }
}

extension JSON: Hashable {
  public func hash(into hasher: inout Hasher) {
    hasher.combine(kind == .double ? .int : kind)
    switch self {
    case .null: break
    case .bool(let value): hasher.combine(value)
    case .int(let value): hasher.combine(value)
    case .double(let value):
      if let integer = Int64(exactlyWithin: value) { hasher.combine(integer) } else { hasher.combine(value) }
    case .string(var value): value.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    case .array(let elements): hasher.combine(elements)
    case .object(let members): hasher.combine(members)
    }
  }
}

// MARK: - Literals

extension JSON: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByStringInterpolation, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(integerLiteral value: Int64) { self = .int(value) }
  public init(floatLiteral value: Double) { self = .double(value) }
  public init(stringLiteral value: String) { self = .string(value) }
  public init(arrayLiteral elements: JSON...) { self = .array(elements) }

  /// Of a key that stands twice the last value counts.
  public init(dictionaryLiteral elements: (String, JSON)...) { self = .object(JSONObject(elements)) }
}

// MARK: - Text

extension JSON {
  /// Parses a whole text.
  ///
  /// The text must be UTF-8 and one JSON value, nested at most 512 deep. Integers beyond 64 bits become doubles.
  public init(parsing bytes: UnsafeRawBufferPointer, duplicateKeys: JSONDuplicateKeys = .lastWins) throws(JSONError) {
    let document = JSONDocument()
    try document.parse(bytes, duplicateKeys: duplicateKeys)
    self = withExtendedLifetime(document) { $0.root.json }
  }

  /// Parses a whole text; see ``init(parsing:duplicateKeys:)-(UnsafeRawBufferPointer,_)``.
  public init(parsing bytes: some Sequence<UInt8>, duplicateKeys: JSONDuplicateKeys = .lastWins) throws(JSONError) {
    let document = JSONDocument()
    try document.parse(bytes, duplicateKeys: duplicateKeys)
    self = withExtendedLifetime(document) { $0.root.json }
  }

  /// Parses a whole text; see ``init(parsing:duplicateKeys:)-(UnsafeRawBufferPointer,_)``.
  public init(parsing text: String, duplicateKeys: JSONDuplicateKeys = .lastWins) throws(JSONError) {
    try self.init(parsing: text.utf8, duplicateKeys: duplicateKeys)
  }

  /// Compact JSON text. A number that JSON cannot express (infinite or NaN, which no parser yields) becomes `null`.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// ``text`` as UTF-8.
  public var bytes: [UInt8] {
    var writer = JSONWriter()
    writer.json(self)
    return writer.array
  }
}

extension JSON: CustomStringConvertible {
  public var description: String { text }
}

/// The type of a JSON value; numbers are told apart by whether they are exact 64-bit integers as written.
public enum JSONKind: UInt8, Sendable {
  case null, bool, int, double, string, array, object
}

/// What to do about an object that has one key twice.
public enum JSONDuplicateKeys: Sendable {
  /// The last member counts, as in most parsers.
  case lastWins
  /// The text is refused, with the key named.
  case refused
}

extension Int64 {
  /// The integer that a double stands for, or nil when it has a fraction or lies outside of the range. The bounds are
  /// exclusive: ±2^63 as a double may be a rounded integer beyond 64 bits.
  init?(exactlyWithin value: Double) {
    guard value > -0x1p63, value < 0x1p63, let integer = Int64(exactly: value) else { return nil }
    self = integer
  }
}
