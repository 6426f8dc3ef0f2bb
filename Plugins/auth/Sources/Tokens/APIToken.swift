import PluginKit

/// An API token, as stored: never its secret.
struct APIToken: Sendable {
  var fields: Fields

  init(fields: Fields) { self.fields = fields }

  var id: String { fields["id"]?.string ?? "" }
  /// The name of the user for whom it acts.
  var user: String { fields["user"]?.string ?? "" }
  var hash: String { fields["hash"]?.string ?? "" }
  var expires: Instant? { fields["expiresAt"]?.string.flatMap { Instant($0) } }
  /// What it may do at most; what its owner may not, it may not either.
  var scopes: Rights { Rights((fields["scopes"]?.array ?? []).compactMap { $0.string.flatMap { Rights.Word($0) } }) }

  func isExpired(at now: Instant) -> Bool { expires.map { $0 <= now } ?? false }

  /// What the world may see.
  var shown: Fields {
    var shown = fields
    shown["hash"] = nil
    return shown.arranged(by: ["id", "name", "user", "scopes", "expiresAt", "lastUsedAt", "createdAt", "revision"])
  }

  static func new(
    _ name: String, user: String, scopes: Rights, expires: Instant?, hash: String, id: String, at now: Instant
  ) -> APIToken {
    var fields: Fields = [
      "id": .string(id), "name": .string(name), "user": .string(user),
      "scopes": .array(scopes.words.map { .string($0.text) }), "hash": .string(hash),
      "createdAt": .string(now.text), "revision": 1,
    ]
    fields["expiresAt"] = expires.map { .string($0.text) }
    return APIToken(fields: fields)
  }
}
