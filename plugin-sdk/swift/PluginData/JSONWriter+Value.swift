extension JSONWriter {
  /// Writes a value.
  public mutating func value(_ value: Value) {
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

  /// Writes an object.
  public mutating func fields(_ fields: Fields) {
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
  public var json: [UInt8] {
    var writer = JSONWriter(capacity: 1024)
    writer.fields(self)
    return Array(writer.bytes)
  }
}
