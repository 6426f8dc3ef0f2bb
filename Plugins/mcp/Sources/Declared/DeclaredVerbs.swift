import CPluginSDK
import PluginKit

/// The functions behind `orch_mcp_request_verbs`.
@Loop
enum DeclaredVerbs {
  private typealias R = UnsafeMutablePointer<orch_mcp_request>?

  /// One constant table for all calls, never freed.
  static let table: UnsafeMutablePointer<orch_mcp_request_verbs> = {
    let table = UnsafeMutablePointer<orch_mcp_request_verbs>.allocate(capacity: 1)
    table.initialize(
      to: orch_mcp_request_verbs(
        size: UInt32(MemoryLayout<orch_mcp_request_verbs>.size), reserved: 0, ctx: context, name: name, args: arguments,
        capabilities: capabilities, state: state, replies: replies, retain: retain, release: release, answer: answer,
        ask: ask, fail: fail, log: log, progress: progress, on_cancel: whenCancelled))
    return table
  }()

  private static let none = orch_str(p: nil, n: 0)
  private static let context: @convention(c) (R) -> UnsafeMutablePointer<orch_ctx>? = {
    DeclaredCall.from($0)?.context.raw
  }
  private static let name: @convention(c) (R) -> orch_str = { DeclaredCall.from($0)?.name.text ?? none }
  private static let arguments: @convention(c) (R) -> orch_str = { DeclaredCall.from($0)?.arguments.text ?? none }
  private static let capabilities: @convention(c) (R) -> orch_str = { DeclaredCall.from($0)?.capabilities.text ?? none }
  private static let state: @convention(c) (R) -> orch_str = { DeclaredCall.from($0)?.state.text ?? none }
  private static let replies: @convention(c) (R) -> orch_str = { DeclaredCall.from($0)?.replies.text ?? none }

  private static let retain: @convention(c) (R) -> Void = { pointer in
    if let call = DeclaredCall.from(pointer) { _ = Unmanaged.passRetained(call) }
  }

  private static let release: @convention(c) (R) -> Void = { pointer in
    if let call = DeclaredCall.from(pointer) { Unmanaged.passUnretained(call).release() }
  }

  private static let answer: @convention(c) (R, orch_buf) -> orch_status = { pointer, result in
    let bytes = taken(result)
    guard let call = DeclaredCall.from(pointer) else { return Status.internal.rawValue }
    call.answer(bytes)
    return Status.ok.rawValue
  }

  private static let ask: @convention(c) (R, orch_buf, orch_str) -> orch_status = { pointer, questions, state in
    let (questions, state) = (taken(questions), text(state))
    guard let call = DeclaredCall.from(pointer) else { return Status.internal.rawValue }
    call.ask(questions, state: state)
    return Status.ok.rawValue
  }

  private static let fail: @convention(c) (R, orch_status, orch_str, orch_str) -> orch_status = {
    pointer, status, message, details in
    let (message, details) = (text(message), text(details))
    guard let call = DeclaredCall.from(pointer) else { return Status.internal.rawValue }
    call.fail(Failure(Status(status), message, details: details.isEmpty ? nil : details))
    return Status.ok.rawValue
  }

  private static let log: @convention(c) (R, UInt32, orch_str, orch_str) -> orch_status = {
    pointer, level, logger, data in
    let (logger, data) = (text(logger), text(data))
    guard let request = DeclaredCall.from(pointer)?.request, !request.isOver else { return Status.cancelled.rawValue }
    guard let level = LogLevel(rawValue: Int(level)) else { return Status.invalidArgument.rawValue }
    return request.log(level, logger, data: data) ? Status.ok.rawValue : Status.resourceExhausted.rawValue
  }

  private static let progress: @convention(c) (R, Double, Double, orch_str) -> orch_status = {
    pointer, progress, total, message in
    let message = text(message)
    guard let request = DeclaredCall.from(pointer)?.request, !request.isOver else { return Status.cancelled.rawValue }
    let wasSent = request.report(progress, of: total > 0 ? total : nil, message)
    return wasSent ? Status.ok.rawValue : Status.resourceExhausted.rawValue
  }

  private static let whenCancelled: @convention(c) (R, orch_task) -> Void = { pointer, task in
    guard let call = DeclaredCall.from(pointer) else {
      task.release?(task.ud)
      return
    }
    call.whenCancelled(task)
  }

  private static func taken(_ buffer: orch_buf) -> [UInt8] {
    defer { buffer.release?(buffer.owner) }
    return Array(UnsafeRawBufferPointer(start: buffer.p, count: buffer.p == nil ? 0 : buffer.n))
  }
}
