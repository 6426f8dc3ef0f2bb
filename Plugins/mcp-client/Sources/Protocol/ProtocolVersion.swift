/// Revisions of the protocol. From 2026-07-28 on each request stands for itself; before, a handshake begins a session.
enum ProtocolVersion {
  static let modern = "2026-07-28"
  /// The newest first.
  static let legacy = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"]
}

/// By which rules a server is spoken to.
enum Era: Equatable {
  case modern
  /// With the revision that was agreed on.
  case legacy(String)

  var isModern: Bool { self == .modern }

  var version: String {
    switch self {
    case .modern: ProtocolVersion.modern
    case .legacy(let version): version
    }
  }
}
