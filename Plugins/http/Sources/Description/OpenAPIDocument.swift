import PluginKit

/// The OpenAPI 3.1 document of all public methods that have a route, derived from their declarations.
///
/// Source: https://spec.openapis.org/oas/v3.1.0. Schemas are JSON Schema 2020-12, as methods declare them; one that several
/// operations share stands among the components.
struct OpenAPIDocument {
  private var schemas = SharedSchemas()
  private var parameters = SharedParameters()
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
    document.paths[OpenAPIEvents.path] = OpenAPIEvents.item
    return [
      "openapi": "3.1.0",
      "info": ["title": "Orchestron", "version": .string(version), "description": .string(description)],
      "servers": [["url": "/"]],
      "security": isOpen ? [] : [["token": []], ["session": []]],
      "tags": .array(document.tags),
      "paths": .object(document.paths),
      "components": .object([
        "schemas": .object(document.schemas.components), "responses": .object(OpenAPIAnswers.components),
        "parameters": .object(document.parameters.components), "headers": .object(SharedParameters.headers),
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
    POST /api/services/{service}/{method} with all arguments in the body. Replies from 1 KiB on are gzip for who accepts it, \
    bodies may be; a client's X-Request-Id is echoed. Replies to clients with a rate limit carry RateLimit-Limit, \
    RateLimit-Remaining and RateLimit-Reset.
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
      let operation = OpenAPIOperation(method, of: name, pattern)
      operations["\(pattern.method.name)".lowercased()] = operation.value(&schemas, &parameters)
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
    let probe: (String, String) -> Value = { name, sentence in
      let body: Value = ["type": "object", "required": ["status"], "properties": ["status": ["type": "string"]]]
      let content: Value = ["application/json": ["schema": body]]
      return [
        "get": [
          "operationId": .string("health.\(name)"), "tags": ["server"], "summary": .string(sentence), "security": [],
          "responses": [
            "200": ["description": "Yes.", "content": content], "429": OpenAPIAnswers.reference("429"),
            "503": ["description": "No.", "content": content],
          ],
        ]
      ]
    }
    paths["/health/live"] = probe("live", "Whether the loop turns.")
    paths["/health/ready"] = probe("ready", "Whether all essential plugins are started and pass their checks.")
    paths["/health"] = [
      "get": [
        "operationId": "health", "tags": ["server"], "summary": "How the host and its plugins are.", "security": [],
        "responses": [
          "200": answer("The host works."), "429": OpenAPIAnswers.reference("429"),
          "503": answer("An essential plugin does not work."),
        ],
      ]
    ]
  }
}
