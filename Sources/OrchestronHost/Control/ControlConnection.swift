import CHost
import CUV
import Glibc

/// One client of the control socket.
final class ControlConnection {
  let id: UInt64
  let server: ControlServer
  private let pipe: UnsafeMutablePointer<uv_pipe_t>
  private var input = LineBuffer()
  private var isReading = false
  private var isWorking = false
  private(set) var isClosed = false
  /// Bytes that libuv still has to send.
  private(set) var unsent = 0
  /// The calls under way: the host's ids, and those of the requests (null for a notification).
  private var calls: [UInt64: JSON] = [:]
  private(set) var subscriptions: [UInt64: ControlSubscription] = [:]
  /// What the calls of this client have in common.
  private let context: Context

  /// No more requests are read while this much waits to be sent, or this many calls are under way.
  static let outputLimit = 1 << 20
  static let callLimit = 256
  static let subscriptionLimit = 64

  init(_ pipe: UnsafeMutablePointer<uv_pipe_t>, server: ControlServer, id: UInt64) {
    self.pipe = pipe
    self.server = server
    self.id = id
    context = Context(actor: server.actor, caller: server.host.dispatcher.hostName, deadline: nil, chain: 0)
    context.isFace = true
    pipe.pointee.data = Unmanaged.passUnretained(self).toOpaque()
  }

  private func asStream<R>(_ body: (UnsafeMutablePointer<uv_stream_t>) -> R) -> R {
    pipe.withMemoryRebound(to: uv_stream_t.self, capacity: 1, body)
  }

  /// Ends the connection: calls are given up, subscriptions ended.
  func close() {
    guard !isClosed else { return }
    isClosed = true
    let open = calls.keys
    calls = [:]
    for call in open { server.host.cancel(call) }
    for id in subscriptions.keys { server.host.bus.unsubscribe(id) }
    subscriptions = [:]
    pipe.pointee.data = Unmanaged.passRetained(self).toOpaque()
    pipe.withMemoryRebound(to: uv_handle_t.self, capacity: 1) { handle in
      uv_close(handle) { handle in
        guard let handle, let data = handle.pointee.data else { return }
        Unmanaged<ControlConnection>.fromOpaque(data).release()
        handle.deallocate()
      }
    }
    server.ended(self)
  }
}

// MARK: - Reading

extension ControlConnection {
  func startReading() {
    guard !isReading, !isClosed else { return }
    isReading = true
    _ = asStream { stream in
      uv_read_start(
        stream,
        { handle, _, buffer in
          guard let data = handle?.pointee.data, let buffer else { return }
          buffer.pointee = Unmanaged<ControlConnection>.fromOpaque(data).takeUnretainedValue().server.readMemory
        },
        { stream, count, buffer in
          guard let data = stream?.pointee.data, let buffer else { return }
          let connection = Unmanaged<ControlConnection>.fromOpaque(data).takeUnretainedValue()
          guard count >= 0 else { return connection.close() }
          connection.received(UnsafeRawBufferPointer(start: buffer.pointee.base, count: count))
        })
    }
  }

  private func stopReading() {
    guard isReading else { return }
    isReading = false
    _ = asStream { uv_read_stop($0) }
  }

  private func received(_ bytes: UnsafeRawBufferPointer) {
    input.append(bytes)
    work()
  }

  private var isBusy: Bool {
    unsent > ControlConnection.outputLimit || calls.count >= ControlConnection.callLimit
  }

  /// Answers the lines that have come in, as long as the client takes the answers.
  private func work() {
    guard !isWorking else { return }
    isWorking = true
    defer { isWorking = false }
    let document = server.document
    while !isClosed, !isBusy, let line = input.next({ RPCRequest.read($0, document) }) { run(line) }
    guard !isClosed else { return }
    if input.isTooLong {
      reply(.invalidRequest("a line is longer than \(LineBuffer.limit >> 20) MiB", id: nil))
      return close()
    }
    if isBusy { stopReading() } else { startReading() }
  }

  /// Goes on once there is room again.
  private func resume() {
    if !isReading, !isClosed, !isBusy { work() }
  }

  private func run(_ line: Result<RPCRequest?, RPCError>) {
    do throws(RPCError) {
      if let request = try line.get() { try run(request) }
    } catch {
      reply(error)
    }
  }

  private func run(_ request: RPCRequest) throws(RPCError) {
    switch request.method {
    case "subscribe": try answer(request, subscribe)
    case "unsubscribe": try answer(request, unsubscribe)
    case "cancel": try answer(request, cancel)
    case "yield": try answer(request, yield)
    case "describe":
      try answer(request) { [server] params throws(Failure) in
        try server.host.describe(params?["method"]?.string ?? "")
      }
    default: call(request)
    }
  }

  private func answer(
    _ request: RPCRequest, _ body: (JSONElement?) throws(Failure) -> JSON
  ) throws(RPCError) {
    do throws(Failure) {
      let result = try body(request.params)
      guard let id = request.id else { return }
      result.bytes.withUnsafeBytes { reply($0, id: id) }
    } catch {
      throw RPCError(error.status.rpcCode, Problem(error, plugin: "host"), id: request.id)
    }
  }
}

extension ControlConnection {
  private func yield(_: JSONElement?) throws(Failure) -> JSON {
    guard let yield = server.yield else {
      throw Failure(.failedPrecondition, "this host stays; stop it where it was started, or by a signal to \(getpid())")
    }
    yield()
    return .null
  }
}

// MARK: - Calls

extension ControlConnection {
  /// A call under way.
  private final class OpenCall {
    let request: JSON?
    /// Where the dispatcher writes the call's id, before the first reply.
    let idPlace = UnsafeMutablePointer<UInt64>.allocate(capacity: 1)
    var isAnswered = false

    init(request: JSON?) {
      self.request = request
      idPlace.initialize(to: 0)
    }

    deinit { idPlace.deallocate() }

    var id: UInt64 { idPlace.pointee }
  }

  private func call(_ request: RPCRequest) {
    let open = OpenCall(request: request.id)
    var context = self.context
    if request.timeout > 0 {
      context = Context(
        actor: server.actor, caller: self.context.caller, deadline: Clock.milliseconds() + request.timeout, chain: 0)
      context.isFace = true
    }
    // The arguments live in the server's document, which the next request uses: they go to the call as text.
    var text = JSONWriter(capacity: 512)
    if let params = request.params { text.element(params) }
    var name = request.method
    name.withUTF8 { name in
      server.host.dispatcher.call(
        UnsafeRawBufferPointer(name), text.bytes,
        Dispatcher.Request(
          context: context, caller: self.context.caller, allowsInline: true, wantsCredit: true,
          sink: .host { [weak self] reply in self?.take(reply, of: open, method: request.method) }),
        idOut: open.idPlace)
    }
    if !open.isAnswered { calls[open.id] = request.id ?? .null }
  }

  private func take(_ reply: Reply, of open: OpenCall, method: String) {
    guard !isClosed else { return }
    if case .chunk(let body) = reply {
      let bytes = body.pointee.bytes
      chunk(bytes, of: open.request) { [server] in
        _ = server.host.dispatcher.credit(open.id, bytes: UInt64(bytes.count))
      }
      return
    }
    open.isAnswered = true
    calls[open.id] = nil
    if let request = open.request {
      switch reply {
      case .end(let body): self.reply(body.pointee.bytes, id: request)
      case .error(let failure, let plugin): self.reply(failure, plugin: plugin.string, method: method, id: request)
      case .chunk: break
      }
    }
    resume()
  }

  private func reply(_ failure: Failure, plugin: String, method: String, id: JSON) {
    let isUnknown = failure.status == .notFound && plugin == "host" && !server.host.offers(method)
    reply(
      RPCError(
        isUnknown ? RPCError.unknownMethod : failure.status.rpcCode, Problem(failure, plugin: plugin), id: id))
  }

  private func cancel(_ params: JSONElement?) throws(Failure) -> JSON {
    guard let id = params?["call"]?.json else {
      throw Failure(.invalidArgument, "cancel needs \"call\", the id of a request")
    }
    guard let call = calls.first(where: { $0.value == id }) else {
      throw Failure(.failedPrecondition, "no request with the id \(id.text) is under way")
    }
    server.host.cancel(call.key)
    return .null
  }
}

// MARK: - Subscriptions

extension ControlConnection {
  private func subscribe(_ params: JSONElement?) throws(Failure) -> JSON {
    guard subscriptions.count < ControlConnection.subscriptionLimit else {
      throw Failure(
        .resourceExhausted, "a connection may have \(ControlConnection.subscriptionLimit) subscriptions; end one first")
    }
    let request = try SubscribeRequest(params)
    let subscription = ControlSubscription(self)
    let (id, state) = try server.host.subscribe(request.topics, since: request.since, log: request.log) {
      [weak subscription] event in subscription?.take(event)
    }
    subscription.id = id
    subscriptions[id] = subscription
    return [
      "subscription": .int(Int64(id)), "log": .string(state.log), "seq": .int(Int64(state.seq)),
      "low": .int(Int64(state.low)),
    ]
  }

  private func unsubscribe(_ params: JSONElement?) throws(Failure) -> JSON {
    guard let id = params?["subscription"]?.int, id > 0, subscriptions.removeValue(forKey: UInt64(id)) != nil else {
      throw Failure(.notFound, "unsubscribe needs \"subscription\", a number that subscribe has answered")
    }
    server.host.bus.unsubscribe(UInt64(id))
    return .null
  }
}

// MARK: - Writing

extension ControlConnection {
  private func reply(_ result: UnsafeRawBufferPointer, id: JSON) {
    server.writer.rpcResult(result, id: id)
    send()
  }

  private func reply(_ error: RPCError) {
    server.writer.rpcError(error)
    send()
  }

  private func chunk(_ data: UnsafeRawBufferPointer, of request: JSON?, sent: @escaping () -> Void) {
    guard let request else { return sent() }
    notify("chunk", sent: sent) { writer in
      writer.beginObject()
      writer.key("call")
      writer.json(request)
      writer.key("data")
      if data.isEmpty { writer.null() } else { writer.raw(data) }
      writer.endObject()
    }
  }

  func notify(_ method: String, sent: @escaping () -> Void = {}, _ params: (inout JSONWriter) -> Void) {
    server.writer.rpcNotification(method, params)
    send(sent)
  }

  /// Sends what the server's writer holds; `sent` is told when the system has taken it.
  private func send(_ sent: @escaping () -> Void = {}) {
    let unsent = isClosed ? nil : write(server.writer.bytes)
    server.writer.reset(keepingAtMost: 64 << 10)
    guard let unsent else { return isClosed ? () : sent() }
    self.unsent += unsent.count
    unsent.start(on: pipe) { [self] in
      self.unsent -= unsent.count
      sent()
      for subscription in subscriptions.values { subscription.drained() }
      resume()
    }
  }

  /// Gives the system what it takes at once; the rest, if any, has to wait.
  private func write(_ bytes: UnsafeRawBufferPointer) -> PendingWrite? {
    var buffer = uv_buf_t(
      base: UnsafeMutablePointer(mutating: bytes.baseAddress?.assumingMemoryBound(to: CChar.self)), len: bytes.count)
    let written = max(0, Int(asStream { uv_try_write($0, &buffer, 1) }))
    return written < bytes.count ? PendingWrite(UnsafeRawBufferPointer(rebasing: bytes[written...])) : nil
  }
}

/// Bytes on their way, kept until libuv is done with them.
private final class PendingWrite {
  private let request: UnsafeMutablePointer<uv_write_t>
  private let bytes: UnsafeMutableRawBufferPointer
  private var done: () -> Void = {}

  init(_ source: UnsafeRawBufferPointer) {
    request = .allocate(capacity: 1)
    bytes = .allocate(byteCount: source.count, alignment: 1)
    bytes.copyMemory(from: source)
  }

  deinit {
    request.deallocate()
    bytes.deallocate()
  }

  var count: Int { bytes.count }

  func start(on pipe: UnsafeMutablePointer<uv_pipe_t>, done: @escaping () -> Void) {
    self.done = done
    request.pointee.data = Unmanaged.passRetained(self).toOpaque()
    var buffer = uv_buf_t(base: bytes.baseAddress?.assumingMemoryBound(to: CChar.self), len: bytes.count)
    let status = pipe.withMemoryRebound(to: uv_stream_t.self, capacity: 1) { stream in
      uv_write(request, stream, &buffer, 1) { request, _ in
        guard let data = request?.pointee.data else { return }
        let write = Unmanaged<PendingWrite>.fromOpaque(data).takeRetainedValue()
        let done = write.done
        write.done = {}
        done()
      }
    }
    if status != 0 { Unmanaged<PendingWrite>.fromOpaque(request.pointee.data).release() }
  }
}
