import PluginKit

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

  var name: String {
    switch self {
    case .read: "read"
    case .write: "write"
    case .destructive: "destructive"
    }
  }

  init?(name: some StringProtocol) {
    switch name {
    case "read": self = .read
    case "write": self = .write
    case "destructive": self = .destructive
    default: return nil
    }
  }
}

/// What somebody may do, read from the words of `ext/actor.h`. It decides what is listed; whether a call is allowed is
/// checked by the host.
struct Rights {
  private let isUnlimited: Bool
  private let effect: Effect?
  private let effectsByService: [String: Effect]
  private let permissions: Set<String>
  /// The words, in a fixed order.
  let words: String

  init(_ words: String) {
    var isUnlimited = false
    var effect: Effect?
    var effectsByService: [String: Effect] = [:]
    var permissions: Set<String> = []
    for word in words.split(separator: " ") {
      let parts = word.split(separator: ":", maxSplits: 1)
      if word == "*" {
        isUnlimited = true
      } else if parts.count == 2, let most = Effect(name: parts[1]) {
        let service = String(parts[0])
        effectsByService[service] = max(effectsByService[service] ?? .read, most)
      } else if let most = Effect(name: word) {
        effect = max(effect ?? .read, most)
      } else {
        permissions.insert(String(word))
      }
    }
    self.init(isUnlimited, effect, effectsByService, permissions)
  }

  private init(
    _ isUnlimited: Bool, _ effect: Effect?, _ effectsByService: [String: Effect], _ permissions: Set<String>
  ) {
    self.isUnlimited = isUnlimited
    self.effect = effect
    self.effectsByService = effectsByService
    self.permissions = permissions
    let effects = (effect.map { [$0.name] } ?? []) + effectsByService.map { "\($0):\($1.name)" }.sorted()
    words = isUnlimited ? "*" : (effects + permissions.sorted()).joined(separator: " ")
  }

  /// Those that a role has as well.
  func limited(to role: Role) -> Rights {
    let limit = Rights(role.rights)
    if limit.isUnlimited { return self }
    if isUnlimited { return limit }
    guard let most = limit.effect else { return Rights("") }
    return Rights(
      false, effect.map { min($0, most) }, effectsByService.mapValues { min($0, most) },
      permissions.intersection(limit.permissions))
  }

  /// Whether something may be used that has an effect, or names a permission instead.
  func allow(_ needed: Effect, of service: String, permission: String?) -> Bool {
    if isUnlimited { return true }
    if let permission {
      if let needed = Effect(name: permission) { return effect.map { $0 >= needed } ?? false }
      return permissions.contains(permission)
    }
    if let effect, effect >= needed { return true }
    return effectsByService[service].map { $0 >= needed } ?? false
  }
}

/// Who calls, and what he may do: read once for all requests with the same words.
@Loop
final class Callers {
  /// How many lists of words are known at once.
  private static let most = 1000

  private var known: [Role: [String: Rights]] = [:]

  /// - Parameter role: The most that he may do.
  func caller(of context: Context?, _ role: Role) -> Caller {
    let principal = context?.principal ?? Principal(actor: "", rights: "")
    return Caller(
      actor: principal.actor, behalf: principal.behalf, rights: rights(principal.rights ?? "*", role),
      trace: context?.trace ?? "")
  }

  func rights(_ words: String, _ role: Role) -> Rights {
    if let rights = known[role]?[words] { return rights }
    if known[role, default: [:]].count >= Self.most { known[role] = [:] }
    let rights = Rights(words).limited(to: role)
    known[role, default: [:]][words] = rights
    return rights
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
  /// The W3C traceparent of what carried the request, or empty.
  var trace = ""

  /// Whether both are the same, for what is bound to who made it.
  func isSame(as other: Caller) -> Bool { actor == other.actor && behalf == other.behalf }

  /// One text for who that is.
  var key: String { behalf.isEmpty ? actor : "\(actor) \(behalf)" }
}
