extension Value {
  /// Reads a value out of a parsed text; what is not there reads as null.
  public init(_ json: JSONValue) {
    switch json.kind {
    case .bool: self = .bool(json.bool == true)
    case .int: self = .int(Int64(json.int ?? 0))
    case .double: self = .double(json.double ?? 0)
    case .string: self = .string(json.string ?? "")
    case .array: self = .array(json.elements.map(Value.init))
    case .object: self = .object(Fields(json))
    case .null, .absent: self = .null
    }
  }
}

extension Fields {
  /// Reads the members of a parsed object; anything else has none.
  public init(_ json: JSONValue) {
    self.init(json.members.lazy.map { ($0.key, Value($0.value)) })
  }
}
