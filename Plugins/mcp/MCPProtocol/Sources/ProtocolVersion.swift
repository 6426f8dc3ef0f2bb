/// Revisions of the specification. From 2026-07-28 on each request stands for itself; before, a handshake begins a
/// session.
public enum ProtocolVersion {
  /// The newest first.
  public static let modern = ["2026-07-28"]
  /// The newest first.
  public static let legacy = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"]

  /// The revision that a session gets: the one asked for when it is spoken here, else the newest.
  public static func negotiated(_ wish: String?) -> String {
    legacy.first { $0 == wish } ?? legacy[0]
  }
}

/// By which rules two sides speak.
public enum Era: Equatable, Sendable {
  case modern
  /// In a session with this revision.
  case legacy(String)

  public var isModern: Bool { self == .modern }

  /// The revision.
  public var version: String {
    switch self {
    case .modern: ProtocolVersion.modern[0]
    case .legacy(let version): version
    }
  }
}
