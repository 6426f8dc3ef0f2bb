import PluginKit
import Testing

@testable import HTTPPlugin

/// The OpenAPI document of a small set of declarations.
@Suite struct OpenAPITests {
  static let note: Value = ["type": "object", "properties": ["id": ["type": "string"]]]

  static func method(_ name: String, _ route: String, _ effects: [Value], _ params: [Value], _ result: Value) -> Value {
    [
      "name": .string(name), "doc": "Does it.", "route": .string(route), "effects": .array(effects),
      "params": .array(params), "result": ["type": "j", "schema": result],
    ]
  }

  static func parameter(_ name: String, isRequired: Bool = false, _ type: Value = "string") -> Value {
    ["name": .string(name), "type": "s", "doc": "It", "required": .bool(isRequired), "schema": ["type": type]]
  }

  static let document = OpenAPIDocument.build(
    from: [
      "items": [
        [
          "name": "notes", "doc": "Notes.",
          "methods": [
            method(
              "create", "POST /api/notes", ["write", "creates"],
              [parameter("text", isRequired: true), parameter("idempotencyKey", ["string", "null"])], note),
            method("get", "GET /api/notes/{id}", ["read"], [parameter("id", isRequired: true)], note),
            method(
              "update", "PATCH /api/notes/{id}", ["write"],
              [parameter("id", isRequired: true), parameter("text"), parameter("revision")], note),
            method(
              "restore", "POST /api/notes/{id}/restore", ["write"],
              [parameter("id", isRequired: true), parameter("revision", isRequired: true)], note),
            method(
              "list", "GET /api/notes", ["read"], [parameter("text", ["string", "null"])],
              ["type": "object", "properties": ["items": ["type": "array", "items": note], "next": true]]),
            ["name": "hidden", "doc": "Has no route."],
          ],
        ]
      ]
    ], version: "1.2.3", isOpen: false)

  func operation(_ path: String, _ verb: String) throws -> Fields {
    let paths = try #require(Self.document.object?["paths"]?.object)
    return try #require(paths[path]?.object?[verb]?.object)
  }

  func names(_ operation: Fields, in place: Value) -> [String] {
    parameters(operation).filter { $0["in"] == place }.compactMap { $0["name"]?.string }
  }

  /// The parameters of an operation, with those that stand among the components.
  func parameters(_ operation: Fields) -> [Fields] {
    let shared = Self.document.object?["components"]?.object?["parameters"]?.object
    return (operation["parameters"]?.array ?? []).compactMap(\.object).compactMap { parameter in
      guard let name = parameter["$ref"]?.string?.split(separator: "/").last else { return parameter }
      return shared?[String(name)]?.object
    }
  }

  @Test func namesEveryRouteByItsMethod() throws {
    let paths = try #require(Self.document.object?["paths"]?.object)
    #expect(
      Set(paths.names) == [
        "/api/notes", "/api/notes/{id}", "/api/notes/{id}/restore", "/api/events", "/health", "/health/live",
        "/health/ready",
      ])
    #expect(try operation("/api/notes/{id}", "patch")["operationId"] == "notes.update")
    #expect(Self.document.object?["security"] == [["token": []], ["session": []]])
  }

  @Test func saysIdempotencyAndRevisionByHeadersAlone() throws {
    let create = try operation("/api/notes", "post")
    #expect(names(create, in: "header") == ["Idempotency-Key", "Prefer"])
    let body = create["requestBody"]?.object?["content"]?.object?["application/json"]?.object?["schema"]?.object
    #expect(body?["properties"]?.object?.names == ["text"])
    #expect(body?["required"] == ["text"])
    let update = try operation("/api/notes/{id}", "patch")
    #expect(names(update, in: "header") == ["If-Match", "Prefer"])
    #expect(update["requestBody"]?.object?["content"]?.object?.names == ["application/merge-patch+json"])
  }

  @Test func takesARevisionThatMustBeGivenForNoPrecondition() throws {
    let restore = try operation("/api/notes/{id}/restore", "post")
    #expect(names(restore, in: "header") == ["Prefer"])
    let body = restore["requestBody"]?.object?["content"]?.object?["application/json"]?.object?["schema"]?.object
    #expect(body?["properties"]?.object?.names == ["revision"])
  }

  @Test func leadsFromWhatWasMadeToWhatCanBeDoneWithIt() throws {
    let created = try operation("/api/notes", "post")["responses"]?.object?["201"]?.object
    #expect(Set(created?["links"]?.object?.names ?? []) == ["notes.get", "notes.update", "notes.restore"])
    #expect(created?["headers"]?.object?.names == ["Location"])
  }

  @Test func writesASchemaThatIsSharedOnce() throws {
    let schemas = try #require(Self.document.object?["components"]?.object?["schemas"]?.object)
    #expect(schemas["Notes"] == Self.note)
    let list = try operation("/api/notes", "get")["responses"]?.object?["200"]?.object?["content"]
    let items = list?.object?["application/json"]?.object?["schema"]?.object?["properties"]?.object?["items"]
    #expect(items?.object?["items"] == ["$ref": "#/components/schemas/Notes"])
  }

  @Test func saysWhatCanBeChosenOfAnAnswer() throws {
    for (path, verb) in [("/api/notes", "get"), ("/api/notes/{id}", "get"), ("/api/notes", "post")] {
      let fields = try #require(parameters(try operation(path, verb)).first { $0["name"] == "fields" })
      #expect(fields["schema"]?.object?["items"] == ["type": "string", "enum": ["id"]])
    }
    let list = try operation("/api/notes", "get")["responses"]?.object
    #expect(list?["200"]?.object?["headers"]?.object?.names == ["Link"])
    #expect(list?["304"] == nil)
    let update = try operation("/api/notes/{id}", "patch")["responses"]?.object
    #expect(update?["204"] == ["$ref": "#/components/responses/minimal"])
  }

  @Test func everyOperationNamesTheLimitsItMayRunInto() throws {
    for (path, item) in try #require(Self.document.object?["paths"]?.object).members {
      for (verb, operation) in item.object?.members ?? [] {
        let responses = try #require(operation.object?["responses"]?.object)
        #expect(responses["429"] == ["$ref": "#/components/responses/problem429"], "\(verb) \(path)")
        #expect(responses["503"] != nil, "\(verb) \(path)")
        #expect((responses["406"] == nil) == path.hasPrefix("/health"), "\(verb) \(path)")
      }
    }
    let components = try #require(Self.document.object?["components"]?.object)
    let limits = components["responses"]?.object?["problem429"]?.object?["headers"]?.object
    #expect(limits?.names == ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After"])
    let busy = components["responses"]?.object?["problem503"]?.object?["headers"]?.object
    #expect(busy?.names == ["Retry-After"])
    for header in (limits?.members ?? []).map(\.1) {
      let name = try #require(header.object?["$ref"]?.string?.split(separator: "/").last)
      #expect(components["headers"]?.object?[String(name)] != nil)
    }
  }

  @Test func asksForNoNullInTheQuery() throws {
    let list = try operation("/api/notes", "get")
    let text = parameters(list).first { $0["name"] == "text" }
    #expect(text?["in"] == "query")
    #expect(text?["schema"] == ["type": "string"])
  }

  @Test func namesTheTopicsAsAsyncAPI() throws {
    let document = AsyncAPIDocument.build(
      from: [
        "items": [["name": "note:made", "doc": "One was made.", "plugin": "notes", "schema": ["type": "object"]]]
      ],
      version: "1.2.3")
    let messages = document.object?["channels"]?.object?["events"]?.object?["messages"]?.object
    #expect(messages?.names == ["note.made"])
    let payload = messages?["note.made"]?.object?["payload"]?.object?["properties"]?.object
    #expect(payload?["topic"] == ["const": "note:made"])
    #expect(payload?["data"] == ["type": "object"])
  }
}
