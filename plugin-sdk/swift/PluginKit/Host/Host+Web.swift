import CPluginSDK

/// A request under way. It is answered whether or not this value is kept.
public struct SentRequest: Sendable {
  let id: UInt64
  let host: Host

  /// Gives up the request: its reply is ``Status/cancelled``.
  @Loop
  public func cancel() {
    _ = host.tables.httpClient?.pointee.cancel?(host.raw, id)
  }

  /// Stops or resumes the parts of a request that was opened, so that the server waits.
  @Loop
  public func pause(_ isPaused: Bool) {
    _ = host.tables.httpClient?.pointee.pause?(host.raw, id, isPaused ? 1 : 0)
  }
}

extension Host {
  /// Sends a request to a server elsewhere. Redirects are not followed.
  ///
  /// Addresses of private networks and of this machine are refused unless the configuration lists them
  /// (`host.httpClient.allow`).
  ///
  /// - Parameter reply: Gets the reply, or why there is none: exactly once, never before this function returns.
  @Loop
  @discardableResult
  public func send(
    _ request: WebRequest, reply: @escaping @Loop (Result<WebReply, Failure>) -> Void
  ) throws(Failure) -> SentRequest {
    guard let send = tables.httpClient?.pointee.send else { throw .missing(ORCH_EXT_HTTP_CLIENT) }
    let callback = orch_http_cb(
      fn: Trampoline.reply, ud: Callback<@Loop (Result<WebReply, Failure>) -> Void>.keep(reply),
      release: releaseObject)
    var id: UInt64 = 0
    request.withRaw { send(raw, $0, callback, &id) }
    return SentRequest(id: id, host: self)
  }

  /// Sends a request to a server elsewhere and waits for the reply. Cancelling the task gives it up.
  @Loop
  public func send(_ request: WebRequest) async throws(Failure) -> WebReply {
    let pending = Pending<WebReply>()
    let exchange = try send(request) { pending.finish($0) }
    return try await pending.value(on: self) { exchange.cancel() }
  }
}

extension Host {
  /// Sends a request whose reply is told in parts while it comes, such as a stream of events. Its
  /// ``WebRequest/timeout`` is for the head, the body may take as long as it likes; without a ``WebRequest/bodyLimit``
  /// there is none. For the rest see ``send(_:reply:)``.
  ///
  /// - Parameters:
  ///   - head: Gets code and headers of the reply, its body empty.
  ///   - part: Gets what has come of the body, borrowed: never more than 256 KiB wait, see ``SentRequest/pause(_:)``.
  ///   - end: Gets nil at the end of the reply, or why it did not come to its end: exactly once, last.
  @Loop
  @discardableResult
  public func open(
    _ request: WebRequest, head: @escaping @Loop (WebReply) -> Void,
    part: @escaping @Loop (UnsafeRawBufferPointer) -> Void, end: @escaping @Loop (Failure?) -> Void
  ) throws(Failure) -> SentRequest {
    guard let open = tables.httpClient?.pointee.open else { throw .missing(ORCH_EXT_HTTP_CLIENT) }
    let callback = orch_http_parts_cb(
      head: Trampoline.head, part: Trampoline.part, end: Trampoline.end,
      ud: Callback<PartsListener>.keep(PartsListener(head: head, part: part, end: end)), release: releaseObject)
    var id: UInt64 = 0
    request.withRaw { open(raw, $0, callback, &id) }
    return SentRequest(id: id, host: self)
  }
}

/// Who is told a reply in parts.
private struct PartsListener {
  let head: @Loop (WebReply) -> Void
  let part: @Loop (UnsafeRawBufferPointer) -> Void
  let end: @Loop (Failure?) -> Void
}

extension WebRequest {
  /// Lends the request as the C headers spell it.
  fileprivate func withRaw(_ body: (UnsafePointer<orch_http_request>) -> Void) {
    withTexts([method, url] + headers.map { "\($0.name): \($0.value)" }) { texts in
      self.body.withUnsafeBytes { content in
        var raw = orch_http_request()
        raw.size = UInt32(MemoryLayout<orch_http_request>.size)
        raw.method = texts[0]
        raw.url = texts[1]
        raw.headers = texts.baseAddress.map { $0 + 2 }
        raw.n_headers = texts.count - 2
        raw.body = content.text
        raw.timeout_ms = timeout
        raw.body_bytes_max = bodyLimit
        body(&raw)
      }
    }
  }
}

@Loop
private enum Trampoline {
  static let reply: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<orch_http_reply>?) -> Void = { ud, reply in
    guard let ud, let reply = reply?.pointee else { return }
    let status = Status(reply.status)
    Callback<@Loop (Result<WebReply, Failure>) -> Void>.action(of: ud)(
      status == .ok
        ? .success(
          WebReply(code: Int(reply.code), headers: string(reply.headers), body: Array(bytes(of: reply.body))))
        : .failure(Failure(status, string(reply.message))))
  }

  static let head: @convention(c) (UnsafeMutableRawPointer?, Int32, orch_str) -> Void = { ud, code, headers in
    guard let ud else { return }
    Callback<PartsListener>.action(of: ud).head(WebReply(code: Int(code), headers: string(headers), body: []))
  }

  static let part: @convention(c) (UnsafeMutableRawPointer?, orch_str) -> Void = { ud, text in
    guard let ud else { return }
    Callback<PartsListener>.action(of: ud).part(bytes(of: text))
  }

  static let end: @convention(c) (UnsafeMutableRawPointer?, orch_status, orch_str) -> Void = { ud, code, message in
    guard let ud else { return }
    let status = Status(code)
    Callback<PartsListener>.action(of: ud).end(status == .ok ? nil : Failure(status, string(message)))
  }
}
