import CPluginSDK
import PluginKit

/// The host's verbs that requests need, in their plain C form: nothing is allocated on the way but what the host keeps.
final class HostGate {
  let host: UnsafeMutablePointer<orch_host>
  private let call: Call
  private let cancel: @convention(c) (UnsafeMutablePointer<orch_host>?, UInt64) -> orch_status
  private let credit: @convention(c) (UnsafeMutablePointer<orch_host>?, UInt64, UInt64) -> orch_status
  private let actors: UnsafePointer<orch_actor>
  /// Reaches the raw routes of plugins.
  let server: UnsafePointer<orch_http_server>?
  /// Milliseconds that a call may take.
  let callTime: Int64
  /// How many calls of clients may be under way.
  var callLimit: Int
  /// Calls, and raw requests with their plugins, under way.
  private var underWay = 0
  private let system = Principal.system()

  private typealias Call =
    @convention(c) (
      UnsafeMutablePointer<orch_host>?, UnsafeMutablePointer<orch_ctx>?, orch_str, orch_str,
      UnsafePointer<orch_call_options>?, orch_reply_cb, UnsafeMutablePointer<UInt64>?
    ) -> Void

  /// - Parameters:
  ///   - host: Stays valid until the process ends.
  ///   - callTime: Milliseconds that a call may take.
  ///   - callLimit: How many calls of clients may be under way.
  init(_ host: UnsafeMutablePointer<orch_host>, callTime: Int64, callLimit: Int = 4096) throws(Failure) {
    let verbs = host.pointee.v.pointee
    guard let call = verbs.call, let cancel = verbs.cancel, let credit = verbs.credit else {
      throw Failure(.unimplemented, "this host does not offer calls with credit; update the host")
    }
    guard let actors = verbs.extension?(host, ORCH_EXT_ACTOR)?.assumingMemoryBound(to: orch_actor.self) else {
      throw Failure(
        .permissionDenied, "http needs the extension \"\(ORCH_EXT_ACTOR)\": allow it the permission \"act-as\"")
    }
    self.host = host
    self.call = call
    self.cancel = cancel
    self.credit = credit
    self.actors = actors
    server = verbs.extension?(host, ORCH_EXT_HTTP_SERVER)?.assumingMemoryBound(to: orch_http_server.self)
    self.callTime = callTime
    self.callLimit = callLimit
  }

  /// Begins a call. Its functions may run before this one returns.
  ///
  /// - Parameters:
  ///   - method: `service.method`.
  ///   - arguments: A JSON object.
  ///   - trace: A W3C traceparent, or empty.
  ///   - wait: Seconds after which the caller does not want the answer any more. It can only shorten the time.
  func begin(
    _ pending: HostCall, _ method: Bytes, _ arguments: Bytes, as principal: Principal, trace: Bytes, wait: Int64? = nil
  ) {
    let context: UnsafeMutablePointer<orch_ctx>
    do throws(Problem) { context = try makeContext(principal, trace: trace, wait: wait) } catch {
      return pending.fail(error)
    }
    pending.gate = self
    pending.context = context
    var options = orch_call_options()
    options.size = UInt32(MemoryLayout<orch_call_options>.size)
    options.flags = UInt32(ORCH_CALL_INLINE_OK) | UInt32(ORCH_CALL_CREDIT)
    let callback = orch_reply_cb(
      fn: HostCall.receive, ud: Unmanaged.passRetained(pending).toOpaque(), release: HostCall.release)
    call(host, context, method.abi, arguments.abi, &options, callback, &pending.id)
  }

  /// Begins a call of the plugin's own, without arguments, as the system.
  func begin(_ pending: HostCall, _ method: StaticString) {
    let method = Bytes(start: method.utf8Start, count: method.utf8CodeUnitCount)
    let none: StaticString = "{}"
    let arguments = Bytes(start: none.utf8Start, count: none.utf8CodeUnitCount)
    begin(pending, method, arguments, as: system, trace: Bytes(start: nil, count: 0))
  }

  /// Writes a line to the host's log.
  func log(_ level: Host.LogLevel, _ message: String) {
    var message = message
    message.withUTF8 { host.pointee.v.pointee.log?(host, level.rawValue, $0.abi, Bytes(start: nil, count: 0).abi) }
  }

  /// Lends a context that stands for somebody.
  func withContext<R>(
    _ principal: Principal, _ body: (UnsafeMutablePointer<orch_ctx>) -> R
  ) throws(Problem) -> R {
    let context = try makeContext(principal, trace: Bytes(start: nil, count: 0))
    defer { free(context) }
    return body(context)
  }

  /// What the last failure in a context was.
  func problem(of status: orch_status, _ context: UnsafeMutablePointer<orch_ctx>) -> Problem {
    var failure = orch_failure()
    failure.size = UInt32(MemoryLayout<orch_failure>.size)
    context.pointee.v.pointee.failure?(context, &failure)
    let message = Bytes(failure.message).text
    return Problem(Status(status), message.isEmpty ? "The host refused without a reason." : message)
  }

  /// Makes a context that stands for somebody; ``free(_:)`` ends it.
  ///
  /// - Parameters:
  ///   - wait: Seconds after which the answer is not wanted any more.
  ///   - isLasting: Whether every call made with it has its own time, and not all together that of one.
  func makeContext(
    _ principal: Principal, trace: Bytes, wait: Int64? = nil, isLasting: Bool = false
  ) throws(Problem) -> UnsafeMutablePointer<orch_ctx> {
    var context: UnsafeMutablePointer<orch_ctx>?
    let status = principal.withIdentity(trace: trace, timeout: isLasting ? -1 : time(within: wait)) { identity in
      actors.pointee.make?(host, identity, &context) ?? Status.unimplemented.rawValue
    }
    guard status == Status.ok.rawValue, let context else {
      throw Problem(Status(status), "The call has no context: the host refused \(principal.actor.bytes.text).")
    }
    underWay += 1
    return context
  }

  /// Milliseconds that a call may take for a caller who waits so many seconds.
  func time(within wait: Int64?) -> Int64 { wait.map { $0 < callTime / 1000 ? $0 * 1000 : callTime } ?? callTime }

  fileprivate func cancel(_ id: UInt64) { _ = cancel(host, id) }
  fileprivate func credit(_ id: UInt64, _ bytes: Int) { _ = credit(host, id, UInt64(bytes)) }

  func free(_ context: UnsafeMutablePointer<orch_ctx>) {
    underWay -= 1
    actors.pointee.free?(host, context)
  }

  /// Why a client may begin nothing at present; nil when it may.
  var crowding: Problem? {
    guard underWay >= callLimit else { return nil }
    var problem = Problem(.unavailable, "\(callLimit) calls are under way (http.limits.calls); come back in 1 s.")
    problem.retryAfter = 1
    return problem
  }
}

/// A call under way; subclasses say what becomes of its replies. Used once.
class HostCall {
  // The host writes it through a pointer and may call back, where it is read, before the access to it has ended.
  @exclusivity(unchecked) fileprivate(set) final var id: UInt64 = 0
  fileprivate var gate: HostGate?
  fileprivate var context: UnsafeMutablePointer<orch_ctx>?
  private(set) var isOver = false

  /// One chunk of a stream, borrowed. Whoever has dealt with it says so by ``credit(_:)``.
  func didReceive(chunk: Bytes) {}
  /// The answer, the last that is heard.
  func didEnd(_ answer: borrowing Answer) {}
  /// A failure, the last that is heard.
  func didFail(_ problem: Problem) {}

  /// Fails before anything was called.
  fileprivate final func fail(_ problem: Problem) {
    isOver = true
    didFail(problem)
  }

  /// Gives the call up. What it still answers is not heard any more.
  final func cancel() {
    guard !isOver else { return }
    isOver = true
    gate?.cancel(id)
  }

  /// Says that so many bytes of chunks are dealt with.
  final func credit(_ bytes: Int) {
    if !isOver { gate?.credit(id, bytes) }
  }

  /// The JSON text that a call was answered with.
  struct Answer: ~Copyable {
    fileprivate let body: UnsafeMutablePointer<orch_buf>?

    /// The text, borrowed during ``HostCall/didEnd(_:)``.
    var bytes: Bytes {
      guard let body = body?.pointee, let start = body.p else { return Bytes(start: nil, count: 0) }
      return Bytes(start: UnsafeRawPointer(start).assumingMemoryBound(to: UInt8.self), count: body.n)
    }

    var isNull: Bool { bytes.isEmpty || bytes.equals("null") }

    /// Keeps the text without copying it.
    func take() -> SharedBytes {
      guard let body, let release = body.pointee.release else { return SharedBytes(copying: bytes) }
      let owner = body.pointee.owner
      body.pointee.release = nil
      return SharedBytes(bytes) { release(owner) }
    }
  }

  fileprivate static let receive: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<orch_reply>?) -> Void = {
    me, reply in
    guard let me, let reply = reply?.pointee else { return }
    Unmanaged<HostCall>.fromOpaque(me).takeUnretainedValue().receive(reply)
  }

  fileprivate static let release: @convention(c) (UnsafeMutableRawPointer?) -> Void = { me in
    guard let me else { return }
    let call = Unmanaged<HostCall>.fromOpaque(me).takeRetainedValue()
    if let context = call.context { call.gate?.free(context) }
    call.context = nil
  }

  private func receive(_ reply: orch_reply) {
    guard !isOver else { return }
    let answer = Answer(body: reply.body)
    if reply.kind == UInt32(ORCH_REPLY_CHUNK) { return didReceive(chunk: answer.bytes) }
    isOver = true
    if reply.kind == UInt32(ORCH_REPLY_END) { return didEnd(answer) }
    let details = Bytes(reply.details)
    didFail(
      Problem(
        Status(reply.status), Bytes(reply.message).text, plugin: Bytes(reply.plugin).text,
        details: details.isEmpty ? nil : details.text))
  }
}

extension UnsafeBufferPointer where Element == UInt8 {
  /// The bytes as the C headers spell text; borrowed.
  var abi: orch_str {
    orch_str(p: UnsafeRawPointer(baseAddress)?.assumingMemoryBound(to: CChar.self), n: count)
  }

  /// The bytes of a text of the C headers; borrowed.
  init(_ text: orch_str) {
    self.init(start: UnsafeRawPointer(text.p)?.assumingMemoryBound(to: UInt8.self), count: text.p == nil ? 0 : text.n)
  }
}
