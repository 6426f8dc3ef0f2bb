import PluginKit

/// What a tool's results have to be: its `outputSchema`, brought to the keywords that ``ToolSchema`` keeps.
struct ResultSchema: Sendable, Equatable {
  /// As JSON, for the declaration of the method.
  let text: String
  private let root: Fields

  private static let depthLimit = 64
  private static let stepLimit = 200_000

  /// Nil when nothing is left of the schema that could be broken.
  init?(_ schema: Value) {
    guard let clean = ToolSchema(of: schema).clean(schema) else { return nil }
    root = clean
    text = String(decoding: clean.json, as: UTF8.self)
  }

  /// What is wrong with a value, and where; nil for one that fits. What would take too long to look at is let through.
  func breach(in value: Value) -> String? {
    var check = Check(definitions: root["$defs"]?.object ?? Fields(), steps: Self.stepLimit)
    return check.breach(of: .object(root), in: value, at: "", depth: 0)
  }

  private struct Check {
    let definitions: Fields
    var steps: Int

    mutating func breach(of schema: Value, in value: Value, at path: String, depth: Int) -> String? {
      steps -= 1
      guard steps > 0, depth < depthLimit else { return nil }
      if schema.bool == false { return told(path, "is not allowed") }
      for (keyword, rule) in schema.object?.members ?? [] {
        if let breach = breach(of: keyword, rule, schema, in: value, at: path, depth: depth) { return breach }
      }
      return nil
    }

    private mutating func breach(
      of keyword: String, _ rule: Value, _ schema: Value, in value: Value, at path: String, depth: Int
    ) -> String? {
      switch keyword {
      case "type":
        let types = rule.array?.compactMap(\.string) ?? rule.string.map { [$0] } ?? []
        return types.contains { Self.isType($0, value) } ? nil : told(path, "is not \(types.joined(separator: " or "))")
      case "enum": return rule.array?.contains(value) == true ? nil : told(path, "is none of the values that it may be")
      case "const": return rule == value ? nil : told(path, "is not the value that it has to be")
      case "minLength", "maxLength": return bound(keyword, rule, value.string?.unicodeScalars.count, "characters", path)
      case "minItems", "maxItems": return bound(keyword, rule, value.array?.count, "items", path)
      case "minProperties", "maxProperties":
        return bound(keyword, rule, value.object?.members.count, "members", path)
      case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf":
        guard let number = value.double, let limit = rule.double else { return nil }
        let isKept =
          switch keyword {
          case "minimum": number >= limit
          case "maximum": number <= limit
          case "exclusiveMinimum": number > limit
          case "exclusiveMaximum": number < limit
          default: Self.isMultiple(number, of: limit)
          }
        return isKept ? nil : told(path, "breaks \"\(keyword)\": \(limit)")
      case "uniqueItems":
        guard rule.bool == true, let items = value.array, items.count <= 1000 else { return nil }
        steps -= items.count * items.count
        for (index, item) in items.enumerated() where items[..<index].contains(item) {
          return told("\(path)[\(index)]", "is there twice")
        }
        return nil
      default: return nested(keyword, rule, schema, in: value, at: path, depth: depth + 1)
      }
    }

    private mutating func nested(
      _ keyword: String, _ rule: Value, _ schema: Value, in value: Value, at path: String, depth: Int
    ) -> String? {
      switch keyword {
      case "required":
        guard let object = value.object else { return nil }
        let missing = rule.array?.compactMap(\.string).first { object[$0] == nil }
        return missing.map { told(Self.member($0, of: path), "is missing") }
      case "properties":
        guard let object = value.object else { return nil }
        for (name, schema) in rule.object?.members ?? [] {
          guard let member = object[name] else { continue }
          if let breach = breach(of: schema, in: member, at: Self.member(name, of: path), depth: depth) {
            return breach
          }
        }
        return nil
      case "additionalProperties":
        let known = schema.object?["properties"]?.object
        for (name, member) in value.object?.members ?? [] where known?[name] == nil {
          if let breach = breach(of: rule, in: member, at: Self.member(name, of: path), depth: depth) {
            return breach
          }
        }
        return nil
      case "items":
        for (index, item) in (value.array ?? []).enumerated() {
          if let breach = breach(of: rule, in: item, at: "\(path)[\(index)]", depth: depth) { return breach }
        }
        return nil
      case "allOf":
        for schema in rule.array ?? [] {
          if let breach = breach(of: schema, in: value, at: path, depth: depth) { return breach }
        }
        return nil
      case "anyOf", "oneOf":
        let schemas = rule.array ?? []
        let count = schemas.count { breach(of: $0, in: value, at: path, depth: depth) == nil }
        if steps <= 0 || count == 1 || (keyword == "anyOf" && count > 0) { return nil }
        return told(path, count == 0 ? "fits none of \"\(keyword)\"" : "fits several of \"oneOf\"")
      case "$ref":
        let name = rule.string?.split(separator: "/").last.map(String.init) ?? ""
        return definitions[name].flatMap { breach(of: $0, in: value, at: path, depth: depth) }
      default: return nil
      }
    }

    private func bound(_ keyword: String, _ rule: Value, _ count: Int?, _ unit: String, _ path: String) -> String? {
      guard let count, let limit = rule.int.map({ Int(clamping: $0) }) else { return nil }
      let isKept = keyword.hasPrefix("min") ? count >= limit : count <= limit
      return isKept ? nil : told(path, "has \(count) \(unit), \"\(keyword)\" is \(limit)")
    }

    private func told(_ path: String, _ fault: String) -> String {
      "\(path.isEmpty ? "it" : CleanText.line(path, limit: 200)) \(fault)"
    }

    private static func member(_ name: String, of path: String) -> String {
      path.isEmpty ? name : "\(path).\(name)"
    }

    /// As far as binary fractions can tell: 0.3 is three times 0.1.
    private static func isMultiple(_ number: Double, of step: Double) -> Bool {
      let times = number / step
      return !times.isFinite || abs(times - times.rounded()) <= 1e-9 * max(1, abs(times))
    }

    private static func isType(_ type: String, _ value: Value) -> Bool {
      switch (type, value) {
      case ("null", .null), ("boolean", .bool), ("number", .int), ("number", .double), ("integer", .int),
        ("string", .string), ("array", .array), ("object", .object):
        true
      case ("integer", .double(let number)): number == number.rounded()
      default: false
      }
    }
  }
}
