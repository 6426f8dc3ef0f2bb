import PluginKit

/// Single-use codes by which a browser enters: each opens one session within a minute. Only their digests are kept.
struct Codes: Sendable {
  /// Milliseconds that a code is good for.
  static let lifetime: Int64 = 60_000
  /// How many may wait at once; the oldest goes first.
  static let limit = 100

  private var waiting: [(digest: Digest, user: String, expires: Int64)] = []

  /// Makes a code for a user.
  mutating func issue(for user: String, at now: Instant) -> (code: String, expires: Instant) {
    let code = Crypto.secret()
    let expires = now.milliseconds + Codes.lifetime
    waiting.removeAll { $0.expires <= now.milliseconds }
    if waiting.count >= Codes.limit { waiting.removeFirst() }
    waiting.append((Digest(code), user, expires))
    return (code, Instant(milliseconds: expires))
  }

  /// Takes a code, which is then worth nothing.
  ///
  /// - Returns: For whom it was; nil when there is no such code, or none any more.
  mutating func take(_ code: String, at now: Instant) -> String? {
    let digest = Digest(code)
    guard let place = waiting.firstIndex(where: { $0.digest == digest }) else { return nil }
    let found = waiting.remove(at: place)
    return now.milliseconds < found.expires ? found.user : nil
  }
}
