import PluginKit

/// The stream on which a session's server sends unasked. One that ends is opened again, after its last event when events
/// have ids; a server that has none is left alone.
@Loop
final class HTTPListener {
  private unowned let transport: HTTPTransport
  private var exchange: HTTPExchange?
  private var last: String?
  private var retry: Int?
  private var failures = 0
  private var wasOpen = false
  private var timer: Timer?

  init(_ transport: HTTPTransport) { self.transport = transport }

  func begin() {
    let exchange = HTTPExchange(of: nil, host: transport.host)
    self.exchange = exchange
    exchange.began = { [unowned self, unowned exchange] reply in
      guard reply.code == 200, exchange.isStream else { return }
      // What was sent meanwhile is gone, unless the server goes on where it was.
      if wasOpen, last == nil { transport.missed() }
      wasOpen = true
    }
    exchange.received = { [unowned self] in transport.received($0) }
    exchange.ended = { [unowned self, unowned exchange] failure in end(exchange, failure) }
    do throws(Failure) { try exchange.begin(transport.streamRequest(after: last)) } catch {
      again()
    }
  }

  func stop() {
    timer?.stop()
    exchange?.cancel()
  }

  private func end(_ exchange: HTTPExchange, _ failure: Failure?) {
    guard !transport.isClosed else { return }
    last = exchange.events.lastID ?? last
    retry = exchange.events.retry ?? retry
    if exchange.events.lastID != nil || exchange.hasMessages { failures = 0 }
    if let reply = exchange.head {
      if transport.endedSession(reply) { return }
      // 405 and the like: this server sends nothing unasked.
      if reply.code < 500, reply.code != 200 || !exchange.isStream { return }
    }
    if let failure, failure.status == .resourceExhausted { return transport.end(failure) }
    again()
  }

  private func again() {
    let pause = failures == 0 ? max(retry ?? 1000, 100) : min(1000 << min(failures, 6), 60_000)
    failures += 1
    timer = try? transport.host.after(milliseconds: pause) { [weak self] in self?.begin() }
  }
}
