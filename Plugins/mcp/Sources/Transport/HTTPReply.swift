import MCPProtocol
import PluginKit

/// Where one POST is answered: as JSON, or as events when something comes before the answer.
@Loop
final class HTTPReply: Outlet {
  /// After this time an answer begins, so that nobody on the way gives it up; in milliseconds.
  private static let patience: Int64 = 10_000
  /// After this time of silence a comment is sent.
  private static let silence: Int64 = 15_000

  private let kept: RetainedExchange
  private let headers: [String]
  private let accept: Acceptance
  private var stream: ByteStream?
  private var sendsEvents = false
  private var isOver = false
  /// Runs at the end.
  var whenOver: @Loop () -> Void = {}
  private let start = Instant.now.milliseconds

  /// - Parameter headers: Further lines of the answer.
  init(_ exchange: WebExchange, _ accept: Acceptance, headers: [String] = []) {
    kept = exchange.retain()
    self.accept = accept
    self.headers = headers + ["Cache-Control: no-store"]
  }

  func send(_ message: [UInt8]) -> Bool {
    guard !isOver, accept.events else { return false }
    if stream == nil { beginEvents() }
    guard sendsEvents, let stream else { return false }
    return stream.write(ServerSentEvent.message(message), mayDrop: true)
  }

  func finish(_ message: [UInt8], error: RPCError?) {
    guard !isOver else { return }
    end()
    if stream == nil, !accept.json { beginEvents() }
    if let stream {
      stream.write(sendsEvents ? ServerSentEvent.message(message) : message, mayDrop: false)
      stream.end()
    } else {
      let challenge = error?.challenge.map { ["WWW-Authenticate: \($0)"] } ?? []
      kept.exchange.respond(
        error?.httpStatus ?? 200, headers + challenge + ["Content-Type: application/json"], body: message)
    }
  }

  func dismiss() {
    guard !isOver else { return }
    end()
    // Who has said that he does not wait, and not gone, gets an end without an answer.
    if let stream { stream.end() } else { kept.exchange.respond(202) }
  }

  /// Whether nothing of it waits to be written.
  var isDone: Bool { isOver && stream == nil }

  /// The client has gone.
  func clientWent() { stream?.drop() }

  /// Keeps the connection alive while it lasts.
  func keepAlive(now: Int64) {
    guard !isOver else { return }
    if let stream {
      if sendsEvents, now - stream.lastWrite >= Self.silence { stream.write(ServerSentEvent.comment, mayDrop: true) }
    } else if now - start >= Self.patience {
      if accept.events {
        beginEvents()
      } else {
        stream = ByteStream(kept, headers + ["Content-Type: application/json"])
      }
    }
  }

  private func end() {
    isOver = true
    let action = whenOver
    whenOver = {}
    action()
  }

  private func beginEvents() {
    sendsEvents = true
    stream = ByteStream(kept, headers.filter { !$0.hasPrefix("Cache-Control") } + ServerSentEvent.headers)
  }
}
