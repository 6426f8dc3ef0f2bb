/// All calls of a host, by id: a table of pooled objects whose places are used again under new ids.
final class CallTable {
  private var calls: [Call] = []
  /// Places that nobody uses, of calls that keep memory for their next arguments.
  private var free: [Int] = []
  /// Further ones, after many calls at once: these keep none.
  private var cold: [Int] = []

  /// How many calls that nobody uses keep memory: 38 KB each at least.
  private static let warm = 256

  /// A call object for a new call.
  func take(_ dispatcher: Dispatcher) -> Call {
    if let index = free.popLast() ?? cold.popLast() {
      calls[index].isFree = false
      return calls[index]
    }
    let call = Call(index: calls.count, dispatcher: dispatcher)
    calls.append(call)
    return call
  }

  /// The call with that id; nil when it is over.
  func find(_ id: UInt64) -> Call? {
    let index = Int(id & 0xFF_FFFF)
    guard index < calls.count, calls[index].id == id else { return nil }
    return calls[index]
  }

  /// Puts a call back into the pool once nobody uses it any more.
  func recycleIfDone(_ call: Call) {
    guard call.isAnswered, !call.isStarting, !call.isRunning, !call.isRetained, !call.isFree else { return }
    let isCold = free.count >= Self.warm
    call.recycle(keeping: isCold ? 0 : 64 << 10)
    if isCold { cold.append(call.index) } else { free.append(call.index) }
  }

  /// How many calls wait for the answer of each plugin.
  var openCounts: [PluginID: Int] {
    calls.reduce(into: [:]) { counts, call in
      if !call.isAnswered, let plugin = call.method?.plugin.id { counts[plugin, default: 0] += 1 }
    }
  }

  /// The calls to a plugin that wait for their answer.
  func open(to plugin: Plugin) -> [Call] { calls.filter { !$0.isAnswered && $0.method?.plugin === plugin } }

  /// The calls that a plugin has made and that wait for their answer.
  func open(by plugin: Plugin) -> [Call] {
    calls.filter { !$0.isAnswered && $0.method != nil && $0.context.caller === plugin.name }
  }
}
