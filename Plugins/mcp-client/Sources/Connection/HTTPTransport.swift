import MCPProtocol
import PluginKit

/// A server that is reached by Streamable HTTP: each message is a POST, whose reply is JSON or a stream of events.
/// Servers before 2026-07-28 keep a session, may send unasked on a stream of their own, and go on with a stream that
/// was cut.
@Loop
final class HTTPTransport: Transport {
  var received: (JSONValue) -> Void = { _ in }
  var failed: (Int, RequestFailure) -> Void = { _, _ in }
  var ended: (Failure) -> Void = { _ in }
  var missed: () -> Void = {}
  let isProgram = false

  let host: Host
  let name: String
  private let url: String
  private let headers: [(name: String, value: String)]
  /// The variable of the host's that says who we are.
  private let credential: String?
  private(set) var era: Era?
  /// Of servers before 2026-07-28.
  private var session: String?
  private var exchanges: [Int: HTTPExchange] = [:]
  private var listener: HTTPListener?
  /// What waits until the server knows that the handshake is over: requests travel side by side.
  private var waiting: [Outgoing] = []
  private var isShakingHands = false
  private(set) var isClosed = false

  init(
    url: String, headers: [(name: String, value: String)], credential: String?, name: String, host: Host
  ) {
    self.host = host
    self.name = name
    self.url = url
    self.headers = headers
    self.credential = credential
  }

  func agree(on era: Era) { self.era = era }

  /// A session's server may send unasked, on a stream of its own.
  func listen() {
    guard listener == nil, session != nil, era?.isModern == false else { return }
    listener = HTTPListener(self)
    listener?.begin()
  }

  func send(_ message: Outgoing) throws(Failure) {
    guard !isClosed else { throw Failure(.unavailable, "the connection to the MCP server \"\(name)\" has ended") }
    if isShakingHands { return waiting.append(message) }
    isShakingHands = message.method == "notifications/initialized"
    var request = WebRequest("POST", url, headers: headers + protocolHeaders(message), body: message.body)
    request.timeout = message.timeout
    let exchange = HTTPExchange(of: message.id, host: host)
    exchange.began = { [weak self] reply in
      guard message.method == "initialize", let session = reply["mcp-session-id"], HeaderText.isPlain(session) else {
        return
      }
      self?.session = session
    }
    exchange.received = { [weak self] in self?.received($0) }
    exchange.ended = { [weak self, weak exchange] failure in
      guard let self, let exchange, !self.isClosed else { return }
      self.read(exchange, failure)
      if message.method == "notifications/initialized" { self.sendWaiting() }
    }
    if let id = message.id { exchanges[id] = exchange }
    try exchange.begin(request)
  }

  private func sendWaiting() {
    isShakingHands = false
    let messages = waiting
    waiting = []
    for message in messages {
      do throws(Failure) { try send(message) } catch {
        if let id = message.id { failed(id, .local(error)) }
      }
    }
  }

  func giveUp(_ request: Int) -> Bool {
    waiting.removeAll { $0.id == request }
    exchanges.removeValue(forKey: request)?.cancel()
    return era?.isModern == true
  }

  func close() {
    guard !isClosed else { return }
    isClosed = true
    listener?.stop()
    for exchange in exchanges.values { exchange.cancel() }
    exchanges = [:]
    guard let session, let era else { return }
    var request = WebRequest("DELETE", url, headers: headers + [("Mcp-Session-Id", session)])
    request.headers.append(("MCP-Protocol-Version", era.version))
    request.timeout = 5000
    // The server ends the session by itself when it does not hear this.
    do throws(Failure) { try host.send(request) { _ in } } catch {}
  }

  // MARK: Requests

  private func protocolHeaders(_ message: Outgoing) -> [(name: String, value: String)] {
    var headers = [
      (name: "Content-Type", value: "application/json"),
      (name: "Accept", value: "application/json, text/event-stream"),
    ]
    guard let era else { return headers }
    headers.append(("MCP-Protocol-Version", era.version))
    if let session { headers.append(("Mcp-Session-Id", session)) }
    if era.isModern {
      headers.append(("Mcp-Method", message.method))
      if let name = message.name { headers.append(("Mcp-Name", HeaderText.encode(name))) }
      for parameter in message.parameters {
        headers.append(("Mcp-Param-\(parameter.name)", HeaderText.encode(parameter.value)))
      }
    }
    return headers
  }

  /// A request for a stream of a session's: a new one, or what came after the event `last`.
  func streamRequest(after last: String?) -> WebRequest {
    var request = WebRequest("GET", url, headers: headers + [("Accept", "text/event-stream")])
    if let session { request.headers.append(("Mcp-Session-Id", session)) }
    if let era { request.headers.append(("MCP-Protocol-Version", era.version)) }
    if let last { request.headers.append(("Last-Event-ID", last)) }
    return request
  }

  // MARK: Replies

  private func read(_ exchange: HTTPExchange, _ failure: Failure?) {
    guard let id = exchange.id, exchanges.removeValue(forKey: id) != nil, !exchange.hasAnswer else { return }
    guard let reply = exchange.head else {
      let failure = failure ?? Failure(.unavailable, "it did not answer")
      let sentence = "the MCP server \"\(name)\" cannot be reached: \(failure.message)"
      return failed(id, .local(Failure(failure.status, sentence)))
    }
    if endedSession(reply) { return }
    if let refusal = exchange.refusal, reply.code < 500, reply.code != 401, reply.code != 403 {
      return failed(id, .remote(refusal))
    }
    let isCut = failure == nil || failure?.status == .unavailable
    if isCut, reply.code == 200, session != nil, let last = exchange.events.lastID {
      return resume(id, after: last, in: max(exchange.events.retry ?? 1000, 100))
    }
    failed(id, .local(failure.map(lost) ?? HTTPFault(server: name, credential: credential).failure(for: reply)))
  }

  private func lost(_ failure: Failure) -> Failure {
    Failure(failure.status, "the MCP server \"\(name)\" began an answer and did not end it: \(failure.message)")
  }

  /// Goes on with a reply that was cut, again and again: whoever waits for the answer has a limit.
  private func resume(_ id: Int, after last: String, in milliseconds: Int) {
    let exchange = HTTPExchange(of: id, host: host)
    exchange.received = { [weak self] in self?.received($0) }
    exchange.ended = { [weak self, weak exchange] failure in
      guard let self, let exchange, !self.isClosed else { return }
      self.read(exchange, failure)
    }
    exchanges[id] = exchange
    do throws(Failure) {
      _ = try host.after(milliseconds: milliseconds) { [weak self] in
        guard let self, self.exchanges[id] === exchange else { return }
        do throws(Failure) { try exchange.begin(self.streamRequest(after: last)) } catch {
          self.exchanges[id] = nil
          self.failed(id, .local(error))
        }
      }
    } catch {
      failed(id, .local(error))
    }
  }

  /// Whether the server knows our session no more, which ends the connection: the next one begins anew.
  func endedSession(_ reply: WebReply) -> Bool {
    guard reply.code == 404, session != nil else { return false }
    session = nil
    end(Failure(.unavailable, "it has ended the session: try again"))
    return true
  }

  /// There is no connection any more.
  func end(_ failure: Failure) {
    close()
    ended(failure)
  }
}
