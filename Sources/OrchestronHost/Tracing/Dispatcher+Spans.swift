import CHost

/// The spans of calls.
extension Dispatcher {
  private static let system = Text("rpc.system")
  private static let service = Text("rpc.service")
  private static let method = Text("rpc.method")
  private static let caller = Text("orchestron.caller")
  private static let status = Text("orchestron.status")

  /// What the spans of all calls of a method say.
  static func attributes(of method: MethodDeclaration) -> [Span.Attribute] {
    [(system, "orchestron"), (service, method.service), (Dispatcher.method, method.name)].map {
      Span.Attribute(key: $0, value: .text(Text($1)))
    }
  }

  /// Begins the span of a call, below which stands what the call causes.
  func beginSpan(of call: Call, _ method: RegisteredMethod, for parent: Context) {
    let span = tracing.begin(method.name, kind: Int(ORCH_SPAN_INTERNAL), of: method.plugin.name, for: parent)
    guard let span else { return }
    span.begin(with: method.attributes)
    span.add(Dispatcher.caller, .text(call.context.caller))
    call.span = span
    call.context.span = span
    call.context.trace = span.traceparent
  }

  func endSpan(_ span: Span, of call: Call, _ failure: Failure?) {
    call.span = nil
    if let failure { span.add(Dispatcher.status, failure.status.name) }
    tracing.end(span, failure?.status ?? .ok, (failure?.message).map(Text.init))
  }
}
