/// A JSON value in memory: read from a text, changed, compared and written again.
public enum Value: Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case double(Double)
  case string(String)
  case array([Value])
  case object(Fields)

  /// The text of a string; nil for any other kind.
  public var string: String? { if case .string(let value) = self { value } else { nil } }
  /// The members of an object; nil for any other kind.
  public var object: Fields? { if case .object(let value) = self { value } else { nil } }

  /// The elements of an array; nil for any other kind.
  public var array: [Value]? { if case .array(let elements) = self { elements } else { nil } }
  /// A truth value; nil for any other kind.
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

  /// Any number; nil for any other kind.
  public var double: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }

  /// An integer; a number with a fraction of zero counts.
  public var int: Int64? {
    switch self {
    case .int(let value): value
    case .double(let value): Int64(exactly: value)
    default: nil
    }
  }
}

extension Value: Equatable {
  /// Numbers are equal when they are the same number, however they are written: 3 and 3.0.
  public static func == (left: Value, right: Value) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.int(let left), .int(let right)): left == right
    case (.double(let left), .double(let right)): left == right
    case (.int(let int), .double(let double)), (.double(let double), .int(let int)): Int64(exactly: double) == int
    case (.string(let left), .string(let right)): left == right
    case (.array(let left), .array(let right)): left == right
    case (.object(let left), .object(let right)): left == right
    default: false
    }
  }
}

// Not by nil: where a member is set, that must go on meaning that the member goes away.
extension Value: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(integerLiteral value: Int64) { self = .int(value) }
  public init(floatLiteral value: Double) { self = .double(value) }
  public init(stringLiteral value: String) { self = .string(value) }
  public init(arrayLiteral elements: Value...) { self = .array(elements) }
  public init(dictionaryLiteral members: (String, Value)...) { self = .object(Fields(members)) }
}
