import CPluginSDK
import PluginKit

/// One request of a raw route, as its plugin sees it.
///
/// Counted by the plugin's retains; when the last one goes without an answer, the client gets 500.
final class RawExchange {
  let exchange: HTTPExchange
  private let app: Application
  private let principal: Principal
  private let isStreamed: Bool
  /// Whether it was looked at who asks.
  private let isOpen: Bool
  private var stay: RawStay? { didSet { oldValue?.end() } }
  private let context: UnsafeMutablePointer<orch_ctx>
  private let captures: [(name: String, value: SharedBytes)]
  private let query: [(name: SharedBytes, value: SharedBytes)]
  private let handle: UnsafeMutablePointer<Handle>
  /// Whether the server answers itself, now that the host has looked at the rights.
  private var isServersOwn = false
  /// The client has gone, or wants no more.
  private var hasGone = false
  private var isOffering = false
  private var isOfferingBody = false
  private var onCancel: orch_task?
  private var onWritable: orch_task?
  private var onReadable: orch_task?
  /// The address of the client.
  var address: SharedBytes { exchange.remote.text }

  /// What the plugin holds: the object stands behind the table.
  struct Handle {
    var v: UnsafePointer<orch_http_exchange_verbs>
    var object: UnsafeMutableRawPointer?
  }

  /// - Parameters:
  ///   - context: Given to this object, which frees it.
  ///   - captures: Names and decoded values of the segments of the route.
  ///   - query: Names and decoded values of the query.
  init(
    _ exchange: HTTPExchange, _ app: Application, _ route: RawRoute, as principal: Principal,
    context: UnsafeMutablePointer<orch_ctx>,
    captures: [(name: String, value: SharedBytes)], query: [(name: SharedBytes, value: SharedBytes)]
  ) {
    self.exchange = exchange
    self.app = app
    self.principal = principal
    isStreamed = route.isStreamed
    isOpen = route.isOpen
    self.context = context
    self.captures = captures
    self.query = query
    handle = .allocate(capacity: 1)
    handle.initialize(to: Handle(v: UnsafePointer(RawVerbs.table), object: nil))
    handle.pointee.object = Unmanaged.passUnretained(self).toOpaque()
    exchange.wasKept = true  // A plugin may hold it beyond its answer: it must never be another client's.
    exchange.onDisconnect = { [unowned self] in disconnect() }
  }

  deinit {
    stay?.end()
    end()
    drop(&onCancel)
    drop(&onWritable)
    drop(&onReadable)
    app.gate.free(context)
    handle.deallocate()
  }

  /// Answers for a plugin that did not.
  private func end() {
    guard !isServersOwn else { return }
    switch exchange.reply {
    case .none:
      exchange.respond(
        Problem(http: .internalServerError, detail: "The plugin let go of this request without an answer."))
    case .streaming: exchange.abortStream()
    case .pending, .ended: break
    }
  }

  /// Leaves the exchange to the server.
  func handBack() {
    isServersOwn = true
    exchange.onDisconnect = nil
    exchange.answerTime = nil
  }

  /// As C sees it.
  var pointer: UnsafeMutablePointer<orch_http_exchange> {
    UnsafeMutableRawPointer(handle).assumingMemoryBound(to: orch_http_exchange.self)
  }

  static func from(_ pointer: UnsafeMutablePointer<orch_http_exchange>?) -> RawExchange? {
    guard let pointer else { return nil }
    let handle = UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: Handle.self)
    return handle.pointee.object.map { Unmanaged<RawExchange>.fromOpaque($0).takeUnretainedValue() }
  }

  // MARK: The request

  var contextPointer: UnsafeMutablePointer<orch_ctx> { context }

  func parameter(_ name: Bytes) -> Bytes? {
    if let found = captures.first(where: { $0.name.utf8.elementsEqual(name) }) { return found.value.bytes }
    return query.first { $0.name.bytes.equals(name) }?.value.bytes
  }

  func header(_ name: Bytes) -> Bytes? {
    // Behind a proxy, the name by which the client has asked.
    if let host = exchange.remote.host, name.equals("host") { return host.bytes }
    for field in exchange.fields where field.name.count == name.count {
      if zip(exchange.name(field), name).allSatisfy({ asciiLowercased($0) == $1 }) { return exchange.value(field) }
    }
    return nil
  }

  /// The whole body; nothing where it is read in parts.
  var body: Bytes { isStreamed ? Bytes(start: nil, count: 0) : exchange.body }

  /// What there is to be read of a streamed body.
  enum Part {
    case bytes(SharedBytes)
    case end
    case notYet
    /// Nothing more will come: the client has gone or broken off.
    case never
    /// The body is there as a whole.
    case whole
  }

  /// Takes the next part of the body.
  func read() -> Part {
    guard isStreamed else { return .whole }
    if let part = exchange.takePart() { return .bytes(part) }
    if exchange.isBodyComplete { return .end }
    guard !hasGone, exchange.connection != nil else { return .never }
    exchange.demandBody()
    return .notYet
  }

  func setReadable(_ task: orch_task) {
    drop(&onReadable)
    onReadable = task
    exchange.onBody = { [unowned self] in offerBody() }
    if !isReadable { exchange.demandBody() }
    offerBody()
    settle()
  }

  private var isReadable: Bool {
    !isStreamed || hasGone || exchange.connection == nil || exchange.waitingBytes > 0 || exchange.isBodyComplete
  }

  /// Runs the task that waits for the body, and the one that this one sets, as long as there is something to read.
  private func offerBody() {
    guard !isOfferingBody else { return }
    withExtendedLifetime(self) {
      isOfferingBody = true
      while onReadable != nil, isReadable { run(take(&onReadable)) }
      isOfferingBody = false
    }
  }

  // MARK: The reply

  /// Whether an answer can be given, and the status for the plugin when not.
  func refusal(wants reply: HTTPExchange.Reply) -> Status? {
    if hasGone || exchange.connection == nil && exchange.reply != .ended { return .cancelled }
    return exchange.reply == reply ? nil : .failedPrecondition
  }

  /// Begins a reply of unknown length.
  func begin(_ status: HTTPStatus, headers: (inout ByteBuffer) -> Void) {
    guard exchange.method == .head || status.hasNoBody else {
      exchange.beginStream(status, headers: headers)
      if !isOpen, app.authenticator.isRequired { stay = RawStay(self, app, as: principal) }
      return
    }
    if status.hasNoBody {
      exchange.respond(status, headers: headers)
    } else {
      exchange.beginStream(status, headers: headers)
      exchange.endStream()
    }
    // Whatever the plugin would write, nobody wants it.
    disconnect()
  }

  /// Lets go of what waits for something, once the answer has ended: what it holds may hold this object.
  func settle() {
    guard exchange.reply == .ended || exchange.reply == .pending else { return }
    stay = nil
    drop(&onCancel)
    drop(&onWritable)
    drop(&onReadable)
  }

  func setWritable(_ task: orch_task) {
    drop(&onWritable)
    onWritable = task
    exchange.onWritable = { [unowned self] in offerRoom() }
    offerRoom()
    settle()
  }

  private var hasRoom: Bool {
    exchange.connection.map { $0.outbox.bufferedBytes <= exchange.engine.limits.highWater } ?? true
  }

  /// Runs the task that waits for room, and the one that this one sets, as long as there is room: in a loop, however
  /// small the parts are.
  private func offerRoom() {
    guard !isOffering else { return }
    withExtendedLifetime(self) {
      isOffering = true
      while onWritable != nil, hasRoom { run(take(&onWritable)) }
      isOffering = false
    }
  }

  func setCancel(_ task: orch_task) {
    drop(&onCancel)
    onCancel = task
    if hasGone { run(take(&onCancel)) }
    settle()
  }

  private func disconnect() {
    hasGone = true
    stay = nil
    withExtendedLifetime(self) {
      run(take(&onCancel))
      offerBody()
      settle()
    }
  }

  /// Gives a reply up that has begun.
  func abort() {
    guard exchange.reply == .streaming else { return }
    hasGone = true
    exchange.abortStream()
    settle()
  }

  /// Who hears the answer may not any more: for its plugin the client has gone.
  func cutOff() {
    withExtendedLifetime(self) {
      disconnect()
      abort()
    }
  }

  // MARK: WebSocket

  /// Makes the connection a WebSocket of the plugin; answers nil when it has answered the client with an error.
  func upgrade(subprotocol: Bytes, _ callback: orch_http_socket_cb) -> UnsafeMutablePointer<orch_http_socket>? {
    guard let visitor = app.visitor(of: exchange, principal: principal) else {
      callback.release?(callback.ud)
      return nil
    }
    let channel = Channel(app, visitor, callback)
    guard subprotocol.isEmpty || offers(subprotocol) else {
      exchange.respond(Problem(.invalidArgument, "The client does not offer the subprotocol \(subprotocol.text)."))
      return nil
    }
    let outcome = WebSocketHandshake.answer(exchange, subprotocol: subprotocol) { channel }
    settle()
    return outcome == .accepted ? channel.give() : nil
  }

  private func offers(_ subprotocol: Bytes) -> Bool {
    var isOffered = false
    exchange.forEachHeader("sec-websocket-protocol") { value in
      value.forEachListElement { if $0.equals(subprotocol) { isOffered = true } }
    }
    return isOffered
  }

  // MARK: Tasks

  /// Takes a task out before it runs: it may set another.
  private func take(_ task: inout orch_task?) -> orch_task? {
    defer { task = nil }
    return task
  }

  private func run(_ task: orch_task?) {
    guard let task else { return }
    task.fn?(task.ud)
    task.release?(task.ud)
  }

  private func drop(_ task: inout orch_task?) {
    let dropped = take(&task)
    dropped?.release?(dropped?.ud)
  }
}
