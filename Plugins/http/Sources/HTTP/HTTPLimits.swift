/// What one client may take: sizes in bytes, times in milliseconds.
struct HTTPLimits {
  /// Longest request target; beyond it 414.
  var target = 8 * 1024
  /// All bytes of the header section; beyond it 431.
  var headerBytes = 16 * 1024
  /// Number of header lines; beyond it 431.
  var headerCount = 100
  /// Longest body; beyond it 413.
  var body = 8 * 1024 * 1024
  /// Longest body that a handler takes in parts; beyond it 413.
  var streamedBody = 1024 * 1024 * 1024
  /// From the first byte of a request to the end of its header section; then 408.
  var headerTime: UInt64 = 10_000
  /// Time for a body before ``bodyRate`` counts.
  var bodyGrace: UInt64 = 10_000
  /// Least bytes a second of a body; a slower sender gets 408.
  var bodyRate: UInt64 = 1024
  /// How long a connection may stay open without a request.
  var idleTime: UInt64 = 60_000
  /// How long a client may take no byte of a reply that waits for it.
  var writeTime: UInt64 = 30_000
  /// How long a connection that we close is read from, so that the client sees the reply.
  var lingerTime: UInt64 = 2_000
  /// Least bytes a second that a client takes of a reply that waits for it; a slower reader is cut off.
  var writeRate: UInt64 = 1024
  /// All bytes together that may be held for clients: bodies, messages, and what waits to be sent.
  var memory = 256 * 1024 * 1024
  /// How long a turn of the loop may take on average before new requests are turned away.
  var lag: UInt64 = 1000
  /// Bytes waiting for a client above which no more of its requests are read and streams pause.
  var highWater = 256 * 1024
  /// Bytes waiting for the client of an event stream above which it loses events.
  var eventQueue = 1024 * 1024
  /// How often the client of an event stream gets a sign of life.
  var heartbeatTime: UInt64 = 30_000
  /// Bytes of further requests kept while one is being answered, and of a body that its handler has not taken yet; beyond
  /// it reading stops.
  var heldBytes = 64 * 1024
}
