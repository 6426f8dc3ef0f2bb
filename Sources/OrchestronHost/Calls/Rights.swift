/// What an actor may do: the words of `orch_identity.rights`, read once.
///
/// Checked where a call comes in for somebody outside, never between plugins: what a method does to answer is its own
/// affair.
final class Rights {
  /// The words themselves, as plugins are told them.
  let text: Text
  private let isUnlimited: Bool
  private let effects: MethodFlags
  private let effectsByService: [String: MethodFlags]
  private let permissions: Set<String>

  /// Reads words with spaces between them.
  init(_ words: String) {
    text = Text(words)
    var isUnlimited = false
    var effects: MethodFlags = []
    var effectsByService: [String: MethodFlags] = [:]
    var permissions: Set<String> = []
    for word in words.split(separator: " ") {
      let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      if word == "*" {
        isUnlimited = true
      } else if parts.count == 2, let effect = Rights.effect(parts[1]) {
        effectsByService[parts[0], default: []].formUnion(effect)
      } else if parts.count == 1, let effect = Rights.effect(parts[0]) {
        effects.formUnion(effect)
      } else {
        permissions.insert(String(word))
      }
    }
    self.isUnlimited = isUnlimited
    self.effects = effects
    self.effectsByService = effectsByService
    self.permissions = permissions
  }

  /// The effect of that name and the smaller ones, which it includes.
  private static func effect(_ word: String) -> MethodFlags? {
    switch word {
    case "read": .read
    case "write": [.read, .write]
    case "destructive": [.read, .write, .destructive]
    default: nil
    }
  }

  /// Whether a right is among them: an effect of every service, or a permission.
  func include(_ right: String) -> Bool {
    if isUnlimited { return true }
    if let effect = Rights.effect(right) { return effects.isSuperset(of: effect) }
    return permissions.contains(right)
  }

  /// Whether a method may be called.
  func allow(_ method: MethodDeclaration) -> Bool {
    if isUnlimited { return true }
    if let permission = method.permission { return include(permission) }
    let needed = method.neededEffect
    if effects.contains(needed) { return true }
    return effectsByService[method.service]?.contains(needed) == true
  }

  /// The words for people.
  var words: String { text.string.isEmpty ? "none" : text.string }

  /// Why a method may not be called; the sentence names what is missing.
  func refusal(of method: MethodDeclaration, to actor: Text) -> Failure {
    let missing = method.permission ?? method.neededEffect.effectName
    return Failure(
      .permissionDenied,
      "\(method.fullName) needs the right \"\(missing)\"; \(actor.string) has \(words)",
      details: ["needs": .string(missing)])
  }
}

extension MethodDeclaration {
  /// The one effect that a caller must hold when the method names no permission.
  fileprivate var neededEffect: MethodFlags {
    if flags.contains(.destructive) { return .destructive }
    return flags.contains(.write) ? .write : flags.contains(.read) ? .read : .write
  }
}

extension MethodFlags {
  fileprivate var effectName: String { self == .destructive ? "destructive" : self == .write ? "write" : "read" }
}

/// The rights of those who came lately: one person's requests say the same words every time.
struct RightsCache {
  private var known: [[UInt8]: Rights] = [:]
  private static let limit = 1024

  /// The rights that these words mean.
  mutating func rights(_ words: UnsafeRawBufferPointer) -> Rights {
    let key = Array(words)
    if let rights = known[key] { return rights }
    if known.count >= RightsCache.limit { known.removeAll() }
    let rights = Rights(String(decoding: words, as: UTF8.self))
    known[key] = rights
    return rights
  }
}
