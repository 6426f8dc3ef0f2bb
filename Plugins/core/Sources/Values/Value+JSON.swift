import PluginKit

extension Value {
  /// Reads a value out of a parsed text; what is not there reads as null.
  init(_ json: JSONValue) {
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
  init(_ json: JSONValue) {
    self.init(json.members.lazy.map { ($0.key, Value($0.value)) })
  }
}

extension JSONWriter {
  mutating func value(_ value: Value) {
    switch value {
    case .null: null()
    case .bool(let value): bool(value)
    case .int(let value): int(value)
    case .double(let value): double(value)
    case .string(let value): string(value)
    case .array(let elements):
      beginArray()
      for element in elements { self.value(element) }
      endArray()
    case .object(let fields): self.fields(fields)
    }
  }

  mutating func fields(_ fields: Fields) {
    beginObject()
    for (name, value) in fields.members {
      key(name)
      self.value(value)
    }
    endObject()
  }
}

extension Fields {
  /// The object as compact JSON text.
  var json: [UInt8] {
    var writer = JSONWriter(capacity: 1024)
    writer.fields(self)
    return Array(writer.bytes)
  }
}
