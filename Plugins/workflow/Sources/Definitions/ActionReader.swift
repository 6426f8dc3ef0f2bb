import PluginKit

extension Action {
  /// - Parameter variables: What its expressions may speak of.
  init(_ reader: ObjectReader, _ variables: Set<String>) {
    name = reader.requiredName("name")
    let type = reader.requiredString("action")
    let kind = Kind(rawValue: type)
    if kind == nil, !type.isEmpty { reader.note("action", "is no action", allowed: Kind.allCases.map(\.rawValue)) }
    self.kind = kind ?? .notify
    condition = reader.condition("if", variables)
    let given = reader.value("with") ?? .object(Fields())
    if let kind { kind.check(ObjectReader(given, at: "\(reader.path)/with", reader.problems)) }
    parameters = reader.parameters(given, at: "with", variables)
    retries = Action.retries(reader)
    timeoutSeconds = reader.int("timeoutSeconds", 1...86_400) ?? 60
    isIdempotent = reader.bool("idempotent") ?? (kind?.isIdempotent ?? false)
    continuesOnFailure = reader.bool("continueOnFailure") ?? false
    reader.refuseOthers()
  }

  private static func retries(_ reader: ObjectReader) -> Retries {
    var retries = Retries()
    guard let value = reader.value("retries") else { return retries }
    let inner = ObjectReader(value, at: "\(reader.path)/retries", reader.problems)
    retries.limit = inner.int("limit", 0...20) ?? 0
    retries.delaySeconds = inner.double("delaySeconds", 0...3600) ?? retries.delaySeconds
    retries.factor = inner.double("factor", 1...10) ?? retries.factor
    retries.maximumSeconds = inner.double("maximumSeconds", 0...3600) ?? retries.maximumSeconds
    inner.refuseOthers()
    return retries
  }
}

extension Action.Kind {
  /// Whether doing it twice does no harm. A task is made with an idempotency key of the run.
  fileprivate var isIdempotent: Bool {
    switch self {
    case .createTask, .updateTask, .assign: true
    case .notify, .runCommand, .call: false
    }
  }

  /// Checks the parameters as far as they can be checked before their expressions have values. What a service asks of its
  /// arguments, it says itself.
  fileprivate func check(_ reader: ObjectReader) {
    switch self {
    case .createTask:
      if reader.value("title") == nil { reader.note("title", "is missing") }
    case .updateTask: break
    case .assign:
      if reader.value("assignee") == nil { reader.note("assignee", "is missing") }
      _ = reader.value("id")
      reader.refuseOthers()
    case .notify: checkNotification(reader)
    case .runCommand:
      checkProgram(reader, "argv")
      for name in ["folder", "input", "environment"] { _ = reader.value(name) }
      reader.refuseOthers()
    case .call:
      let method = reader.requiredString("method")
      let parts = method.split(separator: ".", omittingEmptySubsequences: false)
      if !method.isEmpty, parts.count != 2 || !parts.allSatisfy({ isName(String($0)) }) {
        reader.note("method", "is no method; write service.method, such as tasks.list, without an expression")
      }
      _ = reader.value("arguments")
      reader.refuseOthers()
    }
  }

  private func checkNotification(_ reader: ObjectReader) {
    if reader.value("message") == nil { reader.note("message", "is missing") }
    for name in ["to", "data"] { _ = reader.value(name) }
    let (webhook, command) = (reader.value("webhook"), reader.value("command"))
    if webhook != nil, command != nil { reader.note("command", "cannot stand beside webhook; make two actions") }
    if webhook != nil { _ = reader.value("headers") }
    if command != nil { checkProgram(reader, "command") }
    reader.refuseOthers()
  }

  /// The program is what the configuration allows, so that no expression may choose it.
  private func checkProgram(_ reader: ObjectReader, _ name: String) {
    let words = reader.array(name, atMost: 100)
    guard let program = words.first?.string, !program.isEmpty, !program.contains("${") else {
      return reader.note(name, "must be a list: the program, without an expression, and its arguments")
    }
  }
}
