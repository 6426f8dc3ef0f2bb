import PluginKit

/// One WebSocket client: JSON-RPC requests in, replies and events out.
final class Session: WebSocketHandler, EventReader, Resident {
  let app: Application
  private let visitor: Visitor
  let format = NoticeFormat.rpc
  private(set) var connection: WebSocketConnection?
  private var calls: [ObjectIdentifier: RPCCall] = [:]
  private var subscriptions: [UInt64: TopicHub.Membership] = [:]

  /// Messages that came while somebody was asked who is there.
  private var waiting: [SharedBytes] = []
  /// What these count for; nil while none waits.
  private var waitingBytes: HeldBytes?

  /// Milliseconds that a client has to tell who it is.
  static let identityTime: UInt64 = 5000
  static let waitingLimit = 16
  static let subscriptionLimit = 64

  init(_ app: Application, _ visitor: Visitor) {
    self.app = app
    self.visitor = visitor
  }

  func webSocketDidOpen(_ connection: WebSocketConnection) {
    self.connection = connection
    app.didBegin(self)
    ask { [self] problem in
      guard problem != nil else { return }
      if visitor.shown.kind == .none {
        connection.expectIdentity(within: Self.identityTime)
      } else {
        connection.close(.unauthenticated, "nobody knows you by that")
      }
    }
  }

  // MARK: Who is there

  /// Asks who is there; what the client sends meanwhile waits.
  private func ask(showing new: Shown? = nil, _ done: @escaping (Problem?) -> Void) {
    visitor.ask(showing: new) { [weak self] problem in
      guard let self, let connection, connection.phase == .open else { return }
      if problem == nil { connection.expectIdentity(within: visitor.timeLeft) }
      done(problem)
      if !subscriptions.isEmpty, let principal = visitor.principal, !principal.mayRead {
        connection.close(.unauthenticated, "you may not be told of events any more")
      }
      receiveWaiting()
    }
  }

  private func receiveWaiting() {
    while !visitor.isAsking, connection?.phase == .open, !waiting.isEmpty {
      let message = waiting.removeFirst()
      withExtendedLifetime(message) { receive(message.bytes) }
    }
    if waiting.isEmpty { waitingBytes = nil }
  }

  /// What was known of the client may be wrong now.
  func identifyAgain() {
    guard visitor.principal != nil, !visitor.isAsking else { return }
    ask { [self] problem in
      if problem != nil { connection?.close(.unauthenticated, "what you have shown does not hold any more") }
    }
  }

  func webSocketIdentityIsDue(_ connection: WebSocketConnection) {
    if visitor.principal != nil { return identifyAgain() }
    connection.close(.unauthenticated, "tell who you are: authenticate {token}")
  }

  /// `authenticate {token}`, for clients that cannot send headers.
  private func authenticate(_ request: JSONRPC.Request, _ batch: RPCBatch?) {
    guard batch == nil else {
      return answer(request, batch) { () throws(Problem) in
        throw Problem(.invalidArgument, "authenticate comes alone: what else is in its batch would not wait for it.")
      }
    }
    guard let token = JSONText.string(request.params.flatMap { JSONText.member("token", of: $0) }) else {
      return answer(request, batch) { () throws(Problem) in
        throw Problem(.invalidArgument, "authenticate takes a token: {\"token\":\"…\"}.")
      }
    }
    var text = token
    let shown = text.withUTF8 { Shown(Credential(kind: .bearer, secret: $0)) }
    let id = request.id.map { SharedBytes(copying: $0) }
    ask(showing: shown) { [self] problem in
      if let problem {
        if let id { reply(nil) { $0.appendRPC(error: problem, code: problem.status.rpcCode, id: id.bytes) } }
        if visitor.principal == nil { connection?.close(.unauthenticated, "nobody knows that token") }
      } else if let id, let principal = visitor.principal {
        reply(nil) { buffer in
          var result = ByteBuffer()
          result.append(#"{"actor":"#)
          result.append(jsonString: principal.actor.bytes)
          result.append(UInt8(ascii: "}"))
          buffer.appendRPC(result: result.bytes, id: id.bytes)
        }
      }
    }
  }

  /// Who sends a message, which counts for its rate.
  private func requirePrincipal() throws(Problem) -> Principal {
    if let principal = visitor.principal {
      if let engine = connection?.engine { try app.admit(principal, engine) }
      return principal
    }
    throw Problem(.unauthenticated, "Tell who you are first: authenticate {\"token\":\"…\"}.")
  }

  func webSocketDidClose(_ connection: WebSocketConnection) {
    self.connection = nil
    app.didEnd(self)
    let abandoned = calls.values
    calls = [:]
    for call in abandoned { call.cancel() }
    for membership in subscriptions.values { app.topics.leave(membership) }
    subscriptions = [:]
  }

  func webSocketDidDrain(_ connection: WebSocketConnection) {
    guard !connection.isCongested else { return }
    for membership in subscriptions.values { membership.readerDidDrain() }
    for call in calls.values { call.payCredit() }
  }

  // MARK: Requests

  func webSocket(_ connection: WebSocketConnection, didReceive message: Bytes, isText: Bool) {
    guard isText else { return connection.refuse(.unsupportedData, "send text, not binary") }
    if visitor.isOutdated { identifyAgain() }
    guard visitor.isAsking else { return receive(message) }
    guard waiting.count < Self.waitingLimit else { return connection.refuse(.tryAgainLater, "too many messages") }
    if waiting.isEmpty { waitingBytes = connection.count() }
    guard waitingBytes?.add(message.count) == true else {
      return connection.refuse(.tryAgainLater, "the server holds as many messages as it can")
    }
    waiting.append(SharedBytes(copying: message))
  }

  private func receive(_ text: Bytes) {
    guard let connection else { return }
    var items: [JSONRPC.Item] = []
    do throws(JSONRPC.Failure) {
      let batch = try JSONRPC.read(text) { items.append($0) } == .batch ? RPCBatch(self, count: items.count) : nil
      for item in items { handle(item, batch) }
    } catch {
      connection.send { $0.appendRPC(error: error.problem, code: error.code, id: nil) }
    }
  }

  private func handle(_ item: JSONRPC.Item, _ batch: RPCBatch?) {
    switch item {
    case .invalid(let failure, let id):
      reply(batch) { $0.appendRPC(error: failure.problem, code: failure.code, id: id) }
    case .request(let request):
      if request.method.equals("authenticate") {
        authenticate(request, batch)
      } else if request.method.equals("subscribe") {
        answer(request, batch) { () throws(Problem) in try subscribe(request.params) }
      } else if request.method.equals("unsubscribe") {
        answer(request, batch) { () throws(Problem) in try unsubscribe(request.params) }
      } else {
        call(request, batch)
      }
    }
  }

  /// Answers a request that this server knows itself.
  private func answer(
    _ request: JSONRPC.Request, _ batch: RPCBatch?, _ body: () throws(Problem) -> String
  ) {
    do throws(Problem) {
      var result = try body()
      guard let id = request.id else { return reply(batch, nil) }
      result.withUTF8 { result in reply(batch) { $0.appendRPC(result: result, id: id) } }
    } catch {
      guard let id = request.id else { return reply(batch, nil) }
      reply(batch) { $0.appendRPC(error: error, code: error.status.rpcCode, id: id) }
    }
  }

  private func call(_ request: JSONRPC.Request, _ batch: RPCBatch?) {
    guard let connection else { return }
    let call = RPCCall(self, id: request.id, batch, connection.count())
    let principal: Principal
    do throws(Problem) { principal = try requirePrincipal() } catch { return call.didFail(error) }
    guard calls.count < app.callsPerConnection else {
      return call.didFail(
        Problem(.resourceExhausted, "At most \(app.callsPerConnection) calls may be under way on one connection."))
    }
    if let problem = app.gate.crowding { return call.didFail(problem) }
    call.hold(request.params?.count ?? 0)
    calls[ObjectIdentifier(call)] = call
    let trace = call.trace(request.traceparent, app.observer?.tracer)
    withStaticOr(request.params) { arguments in
      app.gate.begin(call, request.method, arguments, as: principal, trace: trace)
    }
  }

  private func withStaticOr(_ params: Bytes?, _ body: (Bytes) -> Void) {
    let none: StaticString = "{}"
    body(params ?? Bytes(start: none.utf8Start, count: none.utf8CodeUnitCount))
  }

  func callDidEnd(_ call: RPCCall) { calls[ObjectIdentifier(call)] = nil }

  /// Sends a reply, or adds it to its batch. Nil stands for a notification, which has none.
  func reply(_ batch: RPCBatch?, _ body: ((inout ByteBuffer) -> Void)?) {
    if let batch { return batch.add(body) }
    if let body { connection?.send(body) }
  }

  // MARK: Subscriptions

  private func subscribe(_ params: Bytes?) throws(Problem) -> String {
    guard subscriptions.count < Self.subscriptionLimit else {
      throw Problem(.resourceExhausted, "One connection has at most \(Self.subscriptionLimit) subscriptions.")
    }
    let wish = try SubscriptionWish(params)
    let membership = try app.topics.join(self, wish, as: try requirePrincipal())
    subscriptions[membership.id] = membership
    var result = ByteBuffer()
    result.append(#"{"subscription":"#)
    result.append(decimal: Int(membership.id))
    result.append(UInt8(ascii: ","))
    membership.appendLog(to: &result)
    return result.bytes.text
  }

  private func unsubscribe(_ params: Bytes?) throws(Problem) -> String {
    guard let params, let text = JSONText.member("subscription", of: params), let id = UInt64(text.text) else {
      throw Problem(.invalidArgument, "unsubscribe takes the number of a subscription: {\"subscription\":1}.")
    }
    guard let membership = subscriptions.removeValue(forKey: id) else {
      throw Problem(.notFound, "This connection has no subscription \(id).")
    }
    app.topics.leave(membership)
    return "null"
  }

  func isSubscribed(to group: UInt64) -> Bool { subscriptions[group] != nil }

  var isCongested: Bool { connection?.isCongested ?? false }

  func receive(_ notice: SharedBytes) { connection?.send(WebSocketFrame(encoded: notice)) }

  func eventsDidEnd(_ problem: Problem) { connection?.close(.internalError, "the events cannot be read on") }
}
