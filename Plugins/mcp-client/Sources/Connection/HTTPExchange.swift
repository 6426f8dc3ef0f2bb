import MCPProtocol
import PluginKit

/// One request by HTTP and its reply, which is JSON or a stream of events: each message is handed on when it has come.
@Loop
final class HTTPExchange {
  /// The request that is answered here; nil for a stream that is only listened to, and for what has no answer.
  let id: Int?
  /// Gets the reply's head.
  var began: (WebReply) -> Void = { _ in }
  /// Gets every message.
  var received: (JSONValue) -> Void = { _ in }
  /// Told once, when nothing more will come: why the reply did not come to its end, if so.
  var ended: (Failure?) -> Void = { _ in }

  private(set) var head: WebReply?
  private(set) var events = EventReader(limit: StdioTransport.messageLimit)
  private(set) var hasMessages = false
  /// Whether the answer was among the messages.
  private(set) var hasAnswer = false
  /// An error that names no request.
  private(set) var refusal: RPCError?

  private let host: Host
  private var sent: SentRequest?
  private var body: [UInt8] = []
  private var traffic = Traffic()
  private var isOver = false
  private var timer: Timer?

  /// Milliseconds that a server has to end a reply after the answer.
  private static let leave = 5_000

  init(of id: Int?, host: Host) {
    self.id = id
    self.host = host
  }

  func begin(_ request: WebRequest) throws(Failure) {
    sent = try host.open(request) {
      self.begin($0)
    } part: {
      self.add($0)
    } end: {
      self.end($0)
    }
  }

  /// Nobody wants to know any more.
  func cancel() {
    guard !isOver else { return }
    isOver = true
    timer?.stop()
    sent?.cancel()
  }

  var isStream: Bool { type.hasPrefix("text/event-stream") }
  private var isJSON: Bool { type.hasPrefix("application/json") }
  private var type: String { head?["content-type"]?.lowercased() ?? "" }

  private func begin(_ reply: WebReply) {
    guard !isOver else { return }
    head = reply
    began(reply)
    // What is no message need not be waited for; without a body the end comes by itself, and the connection stays.
    if !isStream, !isJSON, reply.code != 204, reply["content-length"] != "0" { stop(nil) }
  }

  private func add(_ bytes: UnsafeRawBufferPointer) {
    guard !isOver else { return }
    do throws(Failure) {
      try traffic.count(bytes: bytes.count)
      if isStream {
        try events.add(bytes) { text throws(Failure) in if !isOver { try take(text) } }
      } else {
        guard body.count + bytes.count <= StdioTransport.messageLimit else {
          throw Failure(
            .resourceExhausted, "it sent a message of more than \(StdioTransport.messageLimit >> 20) MiB")
        }
        body.append(contentsOf: bytes)
      }
    } catch {
      stop(error)
    }
    if hasAnswer, timer == nil, !isOver { timer = try? host.after(milliseconds: Self.leave) { self.stop(nil) } }
  }

  private func take(_ text: [UInt8]) throws(Failure) {
    try traffic.count(messages: 1)
    guard let json = try? host.parse(text), let message = try? Message(json) else { return }
    if case .response(let answered, _, let error) = message {
      if let answered { hasAnswer = hasAnswer || answered.integer == id } else { refusal = RPCError(error) }
    }
    hasMessages = true
    received(json)
  }

  private func end(_ failure: Failure?) {
    guard !isOver else { return }
    if failure == nil, isJSON, !body.isEmpty { try? take(body) }
    finish(failure)
  }

  /// Ends it from our side.
  private func stop(_ failure: Failure?) {
    guard !isOver else { return }
    sent?.cancel()
    finish(failure)
  }

  private func finish(_ failure: Failure?) {
    isOver = true
    timer?.stop()
    ended(failure)
  }
}
