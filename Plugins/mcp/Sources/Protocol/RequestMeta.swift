import PluginKit

/// What `params._meta` of a request says.
struct RequestMeta {
  var version: String?
  var client = Client()
  var progressToken: RequestID?
  /// Nil: the client wants no log lines.
  var logLevel: LogLevel?

  private static let versionKey = "io.modelcontextprotocol/protocolVersion"
  private static let capabilitiesKey = "io.modelcontextprotocol/clientCapabilities"
  private static let clientKey = "io.modelcontextprotocol/clientInfo"
  private static let levelKey = "io.modelcontextprotocol/logLevel"

  /// Whether a request claims to be of an era in which each one stands for itself.
  static func isModern(_ params: JSONValue) -> Bool {
    params["_meta"][versionKey].kind != .absent
  }

  /// Of a request that says nothing.
  init() {}

  /// Of a session's request.
  init(legacy params: JSONValue) {
    let meta = params["_meta"]
    progressToken = RequestID(meta["progressToken"])
  }

  /// Of a modern request.
  init(modern params: JSONValue) throws(RPCError) {
    let meta = params["_meta"]
    guard meta.kind == .object else {
      throw .invalidParams(
        "params._meta has to be an object with \(Self.versionKey) and clientCapabilities; clients of older revisions begin with initialize"
      )
    }
    for key in [Self.versionKey, Self.capabilitiesKey] where meta[key].kind == .absent {
      throw .invalidParams("params._meta lacks \(key)")
    }
    guard let version = meta[Self.versionKey].string else {
      throw .invalidParams("\(Self.versionKey) has to be a string")
    }
    let capabilities = meta[Self.capabilitiesKey]
    guard capabilities.kind == .object else { throw .invalidParams("\(Self.capabilitiesKey) has to be an object") }
    self.version = version
    client = Client(info: meta[Self.clientKey], capabilities: capabilities)
    progressToken = RequestID(meta["progressToken"])
    let level = meta[Self.levelKey]
    if level.kind != .absent {
      guard let known = level.string.flatMap(LogLevel.init(name:)) else {
        throw .invalidParams("\(Self.levelKey) has to be one of \(LogLevel.names)")
      }
      logLevel = known
    }
  }
}
