import CHost

/// What a plugin has declared for MCP clients, checked: a tool, a resource, a template or a prompt.
struct MCPDeclaration {
  enum Kind: String {
    case tool, resource, template, prompt

    init?(code: UInt32) {
      switch Int(code) {
      case ORCH_MCP_TOOL: self = .tool
      case ORCH_MCP_RESOURCE: self = .resource
      case ORCH_MCP_TEMPLATE: self = .template
      case ORCH_MCP_PROMPT: self = .prompt
      default: return nil
      }
    }

    var code: UInt32 {
      switch self {
      case .tool: UInt32(ORCH_MCP_TOOL)
      case .resource: UInt32(ORCH_MCP_RESOURCE)
      case .template: UInt32(ORCH_MCP_TEMPLATE)
      case .prompt: UInt32(ORCH_MCP_PROMPT)
      }
    }
  }

  let kind: Kind
  /// Of a tool or prompt; the URI or URI template of the others.
  let name: String
  let json: JSON
  /// What a caller needs when the plugin names no right.
  let defaultRight: String
  /// What a resource is of, when a piece does not say so itself.
  let mimeType: String?
  private(set) var input: Schema?
  private(set) var output: Schema?
  private(set) var template: URITemplate?
  /// The names of a prompt's arguments that must be there.
  private(set) var required: [String] = []

  init(_ kind: Kind, parsing text: UnsafeRawBufferPointer) throws(Failure) {
    let json: JSON
    do throws(JSONError) { json = try JSON(parsing: text, duplicateKeys: .refused) } catch {
      throw Failure(.invalidArgument, "the declaration of a \(kind.rawValue) is not valid JSON: \(error.message)")
    }
    guard let members = json.object else {
      throw Failure(.invalidArgument, "the declaration of a \(kind.rawValue) must be a JSON object")
    }
    self.kind = kind
    self.json = json
    let reader = Reader(kind: kind, members: members)
    mimeType = try reader.text("mimeType")
    defaultRight = try reader.defaultRight()
    for key in ["title", "description"] { _ = try reader.text(key) }
    switch kind {
    case .tool:
      name = try reader.plainName()
      input = try reader.schema("inputSchema")
      output = members["outputSchema"] == nil ? nil : try reader.schema("outputSchema")
      try reader.checkHeaders()
    case .prompt:
      name = try reader.plainName()
      required = try reader.requiredArguments()
    case .resource:
      name = try reader.someText("uri")
      _ = try reader.someText("name")
      if let fault = URITemplate.fault(ofURI: name) {
        throw reader.refused("has the uri \(name.quoted), which \(fault)")
      }
    case .template:
      name = try reader.someText("uriTemplate")
      _ = try reader.someText("name")
      template = try URITemplate(name)
    }
  }

  /// Checks arguments, a JSON object.
  func check(arguments: JSONElement) throws(Failure) {
    if let input {
      let violations = input.validate(arguments)
      guard let first = violations.first else { return }
      throw Failure(
        .invalidArgument, "the arguments of \(name) are not valid: \(first.description)",
        details: ["errors": .array(violations.map(\.json))])
    }
    for argument in required where arguments[argument] == nil {
      throw Failure(.invalidArgument, "the prompt \(name) needs the argument \(argument.quoted)")
    }
    for member in arguments.members where member.value.kind != .string {
      throw Failure(.invalidArgument, "the argument \(member.name.quoted) of the prompt \(name) must be a string")
    }
  }
}

/// Reads the members of a declaration.
private struct Reader {
  let kind: MCPDeclaration.Kind
  let members: JSONObject

  func refused(_ reason: String) -> Failure {
    let name = members["name"]?.string.map { " \($0.quoted)" } ?? ""
    return Failure(.invalidArgument, "the \(kind.rawValue)\(name) \(reason)")
  }

  func text(_ key: String) throws(Failure) -> String? {
    guard let value = members[key] else { return nil }
    guard let text = value.string else { throw refused("has a \"\(key)\" that is no string") }
    return text
  }

  func someText(_ key: String) throws(Failure) -> String {
    guard let text = try text(key), !text.isEmpty else { throw refused("needs a \"\(key)\"") }
    return text
  }

  /// 1 to 48 of `[A-Za-z0-9_-]`: what every client takes.
  func plainName() throws(Failure) -> String {
    let name = try someText("name")
    guard name.utf8.count <= 48, name.utf8.allSatisfy(Self.isToken) else {
      throw refused("must have a name of 1 to 48 letters, digits, _ and -")
    }
    return name
  }

  private static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  func defaultRight() throws(Failure) -> String {
    guard let annotations = members["annotations"] else { return kind == .tool ? "write" : "read" }
    guard annotations.object != nil else { throw refused("has \"annotations\" that are no object") }
    guard kind == .tool else { return "read" }
    for hint in ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"] {
      if let value = annotations[hint], value.bool == nil {
        throw refused("has a \"\(hint)\" that is neither true nor false")
      }
    }
    if annotations["readOnlyHint"]?.bool == true { return "read" }
    return annotations["destructiveHint"]?.bool == true ? "destructive" : "write"
  }

  func schema(_ key: String) throws(Failure) -> Schema {
    guard let schema = members[key], schema.object != nil else {
      throw refused("needs an \"\(key)\", such as {\"type\": \"object\"}")
    }
    if key == "inputSchema", schema["type"]?.string != "object" {
      throw refused("has an \"inputSchema\" whose \"type\" is not \"object\"")
    }
    if let dialect = schema["$schema"]?.string, !dialect.hasPrefix("https://json-schema.org/draft/2020-12/schema") {
      throw refused("has an \"\(key)\" of the dialect \(dialect.quoted): write it for JSON Schema 2020-12")
    }
    do throws(SchemaError) { return try Schema(compiling: schema, strict: false) } catch {
      throw refused("has an \"\(key)\" that cannot be used: \(error.description)")
    }
  }

  func requiredArguments() throws(Failure) -> [String] {
    guard let value = members["arguments"] else { return [] }
    guard let arguments = value.array else { throw refused("has \"arguments\" that are no array") }
    var names: Set<String> = []
    var required: [String] = []
    for argument in arguments {
      guard let name = argument["name"]?.string, !name.isEmpty else {
        throw refused("has an argument without a \"name\"")
      }
      guard names.insert(name).inserted else { throw refused("has the argument \(name.quoted) twice") }
      if argument["required"]?.bool == true { required.append(name) }
    }
    return required
  }

  /// Whether `x-mcp-header` stands where clients may expect it: at properties of a simple type that are reached by
  /// properties alone, under names of which each is a token of its own.
  func checkHeaders() throws(Failure) {
    var names: Set<String> = []
    guard let schema = members["inputSchema"] else { return }
    try checkHeaders(schema, isProperty: false, isReached: true, &names)
  }

  private func checkHeaders(
    _ schema: JSON, isProperty: Bool, isReached: Bool, _ names: inout Set<String>
  ) throws(Failure) {
    if let array = schema.array {
      for element in array { try checkHeaders(element, isProperty: false, isReached: false, &names) }
    }
    guard let object = schema.object else { return }
    if let header = object["x-mcp-header"] {
      guard let name = header.string, !name.isEmpty, name.utf8.allSatisfy(Self.isHeaderByte) else {
        throw refused("has an \"x-mcp-header\" that is no name of a header")
      }
      guard isProperty, isReached else {
        throw refused("has the \"x-mcp-header\" \(name.quoted) elsewhere than at a property of its arguments")
      }
      guard let type = object["type"]?.string, ["string", "integer", "boolean"].contains(type) else {
        throw refused("has the \"x-mcp-header\" \(name.quoted) at what is no string, integer or boolean")
      }
      guard names.insert(name.lowercased()).inserted else {
        throw refused("has the \"x-mcp-header\" \(name.quoted) twice")
      }
    }
    for (key, value) in object {
      if key == "properties", let properties = value.object {
        for property in properties {
          try checkHeaders(property.value, isProperty: true, isReached: isReached, &names)
        }
      } else if !["const", "enum", "default", "examples"].contains(key) {
        try checkHeaders(value, isProperty: false, isReached: false, &names)
      }
    }
  }

  private static func isHeaderByte(_ byte: UInt8) -> Bool { isToken(byte) || "!#$%&'*+.^`|~".utf8.contains(byte) }
}
