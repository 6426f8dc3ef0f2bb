/// One client's connection as a state machine: bytes in, replies into its outbox. It knows no socket and no clock.
/// Requests are answered strictly in order. While one is being answered, further ones wait unparsed.
final class HTTPConnection {
  enum Phase {
    /// Between requests.
    case idle
    /// Within a request line or header section.
    case head
    /// Within a body.
    case body
    /// A handler has the request and takes its body in parts, as it comes.
    case streaming
    /// A handler has the request.
    case handling
    /// The last reply is written or waits to be; what still comes in is thrown away.
    case lingering
    /// Another protocol has the bytes from here on.
    case upgraded
    /// Nothing more to do but to close the socket.
    case closed
  }

  let engine: HTTPEngine
  let outbox: Outbox
  /// Whether the client came in by the port that offers WebSocket alone.
  var isWebSocketOnly = false
  /// Who is at the other end.
  var remote: Remote { didSet { heldBytes.place = remote.limitedPlace } }
  /// What the handler remembers of the connection between requests.
  var attachment: AnyObject?
  /// Who has the connection from now on, when the phase is ``Phase/upgraded``.
  private(set) var successor: (any WebSocketHandler)?
  var phase = Phase.idle { didSet { since = engine.now } }
  var since: UInt64
  /// While a body is streamed: how much of it had come ``since``.
  var bytesSince = 0
  var exchange: HTTPExchange?
  /// Further requests, and what they count for.
  private var held = ByteBuffer()
  private var heldBytes: HeldBytes
  private var isParsing = false
  private var lingered = 0
  private var inputEnded = false

  init(engine: HTTPEngine, outbox: Outbox) {
    self.engine = engine
    self.outbox = outbox
    remote = engine.here
    heldBytes = HeldBytes(engine.load)
    since = engine.now
  }

  /// Whether the socket should be read. It is false while a client sends faster than it is answered.
  var wantsInput: Bool {
    switch phase {
    case .idle, .head, .body: outbox.bufferedBytes <= engine.limits.highWater
    case .streaming: (exchange?.waitingBytes ?? 0) < engine.limits.heldBytes
    case .handling: held.isEmpty || held.count < engine.limits.heldBytes && heldBytes.hasRoom
    case .lingering, .upgraded: true
    case .closed: false
    }
  }

  // MARK: Input

  /// Takes bytes from the socket. They are borrowed.
  func receive(_ bytes: Bytes) {
    switch phase {
    case .idle, .head, .body, .streaming:
      if isParsing || !held.isEmpty { hold(bytes) } else { parse(bytes) }
    case .handling, .upgraded:
      hold(bytes)
    case .lingering:
      lingered += bytes.count
      if lingered > 1 << 20 { phase = .closed }
    case .closed:
      break
    }
  }

  /// Keeps bytes until it is their turn. They count; a client for whom there is no room is not read from meanwhile.
  private func hold(_ bytes: Bytes) {
    held.append(bytes)
    _ = heldBytes.add(bytes.count)
  }

  private func takeHeld() -> ByteBuffer {
    var bytes = ByteBuffer()
    swap(&bytes, &held)
    heldBytes.release()
    return bytes
  }

  /// The client will send no more. A request that is being answered is cancelled: its client is taken as gone.
  func receiveEnd() {
    inputEnded = true
    switch phase {
    case .head, .body, .streaming: refuse(.badRequest, "The connection ended within a request.")
    case .idle, .lingering: phase = outbox.bufferedBytes > 0 ? .lingering : .closed
    case .handling, .upgraded: close()
    case .closed: break
    }
  }

  /// The bytes behind a request that was upgraded: they belong to the next protocol.
  func takeRest() -> ByteBuffer {
    successor = nil
    return takeHeld()
  }

  private func parse(_ bytes: Bytes) {
    isParsing = true
    defer { isParsing = false }
    var rest = bytes
    while true {
      if exchange == nil { rest = rest.withoutLeadingLineEnds }  // Some clients send them after a body.
      if rest.isEmpty { return }
      let exchange = currentExchange()
      switch exchange.read(rest) {
      case .needsMore:
        if phase == .streaming { return bodyDidCome(exchange) }
        if phase == .head, exchange.isHeadComplete { beginBody(exchange) }
        return
      case .complete(let consumed):
        rest = rest.part(consumed..<rest.count)
        let isHandled = phase == .streaming
        phase = .handling
        if isHandled {
          exchange.onBody?()
        } else {
          engine.handler.handle(exchange)
          exchange.wasKept = phase == .handling
        }
      case .refused:
        let refusal = exchange.refusal ?? .init(status: .badRequest, detail: "The request is malformed.")
        refuse(refusal.status, refusal.detail)
      case .malformed(let reason):
        refuse(.badRequest, reason)
      }
      guard phase == .idle, wantsInput else {
        if phase != .lingering, phase != .closed, !rest.isEmpty { hold(rest) }
        return
      }
    }
  }

  private func currentExchange() -> HTTPExchange {
    if let exchange { return exchange }
    let fresh = engine.takeExchange(for: self)
    exchange = fresh
    phase = .head
    return fresh
  }

  private func beginBody(_ exchange: HTTPExchange) {
    guard !exchange.isStreamed else { return beginStreaming(exchange) }
    phase = .body
    if exchange.wantsContinue, exchange.bodyBytes == 0 { outbox.append { $0.append("HTTP/1.1 100 Continue\r\n\r\n") } }
  }

  /// Answers whatever comes with 400, and closes.
  func refuseAll(_ detail: String) { refuse(.badRequest, detail) }

  private func refuse(_ status: HTTPStatus, _ detail: String) {
    let exchange = currentExchange()
    guard phase == .streaming else { return exchange.refuseAndClose(status, detail) }
    giveUp(exchange, Problem(http: status, detail: detail))
  }

  // MARK: Replies

  /// The reply of the current exchange has ended.
  func exchangeDidEnd(closing: Bool) {
    releaseExchange()
    guard phase != .closed else { return }
    phase = closing ? .lingering : .idle
    if closing { _ = takeHeld() }
    resume()
  }

  /// The current exchange hands the connection to another protocol.
  func exchangeDidUpgrade(to successor: any WebSocketHandler) {
    self.successor = successor
    releaseExchange()
    phase = .upgraded
  }

  private func releaseExchange() {
    guard let exchange else { return }
    self.exchange = nil
    engine.giveBack(exchange)
  }

  /// Goes on with held bytes, when there are any and it is their turn.
  private func resume() {
    guard !isParsing, !held.isEmpty, phase == .idle, wantsInput else { return }
    let bytes = takeHeld()
    parse(bytes.bytes)
  }

  /// The socket took bytes of the outbox.
  func outboxDidDrain() {
    if let exchange, exchange.reply == .streaming, outbox.bufferedBytes <= engine.limits.highWater / 2 {
      exchange.onWritable?()
    }
    if phase == .lingering, inputEnded, outbox.bufferedBytes == 0 { phase = .closed }
    resume()
  }

  // MARK: Ends

  /// The client has gone or is sent away without a word: the handler is told, nothing more is written.
  func close() {
    guard phase != .closed else { return }
    phase = .closed
    outbox.close()
    _ = takeHeld()
    let abandoned = exchange
    exchange = nil
    if let abandoned { engine.observer?.didEnd(abandoned) }
    abandoned?.connection = nil
    abandoned?.onWritable = nil
    abandoned?.onWake = nil
    abandoned?.onBody = nil
    let tell = abandoned?.onDisconnect
    abandoned?.onDisconnect = nil
    tell?()
  }

  /// When ``timeOut()`` is due, in the engine's milliseconds.
  var deadline: UInt64 {
    let limits = engine.limits
    let own: UInt64 =
      switch phase {
      case .idle: since + limits.idleTime
      case .head: since + limits.headerTime
      case .body: bodyDeadline
      case .streaming: isClientsTurn ? bodyDeadline : answerDeadline
      case .handling: min(answerDeadline, exchange?.wakeAt ?? .max)
      case .lingering: outbox.bufferedBytes > 0 ? .max : since + limits.lingerTime
      case .upgraded, .closed: .max
      }
    return min(own, outbox.stalledSince.map { $0 + limits.writeTime } ?? .max)
  }

  /// Acts on a deadline that has passed.
  func timeOut() {
    if let stalled = outbox.stalledSince, stalled + engine.limits.writeTime <= engine.now { return close() }
    switch phase {
    case .head: refuse(.requestTimeout, "The header section did not arrive in time.")
    case .body: refuse(.requestTimeout, "The body came too slowly.")
    case .streaming where isClientsTurn: refuse(.requestTimeout, "The body came too slowly.")
    case .handling where exchange?.wakeAt ?? .max <= engine.now: exchange?.onWake?()
    case .streaming, .handling: answerIsOverdue()
    case .idle, .lingering: close()
    case .upgraded, .closed: break
    }
  }
}
