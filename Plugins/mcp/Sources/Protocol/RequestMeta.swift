import MCPProtocol
import PluginKit

/// What `params._meta` of a request says.
struct RequestMeta {
  var version: String?
  var client = Client()
  var progressToken: RequestID?
  /// Nil: the client wants no log lines.
  var logLevel: LogLevel?
  /// Nil: it belongs to the trace of what carried it, if to any.
  var trace: TraceContext?

  /// Whether a request claims to be of an era in which each one stands for itself.
  static func isModern(_ params: JSONValue) -> Bool {
    params["_meta"][MetaKey.protocolVersion].kind != .absent
  }

  /// Of a request that says nothing.
  init() {}

  /// Of a session's request.
  init(legacy params: JSONValue) {
    let meta = params["_meta"]
    progressToken = RequestID(meta[MetaKey.progressToken])
    trace = TraceContext(meta)
  }

  /// Of a modern request.
  init(modern params: JSONValue) throws(RPCError) {
    let meta = params["_meta"]
    guard meta.kind == .object else {
      throw .invalidParams(
        "params._meta has to be an object with \(MetaKey.protocolVersion) and clientCapabilities; clients of older revisions begin with initialize"
      )
    }
    let capabilities = meta[MetaKey.clientCapabilities]
    for name in [MetaKey.protocolVersion, MetaKey.clientCapabilities] where meta[name].kind == .absent {
      throw .invalidParams("params._meta lacks \(name)")
    }
    guard let version = meta[MetaKey.protocolVersion].string else {
      throw .invalidParams("\(MetaKey.protocolVersion) has to be a string")
    }
    guard capabilities.kind == .object else {
      throw .invalidParams("\(MetaKey.clientCapabilities) has to be an object")
    }
    self.version = version
    client = Client(info: meta[MetaKey.clientInfo], capabilities: capabilities)
    progressToken = RequestID(meta[MetaKey.progressToken])
    trace = TraceContext(meta)
    let level = meta[MetaKey.logLevel]
    if level.kind != .absent {
      guard let known = level.string.flatMap(LogLevel.init(name:)) else {
        throw .invalidParams("\(MetaKey.logLevel) has to be one of \(LogLevel.names)")
      }
      logLevel = known
    }
  }
}
