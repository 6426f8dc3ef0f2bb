import MCPProtocol
import PluginKit

/// A conversation with one server: requests by their ids, and what the server sends unasked.
@Loop
final class Session {
  let name: String
  var era = Era.modern
  /// Who the server says that it is, such as `github 1.2`.
  var server = ""

  /// Gets told when the server's tools are others now.
  var toolsChanged: () -> Void = {}
  /// Gets, once, why there is no connection any more.
  var ended: (Failure) -> Void = { _ in }
  private(set) var isOver = false

  let host: Host
  let transport: any Transport
  /// Milliseconds for an answer.
  let timeout: Int64
  private var answers: [Int: Answer] = [:]
  private var lastID = 0
  var listening = Listening()

  init(_ transport: any Transport, name: String, timeout: Int64, host: Host) {
    self.transport = transport
    self.name = name
    self.timeout = timeout
    self.host = host
    transport.received = { [weak self] in self?.receive($0) }
    transport.failed = { [weak self] id, failure in self?.answers[id]?.finish(.failure(failure)) }
    transport.ended = { [weak self] in self?.end($0) }
    transport.missed = { [weak self] in self?.toolsChanged() }
  }

  /// Sends a request and waits for its result. Cancelling the task gives it up, and tells the server.
  ///
  /// - Parameters:
  ///   - within: Milliseconds; nil for what the server generally has.
  ///   - trace: W3C traceparent, or the empty string.
  ///   - progress: Gets the parameters of each progress notification.
  ///   - params: Writes members of the parameters.
  func request(
    _ method: String, name tool: String? = nil, headers: [(name: String, value: String)] = [], within: Int64? = nil,
    trace: String = "", progress: ((JSONValue) -> Void)? = nil, _ params: Envelope.Writing
  ) async throws(RequestFailure) -> JSONValue {
    let (id, answer) = begin(
      method, name: tool, headers: headers, within: within ?? timeout, trace: trace, progress: progress, params)
    defer { answers[id] = nil }
    return try await answer.value(on: host) { [weak self] in
      self?.giveUp(id, method, Failure(.cancelled, "the call was given up"))
    }
  }

  /// Sends a request, without waiting for its result.
  func begin(
    _ method: String, name tool: String? = nil, headers: [(name: String, value: String)] = [], within limit: Int64,
    trace: String = "", progress: ((JSONValue) -> Void)? = nil, _ params: Envelope.Writing
  ) -> (id: Int, answer: Answer) {
    lastID += 1
    let id = lastID
    let answer = Answer(onProgress: progress)
    answers[id] = answer
    do throws(Failure) {
      guard !isOver else { throw Failure(.unavailable, "the connection to the MCP server \"\(name)\" has ended") }
      let body = Envelope.request(.integer(id), method, era, wantsProgress: progress != nil, trace: trace, params)
      try transport.send(
        Outgoing(id: id, method: method, name: tool, parameters: headers, timeout: limit + 1000, body: body))
      answer.timer = try host.after(milliseconds: Int(limit)) { [weak self] in
        guard let self else { return }
        self.giveUp(
          id, method,
          Failure(.deadlineExceeded, "the MCP server \"\(self.name)\" has not answered \(method) in \(limit) ms"))
      }
    } catch {
      answer.finish(.failure(.local(error)))
    }
    return (id, answer)
  }

  /// What comes of a request does not matter any more; the server is not told.
  func forget(_ id: Int) {
    guard let answer = answers.removeValue(forKey: id) else { return }
    _ = transport.giveUp(id)
    answer.finish(.failure(.local(Failure(.cancelled, "nobody waits any more"))))
  }

  func notify(_ method: String, _ params: Envelope.Writing = { _ in }) {
    tell(Outgoing(id: nil, method: method, timeout: 10_000, body: Envelope.notification(method, params)))
  }

  /// Ends the conversation: requests that wait fail.
  func close() { end(Failure(.unavailable, "the connection to the MCP server \"\(name)\" was closed"), tells: false) }

  private func end(_ failure: Failure, tells: Bool = true) {
    guard !isOver else { return }
    isOver = true
    transport.close()
    let failed = Failure(.unavailable, "the MCP server \"\(name)\" cannot be used: \(failure.message)")
    for answer in answers.values { answer.finish(.failure(.local(failed))) }
    if tells { ended(failure) }
  }

  private func giveUp(_ id: Int, _ method: String, _ failure: Failure) {
    guard let answer = answers[id] else { return }
    if !transport.giveUp(id), method != "initialize", method != "server/discover" {
      notify("notifications/cancelled") { json in
        json.member("requestId", id)
        json.member("reason", failure.status == .deadlineExceeded ? "took too long" : "nobody waits any more")
      }
    }
    answer.finish(.failure(.local(failure)))
  }

  private func receive(_ json: JSONValue) {
    guard let message = try? Message(json) else { return }
    switch message {
    case .response(let id, let result, let error):
      guard let id = id?.integer else { return }
      answers[id]?.finish(error.isPresent ? .failure(.remote(RPCError(error))) : .success(result))
    case .notification("notifications/progress", let params):
      if let id = params[MetaKey.progressToken].int { answers[id]?.onProgress?(params) }
    case .notification("notifications/tools/list_changed", _): toolsChanged()
    case .notification("notifications/subscriptions/acknowledged", _): if listening.begin() { toolsChanged() }
    case .notification("notifications/cancelled", let params):
      // The server ends a subscription; requests of its own have been answered.
      if let id = params["requestId"].int, id == listening.id {
        answers[id]?.finish(.failure(.local(Failure(.unavailable, "the server has ended the subscription"))))
      }
    case .notification: break
    case .request(let id, "ping", _): tell(Envelope.result(id))
    case .request(let id, let method, _):
      let text =
        "Orchestron does not serve \(CleanText.line(method, limit: 100)): it offers no sampling, elicitation or roots"
      tell(Envelope.error(RPCError(code: RPCError.Code.unknownMethod, message: text), id))
    }
  }

  private func tell(_ body: [UInt8]) { tell(Outgoing(id: nil, method: "", timeout: 10_000, body: body)) }

  private func tell(_ message: Outgoing) {
    // What cannot be told is no loss: a connection that is broken ends by itself.
    do throws(Failure) { try transport.send(message) } catch {}
  }
}
