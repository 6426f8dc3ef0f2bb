import PluginKit

/// A server's JSON Schema, brought to what the host checks. What it does not know is left out: what remains never
/// refuses what the server would take.
struct ToolSchema {
  private static let depthLimit = 24
  /// Bytes of one parameter's schema.
  static let sizeLimit = 64 << 10

  /// `$defs` of the whole schema.
  let definitions: Fields

  init(of schema: Value) { definitions = schema.object?["$defs"]?.object ?? Fields() }

  /// One property's schema as the host takes it, as JSON; nil when nothing is left.
  func parameter(_ schema: Value) -> String? { clean(schema).map { String(decoding: $0.json, as: UTF8.self) } }

  /// A schema as the host takes it, with the definitions that it refers to; nil when nothing is left, or too much.
  func clean(_ schema: Value) -> Fields? {
    var usesDefinitions = false
    guard var clean = node(schema, depth: 0, &usesDefinitions).object else { return nil }
    if usesDefinitions {
      var kept = Fields()
      var ignored = false
      for (name, definition) in definitions.members { kept[name] = node(definition, depth: 1, &ignored) }
      clean["$defs"] = .object(kept)
    }
    return clean.members.isEmpty || clean.json.count > Self.sizeLimit ? nil : clean
  }

  private func node(_ schema: Value, depth: Int, _ usesDefinitions: inout Bool) -> Value {
    if schema.bool != nil { return schema }
    guard let fields = schema.object, depth < Self.depthLimit else { return .object(Fields()) }
    var clean = Fields()
    for (keyword, value) in fields.members {
      if let kept = member(keyword, value, of: fields, depth: depth, &usesDefinitions) { clean[keyword] = kept }
    }
    return .object(clean)
  }

  private func member(
    _ keyword: String, _ value: Value, of fields: Fields, depth: Int, _ usesDefinitions: inout Bool
  ) -> Value? {
    switch keyword {
    case "type": return isType(value) ? value : nil
    case "enum": return value.array?.isEmpty == false ? value : nil
    case "const": return value
    case "title", "description": return value.string.map { .string(CleanText.line($0, limit: 500)) }
    case "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties":
      return value.int.map { $0 >= 0 } == true ? value : nil
    case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum": return value.double != nil ? value : nil
    case "multipleOf": return value.double.map { $0 > 0 } == true ? value : nil
    case "uniqueItems": return value.bool != nil ? value : nil
    case "required":
      guard let names = value.array, names.allSatisfy({ $0.string != nil }), !names.isEmpty else { return nil }
      return value
    case "properties":
      guard let properties = value.object else { return nil }
      var clean = Fields()
      for (name, schema) in properties.members { clean[name] = node(schema, depth: depth + 1, &usesDefinitions) }
      return .object(clean)
    case "items":
      // Lists of schemas were a form of older dialects, with rules of their own for what follows.
      return value.array == nil ? node(value, depth: depth + 1, &usesDefinitions) : nil
    case "additionalProperties":
      return fields["patternProperties"] == nil ? node(value, depth: depth + 1, &usesDefinitions) : nil
    case "anyOf", "allOf", "oneOf":
      guard let list = value.array, !list.isEmpty else { return nil }
      // Alternatives of which parts were left out may fit together: `oneOf` stays when each one is whole.
      let clean = list.map { node($0, depth: depth + 1, &usesDefinitions) }
      return keyword == "oneOf" && clean != list ? nil : .array(clean)
    case "$ref":
      guard let name = value.string?.split(separator: "/", omittingEmptySubsequences: false), name.count == 3,
        name[0] == "#", name[1] == "$defs", definitions[String(name[2])] != nil
      else { return nil }
      usesDefinitions = true
      return value
    default: return nil
    }
  }

  private func isType(_ value: Value) -> Bool {
    let known: Set<String> = ["null", "boolean", "integer", "number", "string", "array", "object"]
    if let name = value.string { return known.contains(name) }
    guard let names = value.array, !names.isEmpty else { return false }
    return names.allSatisfy { $0.string.map(known.contains) == true }
  }
}
