import PluginKit

/// The one table that maps the canonical statuses to HTTP and JSON-RPC.
extension Status {
  var http: HTTPStatus {
    switch self {
    case .ok: .ok
    case .invalidArgument, .outOfRange: .badRequest
    case .unauthenticated: .unauthorized
    case .permissionDenied: .forbidden
    case .notFound: .notFound
    case .alreadyExists, .aborted, .failedPrecondition: .conflict
    case .resourceExhausted: .tooManyRequests
    case .cancelled: .clientClosedRequest
    case .internal, .dataLoss: .internalServerError
    case .unimplemented: .notImplemented
    case .unavailable: .serviceUnavailable
    case .deadlineExceeded: .gatewayTimeout
    }
  }

  /// The code of a JSON-RPC error object.
  var rpcCode: Int { self == .invalidArgument ? -32602 : 1000 + Int(rawValue) }

  /// The status that fits an HTTP error which the server itself finds.
  init(http: HTTPStatus) {
    self =
      switch http.rawValue {
      case ..<400: .ok
      case 401: .unauthenticated
      case 403, 421: .permissionDenied
      case 404: .notFound
      case 405, 501, 505: .unimplemented
      case 408, 504: .deadlineExceeded
      case 409, 412: .aborted
      case 426: .failedPrecondition
      case 429: .resourceExhausted
      case 499: .cancelled
      case 503: .unavailable
      case 500...: .internal
      default: .invalidArgument
      }
  }
}
