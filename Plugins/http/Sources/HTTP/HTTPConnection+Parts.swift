/// Bodies in parts.
extension HTTPConnection {
  func beginStreaming(_ exchange: HTTPExchange) {
    phase = .streaming
    bytesSince = 0
    engine.handler.handle(exchange)
    if phase == .streaming { exchange.wasKept = true }
  }

  func bodyDidCome(_ exchange: HTTPExchange) {
    if !wantsInput { since = engine.now }  // From here on it is the handler's turn.
    exchange.onBody?()
  }

  /// The handler has taken what waited of the body.
  func bodyWasTaken() {
    guard phase == .streaming else { return }
    restartBodyTime()
    outbox.wake()  // Its owner looks whether the socket is to be read again.
  }

  /// The handler wants a body that its client sends only when it is told to.
  func sayContinue() {
    guard phase == .streaming else { return }
    restartBodyTime()
    outbox.append { $0.append("HTTP/1.1 100 Continue\r\n\r\n") }
  }

  private func restartBodyTime() {
    since = engine.now
    bytesSince = exchange?.bodyBytes ?? 0
  }

  /// Whether it is the client that is waited for, and not the handler.
  var isClientsTurn: Bool { wantsInput && exchange?.wantsContinue != true }

  var bodyDeadline: UInt64 {
    let bytes = max((exchange?.bodyBytes ?? 0) - bytesSince, 0)
    return since + engine.limits.bodyGrace + UInt64(bytes) * 1000 / engine.limits.bodyRate
  }

  var answerDeadline: UInt64 {
    guard let exchange, exchange.reply == .none, let time = exchange.answerTime else { return .max }
    return since + time
  }

  func answerIsOverdue() {
    guard let exchange, exchange.reply == .none, let time = exchange.answerTime else { return }
    giveUp(exchange, Problem(.deadlineExceeded, "The answer did not begin within \(Double(time) / 1000) s."))
  }

  /// Answers in the place of a handler, and tells it that nobody waits any more.
  func giveUp(_ exchange: HTTPExchange, _ problem: Problem) {
    guard exchange.reply == .none else { return close() }
    let tell = exchange.onDisconnect
    exchange.onDisconnect = nil
    exchange.respond(problem)
    tell?()
  }
}
