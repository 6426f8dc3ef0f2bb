import PluginKit

/// Schemas that several operations share, which stand once among the components of a document.
struct SharedSchemas {
  /// The components by name.
  private(set) var components: Fields = [
    "Problem": [
      "type": "object", "description": "What went wrong (RFC 9457).",
      "required": ["type", "title", "status", "detail", "code"],
      "properties": [
        "type": ["type": "string"], "title": ["type": "string"], "status": ["type": "integer"],
        "detail": ["type": "string", "description": "A sentence that names the thing and the fix"],
        "code": ["type": "string", "description": "One of the canonical statuses, such as not_found"],
        "plugin": ["type": "string", "description": "The plugin that answered"], "requestId": ["type": "string"],
        "errors": [
          "type": "array",
          "items": [
            "type": "object",
            "properties": ["path": ["type": "string"], "message": ["type": "string"], "allowed": true],
          ],
        ],
      ],
    ]
  ]
  private var uses: [[UInt8]: Int] = [:]
  private var names: [[UInt8]: String] = [:]

  /// Counts the schemas of a service's results, to know which ones are shared.
  mutating func count(resultsOf service: Value) {
    for method in service.object?["methods"]?.array ?? [] {
      guard let schema = method.object?["result"]?.object?["schema"] else { continue }
      uses[schema.object?.json ?? [], default: 0] += 1
      if let item = Self.item(of: schema) { uses[item.object?.json ?? [], default: 0] += 1 }
    }
  }

  /// The schema, or a reference to it when it is shared; likewise for the items of a list.
  mutating func reference(_ schema: Value, of service: String) -> Value {
    if let item = Self.item(of: schema), var list = schema.object, var properties = list["properties"]?.object {
      properties["items"] = ["type": "array", "items": entity(item, of: service)]
      list["properties"] = .object(properties)
      return .object(list)
    }
    return entity(schema, of: service)
  }

  private mutating func entity(_ schema: Value, of service: String) -> Value {
    let bytes = schema.object?.json ?? []
    guard (uses[bytes] ?? 0) > 1, schema.object?["properties"] != nil else { return schema }
    if names[bytes] == nil {
      let base = service.prefix(1).uppercased() + service.dropFirst()
      var name = base
      var number = 2
      while components[name] != nil {
        name = "\(base)\(number)"
        number += 1
      }
      names[bytes] = name
      components[name] = schema
    }
    return ["$ref": .string("#/components/schemas/\(names[bytes] ?? "")")]
  }

  /// The schema of the items of a list `{"items":[…],"next":…}`.
  private static func item(of schema: Value) -> Value? {
    guard let properties = schema.object?["properties"]?.object, properties["next"] != nil else { return nil }
    return properties["items"]?.object?["items"]
  }
}
