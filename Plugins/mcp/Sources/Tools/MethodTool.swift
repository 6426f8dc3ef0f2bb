import PluginKit

/// A public method as MCP shows it.
@Loop
final class MethodTool {
  let service: String
  let method: String
  /// `tasks.quickAdd`
  let fullName: String
  /// `tasks_quickAdd`
  let toolName: String
  let doc: String
  let effect: Effect
  let isIdempotent: Bool
  private let creates: Bool
  let isStream: Bool
  let permission: String?
  let plugin: String
  private let json: JSONValue

  /// - Parameter json: The method as `host.services` tells it.
  init?(_ json: JSONValue, of service: String, plugin: String) {
    guard let name = json["name"].string else { return nil }
    self.json = json
    self.service = service
    self.plugin = plugin
    method = name
    fullName = "\(service).\(name)"
    toolName = "\(service)_\(name)"
    doc = json["doc"].string ?? ""
    let effects = json["effects"].elements.compactMap(\.string)
    effect =
      effects.contains("destructive")
      ? .destructive : effects.contains("read") && !effects.contains("write") ? .read : .write
    isIdempotent = effects.contains("idempotent")
    creates = effects.contains("creates")
    isStream = json["stream"].bool ?? false
    permission = json["permission"].string
  }

  /// `Tasks: quick add`
  var title: String {
    var words = ""
    for letter in method {
      if letter.isUppercase { words += " " }
      words += letter.lowercased()
    }
    return
      "\(service.prefix(1).uppercased())\(service.dropFirst().map { $0 == "_" ? " " : String($0) }.joined()): \(words)"
  }

  /// The scopes of a token that may call it, which has to come in first.
  var scope: String { permission.map { "read \($0)" } ?? effect.name }

  func isAllowed(_ rights: Rights) -> Bool { rights.allow(effect, of: service, permission: permission) }

  /// JSON Schema of the arguments.
  private(set) lazy var inputSchema: [UInt8] = {
    var properties = Fields()
    var required: [Value] = []
    for parameter in json["params"].elements {
      guard let name = parameter["name"].string else { continue }
      properties[name] = .object(simplified(parameter["schema"]))
      if parameter["required"].bool == true { required.append(.string(name)) }
    }
    var schema: Fields = ["type": "object", "properties": .object(properties)]
    if !required.isEmpty { schema["required"] = .array(required) }
    schema["additionalProperties"] = false
    return schema.json
  }()

  /// A schema without what costs the model's attention and tells it nothing: that an argument may be left out, which
  /// `required` says, and patterns that are said in words. A null that takes something away stays.
  private func simplified(_ schema: JSONValue) -> Fields {
    var fields = Self.worded(Fields(schema))
    guard fields["default"] == .null else { return fields }
    fields["default"] = nil
    if case .array(let types)? = fields["type"], !takesNull {
      let rest = types.filter { $0 != "null" }
      if rest.count == 1 { fields["type"] = rest[0] }
    }
    return fields
  }

  /// Whether null is a wish: to take a value away from something that exists.
  private var takesNull: Bool { effect != .read && !creates }

  /// What is said of a text that may not be blank.
  private static let notBlank = "have something to see"

  /// With words in place of a pattern that says the same: such patterns are long, and not for every engine. Of a text that
  /// may not be blank its least length says enough. How numbers are kept is a matter of programs.
  private static func worded(_ fields: Fields) -> Fields {
    var fields = fields
    if let words = fields["x-must"]?.string {
      fields["pattern"] = nil
      fields["x-must"] = nil
      if words != notBlank || fields["minLength"] == nil {
        let doc = fields["description"]?.string.map { "\($0); has to " } ?? "Has to "
        fields["description"] = .string(doc + words)
      }
    }
    if ["int64", "double"].contains(fields["format"]?.string) { fields["format"] = nil }
    for (name, value) in fields.members {
      if case .object(let inner) = value { fields[name] = .object(worded(inner)) }
    }
    return fields
  }

  /// JSON Schema of the result; nil unless that is always an object, which is what clients of all revisions take. Lists have
  /// none: some clients show the model nothing but what a schema asks for, and a long list is better shown in part.
  private(set) lazy var outputSchema: [UInt8]? = {
    let schema = json["result"]["schema"]
    let isList = schema["properties"]["items"].isPresent && schema["properties"]["next"].isPresent
    guard !isStream, !isList, schema["type"].string == "object" else { return nil }
    return Array(schema.text.utf8)
  }()

  /// The tool as lists show it.
  private(set) lazy var definition = definition(showing: outputSchema)
  /// The same without the schema of its result, which is the larger part of many, and told to few models.
  private(set) lazy var shortDefinition = definition(showing: nil)

  private func definition(showing outputSchema: [UInt8]?) -> [UInt8] {
    var json = JSONWriter(capacity: 2048)
    json.beginObject()
    json.member("name", toolName)
    json.member("title", title)
    json.member("description", doc)
    json.key("inputSchema")
    json.raw(inputSchema)
    if let outputSchema {
      json.key("outputSchema")
      json.raw(outputSchema)
    }
    Annotations(effect, isIdempotent: isIdempotent).write(to: &json)
    json.endObject()
    return Array(json.bytes)
  }
}

/// Hints about what a tool does.
struct Annotations {
  var effect: Effect
  var isIdempotent: Bool

  init(_ effect: Effect, isIdempotent: Bool) {
    self.effect = effect
    self.isIdempotent = isIdempotent
  }

  func write(to json: inout JSONWriter) {
    json.key("annotations")
    json.beginObject()
    json.member("readOnlyHint", effect == .read)
    if effect != .read {
      json.member("destructiveHint", effect == .destructive)
      json.member("idempotentHint", isIdempotent)
    }
    json.member("openWorldHint", false)
    json.endObject()
  }
}
