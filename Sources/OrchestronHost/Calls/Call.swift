import CHost
import Glibc

/// One call of a method: the object behind an `orch_call`, pooled by the dispatcher.
///
/// Lives on the loop; of a WORKER method the arguments are read on a worker while the loop leaves them alone.
final class Call {
  /// The place in the dispatcher's table, and how often that place was used: together the call's id.
  let index: Int
  private(set) var generation: UInt64 = 1
  /// What plugins hold.
  let handle: UnsafeMutablePointer<chost_handle>
  let context: Context
  /// Its table owns this object.
  unowned(unsafe) let dispatcher: Dispatcher

  var method: RegisteredMethod?
  var sink = ReplySink.none
  /// When the call came, on the monotonic clock in nanoseconds.
  var started: UInt64 = 0
  /// What is recorded of it; nil when nothing is.
  var span: Span?
  /// The arguments, bound to the parameters by position; nil where one was left out that has no value.
  var arguments: [JSONElement?] = []
  let document = JSONDocument()
  /// Texts made for the plugin on demand, which live as long as the call.
  var texts: [Text] = []

  /// True while the object waits in the pool.
  var isFree = false
  var isAnswered = false
  /// True while the handler runs.
  var isRunning = false
  /// True from dispatch until the caller may be called back.
  var isStarting = false
  var allowsInline = false
  /// Bytes of chunks that the caller has not acknowledged; nil without flow control.
  var unacknowledged: Int?
  /// When its time is over although its deadline says earlier; 0 for its deadline.
  var prolonged: Int64 = 0
  var onCancel: orch_task?
  var onWritable: orch_task?
  /// How many retains of plugins are open.
  private let retains: UnsafeMutablePointer<UInt64>

  init(index: Int, dispatcher: Dispatcher) {
    self.index = index
    self.dispatcher = dispatcher
    context = Context(actor: dispatcher.hostName, caller: dispatcher.hostName, deadline: 0, chain: 0)
    handle = .allocate(capacity: 1)
    retains = .allocate(capacity: 1)
    retains.initialize(to: 0)
    handle.initialize(
      to: chost_handle(v: UnsafeRawPointer(CallVerbs.table), object: Unmanaged.passUnretained(self).toOpaque()))
  }

  deinit {
    handle.deallocate()
    retains.deallocate()
  }

  /// The call behind what a plugin passed.
  static func behind(_ pointer: UnsafeMutablePointer<orch_call>?) -> Call? {
    guard let pointer else { return nil }
    let handle = UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: chost_handle.self)
    return handle.pointee.object.map { Unmanaged<Call>.fromOpaque($0).takeUnretainedValue() }
  }

  /// As C sees it.
  var pointer: UnsafeMutablePointer<orch_call> {
    UnsafeMutableRawPointer(handle).assumingMemoryBound(to: orch_call.self)
  }

  var id: UInt64 { generation << 24 | UInt64(index) }

  /// [any-thread]
  func retain() { _ = chost_add(retains, 1) }
  /// True when that was the last one. [any-thread]
  func release() -> Bool { chost_add(retains, UInt64.max) == 1 }
  var isRetained: Bool { chost_load(retains) > 0 }
  /// True when somebody retains it beside the one who asks.
  var isRetainedByOthers: Bool { chost_load(retains) > 1 }

  /// Makes the object fit for its next call.
  ///
  /// - Parameter limit: The longest text for which it keeps memory, in bytes.
  func recycle(keeping limit: Int) {
    isFree = true
    generation += 1
    method = nil
    sink = .none
    arguments.removeAll(keepingCapacity: true)
    if !texts.isEmpty { texts.removeAll(keepingCapacity: true) }
    document.trim(to: limit)
    unacknowledged = nil
    prolonged = 0
    onCancel = nil
    onWritable = nil
  }

  /// The argument of that name, or nil when it is absent, null or unknown.
  func argument(_ name: orch_str, _ type: ValueType) -> JSONElement? {
    guard let parameters = method?.declaration.parameters else { return nil }
    let bytes = name.bytes
    for (index, parameter) in parameters.enumerated() where parameter.name.hasBytes(bytes) {
      guard index < arguments.count, parameter.type == type || type == .json else { return nil }
      guard let element = arguments[index], !element.isNull || type == .json else { return nil }
      return element
    }
    return nil
  }

  /// Keeps a text as long as the call lives.
  func keep(_ text: Text) -> orch_str {
    texts.append(text)
    return text.str
  }
}

extension Text {
  func hasBytes(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard count == bytes.count, let start = bytes.baseAddress else { return count == bytes.count }
    return memcmp(cString, start, count) == 0
  }
}
