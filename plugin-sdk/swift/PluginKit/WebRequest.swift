/// A request to a server elsewhere.
public struct WebRequest: Sendable {
  public var method: String
  /// `http` or `https`; TLS is verified.
  public var url: String
  public var headers: [(name: String, value: String)]
  public var body: [UInt8]
  /// Milliseconds for the whole exchange, of an opened request for the head; 0 for the host's 30 s.
  public var timeout: Int64 = 0
  /// The most bytes of the reply's body; 0 for the host's 8 MiB, of an opened request for no limit. More fails as ``Status/resourceExhausted``.
  public var bodyLimit: UInt64 = 0

  public init(
    _ method: String = "GET", _ url: String, headers: [(name: String, value: String)] = [], body: [UInt8] = []
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
  }
}

/// What a server answered, whatever its code.
public struct WebReply: Sendable {
  /// The HTTP status code, such as 200.
  public let code: Int
  /// The headers in their order, names in lower case.
  public let headers: [(name: String, value: String)]
  public let body: [UInt8]

  /// The value of a header, its name in lower case; the first one where there are several.
  public subscript(header: String) -> String? { headers.first { $0.name == header }?.value }
}

extension WebReply {
  /// Reads headers as the host lists them: lines `name: value`.
  init(code: Int, headers: String, body: [UInt8]) {
    self.code = code
    self.body = body
    self.headers = headers.split(separator: "\n").compactMap { line in
      guard let colon = line.firstIndex(of: ":") else { return nil }
      return (String(line[..<colon]), String(line[line.index(after: colon)...].drop { $0 == " " }))
    }
  }
}
