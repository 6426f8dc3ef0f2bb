import PluginKit

/// Bodies that come compressed.
extension Application {
  /// Makes the body plain, then goes on; a client that may not send it that way is told so. `isNow` tells that nothing else
  /// has happened meanwhile.
  ///
  /// Only for somebody who is known: a few bytes of a stranger are not worth megabytes of work.
  func withPlainBody(_ exchange: HTTPExchange, then body: @escaping (_ isNow: Bool) -> Void) {
    guard exchange.plainBody == nil, !exchange.body.isEmpty else { return body(true) }
    var codings = 0
    var isGzip = false
    exchange.forEachHeader("content-encoding") { value in
      value.forEachListElement { coding in
        if coding.equals(ignoringCase: "identity") { return }
        codings += 1
        isGzip = coding.equals(ignoringCase: "gzip") || coding.equals(ignoringCase: "x-gzip")
      }
    }
    if codings == 0 { return body(true) }
    guard codings == 1, isGzip else {
      let detail = "The body has a Content-Encoding that this server does not know: it takes gzip, or none."
      return exchange.respond(Problem(http: .unsupportedMediaType, detail: detail)) {
        $0.append("Accept-Encoding: gzip\r\n")
      }
    }
    var isNow = true
    let limit = exchange.engine.limits.body
    exchange.engine.compressor.inflate(exchange.body, limit: limit) { result in
      guard exchange.isOpen else { return }  // The client has gone meanwhile.
      switch result {
      case .success(let plain):
        guard exchange.take(plain: plain) else { return exchange.respond(self.overload(exchange.engine)) }
        body(isNow)
      case .failure(.tooLong):
        exchange.respond(
          Problem(http: .contentTooLarge, detail: "The body is longer than \(limit) bytes when it is plain."))
      case .failure(.malformed):
        exchange.respond(Problem(http: .badRequest, detail: "The body is no gzip, or it was cut off."))
      }
    }
    isNow = false
  }
}
