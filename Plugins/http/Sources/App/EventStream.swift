import PluginKit

/// One client of `GET /api/events`: server-sent events.
///
/// Source: https://html.spec.whatwg.org/multipage/server-sent-events.html.
final class EventStream: EventReader, Resident {
  let format = NoticeFormat.eventStream
  private let app: Application
  private let exchange: HTTPExchange
  private let visitor: Visitor
  private var membership: TopicHub.Membership?
  /// When it is time to ask again who the client is, in the engine's milliseconds.
  private var identifyAt: UInt64 = .max

  /// Milliseconds after which a browser comes back when the connection has ended.
  private static let retryTime = 2000

  private init(_ app: Application, _ exchange: HTTPExchange, _ visitor: Visitor) {
    self.app = app
    self.exchange = exchange
    self.visitor = visitor
  }

  /// Answers a request with the events that its query asks for, until the client goes.
  static func answer(
    _ exchange: HTTPExchange, _ app: Application, _ visitor: Visitor, as principal: Principal
  ) {
    let stream = EventStream(app, exchange, visitor)
    let membership: TopicHub.Membership
    do throws(Problem) {
      let wish = try SubscriptionWish(query: exchange.query, lastEventID: exchange.header("last-event-id"))
      membership = try app.topics.join(stream, wish, as: principal)
    } catch {
      return exchange.respond(error)
    }
    stream.begin(membership)
  }

  private func begin(_ membership: TopicHub.Membership) {
    self.membership = membership
    app.didBegin(self)
    exchange.onDisconnect = { self.end() }
    exchange.onWritable = { membership.readerDidDrain() }
    exchange.onWake = { self.wake() }
    identifyAt = visitor.timeLeft.map { exchange.engine.now + $0 } ?? .max
    exchange.beginStream(.ok, .events)
    if exchange.method == .head { return end() }
    exchange.stream { buffer in
      buffer.append("retry: ")
      buffer.append(decimal: Self.retryTime)
      buffer.append("\n")
      // A client that goes before the first event comes back to the place where it is now.
      let place = membership.place
      buffer.appendEventID(log: place.log, seq: place.seq)
      buffer.append("event: subscribed\ndata: {")
      membership.appendLog(to: &buffer)
      buffer.append("\n\n")
    }
    schedule()
  }

  private func end() {
    guard let membership else { return }
    self.membership = nil
    app.topics.leave(membership)
    app.didEnd(self)
    exchange.endStream()
  }

  // MARK: Events

  var isCongested: Bool {
    exchange.connection.map { $0.outbox.bufferedBytes > exchange.engine.limits.eventQueue } ?? false
  }

  func receive(_ notice: SharedBytes) { exchange.stream(notice) }

  func eventsDidEnd(_ problem: Problem) { end() }

  func isSubscribed(to group: UInt64) -> Bool { membership?.id == group }

  // MARK: Time

  private func schedule() {
    exchange.wakeAt = min(exchange.engine.now + exchange.engine.limits.heartbeatTime, identifyAt)
  }

  private func wake() {
    if identifyAt <= exchange.engine.now { identifyAgain() } else { beat() }
  }

  /// Sends a comment, by which the client and what lies between see that the stream lives.
  private func beat() {
    if !isCongested { exchange.stream { $0.append(":\n\n") } }
    schedule()
  }

  // MARK: What changes while it is open

  func identifyAgain() {
    guard !visitor.isAsking else { return }
    identifyAt = .max
    visitor.ask { [weak self] problem in
      guard let self, membership != nil else { return }
      // Whoever may not go on comes back by himself, and is told why then.
      guard problem == nil, visitor.principal?.mayRead == true else { return end() }
      identifyAt = visitor.timeLeft.map { self.exchange.engine.now + $0 } ?? .max
      beat()
    }
    schedule()
  }

  func serverWillStop() { end() }
}
