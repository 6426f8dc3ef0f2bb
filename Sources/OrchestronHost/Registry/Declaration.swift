import CHost

/// One parameter of a method, read from its `orch_param`.
final class ParameterDeclaration {
  let name: Text
  let type: ValueType
  let doc: String
  /// Narrows the type; nil when the type says all.
  let schema: Schema?
  let schemaSource: JSON?
  /// What a caller means who leaves the argument out; nil when it is required.
  let fallback: Fallback?

  /// A default value, parsed once and kept.
  struct Fallback {
    let document: JSONDocument
    var element: JSONElement { document.root }
  }

  init(name: String, type: ValueType, doc: String, schema: Schema?, schemaSource: JSON?, fallback: Fallback?) {
    self.name = Text(name)
    self.type = type
    self.doc = doc
    self.schema = schema
    self.schemaSource = schemaSource
    self.fallback = fallback
  }

  /// The whole schema of the argument, for OpenAPI, MCP and people.
  var fullSchema: JSON { merged(type: type, doc: doc, narrowed: schemaSource, fallback: fallback?.element.json) }
}

/// How a method is to be run.
struct MethodFlags: OptionSet, Sendable {
  let rawValue: UInt32

  static let handler = MethodFlags(rawValue: 1 << 0)
  static let stream = MethodFlags(rawValue: 1 << 1)
  static let answersNow = MethodFlags(rawValue: 1 << 2)
  static let anyThread = MethodFlags(rawValue: 1 << 3)
  static let worker = MethodFlags(rawValue: 1 << 4)
  static let `internal` = MethodFlags(rawValue: 1 << 5)
  static let read = MethodFlags(rawValue: 1 << 6)
  static let write = MethodFlags(rawValue: 1 << 7)
  static let destructive = MethodFlags(rawValue: 1 << 8)
  static let idempotent = MethodFlags(rawValue: 1 << 16)
  static let creates = MethodFlags(rawValue: 1 << 17)

  /// Bits that a plugin may set; of the others those below 16 make it unfit for this host.
  static let known = MethodFlags(rawValue: 0x1FF)
  static let mustUnderstand = MethodFlags(rawValue: 0xFFFF)
}

/// One method, read from its `orch_method` and checked. Lives until the process ends, as the library does.
final class MethodDeclaration {
  let service: String
  let name: String
  /// `service.method`.
  let fullName: String
  let doc: String
  let flags: MethodFlags
  let route: String?
  let permission: String?
  let examples: JSON?
  let parameters: [ParameterDeclaration]
  let result: ValueType
  let resultSchema: Schema?
  let resultSchemaSource: JSON?
  let function: @convention(c) () -> Void
  let user: UnsafeMutableRawPointer?

  init(
    service: String, name: String, doc: String, flags: MethodFlags, route: String?, permission: String?,
    examples: JSON?, parameters: [ParameterDeclaration], result: ValueType, resultSchema: Schema?,
    resultSchemaSource: JSON?, function: @escaping @convention(c) () -> Void, user: UnsafeMutableRawPointer?
  ) {
    self.service = service
    self.name = name
    fullName = "\(service).\(name)"
    self.doc = doc
    self.flags = flags
    self.route = route
    self.permission = permission
    self.examples = examples
    self.parameters = parameters
    self.result = result
    self.resultSchema = resultSchema
    self.resultSchemaSource = resultSchemaSource
    self.function = function
    self.user = user
  }

  /// The route without the names of its parameters, by which two routes are the same: `GET /api/tasks/{}`.
  var routeShape: String? { route.map(MethodDeclaration.shape) }

  static func shape(ofRoute route: String) -> String {
    route.split(separator: "/", omittingEmptySubsequences: false).map {
      $0.hasPrefix("{") ? $0.hasSuffix("...}") ? "{...}" : "{}" : $0
    }.joined(separator: "/")
  }

  /// The types in one word: `d(dddd)`.
  var signature: String { "\(result.letter)(\(String(parameters.map(\.type.letter))))" }

  var isPublic: Bool { !flags.contains(.internal) }
  var isNative: Bool { !flags.contains(.handler) }

  /// The words of ``json`` for what a call may do.
  var effects: [String] {
    let names: [(MethodFlags, String)] = [
      (.read, "read"), (.write, "write"), (.destructive, "destructive"), (.idempotent, "idempotent"),
      (.creates, "creates"),
    ]
    let implied = flags.isDisjoint(with: [.destructive, .creates]) ? flags : flags.union(.write)
    return names.filter { implied.contains($0.0) }.map(\.1)
  }

  /// The declaration as every face gets it.
  var json: JSON {
    var object: JSONObject = [
      "name": .string(name),
      "doc": .string(doc),
      "effects": .array(effects.map { .string($0) }),
      "thread": .string(flags.contains(.anyThread) ? "any" : flags.contains(.worker) ? "worker" : "loop"),
      "kind": .string(isNative ? "native" : "handler"),
      "public": .bool(isPublic),
      "signature": .string(signature),
    ]
    if flags.contains(.stream) { object["stream"] = true }
    if flags.contains(.answersNow) { object["answersNow"] = true }
    if let route { object["route"] = .string(route) }
    if let permission { object["permission"] = .string(permission) }
    object["params"] = .array(
      parameters.map { parameter in
        var entry: JSONObject = [
          "name": .string(parameter.name.string),
          "type": .string(String(parameter.type.letter)),
          "doc": .string(parameter.doc),
          "required": .bool(parameter.fallback == nil),
          "schema": parameter.fullSchema,
        ]
        if let fallback = parameter.fallback { entry["default"] = fallback.element.json }
        return .object(entry)
      })
    object["result"] = [
      "type": .string(String(result.letter)),
      "schema": merged(type: result, doc: "", narrowed: resultSchemaSource, fallback: nil),
    ]
    if let examples { object["examples"] = examples }
    return .object(object)
  }
}

/// One service, read from its `orch_service` and checked.
final class ServiceDeclaration {
  let name: String
  let version: Version
  let doc: String
  let methods: [MethodDeclaration]

  init(name: String, version: Version, doc: String, methods: [MethodDeclaration]) {
    self.name = name
    self.version = version
    self.doc = doc
    self.methods = methods
  }

  /// The declaration; of its methods the public ones, or all.
  func json(includingInternal: Bool) -> JSON {
    [
      "name": .string(name),
      "version": .string(version.description),
      "doc": .string(doc),
      "methods": .array(methods.filter { includingInternal || $0.isPublic }.map(\.json)),
    ]
  }
}

/// One topic, read from its `orch_topic` and checked.
struct TopicDeclaration {
  let name: String
  let doc: String
  let schema: JSON?
  let example: JSON?

  var json: JSON {
    var object: JSONObject = ["name": .string(name), "doc": .string(doc)]
    object["schema"] = schema
    object["example"] = example
    return .object(object)
  }
}

/// The schema of a type, narrowed by a schema of the plugin's.
private func merged(type: ValueType, doc: String, narrowed: JSON?, fallback: JSON?) -> JSON {
  var object = type.schema
  for (key, value) in narrowed?.object ?? [:] { object[key] = value }
  if !doc.isEmpty, object["description"] == nil { object["description"] = .string(doc) }
  if let fallback {
    if fallback.isNull, let name = object["type"]?.string {
      object["type"] = [.string(name), "null"]
    }
    object["default"] = fallback
  }
  return .object(object)
}
