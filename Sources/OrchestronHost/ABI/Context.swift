import CHost
import Glibc
import Synchronization

/// On whose behalf something happens, until when, and what went wrong: the object behind an `orch_ctx`.
///
/// The host alone makes contexts and sets their actor and caller. All but the failure is written on the loop, before the
/// context is handed out.
final class Context {
  /// What plugins hold.
  let handle: UnsafeMutablePointer<chost_handle>
  /// `kind:id`, for whom.
  var actor: Text
  /// The plugin that made the dynamic call.
  var caller: Text
  /// W3C traceparent.
  var trace: Text?
  /// What is recorded of whatever this stands for; nil when nothing is.
  var span: Span?
  /// On the monotonic clock, in milliseconds; nil for a plugin's own context, which grants each call 30 s anew.
  var deadline: Int64?
  /// One number for all calls that one request causes.
  var chain: UInt64
  /// True for a context that a face (http, mcp) made for somebody outside, who reaches public methods alone.
  var isFace = false
  /// What the actor may do; nil for everything.
  var rights: Rights?
  /// The person behind an agent or a token.
  var behalf: Text?
  private let cancelled = Atomic(false)
  private let failureText = Mutex<FailureText?>(nil)

  static let defaultTimeout: Int64 = 30_000

  private struct FailureText: Sendable {
    let status: Status
    let message: Text
    let details: Text
  }

  init(actor: Text, caller: Text, trace: Text? = nil, deadline: Int64?, chain: UInt64) {
    self.actor = actor
    self.caller = caller
    self.trace = trace
    self.deadline = deadline
    self.chain = chain
    handle = .allocate(capacity: 1)
    handle.initialize(
      to: chost_handle(v: UnsafeRawPointer(ContextVerbs.table), object: Unmanaged.passUnretained(self).toOpaque()))
  }

  deinit { handle.deallocate() }

  /// The context behind what a plugin passed; nil for NULL.
  static func behind(_ pointer: UnsafeMutablePointer<orch_ctx>?) -> Context? {
    guard let pointer else { return nil }
    let handle = UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: chost_handle.self)
    return handle.pointee.object.map { Unmanaged<Context>.fromOpaque($0).takeUnretainedValue() }
  }

  /// As C sees it.
  var pointer: UnsafeMutablePointer<orch_ctx> {
    UnsafeMutableRawPointer(handle).assumingMemoryBound(to: orch_ctx.self)
  }

  /// The deadline of a call made now.
  var effectiveDeadline: Int64 { deadline ?? Clock.milliseconds() + Context.defaultTimeout }

  var isCancelled: Bool {
    get { cancelled.load(ordering: .sequentiallyConsistent) }
    set { cancelled.store(newValue, ordering: .sequentiallyConsistent) }
  }

  /// Makes the context fit for the next call of a pooled object.
  func reset(for parent: Context, caller: Text, deadline: Int64, chain: UInt64) {
    actor = parent.actor
    trace = parent.trace
    span = parent.span
    rights = parent.rights
    behalf = parent.behalf
    self.caller = caller
    self.deadline = deadline
    self.chain = chain
    if isCancelled { isCancelled = false }
    failureText.withLock { if $0 != nil { $0 = nil } }
  }

  /// Records a failure. [any-thread]
  func fail(_ status: Status, message: Text, details: Text) {
    failureText.withLock { $0 = FailureText(status: status, message: message, details: details) }
  }

  func fail(_ failure: Failure) {
    fail(failure.status, message: Text(failure.message), details: Text(failure.details?.text ?? ""))
  }

  /// The failure of a function that returned `status`: with the words recorded for it, else with `fallback`.
  func failure(status: Status, fallback: @autoclosure () -> String) -> Failure {
    guard let recorded = failureText.withLock({ $0 }), recorded.status == status else {
      return Failure(status, fallback())
    }
    return Failure(status, recorded.message.string, details: try? JSON(parsing: recorded.details.string))
  }

  fileprivate func fill(_ out: UnsafeMutablePointer<orch_failure>) {
    failureText.withLock { recorded in
      out.pointee.status = recorded?.status.rawValue ?? 0
      out.pointee.message = recorded?.message.str ?? .empty
      out.pointee.details = recorded?.details.str ?? .empty
    }
  }
}

/// The functions behind `orch_ctx_verbs`.
enum ContextVerbs {
  /// One constant table for all contexts, never freed.
  nonisolated(unsafe) static let table: UnsafeMutablePointer<orch_ctx_verbs> = {
    let table = UnsafeMutablePointer<orch_ctx_verbs>.allocate(capacity: 1)
    table.initialize(to: orch_ctx_verbs(size: size, info: info, fail: fail, failure: failure))
    return table
  }()

  private static let size = UInt32(MemoryLayout<orch_ctx_verbs>.size)
  /// The right to everything.
  private static let unlimited = Text("*")

  private static let info:
    @convention(c) (UnsafeMutablePointer<orch_ctx>?, UnsafeMutablePointer<orch_ctx_info>?) -> Void = { pointer, out in
      guard let context = Context.behind(pointer), let out, out.pointee.holdsRevision1 else { return }
      out.pointee.cancelled = context.isCancelled ? 1 : 0
      out.pointee.actor = context.actor.str
      out.pointee.caller = context.caller.str
      out.pointee.trace = context.trace?.str ?? .empty
      out.pointee.remaining_ms = context.deadline.map { $0 - Clock.milliseconds() } ?? Context.defaultTimeout
      out.pointee.chain = context.chain
      guard out.pointee.holdsRights else { return }
      out.pointee.rights = (context.rights?.text ?? unlimited).str
      out.pointee.behalf = context.behalf?.str ?? .empty
    }

  private static let fail:
    @convention(c) (UnsafeMutablePointer<orch_ctx>?, orch_status, orch_str, orch_str) -> orch_status = {
      pointer, status, message, details in
      let status = Status(code: status)
      Context.behind(pointer)?.fail(
        status, message: Text(message.string),
        details: Text(copying: details.bytes.isUTF8 ? details.bytes : UnsafeRawBufferPointer(start: nil, count: 0)))
      return status.rawValue
    }

  private static let failure:
    @convention(c) (UnsafeMutablePointer<orch_ctx>?, UnsafeMutablePointer<orch_failure>?) -> Void = { pointer, out in
      guard let context = Context.behind(pointer), let out,
        Int(out.pointee.size) >= MemoryLayout<orch_failure>.size
      else { return }
      context.fill(out)
    }
}

extension orch_ctx_info {
  /// Plugins may have been built before the rights were added.
  fileprivate var holdsRevision1: Bool { Int(size) >= MemoryLayout<orch_ctx_info>.offset(of: \.rights) ?? .max }
  fileprivate var holdsRights: Bool { Int(size) >= MemoryLayout<orch_ctx_info>.size }
}
