import CPluginSDK
import PluginKit

/// What a request shows to tell who asks.
struct Credential {
  enum Kind: UInt32 {
    case none = 0
    case bearer = 1
    case cookie = 2
  }

  var kind: Kind
  var secret: Bytes

  static var nothing: Credential { Credential(kind: .none, secret: Bytes(start: nil, count: 0)) }

  /// Reads the headers of a request, which lend the secret. A token wins over a cookie.
  ///
  /// - Parameters:
  ///   - cookie: The name of the session cookie.
  ///   - allowsCookie: Whether a cookie counts: not for pages of foreign origins.
  init(of exchange: HTTPExchange, cookie: [UInt8], allowsCookie: Bool) {
    self = .nothing
    if let field = exchange.header("authorization") {
      let scheme: StaticString = "bearer "
      if field.count > 7, field.part(0..<7).equals(ignoringCase: scheme) {
        self = Credential(kind: .bearer, secret: field.part(7..<field.count).trimmed)
      } else {
        // Another scheme is an answer to a question that was not asked: a token that nobody has.
        self = Credential(kind: .bearer, secret: field)
      }
      return
    }
    guard allowsCookie, !cookie.isEmpty else { return }
    var found: Bytes?
    exchange.forEachHeader("cookie") { value in
      for pair in value.split(separator: UInt8(ascii: ";")) {
        let pair = Bytes(rebasing: pair).trimmed
        guard pair.count > cookie.count + 1, pair[cookie.count] == UInt8(ascii: "="),
          pair.part(0..<cookie.count).elementsEqual(cookie)
        else { continue }
        found = pair.part(cookie.count + 1..<pair.count)
      }
    }
    if let found { self = Credential(kind: .cookie, secret: found) }
  }

  init(kind: Kind, secret: Bytes) {
    self.kind = kind
    self.secret = secret
  }
}
