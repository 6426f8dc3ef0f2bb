/// What one WebSocket client may take: sizes in bytes, times in milliseconds.
struct WebSocketLimits {
  /// Longest message from a client, all fragments together; beyond it close code 1009.
  var message = 1024 * 1024
  /// Most frames of one message; beyond it close code 1008.
  var fragments = 1024
  /// Pings and pongs a client may send at once, and again every ten seconds; beyond it close code 1008.
  var controlFrames = 100
  /// How long a client may be silent before it is asked for a pong.
  var pingTime: UInt64 = 30_000
  /// By how much less that is for some clients: those who came together are not all asked at once.
  var pingSpread: UInt64 = 0
  /// How long a client has to answer a ping or a close.
  var answerTime: UInt64 = 10_000
  /// Bytes waiting for a client above which ``WebSocketConnection/isCongested`` is true.
  var highWater = 1024 * 1024
}
