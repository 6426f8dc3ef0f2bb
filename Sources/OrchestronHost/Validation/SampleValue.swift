/// A value that a schema accepts, as small as it may be; for plugins that cannot be run without one.
struct SampleValue {
  /// Nil when none was found.
  let json: JSON?

  private static let maximumDepth = 16

  init(schema: JSON) {
    let candidate = SampleValue.value(for: schema, in: schema, depth: 0)
    guard let candidate, let compiled = try? Schema(compiling: schema, strict: false),
      compiled.validate(candidate).isEmpty
    else {
      json = nil
      return
    }
    json = candidate
  }

  private static func value(for schema: JSON, in root: JSON, depth: Int) -> JSON? {
    guard depth < maximumDepth else { return nil }
    guard let object = schema.object else { return schema.bool == true ? .null : nil }
    if let value = object["default"] ?? object["const"] ?? object["enum"]?[0] ?? object["examples"]?[0] { return value }
    if let reference = object["$ref"]?.string {
      return value(for: target(of: reference, in: root), in: root, depth: depth + 1)
    }
    for keyword in ["anyOf", "oneOf", "allOf"] where object["type"] == nil {
      for branch in object[keyword]?.array ?? [] {
        if let value = value(for: branch, in: root, depth: depth + 1) { return value }
      }
    }
    let type = object["type"]?.string ?? object["type"]?[0]?.string ?? (object["properties"] == nil ? "null" : "object")
    switch type {
    case "object": return self.object(object, in: root, depth: depth)
    case "array":
      let count = Int(clamping: object["minItems"]?.int ?? 0)
      guard count > 0 else { return [] }
      let element = value(for: object["items"] ?? true, in: root, depth: depth + 1)
      return element.map { .array(Array(repeating: $0, count: min(count, 1000))) }
    case "string": return string(schema)
    case "integer", "number": return number(object)
    case "boolean": return false
    default: return .null
    }
  }

  private static func object(_ schema: JSONObject, in root: JSON, depth: Int) -> JSON? {
    var members: JSONObject = [:]
    for name in (schema["required"]?.array ?? []).compactMap(\.string) {
      guard let value = value(for: schema["properties"]?[name] ?? true, in: root, depth: depth + 1) else { return nil }
      members[name] = value
    }
    return .object(members)
  }

  private static func number(_ schema: JSONObject) -> JSON {
    if let minimum = schema["minimum"] { return minimum }
    if let above = schema["exclusiveMinimum"]?.double { return .int(Int64(clampingDouble: above.rounded(.down) + 1)) }
    if let maximum = schema["maximum"], maximum.double ?? 0 < 1 { return maximum }
    return schema["multipleOf"] ?? 1
  }

  /// Tries what patterns and formats commonly ask for.
  private static func string(_ schema: JSON) -> JSON? {
    let words = [
      "a", "text", "A", "1", "a1", "abc", "ABC-1", "a@example.org", "https://example.org/", "2026-01-31",
      "2026-01-31T09:30:00.000Z", "0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60", "/tmp", "1.0.0", "a:b", "#aabbcc", "",
    ]
    let length = Int(clamping: schema["minLength"]?.int ?? 0)
    let padded = words + (length > 0 && length <= 10_000 ? [String(repeating: "a", count: length)] : [])
    guard let compiled = try? Schema(compiling: schema, strict: false) else { return nil }
    return padded.lazy.map { JSON.string($0) }.first { compiled.validate($0).isEmpty }
  }

  /// What a `$ref` leads to within its document.
  private static func target(of reference: String, in root: JSON) -> JSON {
    reference.split(separator: "/").dropFirst().reduce(root) { place, step in
      place[String(step).replacing("~1", with: "/").replacing("~0", with: "~")] ?? .bool(false)
    }
  }
}

extension Int64 {
  fileprivate init(clampingDouble value: Double) {
    self = value >= 0x1p63 ? .max : value < -0x1p63 ? .min : Int64(value)
  }
}
