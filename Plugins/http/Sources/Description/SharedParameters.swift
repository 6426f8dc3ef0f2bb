import PluginKit

/// Parameters and headers that many operations share, which stand once among the components of a document.
struct SharedParameters {
  /// The parameters by name.
  private(set) var components: Fields = [
    "prefer": [
      "name": "Prefer", "in": "header",
      "description":
        "return=minimal: a change is answered without its entity. wait=5: after so many seconds the answer is 504.",
      "schema": ["type": "string"],
    ],
    "ifNoneMatch": [
      "name": "If-None-Match", "in": "header", "description": "The ETag of what the caller has; else 304.",
      "schema": ["type": "string"],
    ],
    "ifMatch": [
      "name": "If-Match", "in": "header", "description": "The ETag of the entity that the caller knows; else 412.",
      "schema": ["type": "string", "pattern": "^(\"[1-9][0-9]{0,14}(-gzip)?\"|\\*)$"],
    ],
    "idempotencyKey": [
      "name": "Idempotency-Key", "in": "header",
      "description": "The same key makes the same call again answer what it answered first.",
      "schema": ["type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"],
    ],
  ]
  private var selections: [[String]: String] = [:]

  private static let number: Value = ["type": "integer", "minimum": 0]

  /// The headers of answers by name.
  static let headers: Fields = [
    "etag": [
      "description": "The quoted revision; that of a gzip reply ends with -gzip.", "schema": ["type": "string"],
    ],
    "link": ["description": "The next page, and the first (RFC 8288).", "schema": ["type": "string"]],
    "location": ["description": "The address of what was made.", "schema": ["type": "string"]],
    "retryAfter": ["description": "Seconds after which another try may work.", "schema": number],
    "rateLimit": ["description": "Requests that may come at once.", "schema": number],
    "rateLimitRemaining": ["description": "Of these, those that may come now.", "schema": number],
    "rateLimitReset": ["description": "Seconds until all may come again.", "schema": number],
  ]

  static func reference(_ name: String) -> Value { ["$ref": .string("#/components/parameters/\(name)")] }

  static func header(_ name: String) -> Value { ["$ref": .string("#/components/headers/\(name)")] }

  /// `fields`, for answers that may have these members.
  mutating func selection(of fields: [String]) -> Value {
    if let name = selections[fields] { return Self.reference(name) }
    let name = selections.isEmpty ? "fields" : "fields\(selections.count + 1)"
    selections[fields] = name
    components[name] = [
      "name": "fields", "in": "query", "style": "form", "explode": false,
      "description": "The members wanted of the entity, or of each item of the list; without it, all.",
      "schema": [
        "type": "array", "minItems": 1,
        "items": ["type": "string", "enum": .array(fields.map { .string($0) })],
      ],
    ]
    return Self.reference(name)
  }

  /// The members that an answer of this schema may have, or each item of it when it is a list.
  static func fields(of schema: Value) -> [String]? {
    let option = schema.object?["anyOf"]?.array?.first { $0.object?["properties"] != nil } ?? schema
    guard let members = option.object?["properties"]?.object else { return nil }
    if members["next"] != nil, let items = members["items"]?.object {
      return items["items"].flatMap(fields)
    }
    return members.names
  }
}
