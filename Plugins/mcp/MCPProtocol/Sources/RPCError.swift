public import PluginKit

/// An error as JSON-RPC tells it: the request could not be answered. What goes wrong inside of a tool is a result.
public struct RPCError: Error, Equatable {
  public var code: Int
  /// A sentence for people.
  public var message: String
  /// A JSON value with particulars, or nil.
  public var data: String?
  /// What the header `WWW-Authenticate` says of it, when another token would help.
  public var challenge: String?

  /// The numbers that the protocol has given a meaning.
  public enum Code {
    public static let parse = -32700
    public static let invalidRequest = -32600
    public static let unknownMethod = -32601
    public static let invalidParams = -32602
    public static let `internal` = -32603
    public static let headerMismatch = -32020
    public static let missingCapability = -32021
    public static let unsupportedVersion = -32022
  }

  public init(code: Int, message: String, data: String? = nil) {
    self.code = code
    self.message = message
    self.data = data
  }

  /// Reads the member `error` of an answer; what is missing there is 0 or empty.
  public init(_ json: JSONValue) {
    let data = json["data"]
    self.init(
      code: json["code"].int ?? 0, message: json["message"].string ?? "",
      data: data.kind == .absent ? nil : data.text)
  }

  public static func parse(_ reason: String) -> RPCError {
    RPCError(code: Code.parse, message: "this is no JSON: \(reason)")
  }

  public static func invalidRequest(_ message: String) -> RPCError {
    RPCError(code: Code.invalidRequest, message: message)
  }

  public static func invalidParams(_ message: String, data: String? = nil) -> RPCError {
    RPCError(code: Code.invalidParams, message: message, data: data)
  }

  public static func unknown(method: String) -> RPCError {
    RPCError(
      code: Code.unknownMethod,
      message: "there is no method \"\(method.prefix(100))\" in this revision of the protocol")
  }

  public static func headerMismatch(_ message: String) -> RPCError {
    RPCError(code: Code.headerMismatch, message: message)
  }

  /// - Parameter needed: A JSON object as clients declare capabilities.
  public static func missingCapability(_ message: String, needed: String) -> RPCError {
    RPCError(code: Code.missingCapability, message: message, data: #"{"requiredCapabilities":\#(needed)}"#)
  }

  public static func unsupportedVersion(_ requested: String) -> RPCError {
    var data = JSONWriter()
    data.beginObject()
    data.key("supported")
    data.beginArray()
    for version in ProtocolVersion.modern { data.string(version) }
    data.endArray()
    data.member("requested", requested)
    data.endObject()
    return RPCError(
      code: Code.unsupportedVersion, message: "this server does not speak the revision \"\(requested.prefix(40))\"",
      data: data.text)
  }

  /// The HTTP status that goes with the code, as long as none has been sent.
  public var httpStatus: Int {
    if challenge != nil { return 403 }
    return switch code {
    case Code.parse, Code.invalidRequest, Code.invalidParams, Code.headerMismatch, Code.missingCapability,
      Code.unsupportedVersion:
      400
    case Code.unknownMethod: 404
    default: 200
    }
  }
}
