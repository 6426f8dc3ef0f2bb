/// Turns a schema document into nodes.
struct SchemaCompiler {
  private let document: JSON
  private let strict: Bool

  /// What `$ref` leads to: pointers by index, indices by pointer, and the nodes as far as they are compiled.
  private var pointers: [String] = []
  private var indices: [String: Int] = [:]
  private var nodes: [SchemaNode] = []

  init(document: JSON, strict: Bool) {
    self.document = document
    self.strict = strict
  }

  /// Compiles the root.
  mutating func compile() throws(SchemaError) -> SchemaNode { try node(document, at: "") }

  /// Compiles what was referred to on the way, and what that refers to in turn.
  mutating func compiledDefinitions() throws(SchemaError) -> [SchemaNode] {
    while nodes.count < pointers.count {
      let pointer = pointers[nodes.count]
      guard let target = document[pointer: pointer] else {
        throw SchemaError(path: pointer, message: "$ref leads here, but there is nothing")
      }
      nodes.append(try node(target, at: pointer))
    }
    try refuseEndlessReferences()
    return nodes
  }

  // MARK: One schema

  private mutating func node(_ schema: JSON, at path: String) throws(SchemaError) -> SchemaNode {
    if let verdict = schema.bool { return verdict ? .anything : .nothing }
    guard let object = schema.object else {
      throw SchemaError(path: path, message: "a schema must be an object, true or false")
    }
    let keywords = Keywords(object: object, path: path, strict: strict)
    if strict { try keywords.refuseUnknown() }
    return SchemaNode(
      types: try keywords.types(),
      choices: try keywords.choices(),
      numbers: try keywords.numberRules(),
      strings: try keywords.stringRules(),
      arrays: try arrayRules(keywords),
      objects: try objectRules(keywords),
      composition: try composition(keywords),
      reference: try reference(keywords))
  }

  private mutating func node(_ keyword: String, of keywords: Keywords) throws(SchemaError) -> SchemaNode? {
    guard let schema = keywords.object[keyword] else { return nil }
    return try node(schema, at: keywords.path.appending(keyword))
  }

  private mutating func nodes(_ keyword: String, of keywords: Keywords) throws(SchemaError) -> [SchemaNode] {
    guard let value = keywords.object[keyword] else { return [] }
    let path = keywords.path.appending(keyword)
    guard let schemas = value.array, !schemas.isEmpty else {
      throw SchemaError(path: path, message: "must be an array of schemas that is not empty")
    }
    var nodes: [SchemaNode] = []
    for (index, schema) in schemas.enumerated() { nodes.append(try node(schema, at: path.appending(index))) }
    return nodes
  }

  private mutating func nodesByName(
    _ keyword: String, of keywords: Keywords
  ) throws(SchemaError) -> [(key: String, value: SchemaNode)] {
    guard let value = keywords.object[keyword] else { return [] }
    let path = keywords.path.appending(keyword)
    guard let schemas = value.object else { throw SchemaError(path: path, message: "must be an object of schemas") }
    var nodes: [(String, SchemaNode)] = []
    for (name, schema) in schemas { nodes.append((name, try node(schema, at: path.appending(name)))) }
    return nodes
  }

  // MARK: Groups of keywords that hold schemas

  private mutating func arrayRules(_ keywords: Keywords) throws(SchemaError) -> SchemaNode.ArrayRules? {
    guard keywords.hasAny(of: ["items", "prefixItems", "minItems", "maxItems", "uniqueItems"]) else { return nil }
    return SchemaNode.ArrayRules(
      count: try keywords.bounds("minItems", "maxItems"),
      unique: try keywords.flag("uniqueItems"),
      prefix: try nodes("prefixItems", of: keywords),
      items: try node("items", of: keywords))
  }

  private mutating func objectRules(_ keywords: Keywords) throws(SchemaError) -> SchemaNode.ObjectRules? {
    guard
      keywords.hasAny(of: [
        "properties", "required", "additionalProperties", "patternProperties", "minProperties", "maxProperties",
      ])
    else { return nil }
    var patterns: [(pattern: Pattern, node: SchemaNode)] = []
    var additional = try node("additionalProperties", of: keywords)
    for (source, node) in try nodesByName("patternProperties", of: keywords) {
      if let pattern = try keywords.pattern(source, at: keywords.path.appending("patternProperties").appending(source))
      {
        patterns.append((pattern, node))
      } else {
        // Which members an ignored pattern covers is unknown, so none may be taken for an additional one.
        additional = nil
      }
    }
    return SchemaNode.ObjectRules(
      count: try keywords.bounds("minProperties", "maxProperties"),
      properties: try nodesByName("properties", of: keywords),
      required: try keywords.names("required"),
      patterns: patterns,
      additional: additional)
  }

  private mutating func composition(_ keywords: Keywords) throws(SchemaError) -> SchemaNode.Composition? {
    guard keywords.hasAny(of: ["allOf", "anyOf", "oneOf", "not", "if", "then", "else"]) else { return nil }
    return SchemaNode.Composition(
      allOf: try nodes("allOf", of: keywords),
      anyOf: try nodes("anyOf", of: keywords),
      oneOf: try nodes("oneOf", of: keywords),
      not: try node("not", of: keywords),
      condition: try node("if", of: keywords),
      then: try node("then", of: keywords),
      otherwise: try node("else", of: keywords))
  }

  // MARK: References

  private mutating func reference(_ keywords: Keywords) throws(SchemaError) -> Int? {
    if strict, let definitions = keywords.object["$defs"] {
      let path = keywords.path.appending("$defs")
      guard let schemas = definitions.object else {
        throw SchemaError(path: path, message: "must be an object of schemas")
      }
      for name in schemas.keys { _ = index(of: path.appending(name)) }
    }
    guard let value = keywords.object["$ref"] else { return nil }
    let path = keywords.path.appending("$ref")
    guard let target = value.string else { throw SchemaError(path: path, message: "must be a string") }
    guard target == "#" || target.hasPrefix("#/"), let pointer = target.dropFirst().removingPercentEncoding else {
      guard strict else { return nil }
      throw SchemaError(path: path, message: "must lead to a place in the same schema, such as \"#/$defs/name\"")
    }
    guard document[pointer: pointer] != nil else {
      throw SchemaError(path: path, message: "leads to \(target.quoted), where there is nothing")
    }
    return index(of: pointer)
  }

  private mutating func index(of pointer: String) -> Int {
    if let index = indices[pointer] { return index }
    indices[pointer] = pointers.count
    pointers.append(pointer)
    return pointers.count - 1
  }

  /// A schema that refers to itself for the very same value would never come to a verdict.
  private func refuseEndlessReferences() throws(SchemaError) {
    enum Mark { case open, done }
    var marks: [Int: Mark] = [:]
    // Each entry is a definition and whether its own references have been pushed above it.
    for start in nodes.indices {
      var stack = [(index: start, entered: false)]
      while let (index, entered) = stack.popLast() {
        if entered {
          marks[index] = .done
          continue
        }
        switch marks[index] {
        case .done: continue
        case .open:
          throw SchemaError(path: pointers[index], message: "refers to itself without descending into the value")
        case nil: break
        }
        marks[index] = .open
        stack.append((index, true))
        stack += Self.references(of: nodes[index]).filter { marks[$0] != .done }.map { ($0, false) }
      }
    }
  }

  /// The references of a node that see the same value as the node.
  private static func references(of node: SchemaNode) -> [Int] {
    (node.reference.map { [$0] } ?? []) + (node.composition?.all.flatMap { references(of: $0) } ?? [])
  }
}

// MARK: - JSON pointers

extension String {
  /// This JSON pointer, one step further (RFC 6901).
  func appending(_ step: String) -> String {
    guard step.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else {
      return "\(self)/\(step)"
    }
    var pointer = self + "/"
    for scalar in step.unicodeScalars {
      switch scalar {
      case "~": pointer += "~0"
      case "/": pointer += "~1"
      default: pointer.unicodeScalars.append(scalar)
      }
    }
    return pointer
  }

  func appending(_ index: Int) -> String { "\(self)/\(index)" }
}

extension Substring {
  /// The text with `%2F` and the like decoded, or nil when an escape is malformed or the result is not UTF-8.
  fileprivate var removingPercentEncoding: String? {
    var bytes: [UInt8] = []
    var rest = utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
        return nil
      }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }
}

extension JSON {
  /// The value that a JSON pointer (RFC 6901) leads to.
  fileprivate subscript(pointer pointer: String) -> JSON? {
    var value = self
    for step in pointer.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst() {
      let name = Self.unescaped(step)
      let next = value.array == nil ? value[name] : Int(name).flatMap { value[$0] }
      guard let next else { return nil }
      value = next
    }
    return value
  }

  private static func unescaped(_ step: Substring.UTF8View.SubSequence) -> String {
    var text = ""
    var rest = Substring(step).unicodeScalars
    while let scalar = rest.popFirst() {
      switch (scalar, rest.first) {
      case ("~", "0"): text += "~"
      case ("~", "1"): text += "/"
      default:
        text.unicodeScalars.append(scalar)
        continue
      }
      rest.removeFirst()
    }
    return text
  }
}
