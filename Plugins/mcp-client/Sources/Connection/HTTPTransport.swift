import MCPProtocol
import PluginKit

/// A server that is reached by Streamable HTTP: each message is a POST, whose reply is JSON or a stream of events.
///
/// The reply is read as a whole, so that progress comes with the answer.
@Loop
final class HTTPTransport: Transport {
  var received: (JSONValue) -> Void = { _ in }
  var failed: (Int, RequestFailure) -> Void = { _, _ in }
  var ended: (Failure) -> Void = { _ in }
  let hearsServer = false

  private let host: Host
  private let name: String
  private let url: String
  private let headers: [(name: String, value: String)]
  private var era: Era?
  /// Of servers before 2026-07-28.
  private var session: String?
  private var requests: [Int: SentRequest] = [:]
  /// What waits until the server knows that the handshake is over: requests travel side by side.
  private var waiting: [Outgoing] = []
  private var isShakingHands = false
  private var isClosed = false

  init(url: String, headers: [(name: String, value: String)], name: String, host: Host) {
    self.host = host
    self.name = name
    self.url = url
    self.headers = headers
  }

  func agree(on era: Era) { self.era = era }

  func send(_ message: Outgoing) throws(Failure) {
    guard !isClosed else { throw Failure(.unavailable, "the connection to the MCP server \"\(name)\" has ended") }
    if isShakingHands { return waiting.append(message) }
    isShakingHands = message.method == "notifications/initialized"
    var request = WebRequest("POST", url, headers: headers + protocolHeaders(message), body: message.body)
    request.timeout = message.timeout
    request.bodyLimit = UInt64(StdioTransport.messageLimit)
    let id = message.id
    let sent = try host.send(request) { [weak self] reply in
      guard let self, !self.isClosed else { return }
      if let id { self.requests[id] = nil }
      self.read(reply, of: id, method: message.method)
      if message.method == "notifications/initialized" { self.sendWaiting() }
    }
    if let id { requests[id] = sent }
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
    requests.removeValue(forKey: request)?.cancel()
    return era?.isModern == true
  }

  func close() {
    guard !isClosed else { return }
    isClosed = true
    for request in requests.values { request.cancel() }
    requests = [:]
    if let session, let era {
      var request = WebRequest("DELETE", url, headers: headers + [("Mcp-Session-Id", session)])
      request.headers.append(("MCP-Protocol-Version", era.version))
      request.timeout = 5000
      // The server ends the session by itself when it does not hear this.
      do throws(Failure) { try host.send(request) { _ in } } catch {}
    }
  }

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

  private func read(_ reply: Result<WebReply, Failure>, of id: Int?, method: String) {
    switch reply {
    case .failure(let failure):
      guard let id else { return }
      let sentence = "the MCP server \"\(name)\" cannot be reached: \(failure.message)"
      failed(id, .local(Failure(failure.status, sentence)))
    case .success(let reply):
      if method == "initialize", let session = reply["mcp-session-id"], HeaderText.isPlain(session) {
        self.session = session
      }
      let found = deliver(reply, to: id)
      guard !found.hasAnswer, let id else { return }
      if reply.code == 404, session != nil {
        let failure = Failure(.unavailable, "the MCP server \"\(name)\" has ended the session: try again")
        failed(id, .local(failure))
        close()
        ended(failure)
      } else if let refusal = found.refusal, reply.code < 500, reply.code != 401, reply.code != 403 {
        failed(id, .remote(refusal))
      } else {
        failed(id, .local(failure(for: reply)))
      }
    }
  }

  /// Hands on the messages of a reply: whether the answer was among them, and a refusal that names no request.
  private func deliver(_ reply: WebReply, to id: Int?) -> (hasAnswer: Bool, refusal: RPCError?) {
    let type = reply["content-type"]?.lowercased() ?? ""
    let texts =
      type.hasPrefix("text/event-stream")
      ? EventText.data(of: reply.body) : type.hasPrefix("application/json") ? [reply.body] : []
    var hasAnswer = false
    var refusal: RPCError?
    for text in texts {
      guard let json = try? host.parse(text), let message = try? Message(json) else { continue }
      if case .response(let answered, _, let error) = message {
        if let answered { hasAnswer = hasAnswer || answered.integer == id } else { refusal = RPCError(error) }
      }
      received(json)
    }
    return (hasAnswer, refusal)
  }

  private func failure(for reply: WebReply) -> Failure {
    switch reply.code {
    case 401:
      Failure(
        .unauthenticated,
        "the MCP server \"\(name)\" wants to know who calls (HTTP 401): give \"headers\": {\"Authorization\": \"Bearer ${NAME}\"}, the token in the host's variable NAME"
      )
    case 403: Failure(.permissionDenied, "the MCP server \"\(name)\" refuses us (HTTP 403)")
    case 400, 404, 405, 406, 415:
      Failure(.unimplemented, "the MCP server \"\(name)\" answered with HTTP \(reply.code) and no message")
    case 500...:
      Failure(.unavailable, "the MCP server \"\(name)\" answered with HTTP \(reply.code)")
    default:
      Failure(.failedPrecondition, "the MCP server \"\(name)\" answered with HTTP \(reply.code) and without the answer")
    }
  }
}

extension HeaderText {
  /// Printable ASCII, not empty.
  static func isPlain(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 1000 && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
  }
}
