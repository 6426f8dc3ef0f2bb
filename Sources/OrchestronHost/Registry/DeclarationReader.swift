import CHost
import Glibc

/// Reads the declarations of a plugin from its C structs and checks every part, so that nobody has to later.
///
/// A fault is a ``Failure`` whose sentence names the place: `method "rice.score": …`.
struct DeclarationReader {
  /// Whether the schemas of results and of topics are compiled. Only debug hosts and `plugin check` hold anything against
  /// them; compiling them is a tenth of a start.
  var compilesAnswers = true

  /// Reads the services that a descriptor lists.
  func services(
    _ list: UnsafePointer<UnsafePointer<orch_service>?>?, count: Int
  ) throws(Failure) -> [ServiceDeclaration] {
    let entries = try pointers(list, count, of: "the descriptor's services")
    var names: Set<String> = []
    var services: [ServiceDeclaration] = []
    for entry in entries {
      let service = try service(entry)
      guard names.insert(service.name).inserted else { throw fault("service \"\(service.name)\" is declared twice") }
      services.append(service)
    }
    return services
  }

  /// Reads one service.
  func service(_ pointer: UnsafePointer<orch_service>) throws(Failure) -> ServiceDeclaration {
    let raw = try sized(pointer, pointer.pointee.size, "a service")
    let name = try text(raw.name, "a service has no name")
    guard isServiceName(name) else {
      throw fault("service name \(name.quoted) is not of the form [a-z][a-z0-9_]*")
    }
    let place = "service \"\(name)\""
    guard raw.flags & 0xFFFF == 0 else {
      throw fault("\(place) sets flag 0x\(String(raw.flags & 0xFFFF, radix: 16)), which this host does not know")
    }
    let versionText = try text(raw.version, "\(place) has no version")
    let version: Version
    do { version = try Version(parsing: versionText) } catch { throw fault("\(place): \(error)") }
    let doc = try text(raw.doc, "\(place) has no one-line doc")
    var methods: [MethodDeclaration] = []
    var names: Set<String> = []
    for entry in try pointers(raw.methods, raw.n_methods, of: "the methods of \(place)") {
      let method = try method(entry, service: name)
      guard names.insert(method.name).inserted else { throw fault("method \"\(method.fullName)\" is declared twice") }
      methods.append(method)
    }
    return ServiceDeclaration(name: name, version: version, doc: doc, methods: methods)
  }

  /// Reads the topics that a descriptor lists.
  func topics(
    _ list: UnsafePointer<UnsafePointer<orch_topic>?>?, count: Int
  ) throws(Failure) -> [TopicDeclaration] {
    var topics: [TopicDeclaration] = []
    for entry in try pointers(list, count, of: "the descriptor's topics") {
      let raw = try sized(entry, entry.pointee.size, "a topic")
      let name = try text(raw.name, "a topic has no name")
      guard isTopic(name) else { throw fault("topic \(name.quoted) is not of the form \"thing:event\"") }
      guard raw.flags & 0xFFFF == 0 else {
        let flag = String(raw.flags & 0xFFFF, radix: 16)
        throw fault("topic \"\(name)\" sets flag 0x\(flag), which this host does not know")
      }
      let schema = try json(raw.schema, "the schema of topic \"\(name)\"")
      if compilesAnswers { _ = try compiled(schema, "the schema of topic \"\(name)\"") }
      topics.append(
        TopicDeclaration(
          name: name, doc: try text(raw.doc, "topic \"\(name)\" has no one-line doc"),
          schema: schema,
          example: try json(raw.example, "the example of topic \"\(name)\"")))
    }
    return topics
  }

  private func method(
    _ pointer: UnsafePointer<orch_method>, service: String
  ) throws(Failure) -> MethodDeclaration {
    let raw = try sized(pointer, pointer.pointee.size, "a method of service \"\(service)\"")
    let name = try text(raw.name, "a method of service \"\(service)\" has no name")
    let place = "method \"\(service).\(name)\""
    guard isMemberName(name) else { throw fault("\(place): the name is not of the form [a-z][A-Za-z0-9]*") }
    let flags = MethodFlags(rawValue: raw.flags)
    try check(flags, place)
    guard let result = ValueType(letter: raw.result) else {
      throw fault("\(place): the result has type \(letter(raw.result)), which is none of b i d s y j v")
    }
    guard let function = raw.fn else { throw fault("\(place): fn is NULL") }
    let parameters = try parameters(raw, place, isNative: !flags.contains(.handler))
    let route = try raw.route.map { pointer throws(Failure) in try text(pointer, "") }
    if let route { try check(route: route, parameters, place) }
    let resultSchema = try json(raw.result_schema, "\(place): the schema of the result")
    let declaration = MethodDeclaration(
      service: service, name: name, doc: try text(raw.doc, "\(place) has no one-line doc"), flags: flags,
      route: route, permission: try raw.permission.map { pointer throws(Failure) in try text(pointer, "") },
      examples: try examples(raw.examples, parameters, place), parameters: parameters, result: result,
      resultSchema: compilesAnswers ? try compiled(resultSchema, "\(place): the schema of the result") : nil,
      resultSchemaSource: resultSchema, function: function, user: raw.user)
    return declaration
  }

  private func check(_ flags: MethodFlags, _ place: String) throws(Failure) {
    let unknown = flags.intersection(.mustUnderstand).subtracting(.known)
    guard unknown.isEmpty else {
      throw fault("\(place) sets flag 0x\(String(unknown.rawValue, radix: 16)), which this host does not know")
    }
    guard flags.contains(.handler) || flags.isDisjoint(with: [.stream, .answersNow]) else {
      throw fault("\(place) is native and cannot be STREAM or ANSWERS_NOW")
    }
    guard !flags.contains(.handler) || !flags.contains(.anyThread) else {
      throw fault("\(place) is a handler and cannot be ANY_THREAD: use WORKER, or a native function")
    }
    guard !flags.contains(.read) || flags.isDisjoint(with: [.write, .destructive, .creates]) else {
      let other = flags.contains(.write) ? "WRITE" : flags.contains(.destructive) ? "DESTRUCTIVE" : "CREATES"
      throw fault("\(place) says both READ and \(other)")
    }
  }

  private func parameters(
    _ raw: orch_method, _ place: String, isNative: Bool
  ) throws(Failure) -> [ParameterDeclaration] {
    var parameters: [ParameterDeclaration] = []
    var names: Set<String> = []
    for entry in try pointers(raw.params, raw.n_params, of: "the parameters of \(place)") {
      let parameter = try self.parameter(entry, place, isNative: isNative)
      guard names.insert(parameter.name.string).inserted else {
        throw fault("\(place): parameter \"\(parameter.name.string)\" is declared twice")
      }
      parameters.append(parameter)
    }
    return parameters
  }

  private func parameter(
    _ pointer: UnsafePointer<orch_param>, _ method: String, isNative: Bool
  ) throws(Failure) -> ParameterDeclaration {
    let raw = try sized(pointer, pointer.pointee.size, "a parameter of \(method)")
    let name = try text(raw.name, "\(method): a parameter has no name")
    let place = "\(method), parameter \"\(name)\""
    guard isMemberName(name) else { throw fault("\(place): the name is not of the form [a-z][A-Za-z0-9]*") }
    guard let type = ValueType(letter: raw.type), type != .nothing else {
      throw fault("\(place) has type \(letter(raw.type)), which is none of b i d s y j")
    }
    let schemaSource = try json(raw.schema, "\(place): the schema")
    let schema = try compiled(schemaSource, "\(place): the schema")
    var fallback: ParameterDeclaration.Fallback?
    if let pointer = raw.default_json {
      let document = JSONDocument()
      do { try document.parse(UnsafeRawBufferPointer(start: pointer, count: strlen(pointer))) } catch {
        throw fault("\(place): the default is not JSON: \(error.message)")
      }
      let value = document.root
      let absent = value.isNull && !(isNative && type != .json)
      guard absent || type.accepts(value) else { throw fault("\(place): the default is no \(type.name)") }
      if !absent, let violation = schema?.validate(value).first {
        throw fault("\(place): the default does not fit the schema: \(violation.message)")
      }
      fallback = ParameterDeclaration.Fallback(document: document)
    }
    return ParameterDeclaration(
      name: name, type: type, doc: try text(raw.doc, "\(place) has no one-line doc"), schema: schema,
      schemaSource: schemaSource, fallback: fallback)
  }

  private func check(
    route: String, _ parameters: [ParameterDeclaration], _ place: String
  ) throws(Failure) {
    let words = route.split(separator: " ", omittingEmptySubsequences: false)
    let methods: Set<Substring> = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    guard words.count == 2, methods.contains(words[0]), words[1].hasPrefix("/api/") else {
      throw fault("\(place): route \(route.quoted) is not of the form \"GET /api/things/{id}\"")
    }
    for segment in words[1].dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      guard segment.hasPrefix("{") else {
        guard !segment.isEmpty, segment.utf8.allSatisfy(isRouteByte) else {
          throw fault("\(place): route \(route.quoted) has the segment \(String(segment).quoted), which is not plain")
        }
        continue
      }
      let name = String(segment.dropFirst().dropLast())
      guard segment.hasSuffix("}"), parameters.contains(where: { $0.name.string == name }) else {
        throw fault("\(place): route \(route.quoted) names \(String(segment).quoted), which is no parameter")
      }
    }
  }

  private func examples(
    _ pointer: UnsafePointer<CChar>?, _ parameters: [ParameterDeclaration], _ place: String
  ) throws(Failure) -> JSON? {
    guard let value = try json(pointer, "\(place): the examples") else { return nil }
    guard let list = value.array, list.allSatisfy({ $0["args"]?.object != nil }) else {
      throw fault("\(place): the examples are not a list of objects with \"args\"")
    }
    for example in list {
      if let name = example["error"]?.string, Status(name: name) == nil {
        throw fault("\(place): an example names the error \(name.quoted), which is no status")
      }
    }
    return value
  }
}

// MARK: - C values

extension DeclarationReader {
  private func pointers<T>(
    _ list: UnsafePointer<UnsafePointer<T>?>?, _ count: Int, of what: String
  ) throws(Failure) -> [UnsafePointer<T>] {
    guard count > 0 else { return [] }
    guard count <= 4096 else { throw fault("\(what) are \(count), more than the 4096 allowed") }
    guard let list else { throw fault("\(what) are \(count), but the list is NULL") }
    var entries: [UnsafePointer<T>] = []
    for index in 0..<count {
      guard let entry = list[index] else { throw fault("entry \(index) of \(what) is NULL") }
      entries.append(entry)
    }
    return entries
  }

  /// The struct when it is as large as this host knows it, or larger.
  private func sized<T>(_ pointer: UnsafePointer<T>, _ size: UInt32, _ what: String) throws(Failure) -> T {
    guard Int(size) >= MemoryLayout<T>.size else {
      throw fault("\(what) has size \(size), smaller than the \(MemoryLayout<T>.size) of revision 1")
    }
    return pointer.pointee
  }

  private func text(_ pointer: UnsafePointer<CChar>?, _ absent: String) throws(Failure) -> String {
    guard let pointer else { throw fault(absent) }
    guard let text = String(validatingCString: pointer) else { throw fault("a declared text is not UTF-8") }
    return text
  }

  private func json(_ pointer: UnsafePointer<CChar>?, _ what: String) throws(Failure) -> JSON? {
    guard let pointer else { return nil }
    do { return try JSON(parsing: UnsafeRawBufferPointer(start: pointer, count: strlen(pointer))) } catch {
      throw fault("\(what) is not JSON: \(error.message)")
    }
  }

  private func compiled(_ source: JSON?, _ what: String) throws(Failure) -> Schema? {
    guard let source else { return nil }
    do { return try Schema(compiling: source, strict: true) } catch { throw fault("\(what): \(error.message)") }
  }

  private func fault(_ sentence: String) -> Failure { Failure(.invalidArgument, sentence) }

  private func letter(_ value: CChar) -> String {
    String(UnicodeScalar(UInt8(bitPattern: value))).quoted
  }
}

/// What is allowed as the name of a method or a parameter: `[a-z][A-Za-z0-9]*`.
func isMemberName(_ name: String) -> Bool {
  guard let first = name.utf8.first, first >= 0x61, first <= 0x7A, name.utf8.count <= 64 else { return false }
  return name.utf8.allSatisfy { isASCIIAlphanumeric($0) }
}

/// What is allowed as a topic: segments of `[A-Za-z0-9_-]`, parted by `:`, at most 128 bytes.
func isTopic(_ name: some StringProtocol) -> Bool {
  let segments = name.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
  return name.utf8.count <= 128
    && segments.allSatisfy { segment in
      !segment.isEmpty && segment.allSatisfy { isASCIIAlphanumeric($0) || $0 == 0x2D || $0 == 0x5F }
    }
}

private func isASCIIAlphanumeric(_ byte: UInt8) -> Bool {
  (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
}

private func isRouteByte(_ byte: UInt8) -> Bool {
  isASCIIAlphanumeric(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
}
