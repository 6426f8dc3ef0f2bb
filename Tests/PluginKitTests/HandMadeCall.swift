import CPluginSDK
import PluginKit
import PluginTesting

/// A call that a test controls from the host's side: it can be cancelled, and its stream can be full.
@Loop
final class HandMadeCall {
  /// The memory that plugins see; the call of the C headers comes first.
  private struct Face {
    var call: orch_call
    var owner: Unmanaged<HandMadeCall>
  }

  private let face = UnsafeMutablePointer<Face>.allocate(capacity: 1)
  private let verbs = UnsafeMutablePointer<orch_call_verbs>.allocate(capacity: 1)
  private let user: UnsafeMutableRawPointer?
  private var onCancel: [orch_task] = []
  private var onWritable: [orch_task] = []
  private(set) var retains = 0
  private(set) var answers: [String] = []
  private(set) var failures: [Status] = []
  private(set) var chunks: [String] = []
  var isFull = false

  /// Enters a handler of the probe.
  init(entering method: String, of host: FakeHost) throws(Failure) {
    guard let declaration = host.declaration(of: method), let function = declaration.fn else {
      throw Failure(.notFound, "there is no method \(method)")
    }
    user = declaration.user
    verbs.initialize(to: orch_call_verbs())
    face.initialize(to: Face(call: orch_call(v: verbs), owner: Unmanaged.passUnretained(self)))
    verbs.pointee.size = UInt32(MemoryLayout<orch_call_verbs>.size)
    verbs.pointee.user = Self.user
    verbs.pointee.retain = { HandMadeCall.of($0)?.retains += 1 }
    verbs.pointee.release = { HandMadeCall.of($0)?.retains -= 1 }
    verbs.pointee.answer = Self.answer
    verbs.pointee.fail = Self.fail
    verbs.pointee.emit = Self.emit
    verbs.pointee.on_cancel = Self.onCancel
    verbs.pointee.on_writable = Self.onWritable
    unsafeBitCast(function, to: orch_handler.self)(host.instance, raw)
  }

  isolated deinit {
    face.deallocate()
    verbs.deallocate()
  }

  private var raw: UnsafeMutablePointer<orch_call> {
    UnsafeMutableRawPointer(face).assumingMemoryBound(to: orch_call.self)
  }

  private static func of(_ call: UnsafeMutablePointer<orch_call>?) -> HandMadeCall? {
    guard let call else { return nil }
    return UnsafeMutableRawPointer(call).assumingMemoryBound(to: Face.self).pointee.owner.takeUnretainedValue()
  }

  private static let user: @convention(c) (UnsafeMutablePointer<orch_call>?) -> UnsafeMutableRawPointer? = {
    of($0)?.user
  }

  private static let answer: @convention(c) (UnsafeMutablePointer<orch_call>?, orch_buf, UInt32) -> orch_status = {
    call, json, _ in
    of(call)?.answers.append(text(json))
    json.release?(json.owner)
    return 0
  }

  private static let fail:
    @convention(c) (
      UnsafeMutablePointer<orch_call>?, orch_status, orch_str, orch_str
    ) -> orch_status = { call, status, _, _ in
      of(call)?.failures.append(Status(status))
      return 0
    }

  private static let emit: @convention(c) (UnsafeMutablePointer<orch_call>?, orch_buf) -> orch_status = { call, json in
    guard let call = of(call), !call.isFull else { return Status.resourceExhausted.rawValue }
    call.chunks.append(text(json))
    json.release?(json.owner)
    return 0
  }

  private static let onCancel: @convention(c) (UnsafeMutablePointer<orch_call>?, orch_task) -> Void = {
    of($0)?.onCancel.append($1)
  }

  private static let onWritable: @convention(c) (UnsafeMutablePointer<orch_call>?, orch_task) -> Void = {
    of($0)?.onWritable.append($1)
  }

  private static func text(_ buffer: orch_buf) -> String {
    String(decoding: UnsafeRawBufferPointer(start: buffer.p, count: buffer.n), as: UTF8.self)
  }

  /// Cancels the call, as a host does when the caller has gone.
  func cancel() { run(&onCancel) }

  /// Says that the stream has room again.
  func makeRoom() {
    isFull = false
    run(&onWritable)
  }

  /// Ends the call without cancelling it.
  func end() {
    for task in onCancel + onWritable { task.release?(task.ud) }
    onCancel = []
    onWritable = []
  }

  private func run(_ tasks: inout [orch_task]) {
    let due = tasks
    tasks = []
    for task in due {
      task.fn?(task.ud)
      task.release?(task.ud)
    }
  }
}
