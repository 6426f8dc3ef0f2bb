/// Reads what the host's method `host.services` answers.
enum DeclarationReader {
  /// What a list of services offers over REST.
  struct Catalog {
    var declarations: [Declaration] = []
    /// The names of all services.
    var services: [String] = []
    /// Sentences about routes that are none.
    var faults: [String] = []
  }

  /// Reads `{"items":[{"name","methods":[{"name","route","stream","effects","params":[{"name","type","schema"}],
  /// "result":{"type","schema"}}]}]}`.
  static func read(_ text: Bytes) -> Catalog {
    var catalog = Catalog()
    JSONText.forEachElement(ofMember: "items", of: text) { service in
      guard let name = JSONText.string(JSONText.member("name", of: service)) else { return }
      catalog.services.append(name)
      let homes = homes(in: service)
      JSONText.forEachElement(ofMember: "methods", of: service) { read(method: $0, of: name, homes, into: &catalog) }
    }
    return catalog
  }

  /// Where a service shows entities: the routes `GET …/{id}`, and the schema of what they answer.
  private static func homes(in service: Bytes) -> [(schema: Bytes, path: String)] {
    var homes: [(schema: Bytes, path: String)] = []
    JSONText.forEachElement(ofMember: "methods", of: service) { method in
      guard let route = JSONText.string(JSONText.member("route", of: method)), let schema = resultSchema(of: method),
        let pattern = try? RoutePattern(route), pattern.method == .get, pattern.parameters == ["id"],
        pattern.segments.last == .parameter("id")
      else { return }
      homes.append((schema, String(route.dropFirst("GET ".count).dropLast("/{id}".count))))
    }
    return homes
  }

  private static func resultSchema(of method: Bytes) -> Bytes? {
    JSONText.member("result", of: method).flatMap { JSONText.member("schema", of: $0) }
  }

  private static func read(
    method: Bytes, of service: String, _ homes: [(schema: Bytes, path: String)], into catalog: inout Catalog
  ) {
    guard let name = JSONText.string(JSONText.member("name", of: method)),
      let route = JSONText.string(JSONText.member("route", of: method))
    else { return }
    do throws(RoutePattern.Malformed) {
      let declaration = Declaration(
        service: service, name: name, parameters: parameters(of: method), route: try RoutePattern(route))
      declaration.isStream = JSONText.member("stream", of: method)?.equals("true") == true
      let type = JSONText.member("result", of: method).flatMap { JSONText.member("type", of: $0) }
      if let type { declaration.hasResult = !type.equals(#""v""#) }
      JSONText.forEachElement(ofMember: "effects", of: method) { effect in
        if effect.equals(#""creates""#) { declaration.creates = true }
        if effect.equals(#""read""#) { declaration.isRead = true }
      }
      if declaration.creates, let schema = resultSchema(of: method) {
        declaration.home = homes.first { $0.schema.equals(schema) }?.path
      }
      let fieldsArgument = declaration.parameters.contains { $0.name == "fields" }
      declaration.takesFields = !declaration.isStream && !fieldsArgument && type?.equals(#""j""#) != false
      if declaration.takesFields { declaration.fields = resultSchema(of: method).flatMap(fields) }
      catalog.declarations.append(declaration)
    } catch {
      catalog.faults.append("\(service).\(name): \(error.sentence)")
    }
  }

  private static func parameters(of method: Bytes) -> [Declaration.Parameter] {
    var parameters: [Declaration.Parameter] = []
    JSONText.forEachElement(ofMember: "params", of: method) { parameter in
      guard let name = JSONText.string(JSONText.member("name", of: parameter)) else { return }
      parameters.append(
        .init(
          name: name, kind: kind(JSONText.member("type", of: parameter)),
          isArray: isArray(JSONText.member("schema", of: parameter)),
          isRequired: JSONText.member("required", of: parameter)?.equals("true") == true))
    }
    return parameters
  }

  /// The members of the object that a schema describes, or of the items when that is a list.
  private static func fields(_ schema: Bytes) -> [String]? {
    // `{"anyOf":[entity,{"type":"null"}]}` is an entity that may be missing.
    var schema = schema
    JSONText.forEachElement(ofMember: "anyOf", of: schema) { option in
      if JSONText.member("properties", of: option) != nil { schema = option }
    }
    guard let members = JSONText.member("properties", of: schema) else { return nil }
    if JSONText.member("next", of: members) != nil, let items = JSONText.member("items", of: members) {
      return JSONText.member("items", of: items).flatMap(fields)
    }
    var names: [String] = []
    try? JSONText.forEachMember(of: members) { member in JSONText.string(member.name).map { names.append($0) } }
    return names
  }

  private static func kind(_ type: Bytes?) -> Declaration.Parameter.Kind {
    guard let type, type.count == 3 else { return .json }
    return switch type[1] {
    case UInt8(ascii: "b"): .bool
    case UInt8(ascii: "i"): .integer
    case UInt8(ascii: "d"): .number
    case UInt8(ascii: "s"): .string
    case UInt8(ascii: "y"): .bytes
    default: .json
    }
  }

  /// Whether a schema's type is `array`, alone or among others.
  private static func isArray(_ schema: Bytes?) -> Bool {
    guard let schema, let type = JSONText.member("type", of: schema) else { return false }
    if type.equals(#""array""#) { return true }
    var found = false
    try? JSONText.forEachElement(of: type) { if $0.equals(#""array""#) { found = true } }
    return found
  }
}
