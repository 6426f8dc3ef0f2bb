import PluginKit

/// A value of an expression.
enum CELValue: Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case uint(UInt64)
  case double(Double)
  case string(String)
  case bytes([UInt8])
  case list([CELValue])
  case map(CELMap)
  /// A moment in UTC.
  case timestamp(Instant)
  /// A span of time, in milliseconds.
  case duration(Int64)
  /// What `type()` gives.
  case type(String)

  /// The name of its type, as CEL spells it.
  var typeName: String {
    switch self {
    case .null: "null_type"
    case .bool: "bool"
    case .int: "int"
    case .uint: "uint"
    case .double: "double"
    case .string: "string"
    case .bytes: "bytes"
    case .list: "list"
    case .map: "map"
    case .timestamp: "google.protobuf.Timestamp"
    case .duration: "google.protobuf.Duration"
    case .type: "type"
    }
  }

  /// How a message calls it.
  var kind: String {
    switch self {
    case .null: "null"
    case .timestamp: "timestamp"
    case .duration: "duration"
    default: typeName
    }
  }

  /// What looking at all of it costs, without what lies deeper.
  var size: Int {
    switch self {
    case .string(let value): value.utf8.count / 64
    case .bytes(let value): value.count / 64
    case .list(let elements): elements.count
    case .map(let map): map.count
    default: 0
    }
  }
}

/// The members of a JSON object, or the entries that an expression wrote.
enum CELMap: Sendable {
  case fields(Fields)
  case entries([(key: CELValue, value: CELValue)])

  var count: Int {
    switch self {
    case .fields(let fields): fields.members.count
    case .entries(let entries): entries.count
    }
  }

  /// The value of a key; nil when there is none.
  subscript(key: CELValue) -> CELValue? {
    switch self {
    case .fields(let fields):
      guard case .string(let name) = key else { return nil }
      return fields[name].map(CELValue.init)
    case .entries(let entries):
      return entries.first { $0.key == key }?.value
    }
  }

  var pairs: [(key: CELValue, value: CELValue)] {
    switch self {
    case .fields(let fields): fields.members.map { (.string($0.name), CELValue($0.value)) }
    case .entries(let entries): entries
    }
  }
}

// MARK: - Equality and order

extension CELValue: Equatable {
  /// As CEL defines it: numbers are equal when they are the same number, whatever their type; values of different kinds
  /// are not equal; NaN is not equal to anything.
  static func == (left: CELValue, right: CELValue) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
    case (.bytes(let left), .bytes(let right)): left == right
    case (.list(let left), .list(let right)): left == right
    case (.map(let left), .map(let right)):
      left.count == right.count && left.pairs.allSatisfy { right[$0.key] == $0.value }
    case (.timestamp(let left), .timestamp(let right)): left == right
    case (.duration(let left), .duration(let right)): left == right
    case (.type(let left), .type(let right)): left == right
    default: left.numericOrder(right) == .equal
    }
  }

  enum Order { case less, equal, greater }

  /// How it compares with another value; nil when the two have no order.
  func order(_ other: CELValue) -> Order? {
    switch (self, other) {
    case (.bool(let left), .bool(let right)): Order(left ? 1 : 0, right ? 1 : 0)
    // By code points, which for UTF-8 is the order of the bytes.
    case (.string(let left), .string(let right)):
      left.utf8.elementsEqual(right.utf8) ? .equal : left.utf8.lexicographicallyPrecedes(right.utf8) ? .less : .greater
    case (.bytes(let left), .bytes(let right)):
      left == right ? .equal : left.lexicographicallyPrecedes(right) ? .less : .greater
    case (.timestamp(let left), .timestamp(let right)): Order(left, right)
    case (.duration(let left), .duration(let right)): Order(left, right)
    default: numericOrder(other)
    }
  }

  /// How two numbers compare, exactly; nil when one is none, or not a number.
  private func numericOrder(_ other: CELValue) -> Order? {
    switch (self, other) {
    case (.int(let left), .int(let right)): return Order(left, right)
    case (.uint(let left), .uint(let right)): return Order(left, right)
    case (.int(let left), .uint(let right)): return left < 0 ? .less : Order(UInt64(left), right)
    case (.double(let left), .double(let right)): return Order(left, right)
    case (.int(let left), .double(let right)): return Order(left, to: right)
    case (.uint(let left), .double(let right)): return Order(left, to: right)
    case (.uint, .int), (.double, .int), (.double, .uint): return other.numericOrder(self)?.reversed
    default: return nil
    }
  }
}

extension CELValue.Order {
  init<Number: Comparable>(_ left: Number, _ right: Number) {
    self = left < right ? .less : left == right ? .equal : .greater
  }

  init?(_ left: Double, _ right: Double) {
    if left.isNaN || right.isNaN { return nil }
    self = left < right ? .less : left == right ? .equal : .greater
  }

  init?<Number: FixedWidthInteger>(_ left: Number, to right: Double) {
    if right.isNaN { return nil }
    let floor = right.rounded(.down)
    guard let whole = Number(exactly: floor) else {
      self = right < 0 ? .greater : .less
      return
    }
    self = left < whole ? .less : left > whole ? .greater : floor == right ? .equal : .less
  }

  var reversed: CELValue.Order {
    switch self {
    case .less: .greater
    case .equal: .equal
    case .greater: .less
    }
  }
}

// MARK: - JSON

extension CELValue {
  /// A JSON value as an expression sees it. What lies in objects is looked at only when it is asked for.
  init(_ value: Value) {
    switch value {
    case .null: self = .null
    case .bool(let value): self = .bool(value)
    case .int(let value): self = .int(value)
    case .double(let value): self = .double(value)
    case .string(let value): self = .string(value)
    case .array(let elements): self = .list(elements.map(CELValue.init))
    case .object(let fields): self = .map(.fields(fields))
    }
  }

  /// The value as JSON: moments and spans of time as text, bytes as base64.
  ///
  /// - Returns: nil when a number is not finite.
  var json: Value? {
    switch self {
    case .null: .null
    case .bool(let value): .bool(value)
    case .int(let value): .int(value)
    case .uint(let value): Int64(exactly: value).map(Value.int) ?? .double(Double(value))
    case .double(let value): value.isFinite ? .double(value) : nil
    case .string(let value), .type(let value): .string(value)
    case .bytes(let value): .string(value.withUnsafeBytes(Base64.encode))
    case .timestamp(let value): .string(value.text)
    case .duration(let value): .string(durationText(value))
    case .list(let elements): CELValue.json(elements)
    case .map(.fields(let fields)): .object(fields)
    case .map(.entries(let entries)): CELValue.json(entries)
    }
  }

  private static func json(_ elements: [CELValue]) -> Value? {
    var result: [Value] = []
    for element in elements {
      guard let value = element.json else { return nil }
      result.append(value)
    }
    return .array(result)
  }

  private static func json(_ entries: [(key: CELValue, value: CELValue)]) -> Value? {
    var fields = Fields()
    for (key, value) in entries {
      guard let value = value.json else { return nil }
      fields[key.keyText] = value
    }
    return .object(fields)
  }

  private var keyText: String {
    switch self {
    case .string(let value): value
    case .bool(let value): String(value)
    case .int(let value): String(value)
    case .uint(let value): String(value)
    default: ""
    }
  }
}
