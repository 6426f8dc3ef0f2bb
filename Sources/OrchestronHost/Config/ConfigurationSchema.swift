/// The JSON Schema of a plugin's configuration.
struct ConfigurationSchema {
  private let schema: Schema
  /// The schema as it is written.
  let source: JSON
  private let plugin: PluginID

  init(_ source: JSON, of plugin: PluginID) throws(Failure) {
    self.source = source
    self.plugin = plugin
    do { schema = try Schema(compiling: source, strict: true) } catch {
      throw Failure(.failedPrecondition, "the configuration schema of plugin \"\(plugin)\": \(error.message)")
    }
  }

  /// The configuration with the defaults that the schema names, when it fits the schema.
  func validated(_ configuration: JSON) throws(Failure) -> JSON {
    let violations = schema.validate(configuration)
    if let first = violations.first {
      throw Failure(
        .invalidArgument,
        "the configuration of plugin \"\(plugin)\" is not valid at "
          + "\"plugins.\(plugin)\(first.path.replacing("/", with: "."))\": \(first.message)",
        details: ["errors": .array(violations.map(\.json))])
    }
    return ConfigurationSchema.withDefaults(configuration, source)
  }

  /// A value with the defaults that a schema names for members that are missing.
  static func withDefaults(_ value: JSON, _ schema: JSON) -> JSON {
    guard var object = value.object, let properties = schema["properties"]?.object else { return value }
    for (key, property) in properties {
      if let present = object[key] {
        object[key] = withDefaults(present, property)
      } else if let fallback = property["default"] {
        object[key] = fallback
      } else if property["properties"] != nil {
        let nested = withDefaults([:], property)
        if nested != [:] { object[key] = nested }
      }
    }
    return .object(object)
  }
}

extension JSON {
  /// This schema, or the definition of the same document that it refers to.
  func resolved(in root: JSON) -> JSON {
    let prefix = "#/$defs/"
    guard let reference = self["$ref"]?.string, reference.hasPrefix(prefix) else { return self }
    return root["$defs"]?[String(reference.dropFirst(prefix.count))] ?? self
  }

  /// The schema of a member, when this is the schema of an object.
  func member(_ key: String) -> JSON { self["properties"]?[key] ?? self["additionalProperties"] ?? [:] }
}
