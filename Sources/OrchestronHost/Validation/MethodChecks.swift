/// Methods, called as any caller may.
extension Subject {
  /// Every example of every method, in the order of the declarations, on a fresh store.
  func checkExamples() throws(Failure) {
    let bench = try runningHost()
    runExamples(bench)
    report.step("stop")
    bench.stop()
    bench.reportFaults()
  }

  func runExamples(_ bench: TestBench) {
    for method in bench.methods {
      for example in method.examples?.array ?? [] {
        let arguments = example["args"] ?? [:]
        let call = "\(method.fullName) with \(arguments.text.shortened)"
        report.step(call)
        let outcome = bench.call(method.fullName, arguments.bytes, timeout: 10_000)
        if let fault = Subject.difference(outcome, example) { report.fail("the example of \(call) \(fault)") }
      }
    }
  }

  /// How an outcome differs from what an example promises; nil when it does not.
  private static func difference(_ outcome: TestBench.Outcome, _ example: JSON) -> String? {
    switch (outcome, example["error"]?.string) {
    case (.failure(let failure), nil): return "fails: \(failure.message)"
    case (.failure(let failure), let wanted?):
      return failure.status.name == wanted
        ? nil : "fails with \(failure.status.name) instead of \(wanted): \(failure.message)"
    case (.answer(let answer), let wanted?): return "should fail with \(wanted), but answers \(answer.text.shortened)"
    case (.answer(let answer), nil):
      guard let wanted = example["result"], answer.withoutIdentity != wanted.withoutIdentity else { return nil }
      return "answers \(answer.text.shortened) instead of \(wanted.text.shortened)"
    }
  }

  /// One method with arguments that nobody would send; it may refuse them, it must not break.
  func checkHostileArguments() throws(Failure) {
    let bench = try runningHost()
    guard let method = bench.methods.first(where: { $0.fullName == task.method }) else {
      throw Failure(.notFound, "there is no method \(task.method ?? "")")
    }
    let base = Subject.ordinaryArguments(of: method)
    for arguments in Subject.invalidArguments(base, of: method) {
      report.step("\(method.fullName) with \(arguments.text.shortened)")
      if case .answer = bench.call(method.fullName, arguments.bytes, timeout: 10_000) {
        report.fail("\(method.fullName) answers \(arguments.text.shortened), which its declaration does not allow")
      }
    }
    // Who never answers costs one deadline, not hundreds.
    var patience: Int64 = 1_000
    for arguments in Subject.hostileArguments(base, of: method) {
      report.step("\(method.fullName) with \(arguments.text.shortened)")
      if case .failure(let failure) = bench.call(method.fullName, arguments.bytes, timeout: patience),
        failure.status == .deadlineExceeded
      {
        patience = max(20, patience / 2)
      }
      guard bench.plugin.state != .failed else { break }
    }
    report.step("\(method.fullName), after all hostile arguments")
    bench.reportFaults()
  }

  /// Arguments as somebody sensible sends them: those of an example that succeeds, else what the declaration demands.
  static func ordinaryArguments(of method: MethodDeclaration) -> JSONObject {
    if let example = method.examples?.array?.first(where: { $0["error"] == nil }) {
      return example["args"]?.object ?? [:]
    }
    var object: JSONObject = [:]
    for parameter in method.parameters where parameter.fallback == nil {
      object[parameter.name.string] = SampleValue(schema: parameter.fullSchema).json ?? .null
    }
    return object
  }

  /// Each parameter in turn with each value, the others as usual; then all at their emptiest and at their largest.
  private static func hostileArguments(_ base: JSONObject, of method: MethodDeclaration) -> [JSON] {
    var all: [JSON] = [.object(base)]
    var (emptiest, largest) = (base, base)
    for parameter in method.parameters {
      let values = HostileValues.values(for: parameter.type, schema: parameter.schemaSource)
      let name = parameter.name.string
      for value in values {
        var object = base
        object[name] = value
        all.append(.object(object))
      }
      emptiest[name] = values.first
      largest[name] = values.max { $0.bytes.count < $1.bytes.count }
    }
    return all + [.object(emptiest), .object(largest)]
  }

  /// Arguments that the host has to refuse in the plugin's stead.
  private static func invalidArguments(_ base: JSONObject, of method: MethodDeclaration) -> [JSON] {
    var unknown = base
    unknown["unknownArgumentOfTheValidator"] = 1
    var all: [JSON] = [.object(unknown), [], .null]
    for parameter in method.parameters {
      var object = base
      object[parameter.name.string] = nil
      if parameter.fallback == nil { all.append(.object(object)) }
      if parameter.type != .json {
        object[parameter.name.string] = [:]
        all.append(.object(object))
      }
    }
    return all
  }
}

extension JSON {
  /// The value with ids and instants made equal, as they differ from one run to the next.
  fileprivate var withoutIdentity: JSON {
    switch self {
    case .string(let text) where text.matches(.uuid): "<id>"
    case .string(let text) where text.matches(.dateTime): "<instant>"
    case .array(let elements): .array(elements.map(\.withoutIdentity))
    case .object(let members): .object(JSONObject(members.map { ($0.key, $0.value.withoutIdentity) }))
    default: self
    }
  }
}

extension String {
  fileprivate func matches(_ format: StringFormat) -> Bool {
    var text = self
    return text.withUTF8 { format.matches(UnsafeRawBufferPointer($0)) }
  }
}
