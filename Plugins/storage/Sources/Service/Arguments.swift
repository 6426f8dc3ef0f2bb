import PluginKit

/// Reads the JSON arguments of the service into the words of the store. Every refusal names the place.
enum Arguments {
  static func indexes(_ json: JSONValue) throws -> [CollectionDefinition.Index] {
    try json.elements.map { index in
      let fields = index["fields"].elements.compactMap(\.string)
      guard fields.count == index["fields"].count, known(index, ["fields", "unique", "sparse"]) else {
        throw StorageError(
          .invalidArgument, "an index is {fields, unique, sparse}, fields being a list of strings; got \(index.text)")
      }
      return try CollectionDefinition.Index(
        fields, unique: index["unique"].bool ?? false, sparse: index["sparse"].bool ?? false)
    }
  }

  /// Nil for the empty list.
  static func tally(_ json: JSONValue) throws -> TallyDefinition? {
    let fields = try fields(json)
    return fields.isEmpty ? nil : try TallyDefinition(fields)
  }

  static func order(_ json: JSONValue) throws -> [OrderedField] {
    try json.elements.map { field in
      guard let text = field.string else {
        throw StorageError(.invalidArgument, "order is a list of strings such as -priority; got \(field.text)")
      }
      return try OrderedField(text)
    }
  }

  static func fields(_ json: JSONValue) throws -> [Field] {
    try json.elements.map { field in
      guard let path = field.string else {
        throw StorageError(.invalidArgument, "fields is a list of strings such as forecast.p85; got \(field.text)")
      }
      return try Field(path)
    }
  }

  /// Nil for the empty list.
  static func search(_ json: JSONValue) throws -> SearchDefinition? {
    let entries = try json.elements.map { entry in
      if let path = entry.string { return SearchDefinition.Entry(field: try Field(path), weight: 1) }
      guard let path = entry["field"].string, let weight = entry["weight"].int, known(entry, ["field", "weight"]) else {
        throw StorageError(
          .invalidArgument, "search is a list of fields, or of {field, weight}; got \(entry.text)")
      }
      return SearchDefinition.Entry(field: try Field(path), weight: weight)
    }
    return entries.isEmpty ? nil : try SearchDefinition(entries)
  }

  /// Nil for null.
  static func view(_ json: JSONValue) throws -> ViewDefinition? {
    if json.kind == .null { return nil }
    guard let name = json["name"].string, json["fields"].kind == .object, known(json, ["name", "fields"]) else {
      throw StorageError(.invalidArgument, "a view is {name, fields: {column: field}}; got \(json.text.prefix(200))")
    }
    let columns = try json["fields"].members.map { member in
      guard let path = member.value.string else {
        throw StorageError(.invalidArgument, "column \(member.key) of view \(name) is a field, a string")
      }
      return try ViewDefinition.Column(member.key, try Field(path))
    }
    return try ViewDefinition(name, columns: columns)
  }

  static func values(_ json: JSONValue) throws -> [Value] {
    try json.elements.map { try value($0, of: "a parameter") }
  }

  static func keys(_ json: JSONValue) throws -> [Aggregate.Key] {
    try json.elements.map { key in
      if let path = key.string { return try Aggregate.Key(try Field(path)) }
      guard let path = key["field"].string, known(key, ["field", "prefix"]),
        key["prefix"].kind == .int || key["prefix"].kind == .absent
      else {
        throw StorageError(
          .invalidArgument, "groupBy is a list of fields, or of {field, prefix}; got \(key.text)")
      }
      return try Aggregate.Key(try Field(path), prefix: key["prefix"].int)
    }
  }

  static func measures(_ json: JSONValue) throws -> [Aggregate.Measure] {
    try json.elements.map { measure in
      guard known(measure, ["op", "field"]), let op = measure["op"].string else {
        throw StorageError(.invalidArgument, "a measure is {op, field}; got \(measure.text)")
      }
      let field = try measure["field"].string.map { try Field($0) }
      switch (op, field) {
      case ("count", _): return .count(field)
      case ("sum", let field?): return .sum(field)
      case ("min", let field?): return .min(field)
      case ("max", let field?): return .max(field)
      default:
        throw StorageError(
          .invalidArgument, "the op of a measure is count, or sum, min or max of a field; got \(measure.text)")
      }
    }
  }

  static func filters(_ json: JSONValue) throws -> [Filter] {
    try json.elements.map { filter in
      guard let field = filter["field"].string, let op = filter["op"].string, known(filter, ["field", "op", "value"])
      else {
        throw StorageError(.invalidArgument, "a filter is {field, op, value}; got \(filter.text)")
      }
      return try Filter(field, try test(op, filter["value"], of: field))
    }
  }

  private static func test(_ op: String, _ json: JSONValue, of field: String) throws -> Filter.Test {
    switch op {
    case "equal": return .equal(try value(json, of: field))
    case "notEqual": return .notEqual(try value(json, of: field))
    case "less": return .less(try value(json, of: field))
    case "lessOrEqual": return .lessOrEqual(try value(json, of: field))
    case "greater": return .greater(try value(json, of: field))
    case "greaterOrEqual": return .greaterOrEqual(try value(json, of: field))
    case "contains": return .contains(try value(json, of: field))
    case "any":
      guard json.kind == .array else { break }
      return .any(try json.elements.map { try value($0, of: field) })
    case "prefix":
      guard let prefix = json.string else { break }
      return .prefix(prefix)
    case "exists":
      guard let exists = json.bool else { break }
      return .exists(exists)
    default:
      throw StorageError(.invalidArgument, "\(field): there is no op \"\(op)\"; use \(Filter.words)")
    }
    throw StorageError(
      .invalidArgument, "\(field): any wants a list, prefix a string, exists a boolean; got \(json.text)")
  }

  static func value(_ json: JSONValue, of field: String) throws(StorageError) -> Value {
    switch json.kind {
    case .null: return .null
    case .bool: return .bool(json.bool ?? false)
    case .int: return .int(Int64(json.int ?? 0))
    case .double: return .double(json.double ?? 0)
    case .string: return .text(json.string ?? "")
    case .absent, .array, .object:
      throw StorageError(.invalidArgument, "\(field) is compared with a string, number, boolean or null")
    }
  }

  /// - Parameter collection: finds a collection that the caller may change.
  static func operations(
    _ json: JSONValue, collection: (String) throws(StorageError) -> Collection
  ) throws -> [Operation] {
    try json.elements.map { operation in
      guard let name = operation["collection"].string, let id = operation["id"].string,
        known(operation, ["collection", "id", "expected", "put", "delete", "check"])
      else {
        throw StorageError(
          .invalidArgument,
          "an operation is {collection, id, expected} with put, delete or check; "
            + "got \(operation.text.prefix(200))")
      }
      return try Operation(
        try action(operation, name, id), try collection(name), id: id, expected: try expectation(operation, name, id))
    }
  }

  private static func action(_ operation: JSONValue, _ name: String, _ id: String) throws -> Operation.Action {
    let (put, delete, check) = (operation["put"], operation["delete"].bool, operation["check"].bool)
    switch (put.kind, delete, check) {
    case (.object, nil, nil): return .put(put.withJSON { Array($0) })
    case (.absent, true, nil): return .delete
    case (.absent, nil, true): return .check
    default:
      throw StorageError(
        .invalidArgument, "\(name) \(id): an operation has one of put (an object), delete: true and check: true")
    }
  }

  private static func expectation(
    _ operation: JSONValue, _ name: String, _ id: String
  ) throws -> Operation.Expectation {
    let expected = operation["expected"]
    if let revision = expected.int { return .revision(Int64(revision)) }
    switch expected.string {
    case "absent": return .absent
    case "any": return .any
    default:
      throw StorageError(
        .invalidArgument, "\(name) \(id): expected is \"absent\", \"any\" or a revision; got \(expected.text)")
    }
  }

  static func events(_ json: JSONValue) throws -> [NewEvent] {
    try json.elements.map { event in
      let data = event["data"]
      guard let topic = event["topic"].string, data.kind != .absent, known(event, ["topic", "data"]) else {
        throw StorageError(.invalidArgument, "an event is {topic, data}; got \(event.text.prefix(200))")
      }
      return try NewEvent(topic: topic, data: data.withJSON { Array($0) })
    }
  }

  static func redactions(_ json: JSONValue) throws -> [String] {
    try json.elements.map { redaction in
      guard let id = redaction["id"].string, (1...128).contains(id.utf8.count), known(redaction, ["id"]) else {
        throw StorageError(.invalidArgument, "a redaction is {id}; got \(redaction.text.prefix(200))")
      }
      return id
    }
  }

  /// Keys of different plugins and actors are different keys. Nil for null.
  static func idempotency(_ json: JSONValue, caller: String, actor: String) throws -> Idempotency? {
    if json.kind == .null { return nil }
    let reply = json["reply"]
    guard let key = json["key"].string, let fingerprint = json["fingerprint"].string, reply.kind != .absent,
      (1...255).contains(key.utf8.count), known(json, ["key", "fingerprint", "reply"])
    else {
      throw StorageError(
        .invalidArgument, "idempotency is {key, fingerprint, reply}, key having 1 to 255 bytes")
    }
    return Idempotency(
      key: "\(caller) \(actor) \(key)", name: key, fingerprint: fingerprint, reply: reply.withJSON { Array($0) })
  }

  /// Whether an object has no other members than these, so that a typing mistake cannot pass unnoticed.
  private static func known(_ json: JSONValue, _ names: Set<String>) -> Bool {
    json.kind == .object && json.members.allSatisfy { names.contains($0.key) }
  }
}

extension Filter {
  /// The spellings of the tests.
  static let words =
    "equal, notEqual, less, lessOrEqual, greater, greaterOrEqual, any, prefix, exists or contains"
}
