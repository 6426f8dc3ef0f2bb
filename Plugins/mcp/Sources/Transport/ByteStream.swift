import PluginKit

/// An answer over HTTP that is written in parts, for a client that may read slowly.
@Loop
final class ByteStream {
  /// What may wait here, beside the 256 KiB of the server's: further parts that may be dropped are.
  private static let limit = 1_048_576

  private let kept: RetainedExchange
  private var waiting: [[UInt8]] = []
  private var waitingSize = 0
  private var isBlocked = false
  private var isEnding = false
  /// When something was written last, in milliseconds since 1970.
  private(set) var lastWrite = Instant.now.milliseconds

  init(_ kept: RetainedExchange, _ headers: [String]) {
    self.kept = kept
    kept.exchange.begin(200, headers)
  }

  /// Writes a part.
  ///
  /// - Parameter mayDrop: Whether it is left out when too much waits.
  /// - Returns: Whether it was written, or will be.
  @discardableResult
  func write(_ part: [UInt8], mayDrop: Bool) -> Bool {
    if isEnding || (mayDrop && waitingSize + part.count > Self.limit) { return false }
    waiting.append(part)
    waitingSize += part.count
    flush()
    return true
  }

  /// Ends the answer once all is written.
  func end() {
    isEnding = true
    flush()
  }

  /// The client has gone: lets go of what waits, and of what waits for room.
  func drop() {
    isEnding = true
    waiting = []
    waitingSize = 0
    if isBlocked { kept.exchange.whenWritable {} }
  }

  private func flush() {
    guard !isBlocked else { return }
    var count = 0
    for part in waiting {
      let status = kept.exchange.write(part)
      if status == .resourceExhausted {
        isBlocked = true
        // What waits has to get out, also when nobody else holds this any more.
        kept.exchange.whenWritable { [self] in
          isBlocked = false
          flush()
        }
        break
      }
      count += 1
      waitingSize -= part.count
      lastWrite = Instant.now.milliseconds
    }
    waiting.removeFirst(count)
    if isEnding, waiting.isEmpty {
      kept.exchange.end()
    }
  }
}

/// Server-sent events.
enum ServerSentEvent {
  static let headers = [
    "Content-Type: text/event-stream", "Cache-Control: no-store, no-transform", "X-Accel-Buffering: no",
  ]

  /// A comment, which keeps proxies from giving up a silent stream.
  static let comment = Array(": \n\n".utf8)

  static func message(_ json: [UInt8]) -> [UInt8] {
    // JSON texts of a JSONWriter have no line ends, but those of plugins may.
    var event = Array("event: message\ndata: ".utf8)
    event.reserveCapacity(event.count + json.count + 2)
    for byte in json {
      event.append(byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") ? UInt8(ascii: " ") : byte)
    }
    event += [UInt8(ascii: "\n"), UInt8(ascii: "\n")]
    return event
  }
}
