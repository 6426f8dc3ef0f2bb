import PluginKit

/// What `params._meta` of a request says.
struct RequestMeta {
  var version: String?
  var client = Client()
  var progressToken: RequestID?
  /// Nil: the client wants no log lines.
  var logLevel: LogLevel?

  private static let prefix = "io.modelcontextprotocol/"

  /// Whether a request claims to be of an era in which each one stands for itself.
  static func isModern(_ params: JSONValue) -> Bool {
    params["_meta"][prefix + "protocolVersion"].kind != .absent
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
        "params._meta has to be an object with \(Self.prefix)protocolVersion and clientCapabilities; clients of older revisions begin with initialize"
      )
    }
    let capabilities = meta[Self.prefix + "clientCapabilities"]
    for name in ["protocolVersion", "clientCapabilities"] where meta[Self.prefix + name].kind == .absent {
      throw .invalidParams("params._meta lacks \(Self.prefix)\(name)")
    }
    guard let version = meta[Self.prefix + "protocolVersion"].string else {
      throw .invalidParams("\(Self.prefix)protocolVersion has to be a string")
    }
    guard capabilities.kind == .object else {
      throw .invalidParams("\(Self.prefix)clientCapabilities has to be an object")
    }
    self.version = version
    client = Client(info: meta[Self.prefix + "clientInfo"], capabilities: capabilities)
    progressToken = RequestID(meta["progressToken"])
    let level = meta[Self.prefix + "logLevel"]
    if level.kind != .absent {
      guard let known = level.string.flatMap(LogLevel.init(name:)) else {
        throw .invalidParams("\(Self.prefix)logLevel has to be one of \(LogLevel.names)")
      }
      logLevel = known
    }
  }
}
