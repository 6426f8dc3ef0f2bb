import CPluginSDK
import PluginKit

/// The spans of what a store does, each below the call that asked for it. While nobody records traces, each costs one call
/// that returns at once.
struct StoreTracer: @unchecked Sendable {  // Constants of the process; the functions are for any thread.
  private let host: UnsafeMutablePointer<orch_host>
  private let table: UnsafePointer<orch_tracing>

  /// Nil in a host without traces.
  @Loop
  init?(_ host: Host) {
    guard let table = host.extension(ORCH_EXT_TRACING, as: orch_tracing.self) else { return nil }
    self.host = host.raw
    self.table = table
  }

  /// Begins a span; 0 when nobody records it.
  ///
  /// - Parameter context: Of the call that asks; nothing is recorded without one.
  func begin(_ operation: StaticString, for context: UnsafeMutablePointer<orch_ctx>?) -> UInt64 {
    guard let context else { return 0 }
    var start = orch_span_start()
    start.size = UInt32(MemoryLayout<orch_span_start>.size)
    start.kind = UInt32(ORCH_SPAN_CLIENT)
    start.ctx = context
    start.name = Self.text(operation)
    let span = table.pointee.begin?(host, &start) ?? 0
    if span != 0 {
      table.pointee.text?(host, span, Self.text("db.system.name"), Self.text("sqlite"))
      table.pointee.text?(host, span, Self.text("db.operation.name"), Self.text(operation))
    }
    return span
  }

  /// Tells the texts of the statements that were run. Their values are parameters and stay out of it.
  func tell(_ statements: [String], of span: UInt64) {
    var text = statements.joined(separator: "; ")
    text.withUTF8 { text in
      let value = orch_str(p: UnsafeRawPointer(text.baseAddress)?.assumingMemoryBound(to: CChar.self), n: text.count)
      table.pointee.text?(host, span, Self.text("db.query.text"), value)
    }
  }

  func tell(waited: Duration, of span: UInt64) {
    let microseconds = waited.components.seconds * 1_000_000 + waited.components.attoseconds / 1_000_000_000_000
    table.pointee.number?(host, span, Self.text("orchestron.storage.waited_us"), microseconds)
  }

  func end(_ span: UInt64, _ error: StorageError?) {
    guard span != 0 else { return }
    var message = error?.message ?? ""
    message.withUTF8 { message in
      let text = orch_str(
        p: UnsafeRawPointer(message.baseAddress)?.assumingMemoryBound(to: CChar.self), n: message.count)
      table.pointee.end?(host, span, (error?.status ?? .ok).rawValue, text)
    }
  }

  private static func text(_ text: StaticString) -> orch_str {
    orch_str(p: UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self), n: text.utf8CodeUnitCount)
  }
}

extension Result {
  /// What went wrong, if anything did.
  var failure: Failure? {
    if case .failure(let failure) = self { failure } else { nil }
  }
}
