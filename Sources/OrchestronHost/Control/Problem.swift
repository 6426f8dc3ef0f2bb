/// A failure as every face tells it: problem details (RFC 9457).
///
/// `{"type","title","status","detail","code","plugin","errors":[{"path","message","allowed"}]}`, followed by what else
/// the plugin says.
public struct Problem: Error, Sendable, Equatable {
  public var failure: Failure
  /// The plugin that the failure came from, `host` for the host; nil when no host was asked.
  public var plugin: String?

  public init(_ failure: Failure, plugin: String? = nil) {
    self.failure = failure
    self.plugin = plugin
  }

  /// Members that the details of a plugin cannot replace.
  private static let reserved = ["type", "title", "status", "detail", "code", "plugin", "requestId"]

  /// Reads a problem object; what is missing is taken as an internal error.
  public init(_ json: JSON) {
    var details = json.object ?? [:]
    for name in Problem.reserved { details[name] = nil }
    failure = Failure(
      json["code"]?.string.flatMap(Status.init(name:)) ?? .internal,
      json["detail"]?.string ?? "the reason is not known",
      details: details.isEmpty ? nil : .object(details))
    plugin = json["plugin"]?.string
  }

  /// The problem object.
  public var json: JSON {
    var object: JSONObject = [
      "type": "about:blank",
      "title": .string(failure.status.title),
      "status": .int(Int64(failure.status.http)),
      "detail": .string(failure.message),
      "code": .string(failure.status.name),
    ]
    if let plugin { object["plugin"] = .string(plugin) }
    for (key, value) in failure.details?.object ?? [:] where !Problem.reserved.contains(key) { object[key] = value }
    return .object(object)
  }
}

extension Status {
  /// The status of HTTP that stands for this one.
  var http: Int {
    switch self {
    case .ok: 200
    case .invalidArgument, .outOfRange: 400
    case .unauthenticated: 401
    case .permissionDenied: 403
    case .notFound: 404
    case .alreadyExists, .aborted, .failedPrecondition: 409
    case .resourceExhausted: 429
    case .cancelled: 499
    case .internal, .dataLoss: 500
    case .unimplemented: 501
    case .unavailable: 503
    case .deadlineExceeded: 504
    }
  }

  /// The words of HTTP for ``http``.
  var title: String {
    switch http {
    case 200: "OK"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 409: "Conflict"
    case 429: "Too Many Requests"
    case 499: "Client Closed Request"
    case 501: "Not Implemented"
    case 503: "Service Unavailable"
    case 504: "Gateway Timeout"
    default: "Internal Server Error"
    }
  }

  /// The code of a JSON-RPC error.
  var rpcCode: Int64 { self == .invalidArgument ? RPCError.invalidParams : 1000 + Int64(rawValue) }
}
