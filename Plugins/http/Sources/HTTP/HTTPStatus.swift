/// The status codes that this server sends.
enum HTTPStatus: UInt16, CaseIterable {
  case switchingProtocols = 101
  case ok = 200
  case created = 201
  case noContent = 204
  case notModified = 304
  case badRequest = 400
  case unauthorized = 401
  case forbidden = 403
  case notFound = 404
  case methodNotAllowed = 405
  case requestTimeout = 408
  case conflict = 409
  case preconditionFailed = 412
  case contentTooLarge = 413
  case uriTooLong = 414
  case unsupportedMediaType = 415
  case expectationFailed = 417
  case misdirectedRequest = 421
  case upgradeRequired = 426
  case tooManyRequests = 429
  case headerFieldsTooLarge = 431
  case clientClosedRequest = 499
  case internalServerError = 500
  case notImplemented = 501
  case serviceUnavailable = 503
  case gatewayTimeout = 504
  case versionNotSupported = 505

  /// `HTTP/1.1 200 OK` and the line end.
  var line: StaticString {
    switch self {
    case .switchingProtocols: "HTTP/1.1 101 Switching Protocols\r\n"
    case .ok: "HTTP/1.1 200 OK\r\n"
    case .created: "HTTP/1.1 201 Created\r\n"
    case .noContent: "HTTP/1.1 204 No Content\r\n"
    case .notModified: "HTTP/1.1 304 Not Modified\r\n"
    case .badRequest: "HTTP/1.1 400 Bad Request\r\n"
    case .unauthorized: "HTTP/1.1 401 Unauthorized\r\n"
    case .forbidden: "HTTP/1.1 403 Forbidden\r\n"
    case .notFound: "HTTP/1.1 404 Not Found\r\n"
    case .methodNotAllowed: "HTTP/1.1 405 Method Not Allowed\r\n"
    case .requestTimeout: "HTTP/1.1 408 Request Timeout\r\n"
    case .conflict: "HTTP/1.1 409 Conflict\r\n"
    case .preconditionFailed: "HTTP/1.1 412 Precondition Failed\r\n"
    case .contentTooLarge: "HTTP/1.1 413 Content Too Large\r\n"
    case .uriTooLong: "HTTP/1.1 414 URI Too Long\r\n"
    case .unsupportedMediaType: "HTTP/1.1 415 Unsupported Media Type\r\n"
    case .expectationFailed: "HTTP/1.1 417 Expectation Failed\r\n"
    case .misdirectedRequest: "HTTP/1.1 421 Misdirected Request\r\n"
    case .upgradeRequired: "HTTP/1.1 426 Upgrade Required\r\n"
    case .tooManyRequests: "HTTP/1.1 429 Too Many Requests\r\n"
    case .headerFieldsTooLarge: "HTTP/1.1 431 Request Header Fields Too Large\r\n"
    case .clientClosedRequest: "HTTP/1.1 499 Client Closed Request\r\n"
    case .internalServerError: "HTTP/1.1 500 Internal Server Error\r\n"
    case .notImplemented: "HTTP/1.1 501 Not Implemented\r\n"
    case .serviceUnavailable: "HTTP/1.1 503 Service Unavailable\r\n"
    case .gatewayTimeout: "HTTP/1.1 504 Gateway Timeout\r\n"
    case .versionNotSupported: "HTTP/1.1 505 HTTP Version Not Supported\r\n"
    }
  }

  /// `Not Found`: the phrase of the status line.
  var phrase: String { String("\(line)".dropFirst(13).dropLast()) }  // The line end is one Character.

  /// Whether the reply ends with its header section whatever the request was.
  var hasNoBody: Bool { self == .noContent || self == .notModified || self == .switchingProtocols }
}
