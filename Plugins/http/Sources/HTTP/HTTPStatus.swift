/// A status code of HTTP. The server's own have names here; plugins may answer any other.
struct HTTPStatus: Hashable, Sendable {
  let rawValue: UInt16

  init(_ code: UInt16) { rawValue = code }

  static let switchingProtocols = HTTPStatus(101)
  static let ok = HTTPStatus(200)
  static let created = HTTPStatus(201)
  static let noContent = HTTPStatus(204)
  static let partialContent = HTTPStatus(206)
  static let seeOther = HTTPStatus(303)
  static let notModified = HTTPStatus(304)
  static let badRequest = HTTPStatus(400)
  static let unauthorized = HTTPStatus(401)
  static let forbidden = HTTPStatus(403)
  static let notFound = HTTPStatus(404)
  static let methodNotAllowed = HTTPStatus(405)
  static let notAcceptable = HTTPStatus(406)
  static let requestTimeout = HTTPStatus(408)
  static let conflict = HTTPStatus(409)
  static let preconditionFailed = HTTPStatus(412)
  static let contentTooLarge = HTTPStatus(413)
  static let uriTooLong = HTTPStatus(414)
  static let unsupportedMediaType = HTTPStatus(415)
  static let rangeNotSatisfiable = HTTPStatus(416)
  static let expectationFailed = HTTPStatus(417)
  static let misdirectedRequest = HTTPStatus(421)
  static let upgradeRequired = HTTPStatus(426)
  static let tooManyRequests = HTTPStatus(429)
  static let headerFieldsTooLarge = HTTPStatus(431)
  static let clientClosedRequest = HTTPStatus(499)
  static let internalServerError = HTTPStatus(500)
  static let notImplemented = HTTPStatus(501)
  static let serviceUnavailable = HTTPStatus(503)
  static let gatewayTimeout = HTTPStatus(504)
  static let versionNotSupported = HTTPStatus(505)

  /// Appends `HTTP/1.1 200 OK` and the line end.
  func appendLine(to buffer: inout ByteBuffer) {
    if self == .ok { return buffer.append("HTTP/1.1 200 OK\r\n") }
    buffer.append("HTTP/1.1 ")
    buffer.append(decimal: Int(rawValue))
    buffer.append(" ")
    buffer.append(phrase)
    buffer.append("\r\n")
  }

  /// `Not Found`: what people read behind the code.
  var phrase: StaticString {
    switch rawValue {
    case 101: "Switching Protocols"
    case 200: "OK"
    case 201: "Created"
    case 202: "Accepted"
    case 204: "No Content"
    case 206: "Partial Content"
    case 301: "Moved Permanently"
    case 302: "Found"
    case 303: "See Other"
    case 304: "Not Modified"
    case 307: "Temporary Redirect"
    case 308: "Permanent Redirect"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 406: "Not Acceptable"
    case 408: "Request Timeout"
    case 409: "Conflict"
    case 410: "Gone"
    case 412: "Precondition Failed"
    case 413: "Content Too Large"
    case 414: "URI Too Long"
    case 415: "Unsupported Media Type"
    case 416: "Range Not Satisfiable"
    case 417: "Expectation Failed"
    case 421: "Misdirected Request"
    case 422: "Unprocessable Content"
    case 426: "Upgrade Required"
    case 428: "Precondition Required"
    case 429: "Too Many Requests"
    case 431: "Request Header Fields Too Large"
    case 499: "Client Closed Request"
    case 500: "Internal Server Error"
    case 501: "Not Implemented"
    case 502: "Bad Gateway"
    case 503: "Service Unavailable"
    case 504: "Gateway Timeout"
    case 505: "HTTP Version Not Supported"
    case 200..<300: "OK"
    case 300..<400: "Redirection"
    case 400..<500: "Client Error"
    default: "Server Error"
    }
  }

  /// Whether the reply ends with its header section whatever the request was.
  var hasNoBody: Bool { self == .noContent || self == .notModified || self == .switchingProtocols }
}
