/// The type of a parameter or a result, as `method.h` lists them.
enum ValueType: UInt8, Sendable {
  case bool = 0x62  // b
  case int = 0x69  // i
  case double = 0x64  // d
  case string = 0x73  // s
  case bytes = 0x79  // y
  case json = 0x6A  // j
  case nothing = 0x76  // v, a result only

  init?(letter: CChar) { self.init(rawValue: UInt8(bitPattern: letter)) }

  var letter: Character { Character(UnicodeScalar(rawValue)) }

  /// The word in messages and in JSON Schema; nil where any JSON is meant.
  var name: String {
    switch self {
    case .bool: "boolean"
    case .int: "integer"
    case .double: "number"
    case .string: "string"
    case .bytes: "bytes"
    case .json: "json"
    case .nothing: "nothing"
    }
  }

  /// The JSON Schema of the type itself.
  var schema: JSONObject {
    switch self {
    case .bool: ["type": "boolean"]
    case .int: ["type": "integer", "format": "int64"]
    case .double: ["type": "number", "format": "double"]
    case .string: ["type": "string"]
    case .bytes: ["type": "string", "contentEncoding": "base64"]
    case .json: [:]
    case .nothing: ["type": "null"]
    }
  }

  /// True when a value of this kind can be bound to the type. Whether bytes are base64 is found when they are decoded.
  func accepts(_ element: JSONElement) -> Bool {
    switch self {
    case .bool: element.kind == .bool
    case .int: element.int != nil
    case .double: element.double != nil
    case .string, .bytes: element.kind == .string
    case .json: true
    case .nothing: element.isNull
    }
  }
}
