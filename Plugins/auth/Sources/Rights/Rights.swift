/// What somebody may do: words, as `ext/actor.h` spells them.
struct Rights: Equatable, Sendable {
  /// Without those that others include, sorted.
  private(set) var words: [Word]

  /// One right.
  enum Word: Hashable, Sendable {
    case everything
    /// An effect, of every service or of one.
    case effect(Effect, service: String?)
    /// A permission that a declaration names, such as `admin`.
    case permission(String)
  }

  /// The effects; each includes those before it.
  enum Effect: Int, CaseIterable, Sendable {
    case read, write, destructive

    var name: String { "\(self)" }
    init?(name: some StringProtocol) {
      guard let effect = Effect.allCases.first(where: { $0.name == name }) else { return nil }
      self = effect
    }
  }

  static let all = Rights([.everything])
  static let none = Rights([])

  init(_ words: some Sequence<Word>) {
    let words = Set(words)
    self.words = words.filter { word in !words.contains { $0 != word && $0.includes(word) } }
      .sorted { $0.text < $1.text }
  }

  /// Reads words with spaces between them; nil when one of them is none.
  init?(_ text: String) {
    var words: [Word] = []
    for part in text.split(separator: " ") {
      guard let word = Word(part) else { return nil }
      words.append(word)
    }
    self.init(words)
  }

  var text: String { words.map(\.text).joined(separator: " ") }
  var isEmpty: Bool { words.isEmpty }

  /// What both allow.
  func intersection(_ other: Rights) -> Rights {
    Rights(words.flatMap { word in other.words.compactMap { word.meet($0) } })
  }

  /// Whether all of `other` is part of these.
  func includes(_ other: Rights) -> Bool {
    other.words.allSatisfy { word in words.contains { $0.includes(word) } }
  }
}

extension Rights.Word {
  init?(_ text: some StringProtocol) {
    if text == "*" {
      self = .everything
      return
    }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.allSatisfy({ Self.isName($0) }) else { return nil }
    if parts.count == 2 {
      guard let effect = Rights.Effect(name: parts[1]) else { return nil }
      self = .effect(effect, service: String(parts[0]))
    } else if let effect = Rights.Effect(name: parts[0]) {
      self = .effect(effect, service: nil)
    } else {
      self = .permission(String(parts[0]))
    }
  }

  private static func isName(_ text: some StringProtocol) -> Bool {
    let isFirst: (UInt8) -> Bool = { ($0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z")) }
    guard let first = text.utf8.first, isFirst(first), text.utf8.count <= 64 else { return false }
    return text.utf8.allSatisfy {
      isFirst($0) || ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")) || $0 == UInt8(ascii: "_")
        || $0 == UInt8(ascii: "-")
    }
  }

  var text: String {
    switch self {
    case .everything: "*"
    case .effect(let effect, nil): effect.name
    case .effect(let effect, let service?): "\(service):\(effect.name)"
    case .permission(let name): name
    }
  }

  /// Whether who has this has `other` as well.
  func includes(_ other: Rights.Word) -> Bool { meet(other) == other }

  /// What both allow; nil for nothing.
  func meet(_ other: Rights.Word) -> Rights.Word? {
    switch (self, other) {
    case (.everything, let word), (let word, .everything): return word
    case (.permission(let left), .permission(let right)): return left == right ? self : nil
    case (.effect(let left, let service), .effect(let right, let otherService)):
      guard service == nil || otherService == nil || service == otherService else { return nil }
      return .effect(left.rawValue < right.rawValue ? left : right, service: service ?? otherService)
    default: return nil
    }
  }
}
