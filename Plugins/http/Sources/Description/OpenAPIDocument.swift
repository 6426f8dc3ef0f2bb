import PluginKit

/// The OpenAPI 3.1 document of all public methods that have a route, derived from their declarations.
///
/// Source: https://spec.openapis.org/oas/v3.1.0. Schemas are JSON Schema 2020-12, as methods declare them; one that several
/// operations share stands among the components.
struct OpenAPIDocument {
  private var schemas = SharedSchemas()
  private var paths = Fields()
  private var tags: [Value] = []

  /// - Parameters:
  ///   - services: What `host.services` answers.
  ///   - version: Of the host.
  ///   - isOpen: Whether nobody has to tell who he is.
  static func build(from services: Value, version: String, isOpen: Bool) -> Value {
    var document = OpenAPIDocument()
    let services = services.object?["items"]?.array ?? []
    for service in services { document.schemas.count(resultsOf: service) }
    for service in services { document.add(service) }
    document.addLinks()
    document.addHealth()
    return [
      "openapi": "3.1.0",
      "info": ["title": "Orchestron", "version": .string(version), "description": .string(description)],
      "servers": [["url": "/"]],
      "security": isOpen ? [] : [["token": []], ["session": []]],
      "tags": .array(document.tags),
      "paths": .object(document.paths),
      "components": .object([
        "schemas": .object(document.schemas.components), "responses": .object(Answers.components),
        "securitySchemes": [
          "token": ["type": "http", "scheme": "bearer", "description": "A token of this host."],
          "session": [
            "type": "apiKey", "in": "cookie", "name": "orchestron_session",
            "description": "The cookie of a browser that has signed in; its name ends with the port.",
          ],
        ],
      ]),
    ]
  }

  private static let description = """
    Every public method of every loaded plugin. The same methods can be called by JSON-RPC over WebSocket at /ws, and by \
    POST /api/services/{service}/{method} with all arguments in the body.
    """

  private mutating func add(_ service: Value) {
    guard let service = service.object, let name = service["name"]?.string else { return }
    let methods = (service["methods"]?.array ?? []).compactMap(\.object).filter { $0["route"]?.string != nil }
    guard !methods.isEmpty else { return }
    tags.append(["name": .string(name), "description": service["doc"] ?? ""])
    for method in methods {
      guard let route = method["route"]?.string, let pattern = try? RoutePattern(route) else { continue }
      let path = String(route.drop { $0 != " " }.dropFirst())
      var operations = paths[path]?.object ?? Fields()
      let operation = Operation(method, of: name, pattern)
      operations["\(pattern.method.name)".lowercased()] = operation.value(&schemas)
      paths[path] = .object(operations)
    }
  }

  /// Leads from each answer that is a new entity to the operations on it: those of the same service with its id in their
  /// path.
  private mutating func addLinks() {
    var targets: [String: [String]] = [:]
    for (path, item) in paths.members where path.contains("/{id}") {
      for (_, operation) in item.object?.members ?? [] {
        guard let id = operation.object?["operationId"]?.string, let service = id.split(separator: ".").first else {
          continue
        }
        // A run of a workflow is no workflow: only what has the id right behind the name of the service.
        if path.hasPrefix("/api/\(service)/{id}") { targets[String(service), default: []].append(id) }
      }
    }
    for (path, item) in paths.members {
      guard var post = item.object?["post"]?.object, var item = item.object,
        let service = post["operationId"]?.string?.split(separator: ".").first.map(String.init),
        path == "/api/\(service)", var responses = post["responses"]?.object,
        var created = responses["201"]?.object, let targets = targets[service]
      else { continue }
      created["links"] = .object(
        Fields(
          targets.map { ($0, ["operationId": .string($0), "parameters": ["id": "$response.body#/id"]]) }))
      responses["201"] = .object(created)
      post["responses"] = .object(responses)
      item["post"] = .object(post)
      paths[path] = .object(item)
    }
  }

  private mutating func addHealth() {
    tags.append(["name": "server", "description": "What the server answers itself."])
    let body: Value = [
      "type": "object", "required": ["status", "version", "uptime", "plugins"],
      "properties": [
        "status": ["enum": ["ok", "degraded"]], "version": ["type": "string"],
        "uptime": ["type": "integer", "description": "Seconds"],
        "plugins": ["type": "array", "items": ["type": "object"]],
      ],
    ]
    func answer(_ text: String) -> Value {
      ["description": .string(text), "content": ["application/json": ["schema": body]]]
    }
    paths["/health"] = [
      "get": [
        "operationId": "health", "tags": ["server"], "summary": "How the host and its plugins are.", "security": [],
        "responses": [
          "200": answer("The host works."), "503": answer("An essential plugin does not work."),
        ],
      ]
    ]
  }
}

/// One operation: a method with a route.
private struct Operation {
  let method: Fields
  let service: String
  let pattern: RoutePattern

  init(_ method: Fields, of service: String, _ pattern: RoutePattern) {
    self.method = method
    self.service = service
    self.pattern = pattern
  }

  private var name: String { method["name"]?.string ?? "" }
  private var effects: [String] { (method["effects"]?.array ?? []).compactMap(\.string) }
  private var parameters: [Fields] { (method["params"]?.array ?? []).compactMap(\.object) }
  private var isStream: Bool { method["stream"]?.bool == true }
  private var takesBody: Bool { pattern.method == .post || pattern.method == .put || pattern.method == .patch }

  func value(_ schemas: inout SharedSchemas) -> Value {
    var operation: Fields = [
      "operationId": .string("\(service).\(name)"), "tags": [.string(service)], "summary": method["doc"] ?? "",
    ]
    let listed = parametersOfThePath + headers + (takesBody ? [] : query)
    if !listed.isEmpty { operation["parameters"] = .array(listed) }
    if takesBody, let body = requestBody { operation["requestBody"] = body }
    operation["responses"] = .object(responses(&schemas))
    operation["x-orchestron-effects"] = .array(effects.map { .string($0) })
    if let permission = method["permission"] { operation["x-orchestron-permission"] = permission }
    return .object(operation)
  }

  // MARK: Arguments

  private var parametersOfThePath: [Value] {
    pattern.parameters.map { name in
      let declared = parameters.first { $0["name"]?.string == name }
      var schema = declared?["schema"]?.object ?? ["type": "string"]
      if schema["type"] == "string", schema["minLength"] == nil { schema["minLength"] = 1 }
      schema["default"] = nil
      return parameter(name, in: "path", isRequired: true, .object(schema), declared)
    }
  }

  private var query: [Value] {
    others.map { declared in
      let name = declared["name"]?.string ?? ""
      var schema = declared["schema"]?.object ?? Fields()
      schema["type"] = schema["type"].map(Operation.withoutNull)
      if schema["default"] == .null { schema["default"] = nil }
      return parameter(name, in: "query", isRequired: declared["required"]?.bool == true, .object(schema), declared)
    }
  }

  /// `If-Match` and `Idempotency-Key`, for methods that have the arguments.
  private var headers: [Value] {
    var headers: [Value] = []
    if takesRevision {
      headers.append([
        "name": "If-Match", "in": "header", "description": "The ETag of the entity that the caller knows; else 412.",
        "schema": ["type": "string", "pattern": "^(\"[1-9][0-9]{0,14}\"|\\*)$"],
      ])
    }
    if has("idempotencyKey") {
      headers.append([
        "name": "Idempotency-Key", "in": "header",
        "description": "The same key makes the same call again answer what it answered first.",
        "schema": ["type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"],
      ])
    }
    return headers
  }

  private func has(_ name: String) -> Bool { parameters.contains { $0["name"]?.string == name } }

  /// As ``Declaration/takesRevision``.
  private var takesRevision: Bool {
    parameters.contains { $0["name"] == "revision" && $0["required"] != true }
  }

  /// The parameters that are neither in the path nor headers.
  private var others: [Fields] {
    parameters.filter { declared in
      let name = declared["name"]?.string ?? ""
      if name == "idempotencyKey" || name == "revision" && takesRevision { return false }
      return !pattern.parameters.contains(name)
    }
  }

  private func parameter(
    _ name: String, in place: Value, isRequired: Bool, _ schema: Value, _ declared: Fields?
  ) -> Value {
    var entry: Fields = ["name": .string(name), "in": place]
    if let doc = declared?["doc"] { entry["description"] = doc }
    if isRequired { entry["required"] = true }
    if declared?["type"] == "j", schema.object?["type"] == "object" {
      entry["content"] = ["application/json": ["schema": schema]]
    } else {
      entry["schema"] = schema
    }
    return .object(entry)
  }

  private var requestBody: Value? {
    let others = others
    guard !others.isEmpty else { return nil }
    let required = others.filter { $0["required"]?.bool == true }.compactMap { $0["name"] }
    var schema: Fields = [
      "type": "object", "additionalProperties": false,
      "properties": .object(Fields(others.map { ($0["name"]?.string ?? "", $0["schema"] ?? true) })),
    ]
    if !required.isEmpty { schema["required"] = .array(required) }
    var content: Fields = ["schema": .object(schema)]
    let examples = bodies
    if !examples.members.isEmpty { content["examples"] = .object(examples) }
    let type = pattern.method == .patch ? "application/merge-patch+json" : "application/json"
    return [
      "required": .bool(!required.isEmpty),
      "content": .object([type: .object(content)]),
    ]
  }

  /// The bodies of the declared examples that succeed.
  private var bodies: Fields {
    var examples = Fields()
    for (index, example) in (method["examples"]?.array ?? []).enumerated() {
      guard var arguments = example.object?["args"]?.object, example.object?["error"] == nil else { continue }
      for name in pattern.parameters + ["idempotencyKey"] { arguments[name] = nil }
      if takesRevision { arguments["revision"] = nil }
      examples["example\(index + 1)"] = ["value": .object(arguments)]
    }
    return examples
  }

  private static func withoutNull(_ type: Value) -> Value {
    guard let types = type.array?.filter({ $0 != "null" }) else { return type }
    return types.count == 1 ? types[0] : .array(types)
  }

  // MARK: Answers

  private func responses(_ schemas: inout SharedSchemas) -> Fields {
    let result = method["result"]?.object
    var responses = Fields()
    if isStream {
      responses["200"] = [
        "description": "A JSON text in each line, or one in each server-sent event when Accept asks for them.",
        "content": ["application/x-ndjson": [:], "text/event-stream": [:]],
      ]
    } else if result?["type"] == "v" {
      responses["204"] = ["description": "Done."]
    } else {
      let code = effects.contains("creates") ? "201" : "200"
      var answer: Fields = ["description": .string(code == "201" ? "Made." : "The answer.")]
      if code == "201" { answer["headers"] = ["Location": ["schema": ["type": "string"]]] }
      answer["content"] = ["application/json": ["schema": schemas.reference(result?["schema"] ?? true, of: service)]]
      responses[code] = .object(answer)
    }
    for code in Answers.codes(of: method, takesBody: takesBody) {
      responses[code] = ["$ref": .string("#/components/responses/problem\(code)")]
    }
    return responses
  }
}

/// The answers that operations share: problem objects by status.
private enum Answers {
  private static let texts: [(code: String, text: String)] = [
    ("400", "An argument is missing or wrong; errors names each."),
    ("401", "Nobody knows who asks."),
    ("403", "Who asks lacks the right."),
    ("404", "What the call is about is not there."),
    ("409", "The state does not allow it, or it conflicts with another change."),
    ("412", "The entity has another revision than If-Match says; current is the entity now."),
    ("413", "The body is too long."),
    ("414", "The path with its query is too long."),
    ("415", "The body is no JSON."),
    ("429", "Too much at once: try again after Retry-After."),
    ("431", "The header section is too long."),
    ("500", "The plugin failed; the log of the host has the reason."),
    ("501", "What is asked for is not offered here."),
    ("503", "The plugin does not work now."),
    ("504", "The method took too long."),
  ]

  /// The codes that an operation may answer.
  static func codes(of method: Fields, takesBody: Bool) -> [String] {
    texts.map(\.code).filter { code in
      switch code {
      case "412": (method["params"]?.array ?? []).contains { $0.object?["name"] == "revision" }
      case "413", "415": takesBody
      default: true
      }
    }
  }

  static var components: Fields {
    Fields(
      texts.map { code, text in
        (
          "problem\(code)",
          [
            "description": .string(text),
            "content": ["application/problem+json": ["schema": ["$ref": "#/components/schemas/Problem"]]],
          ]
        )
      })
  }
}
