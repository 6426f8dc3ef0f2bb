/// Values at the limits of what types and schemas allow, and beyond.
enum HostileValues {
  private static let long = String(repeating: "x", count: 1 << 20)

  static let strings: [JSON] = [
    "", " ", "a", .string(long), .string(String(repeating: "𝄞", count: 16 << 10)), "a\u{0}b",
    "\u{FEFF}\u{202E}é\u{301}",
    "line\nline\r\n\ttab", "\"'\\`$(id);%s%n%p", "../../../../etc/passwd", "'; DROP TABLE t; --", "-1", "null",
  ]

  static let integers: [JSON] = [
    0, 1, -1, 2, 255, 65_536, .int(Int64(Int32.max)), .int(Int64(Int32.min)), .int(Int64(Int32.max) + 1),
    9_007_199_254_740_993, .int(.max), .int(.min),
  ]

  /// JSON has neither infinities nor NaN.
  static let numbers: [JSON] = [
    0, .double(-0.0), 1, -1, 0.1, .double(.leastNonzeroMagnitude), .double(.leastNormalMagnitude),
    .double(.greatestFiniteMagnitude), .double(-.greatestFiniteMagnitude), 1e21, .int(.max),
  ]

  /// Base64 texts.
  static let bytes: [JSON] = [
    "", "AA==", .string(Base64.encode(of: Array(0...255))),
    .string(Base64.encode(of: Array(repeating: 0xFF, count: 1 << 20))),
  ]

  static let json: [JSON] = [
    .null, true, 0, .int(.min), .double(.greatestFiniteMagnitude), "", [], [:], [.null], ["": .null], .string(long),
    nested(depth: 100), nested(depth: 500), .array(Array(repeating: 1, count: 10_000)),
    .object(JSONObject((0..<2_000).map { ("key\($0)", .int(Int64($0))) })), ["a\u{0}b": "𝄞"], ["__proto__": [:]],
  ]

  /// Arrays within arrays.
  private static func nested(depth: Int) -> JSON { (1..<depth).reduce([]) { inner, _ in [inner] } }

  /// Values for a parameter: those of its type, and those at the limits of its schema.
  static func values(for type: ValueType, schema: JSON?) -> [JSON] {
    let common =
      switch type {
      case .bool: [JSON.bool(true), false]
      case .int: integers
      case .double: numbers
      case .string: strings
      case .bytes: bytes
      case .json: json
      case .nothing: [JSON]()
      }
    return common + atLimits(of: schema)
  }

  /// The values at the limits of a schema.
  private static func atLimits(of schema: JSON?) -> [JSON] {
    guard let schema = schema?.object else { return [] }
    var values = schema["enum"]?.array ?? []
    for keyword in ["minimum", "maximum", "default", "const"] { values += schema[keyword].map { [$0] } ?? [] }
    for keyword in ["minLength", "maxLength"] {
      guard let length = schema[keyword]?.int, length <= 1 << 20 else { continue }
      values.append(.string(String(repeating: "x", count: Int(length))))
    }
    return values
  }

  /// Configurations: empty, null-ish, of wrong types, huge, with unknown keys; and, with a schema, each key at its limits.
  static func configurations(_ base: JSON, schema: JSON?) -> [JSON] {
    var all: [JSON] = [
      [:], ["": .null], ["unknown": .null], .object(JSONObject((0..<2_000).map { ("key\($0)", .string("x")) })),
      ["text": .string(long)], ["deep": nested(depth: 500)], ["a\u{0}b": "\u{202E}𝄞"],
    ]
    let keys = schema?["properties"]?.object.map { Array($0) } ?? []
    for (key, property) in keys {
      let values = strings + integers + numbers + json + atLimits(of: property)
      for value in values {
        var object = base.object ?? [:]
        object[key] = value
        all.append(.object(object))
      }
    }
    return all
  }
}

extension Base64 {
  fileprivate static func encode(of bytes: [UInt8]) -> String { bytes.withUnsafeBytes { Base64.encode($0) } }
}
