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
      switch http {
      case .switchingProtocols, .ok, .created, .noContent, .notModified: .ok
      case .badRequest, .uriTooLong, .unsupportedMediaType, .expectationFailed, .headerFieldsTooLarge,
        .contentTooLarge:
        .invalidArgument
      case .unauthorized: .unauthenticated
      case .forbidden, .misdirectedRequest: .permissionDenied
      case .notFound: .notFound
      case .methodNotAllowed, .notImplemented, .versionNotSupported: .unimplemented
      case .requestTimeout, .gatewayTimeout: .deadlineExceeded
      case .conflict, .preconditionFailed: .aborted
      case .upgradeRequired: .failedPrecondition
      case .tooManyRequests: .resourceExhausted
      case .clientClosedRequest: .cancelled
      case .internalServerError: .internal
      case .serviceUnavailable: .unavailable
      }
  }
}
