import PluginKit

/// An error as JSON-RPC tells it: the request could not be answered. What goes wrong inside of a tool is a result.
struct RPCError: Error {
  var code: Int
  /// A sentence for people.
  var message: String
  /// A JSON value with particulars, or nil.
  var data: String?

  /// The HTTP status that goes with the code, as long as none has been sent.
  var httpStatus: Int {
    switch code {
    case -32700, -32600, -32602, -32020, -32021, -32022: 400
    case -32601: 404
    default: 200
    }
  }

  static func parse(_ reason: String) -> RPCError { RPCError(code: -32700, message: "this is no JSON: \(reason)") }

  static func invalidRequest(_ message: String) -> RPCError { RPCError(code: -32600, message: message) }

  static func invalidParams(_ message: String, data: String? = nil) -> RPCError {
    RPCError(code: -32602, message: message, data: data)
  }

  static func unknown(method: String) -> RPCError {
    RPCError(code: -32601, message: "there is no method \"\(method.prefix(100))\" in this revision of the protocol")
  }

  static func headerMismatch(_ message: String) -> RPCError { RPCError(code: -32020, message: message) }

  /// - Parameter needed: A JSON object as clients declare capabilities.
  static func missingCapability(_ message: String, needed: String) -> RPCError {
    RPCError(code: -32021, message: message, data: #"{"requiredCapabilities":\#(needed)}"#)
  }

  static func unsupportedVersion(_ requested: String) -> RPCError {
    var data = JSONWriter()
    data.beginObject()
    data.key("supported")
    data.beginArray()
    for version in ProtocolVersion.modern { data.string(version) }
    data.endArray()
    data.member("requested", requested)
    data.endObject()
    return RPCError(
      code: -32022, message: "this server does not speak the revision \"\(requested.prefix(40))\"", data: data.text)
  }

  /// A failure of the host's or a plugin's: arguments, what does not exist and what the client cannot do as the protocol
  /// names them, the rest with the number of its status.
  init(_ failure: Failure) {
    switch failure.status {
    case _ where Self.isMissingCapability(failure): code = -32021
    case .invalidArgument, .outOfRange, .notFound: code = -32602
    default: code = 1000 + Int(failure.status.rawValue)
    }
    message = failure.message
    data = failure.details
  }

  /// Whether a plugin wanted to ask what the client has not declared that it can answer.
  static func isMissingCapability(_ failure: Failure) -> Bool {
    failure.details?.contains(#""requiredCapabilities":"#) ?? false
  }

  init(code: Int, message: String, data: String? = nil) {
    self.code = code
    self.message = message
    self.data = data
  }
}
