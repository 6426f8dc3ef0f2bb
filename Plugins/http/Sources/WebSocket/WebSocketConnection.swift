import CWslay

/// Who hears the messages of one WebSocket client.
protocol WebSocketHandler: AnyObject {
  /// The handshake is done; called once, first.
  func webSocketDidOpen(_ connection: WebSocketConnection)
  /// A whole message, borrowed; text is valid UTF-8.
  func webSocket(_ connection: WebSocketConnection, didReceive message: Bytes, isText: Bool)
  /// Less waits for the client than before.
  func webSocketDidDrain(_ connection: WebSocketConnection)
  /// The connection is over; called once, last. The connection lets go of the handler.
  func webSocketDidClose(_ connection: WebSocketConnection)
  /// The time of ``WebSocketConnection/expectIdentity(within:)`` is over.
  func webSocketIdentityIsDue(_ connection: WebSocketConnection)
}

extension WebSocketHandler {
  func webSocketIdentityIsDue(_ connection: WebSocketConnection) {}
}

/// One WebSocket client after the handshake: bytes in, frames into its outbox. It knows no socket and no clock.
///
/// A ``FrameReader`` reads the frames and answers pings and closes; text frames to the client are written here, so that one
/// encoded frame can go to many.
final class WebSocketConnection {
  enum Phase {
    case open
    /// A close frame was sent; the client's is awaited. What else it sends is thrown away.
    case closing
    /// Nothing more to do but to close the socket, once the outbox is empty.
    case closed
  }

  let engine: HTTPEngine
  let outbox: Outbox
  let limits: WebSocketLimits
  private var handler: (any WebSocketHandler)?
  private(set) var phase = Phase.open
  /// Nil while nothing of a message has come and when all is over: idle clients own none.
  private(set) var reader: FrameReader?
  /// Of the message that has begun.
  private var frames = 0
  private var controlFrames = 0
  private var controlSince: UInt64
  private var lastHeard: UInt64
  private var pingedAt: UInt64?
  /// How long the client may be silent before it is asked for a pong.
  private let pingTime: UInt64
  private var closedAt: UInt64 = 0
  /// Whether the close frame was written here, not by wslay: nothing may be sent any more.
  private var hasSentClose = false
  /// The message that has begun.
  var held: HeldBytes
  /// When the handler is told that it is time to know who the client is; nil for never.
  private var identifyBy: UInt64?
  /// The code of the close frame that the client sent, or of the end of the connection.
  private(set) var closeCode: UInt16 = 1006

  init(engine: HTTPEngine, outbox: Outbox, limits: WebSocketLimits, handler: any WebSocketHandler) {
    self.engine = engine
    held = HeldBytes(engine.load)
    self.outbox = outbox
    self.limits = limits
    self.handler = handler
    controlSince = engine.now
    lastHeard = engine.now
    pingTime = limits.pingTime - min(engine.share(of: limits.pingSpread), limits.pingTime)
    handler.webSocketDidOpen(self)
  }

  /// Whether so much waits for this client that nothing should be added.
  var isCongested: Bool { outbox.bufferedBytes > (engine.load.isFull ? limits.highWater / 16 : limits.highWater) }

  /// Whether the socket should be read.
  var wantsInput: Bool { phase != .closed && !isCongested }

  // MARK: Input

  /// Takes bytes from the socket. They are borrowed.
  func receive(_ bytes: Bytes) {
    guard phase != .closed, !bytes.isEmpty else { return }
    lastHeard = engine.now
    pingedAt = nil
    let reader = lentReader()
    if reader.read(bytes) { sendControlFrames() } else { failProtocol() }
    switch phase {
    case .open where frames == 0 && reader.isBetweenFrames:
      self.reader = nil
      engine.frameReaders.giveBack(reader)
    case .closed: self.reader = nil
    case .open, .closing: break
    }
  }

  private func lentReader() -> FrameReader {
    if let reader { return reader }
    let lent = engine.frameReaders.take(for: self)
    reader = lent
    return lent
  }

  /// The client will send no more.
  func receiveEnd() { finish() }

  /// Sends what wslay has queued: pongs and closes.
  private func sendControlFrames() {
    guard phase != .closed, let context = reader?.context else { return }
    if hasSentClose {
      if wslay_event_get_close_received(context) != 0 || wslay_event_get_read_enabled(context) == 0 { finish() }
      return
    }
    guard wslay_event_send(context) == 0 else { return finish() }
    if wslay_event_get_close_sent(context) != 0 {
      if wslay_event_get_close_received(context) != 0 { return finish() }
      beginClosing()
      if wslay_event_get_read_enabled(context) == 0 { finish() }
    }
  }

  /// wslay stops without a close code at headers that cannot be: a long ping, a length in a longer form than needed.
  private func failProtocol() {
    sendClose(CloseCode.protocolError.rawValue, Bytes(start: nil, count: 0))
    finish()
  }

  private func sendClose(_ code: UInt16, _ reason: Bytes) {
    guard !hasSentClose else { return }
    hasSentClose = true
    outbox.append { buffer in
      buffer.append(0x88)  // Final frame, opcode close.
      buffer.append(UInt8(reason.count + 2))
      buffer.append(UInt8(code >> 8))
      buffer.append(UInt8(code & 255))
      buffer.append(reason)
    }
  }

  private func beginClosing() {
    guard phase == .open else { return }
    phase = .closing
    closedAt = engine.now
  }

  private func finish() {
    guard phase != .closed else { return }
    phase = .closed
    if let context = reader?.context, wslay_event_get_close_received(context) != 0 {
      closeCode = wslay_event_get_status_code_received(context)
    }
    handler?.webSocketDidClose(self)
    handler = nil
  }

  /// The header of a frame was read.
  func frameBegan(opcode: UInt8, isFinal: Bool, length: UInt64) {
    if opcode & 8 != 0 {
      if UInt32(opcode) == WSLAY_CONNECTION_CLOSE.rawValue, length == 1 { return refuse(.protocolError, "") }
      if engine.now - controlSince > 10_000 {
        controlSince = engine.now
        controlFrames = 0
      }
      controlFrames += 1
      if controlFrames > limits.controlFrames { refuse(.policyViolation, "too many pings") }
      return
    }
    frames += 1
    if frames > limits.fragments { refuse(.policyViolation, "too many fragments") }
    if isFinal { frames = 0 }
  }

  /// A part of a frame is kept until its message is whole.
  func partArrived(_ count: Int) {
    if !held.add(count), phase == .open { refuse(.tryAgainLater, "the server holds as many messages as it can") }
  }

  /// A message is whole, or a control frame.
  func messageArrived(opcode: UInt8, _ message: Bytes) {
    if opcode & 8 == 0 || frames == 0 { held.release() }
    guard phase == .open else { return }
    // Pongs to what came before leave before the answer to this.
    if let context = reader?.context, wslay_event_want_write(context) != 0 { _ = wslay_event_send(context) }
    switch UInt32(opcode) {
    case WSLAY_TEXT_FRAME.rawValue: handler?.webSocket(self, didReceive: message, isText: true)
    case WSLAY_BINARY_FRAME.rawValue: handler?.webSocket(self, didReceive: message, isText: false)
    default: break
    }
  }

  /// Tells the handler after so many milliseconds that it is time to know who the client is; nil ends the wait.
  func expectIdentity(within milliseconds: UInt64?) { identifyBy = milliseconds.map { engine.now + $0 } }

  /// Reads no further and closes with a code.
  func refuse(_ code: CloseCode, _ reason: StaticString) {
    let context = lentReader().context
    wslay_event_shutdown_read(context)
    beginClosing()
    _ = wslay_event_queue_close(context, code.rawValue, reason.utf8Start, reason.utf8CodeUnitCount)
  }

  // MARK: Output

  /// Sends a text message that `body` writes. Answers false when the connection is closing.
  @discardableResult
  func send(_ body: (inout ByteBuffer) -> Void) -> Bool {
    guard phase == .open else { return false }
    outbox.append { WebSocketFrame.append(.text, body, to: &$0) }
    return true
  }

  /// Sends a binary message.
  @discardableResult
  func send(binary bytes: Bytes) -> Bool {
    guard phase == .open else { return false }
    outbox.append { WebSocketFrame.append(.binary, { $0.append(bytes) }, to: &$0) }
    return true
  }

  /// Sends a frame that was encoded once for many clients.
  @discardableResult
  func send(_ frame: WebSocketFrame) -> Bool {
    guard phase == .open else { return false }
    outbox.append(frame.bytes)
    return true
  }

  /// Begins the closing handshake.
  func close(_ code: CloseCode, _ reason: StaticString = "") {
    close(code.rawValue, Bytes(start: reason.utf8Start, count: reason.utf8CodeUnitCount))
  }

  /// Begins the closing handshake with a code of the application's and a reason of at most 123 bytes.
  func close(_ code: UInt16, _ reason: Bytes) {
    guard phase == .open else { return }
    // A code that may not stand in a frame, or half a character, would be the server's fault in the client's eyes.
    let code = Self.isSendable(code) ? code : CloseCode.internalError.rawValue
    var length = min(reason.count, 123)
    while length > 0, length < reason.count, reason[length] & 0xC0 == 0x80 { length -= 1 }
    sendClose(code, reason.part(0..<length))
    beginClosing()
  }

  private static func isSendable(_ code: UInt16) -> Bool {
    switch code {
    case 1000...1003, 1007...1014, 3000...4999: true
    default: false
    }
  }

  /// The socket took bytes of the outbox.
  func outboxDidDrain() { if phase == .open { handler?.webSocketDidDrain(self) } }

  // MARK: Time

  /// When ``timeOut()`` is due, in the engine's milliseconds.
  var deadline: UInt64 {
    let own: UInt64 =
      switch phase {
      case .open:
        min(pingedAt.map { $0 + limits.answerTime } ?? lastHeard + pingTime, identifyBy ?? .max)
      case .closing: closedAt + limits.answerTime
      case .closed: .max
      }
    return min(own, outbox.stalledSince.map { $0 + engine.limits.writeTime } ?? .max)
  }

  /// Acts on a deadline that has passed: asks a silent client for a sign of life, gives up one that gave none.
  func timeOut() {
    if phase == .open, let limit = identifyBy, limit <= engine.now {
      identifyBy = nil
      handler?.webSocketIdentityIsDue(self)
    } else if phase == .open, pingedAt == nil, outbox.stalledSince == nil {
      pingedAt = engine.now
      outbox.append { buffer in
        buffer.append(0x89)  // Final frame, opcode ping,
        buffer.append(0)  // no payload.
      }
    } else {
      outbox.close()
      finish()
    }
  }
}
