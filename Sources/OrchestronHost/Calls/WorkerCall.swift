import CHost
import Glibc

/// One call of a WORKER method, on its way to the worker pool and back.
///
/// Unchecked because it is touched by one thread at a time: the loop before and after, the worker in between.
final class WorkerCall: @unchecked Sendable {
  private let call: Call
  private let method: RegisteredMethod
  private(set) var nativeStatus: Status?
  private(set) var thrown: String?
  var isAnswered = false
  var result: NativeInvoker.Value = (0, 0, 0, 0)

  init(call: Call, method: RegisteredMethod) {
    self.call = call
    self.method = method
  }

  /// [worker-thread]
  func run() {
    WorkerCall.setCurrent(self)
    defer { WorkerCall.setCurrent(nil) }
    var words = chost_thrown()
    let instance = method.plugin.instance
    if let invoker = method.invoker {
      nativeStatus = invoker.invoke(call, self: instance, result: &result, thrown: &words)
      if nativeStatus == nil { thrown = words.string }
    } else if !chost_handler(method.declaration.function, instance, call.pointer, &words) {
      thrown = words.string
    }
  }

  /// The call that this thread runs.
  static var current: WorkerCall? {
    pthread_getspecific(key).map { Unmanaged<WorkerCall>.fromOpaque($0).takeUnretainedValue() }
  }

  /// True when this thread runs that very call.
  static func isRunning(_ call: Call) -> Bool { current?.call === call }

  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key, nil)
    return key
  }()

  private static func setCurrent(_ call: WorkerCall?) {
    pthread_setspecific(key, call.map { Unmanaged.passUnretained($0).toOpaque() })
  }
}

/// A value that belongs to the loop, on its way there through another thread.
///
/// Unchecked because whoever makes one only passes it on, to a closure that runs on the loop.
struct LoopBound<Value>: @unchecked Sendable {
  let value: Value

  init(_ value: Value) { self.value = value }
}

extension chost_thrown {
  /// The words.
  var string: String {
    withUnsafeBytes(of: text) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
