import PluginKit

/// Somebody who may sign in, as stored.
struct User: Sendable {
  var fields: Fields

  init(fields: Fields) { self.fields = fields }

  var id: String { fields["id"]?.string ?? "" }
  /// By which he signs in; `user:<name>` is how he acts.
  var name: String { fields["name"]?.string ?? "" }
  var role: Role { fields["role"]?.string.flatMap(Role.init) ?? .viewer }
  var isDisabled: Bool { fields["disabled"]?.bool ?? false }
  var password: String? { fields["password"]?.string }
  var revision: Int64 { fields["revision"]?.int ?? 0 }

  /// What he may do now.
  var rights: Rights { isDisabled ? .none : role.rights }

  /// As whom he may come from a server that signs people in.
  func isKnown(to issuer: String, as subject: String) -> Bool {
    (fields["identities"]?.array ?? []).contains {
      $0.object?["issuer"]?.string == issuer && $0.object?["subject"]?.string == subject
    }
  }

  /// What the world may see: all but the hash of the password.
  var shown: Fields {
    var shown = fields
    shown["password"] = nil
    shown["hasPassword"] = .bool(password != nil)
    return shown.arranged(by: [
      "id", "name", "role", "email", "disabled", "hasPassword", "identities", "lastSignInAt", "createdAt", "updatedAt",
      "revision",
    ])
  }

  /// Makes a new user.
  static func new(_ name: String, role: Role, id: String, at now: Instant) -> User {
    User(fields: [
      "id": .string(id), "name": .string(name), "role": .string(role.rawValue), "disabled": false, "identities": [],
      "createdAt": .string(now.text), "updatedAt": .string(now.text), "revision": 1,
    ])
  }

  // MARK: Names and passwords

  /// A name in its one spelling; nil when the text is none.
  static func normalized(name: String) -> String? {
    let name = name.lowercased()
    let isLetterOrDigit: (UInt8) -> Bool = { byte in
      (byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z"))
        || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"))
    }
    guard let first = name.utf8.first, isLetterOrDigit(first), name.utf8.count <= 64, !reserved.contains(name),
      name.utf8.allSatisfy({ isLetterOrDigit($0) || "._-".utf8.contains($0) })
    else { return nil }
    return name
  }

  private static let reserved: Set<String> = ["me", "none", "local"]

  /// Refuses what is too short to be a secret, or so long that hashing it is an attack.
  static func check(password: String, of name: String) throws(Failure) {
    let reason: String? =
      if password.count < 10 {
        "has fewer than 10 characters"
      } else if password.utf8.count > 1024 {
        "has more than 1,024 bytes"
      } else if password.lowercased().contains(name) || Set(password).count < 5 {
        "is too easy to guess: it is made of the name or of very few characters"
      } else {
        nil
      }
    if let reason {
      throw Failure(
        .invalidArgument, "this password \(reason); choose another one",
        details: #"{"errors":[{"path":"password","message":"\#(reason)"}]}"#)
    }
  }
}
