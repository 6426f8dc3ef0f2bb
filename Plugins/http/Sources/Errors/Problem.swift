import PluginKit

/// What went wrong, as RFC 9457 problem details: the body of every HTTP error and the `data` of every JSON-RPC error.
struct Problem: Error {
  var status: Status
  var http: HTTPStatus
  /// A sentence that names the thing and the fix.
  var detail: String
  /// The plugin that answered, when one did.
  var plugin: String?
  /// JSON object of the failing plugin. `errors` becomes a member of the problem, the rest extension members.
  var details: String?
  /// Seconds after which another try may work.
  var retryAfter: Int64?
  /// Of a 401 and a 403: where it is said who gives credentials (RFC 9728), a URL.
  var metadata: String?
  /// Of the same: the right that it takes.
  var scope: String?

  /// An error of a method.
  init(_ status: Status, _ detail: String, plugin: String? = nil, details: String? = nil) {
    self.status = status
    http = status.http
    self.detail = detail
    self.plugin = plugin
    self.details = details
  }

  /// An error that the server finds itself.
  init(http: HTTPStatus, detail: String) {
    status = Status(http: http)
    self.http = http
    self.detail = detail
  }

  /// The right that was missing, when the host has refused a call for that.
  var neededRight: String? {
    guard var details else { return nil }
    return details.withUTF8 { text in
      var right: String?
      try? JSONText.forEachMember(of: text) { member in
        if member.name.equals(#""needs""#), member.value.first == UInt8(ascii: "\"") {
          right = member.value.part(1..<member.value.count - 1).text
        }
      }
      return right
    }
  }

  /// The members that ``details`` cannot replace.
  private static let reserved: [StaticString] = [
    "type", "title", "status", "detail", "code", "plugin", "requestId", "retryAfter",
  ]

  /// Writes the problem object. `requestID` is plain ASCII without quotes.
  func write(to buffer: inout ByteBuffer, requestID: Bytes?) {
    buffer.append(#"{"type":"about:blank","title":""#)
    buffer.append(http.phrase)
    buffer.append(#"","status":"#)
    buffer.append(decimal: Int(http.rawValue))
    buffer.append(#","detail":"#)
    buffer.append(jsonString: detail)
    buffer.append(#","code":""#)
    buffer.append(status.name)
    buffer.append(UInt8(ascii: "\""))
    if let plugin {
      buffer.append(#","plugin":"#)
      buffer.append(jsonString: plugin)
    }
    if let requestID {
      buffer.append(#","requestId":""#)
      buffer.append(requestID)
      buffer.append(UInt8(ascii: "\""))
    }
    if let retryAfter {
      buffer.append(#","retryAfter":"#)
      buffer.append(decimal: Int(retryAfter))
    }
    writeDetails(to: &buffer)
    buffer.append(UInt8(ascii: "}"))
  }

  private func writeDetails(to buffer: inout ByteBuffer) {
    guard var details else { return }
    let start = buffer.count
    details.withUTF8 { text in
      do throws(JSONTextError) {
        try JSONText.forEachMember(of: text) { member in
          let name = member.name.part(1..<member.name.count - 1)
          if Self.reserved.contains(where: { name.equals($0) }) { return }
          buffer.append(UInt8(ascii: ","))
          buffer.append(member.name)
          buffer.append(UInt8(ascii: ":"))
          buffer.append(member.value)
        }
      } catch {
        buffer.truncate(to: start)  // Details that are no JSON object are not worth a second error.
      }
    }
  }
}

extension HTTPExchange {
  /// Answers with a problem. It always carries a request id: the client's, or a new one.
  func respond(_ problem: Problem, closing: Bool = false, headers: (inout ByteBuffer) -> Void = { _ in }) {
    var id = ByteBuffer()
    let given = requestID
    if let given { id.append(given) } else { engine.appendRequestID(to: &id) }
    var body = ByteBuffer()
    problem.write(to: &body, requestID: id.bytes)
    respond(problem.http, .problem, body: body.bytes, closing: closing) { buffer in
      if given == nil { buffer.appendHeader("X-Request-Id", id.bytes) }
      appendChallenge(of: problem, to: &buffer)
      if let seconds = problem.retryAfter {
        buffer.append("Retry-After: ")
        buffer.append(decimal: Int(seconds))
        buffer.append("\r\n")
      }
      headers(&buffer)
    }
  }
  /// Says what to show instead (RFC 6750, 3.1): of a token that was shown what is wrong with it.
  private func appendChallenge(of problem: Problem, to buffer: inout ByteBuffer) {
    guard problem.http == .unauthorized || problem.http == .forbidden else { return }
    let isToken =
      header("authorization").map { $0.count >= 6 && $0.part(0..<6).equals(ignoringCase: "bearer") } ?? false
    var parameters: [(name: String, value: String?)] = [
      ("resource_metadata", problem.metadata), ("scope", problem.scope),
    ]
    switch problem.http {
    case .unauthorized: if isToken { parameters.insert(("error", "invalid_token"), at: 0) }
    case .forbidden where isToken && problem.scope != nil: parameters.insert(("error", "insufficient_scope"), at: 0)
    default: return
    }
    buffer.append("WWW-Authenticate: Bearer")
    var separator = " "
    for case (let name, let value?) in parameters where !value.utf8.contains(where: { $0 < 0x20 || $0 == 0x22 }) {
      buffer.append("\(separator)\(name)=\"\(value)\"")
      separator = ", "
    }
    buffer.append("\r\n")
  }
}
