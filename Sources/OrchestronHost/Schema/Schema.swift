/// A compiled JSON Schema: the one validator behind arguments, configuration and replies.
///
/// It knows a closed part of JSON Schema 2020-12:
///
/// - `type` (one or several), `enum`, `const`
/// - `properties`, `required`, `additionalProperties`, `patternProperties`, `minProperties`, `maxProperties`
/// - `items`, `prefixItems`, `minItems`, `maxItems`, `uniqueItems`
/// - `minLength`, `maxLength` (in code points), `pattern` (see ``Pattern``)
/// - `format`, asserted: `date-time`, `date`, `uuid`, `email`, `uri`
/// - `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`, `multipleOf`
/// - `allOf`, `anyOf`, `oneOf`, `not`, `if`, `then`, `else`
/// - `$ref` to a place in the same schema, `$defs`
///
/// `title`, `description`, `default`, `examples`, `deprecated`, `readOnly`, `writeOnly`, `$schema`, `$id`, `$comment`
/// and anything that begins with `x-` say something to readers and nothing to the validator; but `x-must` words the
/// fault of a `pattern`.
///
/// As the standard has it, `5.0` is an integer and numbers are equal by value. Validation ends: a schema that refers
/// to itself without descending into the value is refused, and the work is bounded by the size of the value.
public final class Schema: Sendable {
  /// The schema as it was given.
  public let json: JSON

  let root: SchemaNode

  /// What `$ref` leads to, by ``SchemaNode/reference``.
  let definitions: [SchemaNode]

  /// Compiles a schema.
  ///
  /// - Parameter strict: For our own declarations. A keyword, format or pattern that is not supported is refused by
  ///   name and place; otherwise it is ignored, as one must with schemas that others wrote for other validators.
  /// - Throws: ``SchemaError`` also without `strict` when a known keyword has a malformed value.
  public init(compiling json: JSON, strict: Bool) throws(SchemaError) {
    var compiler = SchemaCompiler(document: json, strict: strict)
    self.json = json
    root = try compiler.compile()
    definitions = try compiler.compiledDefinitions()
  }

  /// What is wrong with a value, in the order of the value; empty when it is valid. At most 20 violations are told.
  ///
  /// - Parameter path: The JSON pointer of the value within what the user sent, put before each path.
  public func validate(_ value: JSONElement, at path: String = "") -> [Violation] {
    Validator.violations(of: self, in: value, at: path)
  }

  /// What is wrong with an owned value; see ``validate(_:at:)-(JSONElement,_)``.
  public func validate(_ value: JSON, at path: String = "") -> [Violation] {
    let document = JSONDocument()
    do {
      try document.parse(value.bytes)
    } catch {
      return [Violation(path: path, message: error.message)]
    }
    return withExtendedLifetime(document) { validate($0.root, at: path) }
  }
}

/// Something that is wrong with a value.
public struct Violation: Error, Sendable, Equatable, CustomStringConvertible {
  /// The JSON pointer (RFC 6901) of the value, `""` for the whole. A missing or unknown field is named itself.
  public let path: String

  /// What must be changed, such as `must be at least 1`.
  public let message: String

  /// The values that would do, when the schema lists them.
  public let allowed: [JSON]

  public init(path: String, message: String, allowed: [JSON] = []) {
    self.path = path
    self.message = message
    self.allowed = allowed
  }

  /// Path and message as one sentence.
  public var description: String { path.isEmpty ? message : "\(path): \(message)" }
}

/// Why a schema was refused.
public struct SchemaError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The JSON pointer of the place in the schema, `""` for its root.
  public let path: String

  /// What is wrong there.
  public let message: String

  public init(path: String, message: String) {
    self.path = path
    self.message = message
  }

  /// Place and message as one sentence.
  public var description: String { "schema, at \(path.isEmpty ? "its root" : path): \(message)" }
}
