/// The keywords of one schema object, read and checked.
struct Keywords {
  let object: JSONObject

  /// The JSON pointer of the schema in its document.
  let path: String

  let strict: Bool

  /// What the validator asserts.
  private static let assertions = [
    "type", "enum", "const", "properties", "required", "additionalProperties", "patternProperties", "minProperties",
    "maxProperties", "items", "prefixItems", "minItems", "maxItems", "uniqueItems", "minLength", "maxLength", "pattern",
    "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "allOf", "anyOf", "oneOf",
    "not", "if", "then", "else", "$ref", "$defs",
  ]

  /// What is written for readers, with the type that it must have.
  private static let annotations: [(name: String, kind: JSONKind?)] = [
    ("title", .string), ("description", .string), ("$schema", .string), ("$id", .string), ("$comment", .string),
    ("default", nil), ("examples", .array), ("deprecated", .bool), ("readOnly", .bool), ("writeOnly", .bool),
  ]

  func hasAny(of keywords: [String]) -> Bool { keywords.contains { object[$0] != nil } }

  func refuseUnknown() throws(SchemaError) {
    for (keyword, value) in object where !keyword.hasPrefix("x-") && !Self.assertions.contains(keyword) {
      guard let annotation = Self.annotations.first(where: { $0.name == keyword }) else {
        let known = Self.assertions + Self.annotations.map(\.name)
        let hint = nearest(keyword, in: known).map { "; did you mean \"\($0)\"?" } ?? ""
        throw SchemaError(path: path, message: "unknown keyword \(keyword.quoted)\(hint)")
      }
      guard annotation.kind == nil || annotation.kind == value.kind else {
        throw fault(keyword, "has a value of the wrong type")
      }
    }
  }

  // MARK: Any type

  func types() throws(SchemaError) -> TypeSet {
    guard let value = object["type"] else { return .all }
    guard let names = value.array ?? value.string.map({ [.string($0)] }), !names.isEmpty else {
      throw fault("type", "must be the name of a type, or an array of them")
    }
    var types: TypeSet = []
    for name in names {
      guard let type = name.string.flatMap({ TypeSet(name: $0) }) else {
        throw fault("type", "\(name.text) is no type; there are null, boolean, integer, number, string, array, object")
      }
      types.formUnion(type)
    }
    return types
  }

  func choices() throws(SchemaError) -> SchemaNode.Choices? {
    guard let value = object["enum"] else { return object["const"].map { SchemaNode.Choices([$0]) } }
    guard let choices = value.array, !choices.isEmpty else {
      throw fault("enum", "must be an array that is not empty")
    }
    guard let constant = object["const"] else { return SchemaNode.Choices(choices) }
    return SchemaNode.Choices(choices.filter { $0 == constant })
  }

  // MARK: Numbers

  func numberRules() throws(SchemaError) -> SchemaNode.NumberRules? {
    guard hasAny(of: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]) else { return nil }
    let multipleOf = try number("multipleOf")
    if let multipleOf, multipleOf <= .int(0) { throw fault("multipleOf", "must be above 0") }
    return SchemaNode.NumberRules(
      minimum: try number("minimum"),
      maximum: try number("maximum"),
      exclusiveMinimum: try number("exclusiveMinimum"),
      exclusiveMaximum: try number("exclusiveMaximum"),
      multipleOf: multipleOf)
  }

  private func number(_ keyword: String) throws(SchemaError) -> Number? {
    guard let value = object[keyword] else { return nil }
    guard let number = Number(value) else { throw fault(keyword, "must be a number") }
    return number
  }

  // MARK: Strings

  func stringRules() throws(SchemaError) -> SchemaNode.StringRules? {
    guard hasAny(of: ["minLength", "maxLength", "pattern", "format"]) else { return nil }
    let source = try string("pattern")
    return SchemaNode.StringRules(
      length: try bounds("minLength", "maxLength"),
      pattern: try source.flatMap { source throws(SchemaError) in try pattern(source, at: path.appending("pattern")) },
      meaning: try string("x-must"),
      format: try format())
  }

  /// Compiles a pattern; nil when it is not supported and that is to be ignored.
  func pattern(_ source: String, at path: String) throws(SchemaError) -> Pattern? {
    do {
      return try Pattern(source)
    } catch {
      guard strict else { return nil }
      throw SchemaError(path: path, message: "the pattern \(source.quoted) \(error.reason)")
    }
  }

  private func format() throws(SchemaError) -> StringFormat? {
    guard let name = try string("format") else { return nil }
    if let format = StringFormat(rawValue: name) { return format }
    guard strict else { return nil }
    let known = StringFormat.allCases.map(\.rawValue)
    throw fault("format", "unknown format \(name.quoted); there are \(known.joined(separator: ", "))")
  }

  private func string(_ keyword: String) throws(SchemaError) -> String? {
    guard let value = object[keyword] else { return nil }
    guard let string = value.string else { throw fault(keyword, "must be a string") }
    return string
  }

  // MARK: Counts, flags, names

  func bounds(_ least: String, _ most: String) throws(SchemaError) -> Bounds {
    Bounds(least: try count(least) ?? 0, most: try count(most) ?? .max)
  }

  private func count(_ keyword: String) throws(SchemaError) -> Int? {
    guard let value = object[keyword] else { return nil }
    guard let count = value.int, count >= 0 else { throw fault(keyword, "must be an integer of at least 0") }
    return Int(count)
  }

  func flag(_ keyword: String) throws(SchemaError) -> Bool {
    guard let value = object[keyword] else { return false }
    guard let flag = value.bool else { throw fault(keyword, "must be true or false") }
    return flag
  }

  func names(_ keyword: String) throws(SchemaError) -> [String] {
    guard let value = object[keyword] else { return [] }
    guard let names = value.array?.map(\.string), !names.contains(nil) else {
      throw fault(keyword, "must be an array of strings")
    }
    return names.compactMap(\.self)
  }

  private func fault(_ keyword: String, _ message: String) -> SchemaError {
    SchemaError(path: path.appending(keyword), message: message)
  }
}
