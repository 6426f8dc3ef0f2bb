/// One request and its reply. Exchanges are pooled: an idle connection has none.
///
/// The request can be read from ``HTTPHandler/handle(_:)`` on until the reply has ended.
final class HTTPExchange {
  struct HeaderField {
    var name: Range<Int>
    var value: Range<Int>
  }

  /// Why a request was refused before anybody handled it.
  struct Refusal {
    var status: HTTPStatus
    var detail: String
  }

  enum Reply {
    case none
    /// Given, and being made ready for the wire.
    case pending
    case streaming, ended
  }

  let engine: HTTPEngine
  /// The connection to answer on; nil once the reply has ended or the client has gone.
  var connection: HTTPConnection?
  let parser = RequestParser()
  var refusal: Refusal?

  // The request.
  private(set) var head = ByteBuffer()
  private var targetLength = 0
  /// Where the query begins, with its question mark; nil without one.
  private var queryStart: Int?
  private(set) var fields: [HeaderField] = []
  /// The lengths of the names of ``fields``, a bit each: most headers that are looked for are not there.
  private var nameLengths: UInt64 = 0
  private var (fieldStart, valueStart) = (0, -1)
  /// What of the body nobody has taken.
  var storedBody = ByteBuffer()
  /// What the request counts for while it is held: its body, and a head that comes in pieces.
  var held: HeldBytes
  var heldHead = 0
  /// Bytes of the body so far, also of a body that is ignored.
  private(set) var bodyBytes = 0
  private(set) var method = HTTPMethod.other
  private(set) var isHeadComplete = false
  private(set) var keepsAlive = false
  private(set) var isVersion11 = false
  var wantsContinue = false
  /// Whether the handler runs before the body is there, and takes it in parts.
  private(set) var isStreamed = false
  private(set) var isBodyComplete = false

  // Where the parser is: the limits count framing, too.
  private var messageBytes = 0
  private var run = Bytes(start: nil, count: 0)
  private var headBytes = 0

  /// What is remembered of it for those who measure.
  var record = ExchangeRecord()

  // The reply.
  var reply = Reply.none
  /// Who asks: the other end of the connection, or the client of the proxy there.
  var remote: Remote
  /// What is left of the client's bucket, told with the reply.
  var rate: RateTable.State?
  var isChunked = false
  /// Whether the connection ends with a stream.
  var closesAtEnd = false
  /// How the body of the reply is coded.
  var coding = ContentCoding.identity
  /// Whether another client might get another coding.
  var isNegotiated = false
  /// What compresses a stream.
  var deflater: Deflater?
  /// Whether the page that asks is of a foreign origin that may read the reply.
  var allowsOrigin = false
  /// Whether a page of another origin might get another reply.
  var dependsOnOrigin = false
  /// Whether the handler returned without an answer, and so may hold this object for any time.
  var wasKept = false
  /// Called once when the client has gone before the reply ended. Set by a handler that answers later.
  var onDisconnect: (() -> Void)?
  /// How many milliseconds a handler may take to begin its answer, from the end of the request on; nil for any time.
  var answerTime: UInt64?
  /// Called when there is more of a streamed body, or its end.
  var onBody: (() -> Void)?
  /// Called when a stream that was told to pause may go on.
  var onWritable: (() -> Void)?
  /// When ``onWake`` is called, in the engine's milliseconds, should the reply not have ended.
  var wakeAt: UInt64 = .max
  var onWake: (() -> Void)?

  init(engine: HTTPEngine) {
    self.engine = engine
    remote = engine.here
    held = HeldBytes(engine.load)
  }

  /// Begins anew for a request on this connection.
  func begin(on connection: HTTPConnection) {
    self.connection = connection
    remote = connection.remote
    rate = nil
    held.place = remote.limitedPlace
    heldHead = 0
    refusal = nil
    head.removeAll(keeping: 64 * 1024)
    storedBody.removeAll(keeping: 64 * 1024)
    fields.removeAll(keepingCapacity: true)
    (targetLength, queryStart, nameLengths) = (0, nil, 0)
    (fieldStart, valueStart) = (0, -1)
    bodyBytes = 0
    method = .other
    isHeadComplete = false
    keepsAlive = false
    isVersion11 = false
    wantsContinue = false
    isStreamed = false
    isBodyComplete = false
    answerTime = nil
    messageBytes = 0
    headBytes = 0
    reply = .none
    isChunked = false
    coding = .identity
    isNegotiated = false
    deflater = nil
    plainBody = nil
    (allowsOrigin, dependsOnOrigin) = (false, false)
    record = engine.observer?.begin(engine) ?? ExchangeRecord()
    wakeAt = .max
    parser.begin(self)
  }

  // MARK: The request

  /// The request target as sent, not decoded.
  var target: Bytes { head.slice(0, targetLength) }
  /// The target without its query.
  var path: Bytes { head.slice(0, queryStart ?? targetLength) }
  /// What stands behind the question mark of the target; empty without one.
  var query: Bytes { queryStart.map { head.slice($0 + 1, targetLength - $0 - 1) } ?? Bytes(start: nil, count: 0) }

  /// The whole body; empty for methods whose body means nothing.
  var body: Bytes { plainBody?.bytes ?? storedBody.bytes }

  /// What a compressed body stands for, once somebody has made it plain.
  var plainBody: SharedBytes?

  /// The trimmed value of the first header of that name, which is in lower case.
  func header(_ lower: StaticString) -> Bytes? {
    guard nameLengths & Self.bit(ofLength: lower.utf8CodeUnitCount) != 0 else { return nil }
    for field in fields where field.name.count == lower.utf8CodeUnitCount {
      if name(field).equals(ignoringCase: lower) { return value(field) }
    }
    return nil
  }

  /// Calls `body` with the value of every header of that name.
  func forEachHeader(_ lower: StaticString, _ body: (Bytes) -> Void) {
    for field in fields where name(field).equals(ignoringCase: lower) { body(value(field)) }
  }

  /// The bit of ``nameLengths`` for names of that length; long ones share the last.
  private static func bit(ofLength count: Int) -> UInt64 { 1 << UInt64(min(count, 63)) }

  func name(_ field: HeaderField) -> Bytes { head.slice(field.name.lowerBound, field.name.count) }
  func value(_ field: HeaderField) -> Bytes { head.slice(field.value.lowerBound, field.value.count) }

  // MARK: Parsing

  /// Feeds the parser.
  func read(_ bytes: Bytes) -> RequestParser.Outcome {
    run = bytes
    let outcome = parser.read(bytes)
    run = Bytes(start: nil, count: 0)
    switch outcome {
    case .needsMore:
      messageBytes += bytes.count
      return checkFraming(to: messageBytes) && holdHead() ? outcome : .refused
    case .complete(let consumed):
      messageBytes += consumed
      record.receivedBytes = messageBytes
      isBodyComplete = true
      keepsAlive = parser.keepsAlive
      return checkFraming(to: messageBytes) ? outcome : .refused
    case .refused, .malformed:
      return outcome
    }
  }

  func refuse(_ status: HTTPStatus, _ detail: String) -> Bool {
    refusal = Refusal(status: status, detail: detail)
    return false
  }

  /// The offset behind a slice of the current run, counted from the begin of the message.
  private func offset(behind slice: Bytes) -> Int {
    guard let start = run.baseAddress, let end = slice.baseAddress else { return messageBytes }
    return messageBytes + (end - start) + slice.count
  }

  /// Whether everything that is neither target nor body, white space and chunk framing included, is within its limit.
  private func checkFraming(to offset: Int) -> Bool {
    if refusal != nil { return false }
    if !isHeadComplete {
      if offset - targetLength > engine.limits.headerBytes {
        return refuse(.headerFieldsTooLarge, "The header section is longer than \(engine.limits.headerBytes) bytes.")
      }
    } else if offset - headBytes - bodyBytes > engine.limits.headerBytes + 8 * bodyBytes {
      return refuse(.badRequest, "The chunks of the body carry more framing than data.")
    }
    return true
  }

  func parserDidRead(target part: Bytes) -> Bool {
    head.append(part)
    if queryStart == nil, let mark = part.firstIndex(of: UInt8(ascii: "?")) { queryStart = targetLength + mark }
    targetLength += part.count
    if targetLength > engine.limits.target {
      return refuse(.uriTooLong, "The request target is longer than \(engine.limits.target) bytes.")
    }
    fieldStart = head.count
    return true
  }

  func parserDidRead(headerName part: Bytes) -> Bool {
    guard checkFraming(to: offset(behind: part)) else { return false }
    if !isHeadComplete { head.append(part) }  // Trailer fields are read and forgotten.
    return true
  }

  func parserDidRead(headerValue part: Bytes) -> Bool {
    guard checkFraming(to: offset(behind: part)) else { return false }
    guard !isHeadComplete else { return true }
    if valueStart < 0 { valueStart = head.count }
    head.append(part)
    return true
  }

  func parserDidEndHeader() -> Bool {
    guard !isHeadComplete else { return true }
    guard fields.count < engine.limits.headerCount else {
      return refuse(.headerFieldsTooLarge, "The request has more than \(engine.limits.headerCount) header lines.")
    }
    let start = valueStart < 0 ? head.count : valueStart
    var end = head.count
    let bytes = head.bytes
    while end > start, bytes[end - 1] == 32 || bytes[end - 1] == 9 { end -= 1 }
    fields.append(HeaderField(name: fieldStart..<start, value: start..<end))
    nameLengths |= Self.bit(ofLength: start - fieldStart)
    fieldStart = head.count
    valueStart = -1
    return true
  }

  func parserDidEndHead() -> Bool {
    method = parser.method
    let version = parser.version
    isVersion11 = version == (1, 1)
    let hasBody = parser.isChunked || (parser.contentLength ?? 0) > 0
    isStreamed = hasBody && method.takesBody && engine.handler.takesBodyInParts(self)
    if let found = HeadCheck.refusal(of: self, version: version) {
      refusal = found
      return false
    }
    isHeadComplete = true
    headBytes = fields.last.map { $0.value.upperBound } ?? targetLength
    if isVersion11, let expect = header("expect") {
      guard expect.equals(ignoringCase: "100-continue") else {
        return refuse(.expectationFailed, "The only expectation this server knows is 100-continue.")
      }
      wantsContinue = hasBody
    }
    return true
  }

  func parserDidRead(body part: Bytes) -> Bool {
    bodyBytes += part.count
    wantsContinue = false
    guard bodyBytes <= bodyLimit else {
      return refuse(.contentTooLarge, "The body is longer than \(bodyLimit) bytes.")
    }
    guard checkFraming(to: offset(behind: part)) else { return false }
    guard method.takesBody else { return true }
    storedBody.append(part)
    return hold(part.count)
  }
}
