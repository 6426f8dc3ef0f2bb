import CHost

/// The spans of calls.
extension Dispatcher {
  private static let system = Text("rpc.system")
  private static let service = Text("rpc.service")
  private static let method = Text("rpc.method")
  private static let caller = Text("orchestron.caller")
  private static let status = Text("orchestron.status")

  /// Begins the span of a call, below which stands what the call causes.
  func beginSpan(of call: Call, _ method: RegisteredMethod, for parent: Context) {
    let declaration = method.declaration
    let span = tracing.begin(
      Text(declaration.fullName), kind: Int(ORCH_SPAN_INTERNAL), of: method.plugin.name, for: parent)
    guard let span else { return }
    span.add(Dispatcher.system, "orchestron")
    span.add(Dispatcher.service, declaration.service)
    span.add(Dispatcher.method, declaration.name)
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
