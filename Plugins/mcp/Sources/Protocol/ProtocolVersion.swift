/// Revisions of the specification. From 2026-07-28 on each request stands for itself; before, a handshake begins a
/// session.
enum ProtocolVersion {
  static let modern = ["2026-07-28"]
  /// The newest first.
  static let legacy = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"]

  /// The revision that a session gets: the one asked for when it is spoken here, else the newest.
  static func negotiated(_ wish: String?) -> String {
    legacy.first { $0 == wish } ?? legacy[0]
  }
}

/// By which rules a request is answered.
enum Era: Equatable {
  case modern
  /// Of a session with this revision.
  case legacy(String)

  var isModern: Bool { self == .modern }
}
