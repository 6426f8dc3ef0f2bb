import MCPProtocol
import PluginKit

/// One request of a client, from its arrival to its answer.
@Loop
final class Request {
  let id: RequestID
  let method: String
  let params: JSONValue
  let era: Era
  let caller: Caller
  let client: Client
  /// The name of a set of tools.
  let profile: String
  private let trace: TraceContext?
  /// Its part of a trace; nil while nobody records that.
  private var span: Span?
  private let progressToken: RequestID?
  private let logLevel: LogLevel?
  /// Nil at the end.
  private var outlet: (any Outlet)?
  /// The session that it belongs to, if any.
  let session: Session?

  /// The headers of the HTTP request with which it came, when they have to fit the body.
  var headers: HTTPHeaders?
  /// Where it is said who gives tokens with more scopes; nil when it has not come by one.
  var metadata: String?

  private(set) var isOver = false
  /// Whether the client has been told to ask for the outcome: then its going means nothing.
  private(set) var isTask = false
  private var lastProgress = -Double.infinity
  private var task: Task<Void, any Error>?
  private var atEnd: [@Loop () -> Void] = []
  private var atCancel: [@Loop () -> Void] = []

  init(
    _ id: RequestID, _ method: String, _ params: JSONValue, era: Era, meta: RequestMeta, caller: Caller,
    client: Client, profile: String, session: Session?, outlet: any Outlet
  ) {
    self.id = id
    self.method = method
    self.params = params
    self.era = era
    self.caller = caller
    self.client = client
    self.profile = profile
    self.session = session
    self.outlet = outlet
    trace = meta.trace
    progressToken = meta.progressToken
    logLevel = meta.logLevel
  }

  // MARK: The trace

  /// Begins its span, if somebody records the trace: below what `_meta` says, else below what carried the request. A
  /// subscription has none: it may last for days.
  func beginSpan(_ host: Host) {
    guard method != "subscriptions/listen" else { return }
    span = host.span(method, below: trace?.parent ?? caller.trace)
    span?.set("rpc.system", "jsonrpc")
    if let span, let name = params["name"].string, ["tools/call", "prompts/get"].contains(method) {
      span.set(method == "tools/call" ? "gen_ai.tool.name" : "gen_ai.prompt.name", String(name.prefix(100)))
    }
  }

  /// The W3C traceparent for what it causes, or the empty string.
  var traceparent: String { span?.traceparent ?? trace?.traceparent ?? caller.trace }

  // MARK: Answers

  /// Answers. `body` writes members of the result.
  func complete(type: String = "complete", _ body: Envelope.Writing) {
    guard !isOver else { return }
    finish(Envelope.result(id, era, type: type, body), nil)
  }

  /// Answers with a result that may be kept for a while: modern clients are told for how long, and that it is theirs alone.
  func completeCacheable(milliseconds: Int, isPublic: Bool = false, _ body: Envelope.Writing) {
    complete { json in
      if era.isModern {
        json.member("ttlMs", milliseconds)
        json.member("cacheScope", isPublic ? "public" : "private")
      }
      body(&json)
    }
  }

  func fail(_ error: RPCError) {
    guard !isOver else { return }
    finish(Envelope.error(error, id), error)
  }

  /// Answers a subscription: it is over.
  func completeSubscription() {
    guard !isOver else { return }
    finish(Envelope.result(id, era, tag: id) { _ in }, nil)
  }

  private func finish(_ message: [UInt8], _ error: RPCError?) {
    outlet?.finish(message, error: error)
    if let error { span?.end(error.failure) }
    end()
  }

  private func end() {
    isOver = true
    span?.end()
    task = nil
    outlet = nil
    atCancel = []
    let actions = atEnd
    atEnd = []
    for action in actions { action() }
  }

  /// Runs `action` at the end, however that comes.
  func whenOver(_ action: @escaping @Loop () -> Void) {
    if isOver { action() } else { atEnd.append(action) }
  }

  /// Answers that this goes on as a task, which gets the outcome.
  func become(_ task: LongTask) {
    guard !isOver, !isTask else { return }
    outlet?.finish(Envelope.result(id, era, type: "task") { task.write(to: &$0) }, error: nil)
    isTask = true
    outlet = task
  }

  /// The same request with other parameters, for another round of a task.
  func again(with params: JSONValue, outlet: any Outlet) -> Request {
    var meta = RequestMeta()
    meta.trace = trace
    let request = Request(
      id, method, params, era: era, meta: meta, caller: caller, client: client, profile: profile, session: nil,
      outlet: outlet)
    request.isTask = true
    return request
  }

  // MARK: While it runs

  /// Runs `body`, which answers; what it throws is the answer.
  func run(_ body: @escaping @Loop () async throws(RPCError) -> Void) {
    let task = Loop.task { [self] in
      do throws(RPCError) { try await body() } catch { fail(error) }
    }
    if !isOver { self.task = task }
  }

  /// The client does not wait for the answer any more.
  func clientWent() { if !isTask { cancel() } }

  /// Nobody waits any more: ends without an answer.
  func cancel() {
    guard !isOver else { return }
    let (task, actions) = (task, atCancel)
    outlet?.dismiss()
    end()
    task?.cancel()
    for action in actions { action() }
  }

  /// Runs `action` when nobody waits any more.
  func whenCancelled(_ action: @escaping @Loop () -> Void) { if !isOver { atCancel.append(action) } }

  /// Sends a message that belongs to this request.
  @discardableResult
  func send(_ message: [UInt8]) -> Bool { outlet?.send(message) ?? false }

  var wantsProgress: Bool { progressToken != nil && !isOver }

  /// Says how far it is, when the client asked to hear that and it is further than before.
  @discardableResult
  func report(_ progress: Double, of total: Double? = nil, _ message: String = "") -> Bool {
    guard let progressToken, let outlet, progress > lastProgress, progress.isFinite else { return true }
    lastProgress = progress
    return outlet.send(
      Envelope.notification("notifications/progress") { json in
        json.key("progressToken")
        progressToken.write(to: &json)
        Self.number("progress", progress, &json)
        if let total, total.isFinite { Self.number("total", total, &json) }
        if !message.isEmpty { json.member("message", message) }
      })
  }

  private static func number(_ name: StaticString, _ value: Double, _ json: inout JSONWriter) {
    if let whole = Int(exactly: value) { json.member(name, whole) } else { json.member(name, value) }
  }

  /// Whether lines of a level are wanted.
  func wants(_ level: LogLevel) -> Bool { logLevel.map { level.isWanted(at: $0) } ?? false }

  /// Sends a log line to a client that asked for lines of its level. `data` is JSON.
  @discardableResult
  func log(_ level: LogLevel, _ logger: String, data: some JSONText) -> Bool {
    guard wants(level), let outlet else { return true }
    return outlet.send(
      Envelope.notification("notifications/message") { json in
        json.member("level", level.name)
        if !logger.isEmpty { json.member("logger", logger) }
        json.key("data")
        json.raw(data)
      })
  }
}
