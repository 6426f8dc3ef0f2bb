import PluginKit

/// The configuration of the plugin; `config.schema.json` explains the keys and has the defaults.
struct Configuration {
  var host = "127.0.0.1"
  var port = 3001
  var wsPort = 3002
  var allowedHosts: [String] = []
  var allowedOrigins: [String] = []
  var writesAccessLog = false
  /// Networks of proxies, as they stand there.
  var trustedProxies: [String] = []
  /// Whether tokens may cross a network that others can read.
  var allowsPlaintext = false
  /// The files of TLS; nil for a server that does not speak it.
  var tls: TLSFiles?
  /// Seconds for which browsers are told to come by TLS alone; 0 for none.
  var strictTransport = 0
  var callTime: Int64 = 30_000
  var calls = 4096
  var callsPerConnection = 256
  var known = Rates.Limit(perSecond: 50, burst: 200)
  var unknown = Rates.Limit(perSecond: 10, burst: 40)
  var server = ServerSettings()

  /// The defaults.
  init() {}

  init(_ json: JSONValue) {
    if let value = json["host"].string { host = value }
    set(&port, json["port"])
    set(&wsPort, json["wsPort"])
    allowedHosts = json["allowedHosts"].elements.compactMap(\.string)
    allowedOrigins = json["allowedOrigins"].elements.compactMap(\.string)
    writesAccessLog = json["accessLog"].bool ?? false
    trustedProxies = json["trustedProxies"].elements.compactMap(\.string)
    allowsPlaintext = json["plaintext"].bool ?? false
    readLimits(json["limits"])
    let tls = json["tls"]
    if let certificate = tls["certificate"].string, let key = tls["key"].string {
      self.tls = TLSFiles(certificate: certificate, key: key, clientCa: tls["clientCa"].string)
      set(&strictTransport, tls["hsts"])
    }
    let times = json["times"]
    set(&callTime, times["call"])
    set(&server.limits.headerTime, times["header"])
    set(&server.limits.bodyGrace, times["body"])
    set(&server.limits.idleTime, times["idle"])
    set(&server.limits.writeTime, times["write"])
    set(&server.handshakeTime, times["handshake"])
    set(&server.limits.lag, times["lag"])
    set(&server.webSocket.pingTime, times["ping"])
    server.webSocket.pingSpread = server.webSocket.pingTime / 2
    set(&server.limits.heartbeatTime, times["ping"])
  }

  private mutating func readLimits(_ json: JSONValue) {
    set(&server.connections, json["connections"])
    set(&server.connectionsPerAddress, json["connectionsPerAddress"])
    set(&server.handshakes.perSecond, json["handshakesPerSecond"])
    set(&server.handshakes.burst, json["handshakeBurst"])
    set(&server.limits.body, json["bodyBytes"])
    set(&server.limits.streamedBody, json["streamedBodyBytes"])
    set(&server.limits.headerBytes, json["headerBytes"])
    set(&server.limits.headerCount, json["headerCount"])
    set(&server.limits.target, json["targetBytes"])
    set(&server.limits.memory, json["memoryBytes"])
    set(&server.webSocket.message, json["messageBytes"])
    set(&server.webSocket.fragments, json["messageFrames"])
    set(&server.webSocket.highWater, json["queueBytes"])
    set(&server.limits.eventQueue, json["queueBytes"])
    set(&calls, json["calls"])
    set(&callsPerConnection, json["callsPerConnection"])
    set(&known.perSecond, json["requestsPerSecond"])
    set(&known.burst, json["requestBurst"])
    set(&unknown.perSecond, json["anonymousPerSecond"])
    set(&unknown.burst, json["anonymousBurst"])
  }

  /// The networks of proxies.
  ///
  /// - Throws: Names what is no network.
  func proxies() throws(Failure) -> TrustedProxies {
    var networks: [IPAddress.Network] = []
    for text in trustedProxies {
      guard let network = IPAddress.Network(text) else {
        throw Failure(
          .invalidArgument,
          "http.trustedProxies has \"\(text)\": name addresses such as 10.0.0.7, or networks such as 10.0.0.0/24")
      }
      networks.append(network)
    }
    return TrustedProxies(networks)
  }

  /// The schema has checked the range.
  private func set<Number: BinaryInteger>(_ value: inout Number, _ json: JSONValue) {
    if let number = json.int { value = Number(clamping: number) }
  }
}
