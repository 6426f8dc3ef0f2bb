/// What a request must satisfy beyond llhttp's grammar before its body is read.
///
/// Everything that two servers could read in two ways is refused: that is how requests are smuggled.
enum HeadCheck {
  /// Why the request is refused, or nil.
  static func refusal(of exchange: HTTPExchange, version: (major: UInt8, minor: UInt8)) -> HTTPExchange.Refusal? {
    guard version.major == 1 else {
      return version.major == 0
        ? .init(status: .badRequest, detail: "The request line lacks the version HTTP/1.1.")
        : .init(status: .versionNotSupported, detail: "This server speaks HTTP/1.1 and HTTP/1.0.")
    }
    if exchange.parser.isConnect {
      return .init(status: .notImplemented, detail: "CONNECT is not offered: this server is no proxy.")
    }
    return fields(exchange) ?? target(exchange) ?? length(exchange)
  }

  private static func fields(_ exchange: HTTPExchange) -> HTTPExchange.Refusal? {
    var hosts = 0
    var origins = 0
    var contentTypes = 0
    var codings = 0
    for field in exchange.fields {
      let name = exchange.name(field)
      switch name.count {
      case 4 where name.equals(ignoringCase: "host"):
        hosts += 1
        guard isHost(exchange.value(field)) else {
          return .init(status: .badRequest, detail: "The Host header is no host name with an optional port.")
        }
      case 6 where name.equals(ignoringCase: "origin"): origins += 1
      case 12 where name.equals(ignoringCase: "content-type"): contentTypes += 1
      case 17 where name.equals(ignoringCase: "transfer-encoding"):
        codings += 1
        guard exchange.isVersion11 else {
          return .init(status: .badRequest, detail: "HTTP/1.0 has no Transfer-Encoding.")
        }
        let value = exchange.value(field)
        guard value.equals(ignoringCase: "chunked") else { return unknownCoding(value) }
      default: break
      }
    }
    if hosts > 1 { return .init(status: .badRequest, detail: "The Host header stands there twice.") }
    if hosts == 0, exchange.isVersion11 {
      return .init(status: .badRequest, detail: "The Host header is missing.")
    }
    if origins > 1 { return .init(status: .badRequest, detail: "The Origin header stands there twice.") }
    if contentTypes > 1 { return .init(status: .badRequest, detail: "The Content-Type header stands there twice.") }
    if codings > 1 { return .init(status: .badRequest, detail: "The Transfer-Encoding header stands there twice.") }
    return nil
  }

  private static func unknownCoding(_ value: Bytes) -> HTTPExchange.Refusal {
    var known = 0
    var all = 0
    value.forEachListElement {
      all += 1
      if $0.equals(ignoringCase: "chunked") { known += 1 }
    }
    guard known < all else {
      return .init(status: .badRequest, detail: "Transfer-Encoding must name chunked exactly once.")
    }
    return .init(status: .notImplemented, detail: "The only Transfer-Encoding this server knows is chunked.")
  }

  /// A name, an IPv4 or a bracketed IPv6 address, and an optional port.
  static func isHost(_ value: Bytes) -> Bool {
    guard !value.isEmpty, value.count <= 255 + 6 else { return false }
    for byte in value {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
        UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"):
        continue
      default: return false
      }
    }
    return true
  }

  private static func target(_ exchange: HTTPExchange) -> HTTPExchange.Refusal? {
    let target = exchange.target
    for byte in target where byte <= 0x20 || byte >= 0x7f || byte == UInt8(ascii: "#") {
      return .init(status: .badRequest, detail: "The request target has a byte that must be percent-encoded.")
    }
    if target.first == UInt8(ascii: "/") { return nil }
    if target.equals("*"), exchange.method == .options { return nil }
    return .init(status: .badRequest, detail: "The request target must be a path that begins with /.")
  }

  private static func length(_ exchange: HTTPExchange) -> HTTPExchange.Refusal? {
    guard let length = exchange.parser.contentLength, length > UInt64(exchange.bodyLimit) else { return nil }
    return .init(status: .contentTooLarge, detail: "The body is longer than \(exchange.bodyLimit) bytes.")
  }
}
