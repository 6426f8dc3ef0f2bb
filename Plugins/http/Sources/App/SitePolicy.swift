/// By which names this server may be asked, and by pages of which origins.
///
/// A browser sends any page's requests to loopback, and DNS may lead any name there: both headers are checked on every
/// request. A foreign `Host` is 421, a foreign `Origin` 403.
struct SitePolicy {
  let addresses: [String]
  let ports: [Int]
  private let hosts: [[UInt8]]
  private let origins: [[UInt8]]

  /// - Parameters:
  ///   - addresses: The machine's own, as they stand in a `Host` header; those of loopback are known.
  ///   - hosts: Further names that are allowed.
  ///   - origins: Foreign origins that are allowed, such as `https://board.example`.
  ///   - ports: The ports that this server listens on: pages from there are its own.
  init(addresses: [String] = [], hosts: [String] = [], origins: [String] = [], ports: [Int]) {
    self.addresses = addresses
    self.hosts = (addresses + hosts).map { Array($0.lowercased().utf8) }
    self.origins = origins.map { Array($0.lowercased().utf8) }
    self.ports = ports
  }

  /// Whether pages of foreign origins may read replies, which then depend on who asks.
  var allowsOrigins: Bool { !origins.isEmpty }

  enum Verdict: Equatable {
    /// No page, or a page of this server.
    case own
    /// A page of an origin that the configuration allows: the reply must name it.
    case allowed
    case foreignHost
    case foreignOrigin
  }

  func verdict(of exchange: HTTPExchange) -> Verdict {
    let remote = exchange.remote
    let host = remote.host?.bytes ?? exchange.header("host")
    if let host, !knows(host: Self.name(of: host)) { return .foreignHost }
    guard let origin = exchange.header("origin") else { return .own }
    if isOwn(origin: origin, host: host, remote) { return .own }
    return origins.contains { equals(origin, $0) } ? .allowed : .foreignOrigin
  }

  /// Whether a page is from here: of one of our ports or, behind a proxy, of the one by which the proxy was asked.
  private func isOwn(origin: Bytes, host: Bytes?, _ remote: Remote) -> Bool {
    let scheme: StaticString = remote.isSecure ? "https://" : "http://"
    let usual = remote.isSecure ? 443 : 80
    let length = scheme.utf8CodeUnitCount
    guard origin.count > length, origin.part(0..<length).equals(ignoringCase: scheme) else { return false }
    let page = origin.part(length..<origin.count)
    guard knows(host: Self.name(of: page)) else { return false }
    let port = Self.port(of: page) ?? usual
    if ports.contains(port) { return true }
    return remote.isForwarded && host.map { Self.port(of: $0) ?? usual == port } == true
  }

  private func knows(host: Bytes) -> Bool {
    if host.equals(ignoringCase: "localhost") || host.equals("[::1]") || Self.isLoopback(host) { return true }
    return hosts.contains { equals(host, $0) }
  }

  private func equals(_ text: Bytes, _ lower: [UInt8]) -> Bool {
    text.count == lower.count && zip(text, lower).allSatisfy { asciiLowercased($0) == $1 }
  }

  /// `127.` and three more numbers.
  private static func isLoopback(_ host: Bytes) -> Bool {
    guard host.count >= 9, host.part(0..<4).equals("127.") else { return false }
    var dots = 0
    var digits = 0
    for byte in host {
      if byte == UInt8(ascii: ".") {
        if digits == 0 { return false }
        dots += 1
        digits = 0
      } else if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9"), digits < 3 {
        digits += 1
      } else {
        return false
      }
    }
    return dots == 3 && digits > 0
  }

  /// A host without its port; the brackets of an IPv6 address stay.
  private static func name(of host: Bytes) -> Bytes { colon(in: host).map { host.part(0..<$0) } ?? host }

  /// The port of a host: nil without one, -1 for one that is none.
  private static func port(of host: Bytes) -> Int? {
    colon(in: host).map { Int(host.part($0 + 1..<host.count).text) ?? -1 }
  }

  /// Where the port begins.
  private static func colon(in host: Bytes) -> Int? {
    host.last == UInt8(ascii: "]") ? nil : host.lastIndex(of: UInt8(ascii: ":"))
  }
}
