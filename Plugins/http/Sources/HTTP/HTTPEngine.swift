/// Who answers requests.
protocol HTTPHandler: AnyObject {
  /// Answers a request: now, or later when it holds the exchange.
  func handle(_ exchange: HTTPExchange)
  /// Whether ``handle(_:)`` is to run as soon as the head of this request is there, and its body to be taken in parts.
  func takesBodyInParts(_ exchange: HTTPExchange) -> Bool
}

/// What all connections of one loop share: limits, clock, and pools so that idle connections own nothing.
final class HTTPEngine {
  let limits: HTTPLimits
  let load: Load
  let outboxes: OutboxPool
  let frameReaders = FrameReaderPool()
  /// Who comes by no network.
  let here = Remote(nil)
  let compressor = Compressor()
  unowned let handler: any HTTPHandler
  /// Who measures requests, if anybody does.
  var observer: (any HTTPObserver)?
  /// Milliseconds of a clock that never goes back.
  private(set) var now: UInt64 = 0
  private(set) var date: HTTPDate
  /// The header line by which browsers are told to come by TLS alone; nil for none.
  var strictTransport: SharedBytes?
  /// While true every reply closes its connection.
  var isDraining = false

  private var spare: [HTTPExchange] = []
  private var isClosed = false
  private let idPrefix: UInt64
  private var idCounter: UInt64 = 0
  private var shares: UInt32 = 0

  /// `seed` makes request ids of this process differ from those of others.
  init(limits: HTTPLimits, handler: any HTTPHandler, unixSeconds: Int64, seed: UInt64) {
    self.limits = limits
    self.handler = handler
    load = Load(memory: limits.memory, lag: limits.lag)
    outboxes = OutboxPool(load)
    date = HTTPDate(unixSeconds: unixSeconds)
    idPrefix = seed | 1 << 63
  }

  /// Tells the time in milliseconds. Called before bytes or time-outs are handed on.
  func advance(to milliseconds: UInt64) { now = milliseconds }

  /// Tells the date, at least once per second.
  func set(unixSeconds: Int64) { date.set(unixSeconds: unixSeconds) }

  /// A part of a time, each time another one, evenly from nothing to all of it.
  func share(of milliseconds: UInt64) -> UInt64 {
    shares &+= 0x9E37_79B9  // The golden section of 2^32: any few in a row lie far from each other.
    return (milliseconds * UInt64(shares)) >> 32
  }

  /// Writes an id that no other request has.
  func appendRequestID(to buffer: inout ByteBuffer) {
    idCounter += 1
    buffer.append(hexadecimal: idPrefix)
    buffer.append(UInt8(ascii: "-"))
    buffer.append(hexadecimal: idCounter)
  }

  func takeExchange(for connection: HTTPConnection) -> HTTPExchange {
    let exchange = spare.popLast() ?? HTTPExchange(engine: self)
    exchange.begin(on: connection)
    return exchange
  }

  /// Takes back an exchange whose reply has ended. One that a handler kept to answer later is left to its holders:
  /// a stale holder must never reach the request of another client.
  func giveBack(_ exchange: HTTPExchange) {
    exchange.connection = nil
    exchange.onDisconnect = nil
    exchange.onWritable = nil
    exchange.onWake = nil
    exchange.onBody = nil
    exchange.plainBody = nil
    if !exchange.wasKept { exchange.releaseBody() }
    if !exchange.wasKept, !isClosed, spare.count < 256 { spare.append(exchange) }
  }

  /// Drops the pool, whose exchanges hold this engine. Called when the last connection has gone.
  func close() {
    isClosed = true
    spare = []
    observer?.set(connections: 0)
    observer = nil
  }
}
