/// What a server may hold and for whom it listens to proxies.
struct ServerSettings {
  var limits = HTTPLimits()
  var webSocket = WebSocketLimits()
  /// Clients connected at once.
  var connections = 20_000
  /// Of these, of one address, or network of 64 bits of version 6, that is neither this machine nor a trusted proxy.
  var connectionsPerAddress = 100
  var proxies = TrustedProxies()
  /// Handshakes of TLS of one such address each second, and at once; further ones wait. 0 each second stands for no limit.
  var handshakes = Rates.Limit(perSecond: 20, burst: 100)
  /// Milliseconds that a client of TLS has to agree on keys.
  var handshakeTime: UInt64 = 10_000
}
