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
  private var known = RecentTexts<Rights>()

  /// The rights that these words mean.
  mutating func rights(_ words: UnsafeRawBufferPointer) -> Rights {
    known.value(for: words, named: \.text) { Rights(String(decoding: $0, as: UTF8.self)) }
  }
}

/// The names of those who came lately.
struct ActorCache {
  private var known = RecentTexts<Text>()

  /// These bytes as a text that may be shared.
  mutating func text(_ name: UnsafeRawBufferPointer) -> Text {
    known.value(for: name, named: \.self) { Text(copying: $0) }
  }
}

/// What was made of some bytes lately, so that the same bytes need not be read again. A newer one takes the place of an
/// older one.
private struct RecentTexts<Value: AnyObject> {
  private var places = [Value?](repeating: nil, count: 256)

  /// What was made of these bytes, or what `make` makes of them.
  ///
  /// - Parameter text: The very bytes, by which a value is told from others in its place.
  @inline(__always)
  mutating func value(
    for bytes: UnsafeRawBufferPointer, named text: (Value) -> Text, _ make: (UnsafeRawBufferPointer) -> Value
  ) -> Value {
    let place = bytes.quickHash & (places.count - 1)
    if let known = places[place], text(known).hasBytes(bytes) { return known }
    let value = make(bytes)
    places[place] = value
    return value
  }
}
