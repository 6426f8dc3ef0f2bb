/// Clients that say which media types they take.
extension Application {
  /// Whether the client takes what a call answers; if not, it is told, and nothing is called.
  func isAcceptable(_ exchange: HTTPExchange, _ call: RESTCall) -> Bool {
    guard exchange.header("accept") != nil else { return true }
    guard let declaration = call.declaration else {
      // What the method answers is not known here.
      return isAcceptable(exchange, "application/json", "application/x-ndjson", "text/event-stream")
    }
    if declaration.isStream { return isAcceptable(exchange, "application/x-ndjson", "text/event-stream") }
    return !declaration.hasResult || isAcceptable(exchange, "application/json")
  }

  /// Whether the client takes one of the media types that there are; if not, it is told.
  func isAcceptable(_ exchange: HTTPExchange, _ types: StaticString...) -> Bool {
    if types.contains(where: exchange.accepts) { return true }
    let names = types.map { "\($0)" }.joined(separator: " or ")
    exchange.respond(
      Problem(http: .notAcceptable, detail: "\(exchange.path.text) answers \(names), which Accept leaves out."))
    return false
  }
}
