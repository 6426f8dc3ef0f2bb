import PluginKit

/// Makes the spans of what a store does, each below the call that asked for it.
struct StoreTracer: Sendable {
  private let host: Host

  init(_ host: Host) { self.host = host }

  /// - Parameter context: Of the call that asks; nothing is recorded without one.
  func begin(_ operation: StaticString, for context: Context?) -> Span? {
    let span = host.span(operation, .client, for: context)
    span?.set("db.system.name", "sqlite")
    span?.set("db.operation.name", "\(operation)")
    return span
  }
}

extension Span {
  /// Tells the texts of the statements that were run. Their values are parameters and stay out of it.
  func set(statements: [String]) { set("db.query.text", statements.joined(separator: "; ")) }

  /// Tells how long it waited for its thread.
  func set(waited: Duration) {
    let (seconds, attoseconds) = waited.components
    set("orchestron.storage.waited_us", Int(seconds * 1_000_000 + attoseconds / 1_000_000_000_000))
  }

  func end(_ error: StorageError?) { end(error.map(Failure.init)) }
}

extension Result {
  /// What went wrong, if anything did.
  var failure: Failure? {
    if case .failure(let failure) = self { failure } else { nil }
  }
}
