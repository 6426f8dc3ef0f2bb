import PluginKit

/// A browser that has signed in, as stored: the digest of its cookie, never the cookie.
struct Session: Sendable {
  var fields: Fields

  init(fields: Fields) { self.fields = fields }

  /// How long sessions live, in milliseconds.
  struct Limits: Sendable {
    /// Without a request.
    var idle: Int64 = 24 * 3_600_000
    /// In all.
    var absolute: Int64 = 30 * 24 * 3_600_000
  }

  var id: String { fields["id"]?.string ?? "" }
  var user: String { fields["user"]?.string ?? "" }
  var digest: Digest? { fields["digest"]?.string.flatMap { Digest(text: $0) } }
  var seen: Instant { instant("seenAt") }
  private var expires: Instant { instant("expiresAt") }

  private func instant(_ name: String) -> Instant {
    fields[name]?.string.flatMap { Instant($0) } ?? Instant(milliseconds: 0)
  }

  /// When it ends if nothing more is heard of it.
  func end(_ limits: Limits) -> Instant {
    min(expires, Instant(milliseconds: seen.milliseconds + limits.idle))
  }

  var shown: Fields {
    var shown = fields
    shown["digest"] = nil
    return shown
  }

  static func new(
    _ id: String, user: String, digest: Digest, via: String, address: String, agent: String, limits: Limits,
    at now: Instant
  ) -> Session {
    Session(fields: [
      "id": .string(id), "user": .string(user), "digest": .string(digest.text), "via": .string(via),
      "address": .string(address), "agent": .string(String(agent.prefix(200))), "createdAt": .string(now.text),
      "seenAt": .string(now.text), "expiresAt": .string(Instant(milliseconds: now.milliseconds + limits.absolute).text),
    ])
  }
}
