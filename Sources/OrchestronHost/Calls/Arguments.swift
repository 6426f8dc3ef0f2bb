import CHost

/// Binds the JSON arguments of a call to the parameters of its method: the one place where arguments are validated, so
/// that every face gives the same sentence.
enum Arguments {
  /// The longest text of arguments, in bytes.
  static let limit = 32 << 20

  /// Parses `text` (empty means no arguments) into the call's document and binds it.
  static func bind(_ text: UnsafeRawBufferPointer, to call: Call, of method: MethodDeclaration) throws(Failure) {
    guard text.count <= limit else {
      throw Failure(
        .resourceExhausted,
        "the arguments of \(method.fullName) are \(text.count) bytes long; \(limit >> 20) MiB are allowed")
    }
    call.arguments.removeAll(keepingCapacity: true)
    for _ in method.parameters { call.arguments.append(nil) }
    if text.count > 0 { try bindMembers(text, to: call, of: method) }
    for (index, parameter) in method.parameters.enumerated() where call.arguments[index] == nil {
      guard let fallback = parameter.fallback else { throw violation(.missing(parameter), of: method) }
      let value = fallback.element
      if !value.isNull || (parameter.type == .json && method.isNative) { call.arguments[index] = value }
    }
  }

  private static func bindMembers(
    _ text: UnsafeRawBufferPointer, to call: Call, of method: MethodDeclaration
  ) throws(Failure) {
    do { try call.document.parse(text, duplicateKeys: .refused) } catch {
      throw Failure(.invalidArgument, "the arguments of \(method.fullName) are not valid JSON: \(error.message)")
    }
    let root = call.document.root
    guard root.kind == .object else {
      throw Failure(.invalidArgument, "the arguments of \(method.fullName) are not a JSON object")
    }
    var position = 0
    for member in root.members {
      // Arguments mostly come in the order of the declaration: look there first.
      guard let index = method.parameterIndex(member.key, from: position) else {
        throw violation(.unknown(member.name), of: method)
      }
      position = index + 1
      let parameter = method.parameters[index]
      let value = member.value
      if value.isNull, let fallback = parameter.fallback, parameter.type != .json || fallback.element.isNull {
        // Null where a default stands means: left out. Only a merge patch tells a null from nothing, by `args`.
        if fallback.element.isNull { call.arguments[index] = value }
        continue
      }
      guard parameter.type.accepts(value) else { throw violation(.type(parameter, value), of: method) }
      if parameter.type == .bytes, Base64.decode(value.stringBytes ?? .init(start: nil, count: 0)) == nil {
        throw violation(.base64(parameter), of: method)
      }
      if let violations = parameter.schema?.validate(value), !violations.isEmpty {
        throw violation(.schema(parameter, violations), of: method)
      }
      call.arguments[index] = value
    }
  }

  private enum Fault {
    case missing(ParameterDeclaration)
    case unknown(String)
    case type(ParameterDeclaration, JSONElement)
    case base64(ParameterDeclaration)
    case schema(ParameterDeclaration, [Violation])
  }

  private static func violation(_ fault: Fault, of method: MethodDeclaration) -> Failure {
    switch fault {
    case .missing(let parameter):
      return failure(
        "\(method.fullName) needs the argument \"\(parameter.name.string)\": \(parameter.doc)",
        [Violation(path: "/\(parameter.name.string)", message: "is required")])
    case .unknown(let name):
      let known = method.parameters.map(\.name.string)
      let hint = nearest(name, in: known).map { "; did you mean \"\($0)\"?" } ?? ""
      return failure(
        "\(method.fullName) has no argument \(name.quoted)\(hint)",
        [Violation(path: "/\(name)", message: "is not known", allowed: known.map { .string($0) })])
    case .type(let parameter, let value):
      let message = "is \(value.kind.article), not \(parameter.type.article)"
      return failure(
        "argument \"\(parameter.name.string)\" of \(method.fullName) \(message)",
        [Violation(path: "/\(parameter.name.string)", message: message)])
    case .base64(let parameter):
      return failure(
        "argument \"\(parameter.name.string)\" of \(method.fullName) is not base64 text",
        [Violation(path: "/\(parameter.name.string)", message: "is not base64 text")])
    case .schema(let parameter, let violations):
      let name = parameter.name.string
      let first = violations[0]
      let place = first.path.isEmpty ? "" : " at \(first.path)"
      return failure(
        "argument \"\(name)\" of \(method.fullName) is not valid\(place): \(first.message)",
        violations.map { Violation(path: "/\(name)\($0.path)", message: $0.message, allowed: $0.allowed) })
    }
  }

  private static func failure(_ message: String, _ violations: [Violation]) -> Failure {
    Failure(.invalidArgument, message, details: ["errors": .array(violations.map(\.json))])
  }
}

extension MethodDeclaration {
  /// The position of the parameter with that name, looked for at `hint` first.
  func parameterIndex(_ name: UnsafeRawBufferPointer, from hint: Int) -> Int? {
    if hint < parameters.count, parameters[hint].name.hasBytes(name) { return hint }
    return parameters.firstIndex { $0.name.hasBytes(name) }
  }
}

extension Violation {
  /// As it stands in the `errors` of a problem.
  var json: JSON {
    var object: JSONObject = ["path": .string(path), "message": .string(message)]
    if !allowed.isEmpty { object["allowed"] = .array(allowed) }
    return .object(object)
  }
}

extension ValueType {
  /// The type with its article, for messages.
  fileprivate var article: String {
    switch self {
    case .bool: "a boolean"
    case .int: "an integer"
    case .double: "a number"
    case .string: "a string"
    case .bytes: "base64 text"
    case .json: "JSON"
    case .nothing: "nothing"
    }
  }
}

extension JSONKind {
  fileprivate var article: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .int, .double: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}
