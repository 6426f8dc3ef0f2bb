import MCPProtocol
import PluginKit

/// A conversation with one server: requests by their ids, and what the server sends unasked.
@Loop
final class Session {
  let name: String
  private(set) var era = Era.modern
  /// Who the server says that it is, such as `github 1.2`.
  private(set) var server = ""
  /// The server tells when its list of tools has changed.
  private var tellsChanges = false

  /// Gets told when the server's tools are others now.
  var toolsChanged: () -> Void = {}
  /// Gets, once, why there is no connection any more.
  var ended: (Failure) -> Void = { _ in }
  private(set) var isOver = false

  private let host: Host
  private let transport: any Transport
  /// Milliseconds for an answer.
  private let timeout: Int64
  private var answers: [Int: Answer] = [:]
  private var lastID = 0

  init(_ transport: any Transport, name: String, timeout: Int64, host: Host) {
    self.transport = transport
    self.name = name
    self.timeout = timeout
    self.host = host
    transport.received = { [weak self] in self?.receive($0) }
    transport.failed = { [weak self] id, failure in self?.answers[id]?.finish(.failure(failure)) }
    transport.ended = { [weak self] in self?.end($0) }
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
    guard !isOver else { throw .local(Failure(.unavailable, "the connection to the MCP server \"\(name)\" has ended")) }
    lastID += 1
    let id = lastID
    let answer = Answer(onProgress: progress)
    let limit = within ?? timeout
    answers[id] = answer
    defer { answers[id] = nil }
    do throws(Failure) {
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
    return try await answer.value(on: host) { [weak self] in
      self?.giveUp(id, method, Failure(.cancelled, "the call was given up"))
    }
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

// MARK: - Getting acquainted

extension Session {
  /// What a server is asked first, and how long it may take when it does not know the question.
  private static let probeTime: Int64 = 10_000

  /// Finds out how to speak to the server.
  ///
  /// - Parameters:
  ///   - own: The mark of this host, see ``Mark``.
  ///   - isLegacy: The server is known to end at the question of the newer revisions.
  func open(isLegacy: Bool, own: String) async throws(Failure) {
    let facts = isLegacy ? try await initialize() : try await discover()
    let info =
      facts["serverInfo"].isPresent ? facts["serverInfo"] : facts["_meta"][MetaKey.serverInfo]
    server = CleanText.line("\(info["name"].string ?? "") \(info["version"].string ?? "")", limit: 100)
    if facts["capabilities"]["experimental"][HostMark.capability]["mark"].string == own {
      throw Failure(
        .failedPrecondition,
        "the MCP server \"\(name)\" is this Orchestron itself: its tools would be its own methods; remove it")
    }
    tellsChanges = facts["capabilities"]["tools"]["listChanged"].bool == true
    guard facts["capabilities"]["tools"].isPresent else {
      throw Failure(.failedPrecondition, "the MCP server \"\(name)\" (\(server)) offers no tools")
    }
    if tellsChanges, era.isModern, transport.hearsServer { listen() }
  }

  private func discover() async throws(Failure) -> JSONValue {
    transport.agree(on: .modern)
    let facts: JSONValue
    do throws(RequestFailure) {
      facts = try await request("server/discover", within: min(timeout, Self.probeTime)) { _ in }
    } catch {
      switch error {
      case .remote(let error): return try await initialize(offered: error.supportedVersions(host))
      case .local(let failure):
        // Silence of a program may be that of one that does not know the question; silence of HTTP is an outage.
        let isForeign = failure.status == .unimplemented || failure.status == .deadlineExceeded && transport.hearsServer
        guard isForeign, !isOver else { throw failure }
        return try await initialize()
      }
    }
    let versions = facts["supportedVersions"].elements.prefix(20).compactMap(\.string)
    return versions.contains(Era.modern.version) ? facts : try await initialize(offered: versions)
  }

  private func initialize(offered: [String] = []) async throws(Failure) -> JSONValue {
    if !offered.isEmpty, !offered.contains(where: ProtocolVersion.legacy.contains) {
      throw Failure(
        .unimplemented,
        "the MCP server \"\(name)\" speaks \(CleanText.line(offered.joined(separator: ", "), limit: 200)) alone, and none of these is spoken here"
      )
    }
    let wish = ProtocolVersion.legacy[0]
    era = .legacy(wish)
    transport.agree(on: era)
    let facts: JSONValue
    do throws(RequestFailure) {
      facts = try await request("initialize") { json in
        json.member("protocolVersion", wish)
        json.key("capabilities")
        json.raw("{}")
        json.key("clientInfo")
        json.raw(Envelope.clientInfo)
      }
    } catch {
      throw error.failure(of: name)
    }
    let version = facts["protocolVersion"].string ?? ""
    guard ProtocolVersion.legacy.contains(version) else {
      throw Failure(
        .unimplemented,
        "the MCP server \"\(name)\" wants to speak \"\(CleanText.line(version, limit: 40))\", which is not spoken here")
    }
    era = .legacy(version)
    transport.agree(on: era)
    notify("notifications/initialized")
    return facts
  }

  /// Keeps a request open in which the server tells that its tools have changed.
  private func listen() {
    Loop.task { [weak self] in
      // Without it changes are found by looking, as with servers that tell nothing.
      _ = try? await self?.request("subscriptions/listen", within: Int64.max >> 20) { json in
        json.key("notifications")
        json.raw(#"{"toolsListChanged":true}"#)
      }
    }
  }

  /// All tools, in the server's order.
  func tools() async throws(Failure) -> [JSONValue] {
    var tools: [JSONValue] = []
    var cursor: String?
    var seen: Set<String> = []
    repeat {
      let page: JSONValue
      do throws(RequestFailure) {
        page = try await request("tools/list") { json in if let cursor { json.member("cursor", cursor) } }
      } catch {
        throw error.failure(of: name)
      }
      tools += page["tools"].elements
      guard tools.count <= Self.toolLimit else {
        throw Failure(.resourceExhausted, "the MCP server \"\(name)\" lists more than \(Self.toolLimit) tools")
      }
      cursor = page["nextCursor"].string
      if let cursor, !seen.insert(cursor).inserted {
        throw Failure(.failedPrecondition, "the MCP server \"\(name)\" lists its tools in a circle")
      }
    } while cursor != nil && seen.count <= Self.toolLimit
    return tools
  }

  /// The most tools of one server.
  static let toolLimit = 500
}
