import PluginKit

/// The configuration of the plugin; `config.schema.json` explains the keys and has the defaults.
struct Configuration {
  var host = "127.0.0.1"
  var port = 3001
  var wsPort = 3002
  var allowedHosts: [String] = []
  var allowedOrigins: [String] = []
  var connections = 20_000
  var writesAccessLog = false
  var callTime: Int64 = 30_000
  var limits = HTTPLimits()
  var webSocket = WebSocketLimits()

  init(_ json: JSONValue) {
    if let value = json["host"].string { host = value }
    set(&port, json["port"])
    set(&wsPort, json["wsPort"])
    allowedHosts = json["allowedHosts"].elements.compactMap(\.string)
    allowedOrigins = json["allowedOrigins"].elements.compactMap(\.string)
    writesAccessLog = json["accessLog"].bool ?? false
    let limits = json["limits"]
    set(&connections, limits["connections"])
    set(&self.limits.body, limits["bodyBytes"])
    set(&self.limits.streamedBody, limits["streamedBodyBytes"])
    set(&self.limits.headerBytes, limits["headerBytes"])
    set(&self.limits.headerCount, limits["headerCount"])
    set(&self.limits.target, limits["targetBytes"])
    set(&webSocket.message, limits["messageBytes"])
    set(&webSocket.highWater, limits["queueBytes"])
    set(&self.limits.eventQueue, limits["queueBytes"])
    let times = json["times"]
    set(&callTime, times["call"])
    set(&self.limits.headerTime, times["header"])
    set(&self.limits.bodyGrace, times["body"])
    set(&self.limits.idleTime, times["idle"])
    set(&self.limits.writeTime, times["write"])
    set(&webSocket.pingTime, times["ping"])
    set(&self.limits.heartbeatTime, times["ping"])
  }

  /// The schema has checked the range.
  private func set<Number: BinaryInteger>(_ value: inout Number, _ json: JSONValue) {
    if let number = json.int { value = Number(clamping: number) }
  }
}
