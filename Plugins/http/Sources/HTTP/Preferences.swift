/// What a client prefers, without insisting: the header `Prefer` (RFC 7240).
struct Preferences {
  enum Return {
    case minimal, representation

    /// The preference as a reply tells that it was followed.
    var text: StaticString {
      switch self {
      case .minimal: "return=minimal"
      case .representation: "return=representation"
      }
    }
  }

  /// What to answer a change with.
  private(set) var returns: Return?
  /// Seconds after which the answer is of no use, at least 1.
  private(set) var wait: Int64?

  /// Of several equal preferences the first counts; unknown and broken ones are passed over.
  init(_ exchange: HTTPExchange) {
    guard exchange.header("prefer") != nil else { return }
    var preferences = self
    exchange.forEachHeader("prefer") { value in value.forEachListElement { preferences.read($0) } }
    self = preferences
  }

  private mutating func read(_ element: Bytes) {
    let end = element.firstIndex(of: UInt8(ascii: ";")) ?? element.count
    let preference = element.part(0..<end)
    guard let equals = preference.firstIndex(of: UInt8(ascii: "=")) else { return }
    let name = preference.part(0..<equals).trimmed
    var value = preference.part(equals + 1..<preference.count).trimmed
    if value.count >= 2, value.first == UInt8(ascii: "\""), value.last == UInt8(ascii: "\"") {
      value = value.part(1..<value.count - 1)
    }
    if name.equals(ignoringCase: "return"), returns == nil {
      if value.equals("minimal") { returns = .minimal }
      if value.equals("representation") { returns = .representation }
    } else if name.equals(ignoringCase: "wait"), wait == nil, value.allSatisfy({ $0 >= 48 && $0 <= 57 }) {
      wait = Int64(value.text).flatMap { $0 > 0 ? $0 : nil }
    }
  }
}
