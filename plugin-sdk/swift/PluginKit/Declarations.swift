import CPluginSDK

/// What a method does to the system, and how it may be called.
public struct Traits: OptionSet, Sendable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// Changes nothing.
  public static let read = Traits(ORCH_METHOD_READ)
  /// Changes something.
  public static let write = Traits(ORCH_METHOD_WRITE)
  /// May destroy something; implies ``write``.
  public static let destructive = Traits(ORCH_METHOD_DESTRUCTIVE)
  /// A second call with the same arguments changes nothing more.
  public static let idempotent = Traits(ORCH_METHOD_IDEMPOTENT)
  /// Answers with an entity that the call has made; implies ``write``. Over HTTP the answer is 201, with the address at
  /// which the service's own `GET …/{id}` with the same result schema answers that entity.
  public static let creates = Traits(ORCH_METHOD_CREATES)
  /// Always answers before it returns, so that other plugins may call it through a slot.
  public static let answersNow = Traits(ORCH_METHOD_ANSWERS_NOW)
  /// Emits chunks before it answers.
  public static let stream = Traits(ORCH_METHOD_STREAM)
  /// For plugins only: absent from every public face.
  public static let `internal` = Traits(ORCH_METHOD_INTERNAL)
  /// Of native functions: may run on any thread.
  public static let anyThread = Traits(ORCH_METHOD_ANY_THREAD)
  /// Of native functions: runs on the worker pool, because it blocks or takes long.
  public static let worker = Traits(ORCH_METHOD_WORKER)

  private init(_ flag: Int) {
    rawValue = UInt32(flag)
  }
}

/// One parameter of a method.
public struct Parameter: Sendable {
  let type: UInt8
  let name: String
  let doc: String
  let defaultJSON: String?
  let schema: String?

  private init(_ type: Character, _ name: String, _ doc: String, _ defaultJSON: String?, _ schema: String?) {
    self.type = type.asciiValue ?? 0
    self.name = name
    self.doc = doc
    self.defaultJSON = defaultJSON
    self.schema = schema
  }

  // In each: `name` is camelCase, `doc` one line. A parameter with a `defaultValue` may be left out; one that is
  // `optional` may be left out and has no value then. `schema` is JSON Schema that narrows the type.

  /// A string.
  public static func string(
    _ name: String, _ doc: String, defaultValue: String? = nil, optional: Bool = false, schema: String? = nil
  ) -> Parameter {
    Parameter("s", name, doc, defaultValue.map(quoted) ?? (optional ? "null" : nil), schema)
  }

  /// An integer of 64 bits.
  public static func int(
    _ name: String, _ doc: String, defaultValue: Int? = nil, optional: Bool = false, schema: String? = nil
  ) -> Parameter {
    Parameter("i", name, doc, defaultValue.map(String.init) ?? (optional ? "null" : nil), schema)
  }

  /// A number.
  public static func double(
    _ name: String, _ doc: String, defaultValue: Double? = nil, optional: Bool = false, schema: String? = nil
  ) -> Parameter {
    Parameter("d", name, doc, defaultValue.map(\.description) ?? (optional ? "null" : nil), schema)
  }

  /// A boolean.
  public static func bool(
    _ name: String, _ doc: String, defaultValue: Bool? = nil, optional: Bool = false, schema: String? = nil
  ) -> Parameter {
    Parameter("b", name, doc, defaultValue.map(\.description) ?? (optional ? "null" : nil), schema)
  }

  /// Bytes, which are base64 in JSON.
  public static func bytes(
    _ name: String, _ doc: String, optional: Bool = false, schema: String? = nil
  ) -> Parameter {
    Parameter("y", name, doc, optional ? "null" : nil, schema)
  }

  /// Any JSON value. `defaultValue` is JSON text.
  public static func json(
    _ name: String, _ doc: String, defaultValue: String? = nil, optional: Bool = false, schema: String? = nil
  ) -> Parameter {
    Parameter("j", name, doc, defaultValue ?? (optional ? "null" : nil), schema)
  }

  private static func quoted(_ text: String) -> String {
    var json = JSONWriter()
    json.string(text)
    return json.text
  }
}

/// What a method answers with.
public struct ResultType: Sendable {
  let type: UInt8
  let schema: String?

  private init(_ type: Character, _ schema: String? = nil) {
    self.type = type.asciiValue ?? 0
    self.schema = schema
  }

  public static let nothing = ResultType("v")
  public static let bool = ResultType("b")
  public static let int = ResultType("i")
  public static let double = ResultType("d")
  public static let string = ResultType("s")
  public static let bytes = ResultType("y")
  public static let json = ResultType("j")

  /// A JSON value that a JSON Schema describes.
  public static func json(schema: String) -> ResultType { ResultType("j", schema) }
}

/// A native function, cast to the type without parameters: `unsafeBitCast(rice_score, to: NativeFunction.self)`.
public typealias NativeFunction = @convention(c) () -> Void

/// One method of a service, and the handler that answers it.
public struct Method<P: Plugin> {
  enum Code {
    case handler(Handler)
    case native(NativeFunction)
  }

  let name: String
  let traits: Traits
  let doc: String
  let route: String?
  let permission: String?
  let parameters: [Parameter]
  let result: ResultType
  let examples: String?
  let code: Code

  /// Declares a method with a handler that runs on the loop and may not wait.
  ///
  /// The handler answers its call before it returns, or retains it and answers later. What it throws is the answer.
  ///
  /// - Parameters:
  ///   - name: camelCase, unique in the service.
  ///   - traits: Effects and behaviour.
  ///   - doc: One line, a sentence.
  ///   - route: The REST route, such as `GET /api/tasks/{id}`.
  ///   - permission: What the caller must hold; nil for what the effects ask.
  ///   - parameters: In the order of the typed signature.
  ///   - result: What is answered.
  ///   - examples: JSON: `[{"args":{…},"result":…}]` or with `"error":"not_found"` in place of the result.
  @inlinable
  public init(
    _ name: String, _ traits: Traits, doc: String, route: String? = nil, permission: String? = nil,
    parameters: [Parameter] = [], result: ResultType = .nothing, examples: String? = nil,
    handler: @escaping @Loop (P, Call) throws -> Void
  ) {
    self.init(
      name, traits, doc, route, permission, parameters, result, examples,
      Handler { instance, call in try handler(instance.plugin(as: P.self), call) })
  }

  @usableFromInline
  init(
    _ name: String, _ traits: Traits, _ doc: String, _ route: String?, _ permission: String?,
    _ parameters: [Parameter], _ result: ResultType, _ examples: String?, _ handler: Handler
  ) {
    self.init(name, traits, doc, route, permission, parameters, result, examples, code: .handler(handler))
  }

  private init(
    _ name: String, _ traits: Traits, _ doc: String, _ route: String?, _ permission: String?,
    _ parameters: [Parameter], _ result: ResultType, _ examples: String?, code: Code
  ) {
    self.name = name
    self.traits = traits
    self.doc = doc
    self.route = route
    self.permission = permission
    self.parameters = parameters
    self.result = result
    self.examples = examples
    self.code = code
  }

  /// Declares a method with a handler that may wait. It starts at once and on the loop; when it never waits, it answers
  /// before the caller goes on. Cancelling the call cancels its task.
  ///
  /// Convenient and slower: each call makes a task. The parameters are those of ``init(_:_:doc:route:permission:parameters:result:examples:handler:)``.
  public static func async(
    _ name: String, _ traits: Traits, doc: String, route: String? = nil, permission: String? = nil,
    parameters: [Parameter] = [], result: ResultType = .nothing, examples: String? = nil,
    handler: @escaping @Loop (P, Call) async throws -> Void
  ) -> Method {
    Method(
      name, traits, doc, route, permission, parameters, result, examples,
      code: .handler(
        Handler { instance, call in
          let plugin = instance.plugin(as: P.self)
          AsyncRun.start(call, instance.host) { try await handler(plugin, call) }
        }))
  }

  /// Declares a native function: a C function, or a Swift one marked `@c`, with typed arguments.
  ///
  /// Its first argument is the plugin, see ``Plugin/from(_:)``; its second the context. The types must be those that the
  /// parameters and the result declare: nobody checks. The parameters are those of ``init(_:_:doc:route:permission:parameters:result:examples:handler:)``.
  public static func native(
    _ name: String, _ traits: Traits, doc: String, route: String? = nil, permission: String? = nil,
    parameters: [Parameter] = [], result: ResultType = .nothing, examples: String? = nil, function: NativeFunction
  ) -> Method {
    Method(name, traits, doc, route, permission, parameters, result, examples, code: .native(function))
  }
}

/// The home of a handler's closure.
@usableFromInline
final class Handler: Sendable {
  let body: @Loop (Instance, Call) throws -> Void

  @usableFromInline
  init(_ body: @escaping @Loop (Instance, Call) throws -> Void) {
    self.body = body
  }
}

/// Collects the methods of a ``Service``.
@resultBuilder
public enum MethodBuilder<P: Plugin> {
  public static func buildExpression(_ method: Method<P>) -> [Method<P>] { [method] }
  /// Methods that were gathered elsewhere.
  public static func buildExpression(_ methods: [Method<P>]) -> [Method<P>] { methods }
  public static func buildBlock(_ methods: [Method<P>]...) -> [Method<P>] { methods.flatMap(\.self) }
}

/// A named, versioned set of methods.
public struct Service<P: Plugin> {
  let name: String
  let version: String
  let doc: String
  let methods: [Method<P>]

  /// Declares a service. `name` is snake_case, `version` the semantic version of the contract, `doc` one line.
  public init(_ name: String, version: String, doc: String, @MethodBuilder<P> methods: () -> [Method<P>]) {
    self.name = name
    self.version = version
    self.doc = doc
    self.methods = methods()
  }
}

/// A topic on which a plugin publishes.
public struct Topic: Sendable {
  let name: String
  let doc: String
  let schema: String?
  let example: String?

  /// Declares a topic. `schema` is JSON Schema of an event's data, `example` such data as JSON.
  public init(_ name: String, doc: String, schema: String? = nil, example: String? = nil) {
    self.name = name
    self.doc = doc
    self.schema = schema
    self.example = example
  }
}
