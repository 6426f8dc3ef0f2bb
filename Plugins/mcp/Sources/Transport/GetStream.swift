import PluginKit

/// The stream of a session that its client opens by GET: for what answers no request.
@Loop
final class GetStream: MessageStream {
  private let stream: ByteStream

  init(_ exchange: WebExchange) {
    stream = ByteStream(exchange.retain(), ServerSentEvent.headers)
    // Some clients wait for the first byte.
    stream.write(ServerSentEvent.comment, mayDrop: true)
  }

  func send(_ message: [UInt8]) { stream.write(ServerSentEvent.message(message), mayDrop: true) }

  func keepAlive(now: Int64) {
    if now - stream.lastWrite >= 15_000 { stream.write(ServerSentEvent.comment, mayDrop: true) }
  }

  func end() { stream.end() }

  /// The client has gone.
  func clientWent() { stream.drop() }
}
