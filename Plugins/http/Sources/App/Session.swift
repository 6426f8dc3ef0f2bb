import PluginKit

/// What a WebSocket client has shown to tell who it is, kept to ask again.
struct Shown {
  let kind: Credential.Kind
  private let secret: [UInt8]

  init(_ credential: Credential) {
    kind = credential.kind
    secret = Array(credential.secret)
  }

  func withCredential(_ body: (Credential) -> Void) {
    secret.withUnsafeBufferPointer { body(Credential(kind: kind, secret: $0)) }
  }
}

/// One WebSocket client: JSON-RPC requests in, replies and events out.
final class Session: WebSocketHandler {
  let app: Application
  private var shown: Shown
  private let address: [UInt8]
  /// Who is there; nil until that is known.
  private var principal: Principal?
  private(set) var connection: WebSocketConnection?
  private var calls: [ObjectIdentifier: RPCCall] = [:]
  private var subscriptions: [UInt64: TopicHub.Membership] = [:]

  /// Messages that came while somebody was asked who is there.
  private var waiting: [SharedBytes] = []
  private var isAsking = false

  static let callLimit = 256
  /// Milliseconds that a client has to tell who it is.
  static let identityTime: UInt64 = 5000
  static let waitingLimit = 16
  static let subscriptionLimit = 64

  init(_ app: Application, _ shown: Shown, address: [UInt8]) {
    self.app = app
    self.shown = shown
    self.address = address
  }

  func webSocketDidOpen(_ connection: WebSocketConnection) {
    self.connection = connection
    app.didBegin(self)
    ask { [self] outcome in
      switch outcome {
      case .success(let principal): self.principal = principal
      case .failure where shown.kind == .none: connection.expectIdentity(within: Self.identityTime)
      case .failure: connection.close(.unauthenticated, "nobody knows you by that")
      }
    }
  }

  // MARK: Who is there

  /// Asks who is there; what the client sends meanwhile waits.
  private func ask(_ done: @escaping (Authenticator.Outcome) -> Void) {
    isAsking = true
    shown.withCredential { credential in
      address.withUnsafeBufferPointer { address in
        app.authenticator.identify(credential, address: address) { [weak self] outcome in
          guard let self, connection != nil else { return }
          isAsking = false
          done(outcome)
          let messages = waiting
          waiting = []
          for message in messages { receive(message.bytes) }
        }
      }
    }
  }

  /// What was known of the client may be wrong now.
  func identifyAgain() {
    guard principal != nil, !isAsking else { return }
    ask { [self] outcome in
      if case .success(let principal) = outcome {
        self.principal = principal
      } else {
        connection?.close(.unauthenticated, "what you have shown does not hold any more")
      }
    }
  }

  /// `authenticate {token}`, for clients that cannot send headers.
  private func authenticate(_ request: JSONRPC.Request, _ batch: RPCBatch?) {
    guard let token = JSONText.string(request.params.flatMap { JSONText.member("token", of: $0) }) else {
      return answer(request, batch) { () throws(Problem) in
        throw Problem(.invalidArgument, "authenticate takes a token: {\"token\":\"…\"}.")
      }
    }
    var text = token
    text.withUTF8 { shown = Shown(Credential(kind: .bearer, secret: $0)) }
    let id = request.id.map { SharedBytes(copying: $0) }
    ask { [self] outcome in
      switch outcome {
      case .success(let principal):
        self.principal = principal
        connection?.expectIdentity(within: nil)
        guard let id else { return reply(batch, nil) }
        reply(batch) { buffer in
          var result = ByteBuffer()
          result.append(#"{"actor":"#)
          result.append(jsonString: principal.actor.bytes)
          result.append(UInt8(ascii: "}"))
          buffer.appendRPC(result: result.bytes, id: id.bytes)
        }
      case .failure(let problem):
        if let id { reply(batch) { $0.appendRPC(error: problem, code: problem.status.rpcCode, id: id.bytes) } }
        if principal == nil { connection?.close(.unauthenticated, "nobody knows that token") }
      }
    }
  }

  private func requirePrincipal() throws(Problem) -> Principal {
    if let principal { return principal }
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
    for membership in subscriptions.values { membership.tellLoss() }
    for call in calls.values { call.payCredit() }
  }

  // MARK: Requests

  func webSocket(_ connection: WebSocketConnection, didReceive message: Bytes, isText: Bool) {
    guard isText else { return connection.refuse(.unsupportedData, "send text, not binary") }
    guard isAsking else { return receive(message) }
    guard waiting.count < Self.waitingLimit else { return connection.refuse(.tryAgainLater, "too many messages") }
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
    let call = RPCCall(self, id: request.id, batch)
    let principal: Principal
    do throws(Problem) { principal = try requirePrincipal() } catch { return call.didFail(error) }
    guard calls.count < Self.callLimit else {
      return call.didFail(
        Problem(.resourceExhausted, "At most \(Self.callLimit) calls may be under way on one connection."))
    }
    calls[ObjectIdentifier(call)] = call
    withStaticOr(request.params) { arguments in
      app.gate.begin(
        call, request.method, arguments, as: principal, trace: Bytes(start: nil, count: 0))
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
    return membership.description
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

  /// Whether this client is a member of a group already.
  func isSubscribed(to id: UInt64) -> Bool { subscriptions[id] != nil }
}

/// The replies to a batch, sent together when the last is there.
final class RPCBatch {
  private let session: Session
  private var missing: Int
  private var replies = ByteBuffer()

  init(_ session: Session, count: Int) {
    self.session = session
    missing = count
  }

  func add(_ body: ((inout ByteBuffer) -> Void)?) {
    missing -= 1
    if let body {
      replies.append(replies.isEmpty ? UInt8(ascii: "[") : UInt8(ascii: ","))
      body(&replies)
    }
    guard missing == 0, !replies.isEmpty else { return }
    session.connection?.send { buffer in
      buffer.append(replies.bytes)
      buffer.append(UInt8(ascii: "]"))
    }
  }
}

/// A call that answers a JSON-RPC request.
final class RPCCall: HostCall {
  private let session: Session
  private let requestID: SharedBytes?
  private let batch: RPCBatch?
  private var owed = 0

  init(_ session: Session, id: Bytes?, _ batch: RPCBatch?) {
    self.session = session
    requestID = id.map { SharedBytes(copying: $0) }
    self.batch = batch
  }

  override func didReceive(chunk: Bytes) {
    guard let connection = session.connection else { return }
    if let requestID {
      connection.send { buffer in
        buffer.appendRPC(notification: "chunk") { buffer in
          buffer.append(#"{"call":"#)
          buffer.append(requestID.bytes)
          buffer.append(#","data":"#)
          buffer.append(chunk)
          buffer.append(UInt8(ascii: "}"))
        }
      }
    }
    owed += chunk.count
    if !connection.isCongested { payCredit() }
  }

  /// Lets the callee send more.
  func payCredit() {
    let bytes = owed
    owed = 0
    if bytes > 0 { credit(bytes) }
  }

  override func didEnd(_ answer: borrowing Answer) {
    session.callDidEnd(self)
    guard let requestID else { return session.reply(batch, nil) }
    let bytes = answer.bytes
    session.reply(batch) { buffer in
      if bytes.isEmpty {
        let null: StaticString = "null"
        buffer.appendRPC(result: Bytes(start: null.utf8Start, count: null.utf8CodeUnitCount), id: requestID.bytes)
      } else {
        buffer.appendRPC(result: bytes, id: requestID.bytes)
      }
    }
  }

  override func didFail(_ problem: Problem) {
    session.callDidEnd(self)
    guard let requestID else { return session.reply(batch, nil) }
    // Not found by the host itself: there is no such method.
    let isUnknown = problem.status == .notFound && problem.plugin == "host"
    let code = isUnknown ? -32601 : problem.status.rpcCode
    session.reply(batch) { $0.appendRPC(error: problem, code: code, id: requestID.bytes) }
  }
}
