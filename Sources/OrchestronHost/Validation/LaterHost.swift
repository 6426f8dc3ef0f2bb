import CHost

/// Makes the hosts of this process look like those of a later minor version: every struct that a plugin is handed is larger
/// than the one it was built with, and what is new in it is garbage.
///
/// Only for the child process of a check, as the function tables are those of all hosts.
enum LaterHost {
  /// The functions as they are before ``pretend()``.
  private static let original = HostVerbs.table.pointee

  /// How much larger the structs are.
  private typealias Later = (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)

  static func pretend() {
    _ = original
    HostVerbs.table.pointee.abi_minor += 1
    HostVerbs.table.pointee.call = call
    HostVerbs.table.pointee.subscribe = subscribe
    grow(HostVerbs.table)
    grow(CallVerbs.table)
    grow(ContextVerbs.table)
    for table in HostExtensions.tables.values { grow(UnsafeMutableRawPointer(mutating: table.pointer)) }
  }

  /// Raises the size that a table says it has; the plugin knows nothing of what would stand there.
  private static func grow(_ table: UnsafeMutableRawPointer) {
    let size = table.load(as: UInt32.self)
    table.storeBytes(of: size + UInt32(MemoryLayout<Later>.size), as: UInt32.self)
  }

  /// A struct of the SDK with garbage behind it.
  private struct Grown<Known> {
    var known: Known
    var later: Later = (.max, .max, .max, .max, .max, .max, .max, .max)
  }

  /// A plugin's callback, kept while it may be called.
  private final class Kept<Callback> {
    let callback: Callback
    init(_ callback: Callback) { self.callback = callback }

    static func behind(_ pointer: UnsafeMutableRawPointer?) -> Kept? {
      pointer.map { Unmanaged<Kept>.fromOpaque($0).takeUnretainedValue() }
    }
  }

  private static let call:
    @convention(c) (
      UnsafeMutablePointer<orch_host>?, UnsafeMutablePointer<orch_ctx>?, orch_str, orch_str,
      UnsafePointer<orch_call_options>?, orch_reply_cb, UnsafeMutablePointer<UInt64>?
    ) -> Void = { host, context, method, arguments, options, callback, id in
      var wrapped = callback
      wrapped.ud = Unmanaged.passRetained(Kept(callback)).toOpaque()
      wrapped.fn = { pointer, reply in
        guard let callback = Kept<orch_reply_cb>.behind(pointer)?.callback, let reply else { return }
        var grown = Grown(known: reply.pointee)
        grown.known.size = UInt32(MemoryLayout<Grown<orch_reply>>.size)
        withUnsafePointer(to: &grown.known) { callback.fn?(callback.ud, $0) }
      }
      wrapped.release = { pointer in
        guard let pointer else { return }
        let callback = Unmanaged<Kept<orch_reply_cb>>.fromOpaque(pointer).takeRetainedValue().callback
        callback.release?(callback.ud)
      }
      original.call(host, context, method, arguments, options, wrapped, id)
    }

  private static let subscribe:
    @convention(c) (
      UnsafeMutablePointer<orch_host>?, UnsafeMutablePointer<orch_ctx>?, UnsafePointer<orch_subscribe>?, orch_event_cb,
      UnsafeMutablePointer<orch_subscription>?
    ) -> orch_status = { host, context, wish, callback, out in
      guard callback.fn != nil else { return original.subscribe(host, context, wish, callback, out) }
      var wrapped = callback
      wrapped.ud = Unmanaged.passRetained(Kept(callback)).toOpaque()
      wrapped.fn = { pointer, event in
        guard let callback = Kept<orch_event_cb>.behind(pointer)?.callback, let event else { return }
        var grown = Grown(known: event.pointee)
        grown.known.size = UInt32(MemoryLayout<Grown<orch_event>>.size)
        withUnsafePointer(to: &grown.known) { callback.fn?(callback.ud, $0) }
      }
      wrapped.release = { pointer in
        guard let pointer else { return }
        let callback = Unmanaged<Kept<orch_event_cb>>.fromOpaque(pointer).takeRetainedValue().callback
        callback.release?(callback.ud)
      }
      return original.subscribe(host, context, wish, wrapped, out)
    }
}

extension Subject {
  /// The whole life and every example, on a host whose structs are larger.
  func checkLargerStructs() throws(Failure) {
    LaterHost.pretend()
    let bench = try runningHost()
    runExamples(bench)
    report.step("stop")
    bench.stop()
    bench.reportFaults()
  }
}
