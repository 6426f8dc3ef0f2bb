import PluginKit

/// What a server may send in a second without a break, whatever carries it.
struct Traffic {
  private static let messagesPerSecond = 5_000
  private static let bytesPerSecond = 64 << 20

  /// When the second began.
  private var begin: Int64?
  private var messages = 0
  private var bytes = 0

  /// Counts a message, or bytes that are none yet.
  mutating func count(messages: Int = 0, bytes: Int = 0, now: Int64 = Instant.now.milliseconds) throws(Failure) {
    if begin.map({ now - $0 >= 1000 || now < $0 }) ?? true { self = Traffic(begin: now) }
    self.messages += messages
    self.bytes += bytes
    guard self.messages <= Self.messagesPerSecond else {
      throw Failure(.resourceExhausted, "it sent more than \(Self.messagesPerSecond) messages in a second")
    }
    guard self.bytes <= Self.bytesPerSecond else {
      throw Failure(.resourceExhausted, "it sent more than \(Self.bytesPerSecond >> 20) MiB in a second")
    }
  }

  init() {}

  private init(begin: Int64) { self.begin = begin }
}
