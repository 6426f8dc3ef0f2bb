/// The types that a schema accepts.
struct TypeSet: OptionSet, Sendable {
  let rawValue: UInt8

  static let null = TypeSet(rawValue: 1)
  static let boolean = TypeSet(rawValue: 2)
  static let integer = TypeSet(rawValue: 4)
  /// Numbers that are no integers.
  static let fraction = TypeSet(rawValue: 8)
  static let string = TypeSet(rawValue: 16)
  static let array = TypeSet(rawValue: 32)
  static let object = TypeSet(rawValue: 64)

  static let number: TypeSet = [.integer, .fraction]
  static let all = TypeSet(rawValue: 127)

  /// The set that a name in `type` stands for.
  init?(name: String) {
    switch name {
    case "null": self = .null
    case "boolean": self = .boolean
    case "integer": self = .integer
    case "number": self = .number
    case "string": self = .string
    case "array": self = .array
    case "object": self = .object
    default: return nil
    }
  }

  init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The type of a value. A double without fraction is an integer.
  init(of value: JSONElement) {
    switch value.kind {
    case .null: self = .null
    case .bool: self = .boolean
    case .int: self = .integer
    case .double: self = value.double.map(Self.isWhole) == true ? .integer : .fraction
    case .string: self = .string
    case .array: self = .array
    case .object: self = .object
    }
  }

  private static func isWhole(_ value: Double) -> Bool {
    // From 2^53 on doubles have no fractions.
    Int64(exactlyWithin: value) != nil || abs(value) >= 0x1p53
  }

  /// The types as a person would list them: `a string or null`.
  var phrase: String {
    var names: [String] = []
    if contains(.string) { names.append("a string") }
    if contains(.number) { names.append("a number") } else if contains(.integer) { names.append("an integer") }
    if contains(.boolean) { names.append("true or false") }
    if contains(.array) { names.append("an array") }
    if contains(.object) { names.append("an object") }
    if contains(.null) { names.append("null") }
    guard let last = names.popLast() else { return "absent" }
    return names.isEmpty ? last : "\(names.joined(separator: ", ")) or \(last)"
  }
}
