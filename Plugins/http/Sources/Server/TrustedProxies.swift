import PluginKit

/// The proxies that may say for whom they ask, by `Forwarded` (RFC 7239) or the older `X-Forwarded-…`.
///
/// Of a chain of addresses the right-most that is no trusted proxy is the client: what stands to its left is what the client
/// says of itself.
struct TrustedProxies {
  private let networks: [IPAddress.Network]

  init(_ networks: [IPAddress.Network] = []) { self.networks = networks }

  func contains(_ address: IPAddress) -> Bool { networks.contains { $0.contains(address) } }

  /// For whom a proxy asks.
  ///
  /// - Throws: A sentence for who runs the proxy, when it cannot be told for sure.
  func remote(of exchange: HTTPExchange) throws(Problem) -> Remote {
    var hops: [Hop] = []
    exchange.forEachHeader("forwarded") { Hop.read($0, into: &hops) }
    var older: [Hop] = []
    exchange.forEachHeader("x-forwarded-for") { value in
      value.forEachListElement { older.append(Hop(address: Hop.address(of: $0))) }
    }
    let told = try client(hops)
    let toldOlder = try client(older)
    // A proxy that knows one of the headers passes the other on as the client has written it.
    if let told, let toldOlder, told.address != toldOlder.address {
      throw Problem(
        http: .badRequest,
        detail:
          "Forwarded and X-Forwarded-For name different clients; let the proxy remove the one that it does not set.")
    }
    let hop = told ?? toldOlder
    let proto = hop?.proto ?? last(of: "x-forwarded-proto", exchange)
    let host = hop?.host ?? last(of: "x-forwarded-host", exchange)
    if let host, !HeadCheck.isHost(host) {
      throw Problem(http: .badRequest, detail: "The proxy names a host that is no host name with an optional port.")
    }
    return Remote(
      hop?.address ?? exchange.remote.address,
      isSecure: proto.map { $0.equals(ignoringCase: "https") || $0.equals(ignoringCase: "wss") }
        ?? exchange.remote.isSecure,
      isForwarded: true, host: host)
  }

  private func client(_ hops: [Hop]) throws(Problem) -> Hop? {
    for hop in hops.reversed() {
      guard let address = hop.address else {
        throw Problem(http: .badRequest, detail: "The proxy does not tell by an IP address for whom it asks.")
      }
      if !contains(address) { return hop }
    }
    return hops.first
  }

  private func last(of name: StaticString, _ exchange: HTTPExchange) -> Bytes? {
    var last: Bytes?
    exchange.forEachHeader(name) { $0.forEachListElement { last = $0 } }
    return last
  }

  /// One element of a chain: what a proxy says of whom it was asked by. The texts are borrowed from the request.
  struct Hop {
    var address: IPAddress?
    var proto: Bytes?
    var host: Bytes?

    /// Reads the value of a header `Forwarded`: `for=192.0.2.7;proto=https, for="[2001:db8::1]:4711"`.
    static func read(_ value: Bytes, into hops: inout [Hop]) {
      split(value, at: UInt8(ascii: ",")) { element in
        var hop = Hop()
        split(element, at: UInt8(ascii: ";")) { pair in
          guard let sign = pair.firstIndex(of: UInt8(ascii: "=")) else { return }
          let name = pair.part(0..<sign).trimmed
          let value = unquoted(pair.part(sign + 1..<pair.count).trimmed)
          if name.equals(ignoringCase: "for") { hop.address = address(of: value) }
          if name.equals(ignoringCase: "proto") { hop.proto = value }
          if name.equals(ignoringCase: "host") { hop.host = value }
        }
        hops.append(hop)
      }
    }

    /// An address with an optional port; one of version 6 has brackets when it has a port.
    static func address(of node: Bytes) -> IPAddress? {
      if node.first == UInt8(ascii: "[") {
        guard let end = node.firstIndex(of: UInt8(ascii: "]")) else { return nil }
        return isPort(node.part(end + 1..<node.count)) ? IPAddress(node.part(1..<end)) : nil
      }
      if let colon = node.firstIndex(of: UInt8(ascii: ":")), colon == node.lastIndex(of: UInt8(ascii: ":")) {
        return isPort(node.part(colon..<node.count)) ? IPAddress(node.part(0..<colon)) : nil
      }
      return IPAddress(node)
    }

    /// Nothing, or a colon and what a port may be called.
    private static func isPort(_ text: Bytes) -> Bool {
      text.isEmpty || text.first == UInt8(ascii: ":") && text.count > 1 && text.count < 64
    }

    /// Calls `body` with the parts between separators that stand outside of quotes.
    private static func split(_ text: Bytes, at separator: UInt8, _ body: (Bytes) -> Void) {
      var start = 0
      var index = 0
      var isQuoted = false
      while index <= text.count {
        if index == text.count || text[index] == separator && !isQuoted {
          let part = text.part(start..<index).trimmed
          if !part.isEmpty { body(part) }
          start = index + 1
        } else if text[index] == UInt8(ascii: "\"") {
          isQuoted.toggle()
        } else if isQuoted, text[index] == UInt8(ascii: "\\"), index + 1 < text.count {
          index += 1
        }
        index += 1
      }
    }

    /// Without its quotes. Escapes within are left: no address and no name has any.
    private static func unquoted(_ value: Bytes) -> Bytes {
      let quote = UInt8(ascii: "\"")
      return value.count >= 2 && value.first == quote && value.last == quote ? value.part(1..<value.count - 1) : value
    }
  }
}
