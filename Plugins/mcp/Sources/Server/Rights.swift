/// The most that a kind of people may do; the words are those of the plugin `auth`.
enum Role: String, CaseIterable {
  case viewer, member, maintainer, admin

  var rights: String {
    switch self {
    case .viewer: "read"
    case .member: "write"
    case .maintainer: "destructive exec ingest"
    case .admin: "*"
    }
  }
}

/// What a method or tool does at most; each includes those before it.
enum Effect: Int, Comparable, CaseIterable {
  case read, write, destructive

  static func < (left: Effect, right: Effect) -> Bool { left.rawValue < right.rawValue }

  var name: String { "\(self)" }

  init?(name: some StringProtocol) {
    guard let effect = Effect.allCases.first(where: { $0.name == name }) else { return nil }
    self = effect
  }
}

/// What somebody may do, read from the words of `ext/actor.h`. It decides what is listed; whether a call is allowed is
/// checked by the host.
struct Rights {
  private var isUnlimited = false
  private var effect: Effect?
  private var effectsByService: [String: Effect] = [:]
  private var permissions: Set<String> = []

  init(_ words: String) {
    for word in words.split(separator: " ") {
      let parts = word.split(separator: ":", maxSplits: 1)
      if word == "*" {
        isUnlimited = true
      } else if parts.count == 2, let effect = Effect(name: parts[1]) {
        let service = String(parts[0])
        effectsByService[service] = max(effectsByService[service] ?? .read, effect)
      } else if let effect = Effect(name: word) {
        self.effect = max(self.effect ?? .read, effect)
      } else {
        permissions.insert(String(word))
      }
    }
  }

  /// Those that a role has as well.
  func limited(to role: Role) -> Rights {
    let limit = Rights(role.rights)
    if limit.isUnlimited { return self }
    if isUnlimited { return limit }
    guard let most = limit.effect else { return Rights("") }
    var rights = Rights("")
    rights.effect = effect.map { min($0, most) }
    rights.effectsByService = effectsByService.mapValues { min($0, most) }
    rights.permissions = permissions.intersection(limit.permissions)
    return rights
  }

  /// The words, in a fixed order.
  var words: String {
    if isUnlimited { return "*" }
    let effects = (effect.map { [$0.name] } ?? []) + effectsByService.map { "\($0):\($1.name)" }.sorted()
    return (effects + permissions.sorted()).joined(separator: " ")
  }

  /// Whether something may be used that has an effect, or names a permission instead.
  func allow(_ needed: Effect, of service: String, permission: String?) -> Bool {
    if isUnlimited { return true }
    if let permission {
      if let needed = Effect(name: permission) { return effect.map { $0 >= needed } ?? false }
      return permissions.contains(permission)
    }
    return max(effect, effectsByService[service]).map { $0 >= needed } ?? false
  }

  private func max(_ left: Effect?, _ right: Effect?) -> Effect? {
    guard let left else { return right }
    return right.map { $0 > left ? $0 : left } ?? left
  }
}

/// For whom a request is answered.
struct Caller {
  /// Who came in, `kind:id`.
  var actor: String
  /// The person behind a token, or empty.
  var behalf: String
  /// Already limited to the role of MCP callers.
  var rights: Rights
  var words: String

  init(actor: String, behalf: String, words: String, role: Role) {
    self.actor = actor
    self.behalf = behalf
    rights = Rights(words).limited(to: role)
    self.words = rights.words
  }

  /// Whether both are the same, for what is bound to who made it.
  func isSame(as other: Caller) -> Bool { actor == other.actor && behalf == other.behalf }

  /// One text for who that is.
  var key: String { behalf.isEmpty ? actor : "\(actor) \(behalf)" }
}
