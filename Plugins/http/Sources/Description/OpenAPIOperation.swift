import PluginKit

/// One operation: a method with a route.
struct OpenAPIOperation {
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

  func value(_ schemas: inout SharedSchemas, _ shared: inout SharedParameters) -> Value {
    var operation: Fields = [
      "operationId": .string("\(service).\(name)"), "tags": [.string(service)], "summary": method["doc"] ?? "",
    ]
    var listed = parametersOfThePath + headers + (takesBody ? [] : query)
    if let fields { listed.append(shared.selection(of: fields)) }
    operation["parameters"] = .array(listed)
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
      schema["type"] = schema["type"].map(OpenAPIOperation.withoutNull)
      if schema["default"] == .null { schema["default"] = nil }
      return parameter(name, in: "query", isRequired: declared["required"]?.bool == true, .object(schema), declared)
    }
  }

  /// `If-Match` and `Idempotency-Key`, for methods that have the arguments, and what every request may have.
  private var headers: [Value] {
    var names: [String] = []
    if takesRevision { names.append("ifMatch") }
    if has("idempotencyKey") { names.append("idempotencyKey") }
    if answersRevision, pattern.method == .get { names.append("ifNoneMatch") }
    return (names + ["prefer"]).map(SharedParameters.reference)
  }

  private var result: Fields? { method["result"]?.object }
  private var answer: Value { result?["schema"] ?? true }

  /// What can be chosen of the answer by `fields`, which is no argument of the method.
  private var fields: [String]? {
    isStream || result?["type"] != "j" || has("fields") ? nil : SharedParameters.fields(of: answer)
  }

  private var properties: Fields? { answer.object?["properties"]?.object }
  private var isList: Bool { properties?["items"] != nil && properties?["next"] != nil }
  private var answersRevision: Bool { !isStream && properties?["revision"] != nil }

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
    var responses = Fields()
    if isStream {
      responses["200"] = [
        "description": "A JSON text in each line, or one in each server-sent event when Accept asks for them.",
        "content": ["application/x-ndjson": [:], "text/event-stream": [:]],
      ]
    } else if result?["type"] == "v" {
      responses["204"] = ["description": "Done."]
    } else {
      let creates = effects.contains("creates")
      var entry: Fields = ["description": .string(creates ? "Made." : "The answer.")]
      var headers = Fields()
      if creates { headers["Location"] = SharedParameters.header("location") }
      if answersRevision { headers["ETag"] = SharedParameters.header("etag") }
      if isList { headers["Link"] = SharedParameters.header("link") }
      if !headers.members.isEmpty { entry["headers"] = .object(headers) }
      entry["content"] = ["application/json": ["schema": schemas.reference(answer, of: service)]]
      responses[creates ? "201" : "200"] = .object(entry)
      if answersRevision, pattern.method == .get { responses["304"] = OpenAPIAnswers.notModified }
      if !creates, !effects.contains("read") { responses["204"] = OpenAPIAnswers.minimal }
    }
    for code in OpenAPIAnswers.codes(of: method, takesBody: takesBody) {
      responses[code] = OpenAPIAnswers.reference(code)
    }
    return responses
  }
}
