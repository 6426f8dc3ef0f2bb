public import CPluginSDK

/// One request of a raw route and its reply.
///
/// Valid until the handler returns, or as long as a ``RetainedExchange`` keeps it. An answer has to begin within 30 s (by
/// default) of the end of the body, else the client gets 504; an exchange that is dropped without an answer is answered
/// 500, and one whose route ends 503.
///
/// [loop-thread]
public struct WebExchange {
  /// The exchange of the C headers.
  public let raw: UnsafeMutablePointer<orch_http_exchange>

  init(_ raw: UnsafeMutablePointer<orch_http_exchange>) {
    self.raw = raw
  }

  private var verbs: UnsafePointer<orch_http_exchange_verbs> { raw.pointee.v }

  // MARK: The request

  /// On whose behalf: for calls that this request causes.
  public var context: Context? { verbs.pointee.ctx?(raw).map(Context.init) }

  /// `GET`, `POST`, …
  public var method: String { string(verbs.pointee.method?(raw) ?? emptyText) }

  /// Path and query, as sent.
  public var target: String { string(verbs.pointee.target?(raw) ?? emptyText) }

  /// Where the client is; behind trusted proxies the address of the first one.
  public var address: String { string(verbs.pointee.address?(raw) ?? emptyText) }

  /// Whether the client came by TLS.
  public var isSecure: Bool { verbs.pointee.is_secure?(raw) == 1 }

  /// The decoded value of a segment of the route, else the first of the query with that name.
  public func parameter(_ name: String) -> String? {
    var value = emptyText
    return name.withText { verbs.pointee.parameter?(raw, $0, &value) } == 1 ? string(value) : nil
  }

  /// The value of the first header with that name, in lower case.
  public func header(_ name: String) -> String? {
    var value = emptyText
    return name.withText { verbs.pointee.header?(raw, $0, &value) } == 1 ? string(value) : nil
  }

  /// The whole body, borrowed from the exchange; empty for a streamed route.
  public var body: UnsafeRawBufferPointer { bytes(of: verbs.pointee.body?(raw) ?? emptyText) }

  // MARK: The reply

  /// Keeps the exchange beyond the return of the handler.
  public func retain() -> RetainedExchange { RetainedExchange(self) }

  /// Answers. Length, date and connection headers are the server's.
  ///
  /// - Parameter headers: Lines `Name: value`.
  /// - Returns: ``Status/cancelled`` when the client has gone, ``Status/failedPrecondition`` after an answer.
  @discardableResult
  public func respond(_ code: Int, _ headers: [String] = [], body: [UInt8] = []) -> Status {
    let body = give(body)
    guard let respond = verbs.pointee.respond else {
      body.release?(body.owner)
      return .unimplemented
    }
    return withTexts(headers) { Status(respond(raw, UInt16(clamping: code), $0.baseAddress, $0.count, body)) }
  }

  /// As ``respond(_:_:body:)``, with text.
  @discardableResult
  public func respond(_ code: Int, _ headers: [String] = [], _ text: String) -> Status {
    respond(code, headers, body: Array(text.utf8))
  }

  /// Answers with a failure as a problem object (RFC 9457), with the HTTP status of its table.
  ///
  /// - Parameter retryAfter: Milliseconds after which another try may work, for ``Status/resourceExhausted`` and
  ///   ``Status/unavailable``.
  @discardableResult
  public func respond(_ failure: Failure, retryAfter: Int64 = 0) -> Status {
    failure.message.withText { message in
      failure.details.withText { details in
        Status(
          verbs.pointee.fail?(raw, failure.status.rawValue, message, details, retryAfter)
            ?? Status.unimplemented.rawValue)
      }
    }
  }

  /// Begins an answer of unknown length.
  @discardableResult
  public func begin(_ code: Int, _ headers: [String] = []) -> Status {
    withTexts(headers) {
      Status(
        verbs.pointee.begin?(raw, UInt16(clamping: code), $0.baseAddress, $0.count) ?? Status.unimplemented.rawValue)
    }
  }

  /// Adds to an answer that was begun.
  ///
  /// - Returns: ``Status/resourceExhausted`` when 256 KiB wait for the client: try again ``whenWritable(_:)``.
  @discardableResult
  public func write(_ part: [UInt8]) -> Status {
    let buffer = give(part)
    let status = Status(verbs.pointee.write?(raw, buffer) ?? Status.unimplemented.rawValue)
    if status != .ok, status != .cancelled { buffer.release?(buffer.owner) }
    return status
  }

  /// Ends an answer that was begun.
  @discardableResult
  public func end() -> Status { Status(verbs.pointee.end?(raw) ?? Status.unimplemented.rawValue) }

  /// Gives an answer up that was begun: the client sees that it is not whole.
  public func abort() { verbs.pointee.abort?(raw) }

  /// Calls `action` once there is room for ``write(_:)`` again.
  public func whenWritable(_ action: @escaping @Loop () -> Void) { verbs.pointee.on_writable?(raw, loopTask(action)) }

  /// Calls `action` when nobody waits for the answer any more, at once when that is so already.
  public func whenCancelled(_ action: @escaping @Loop () -> Void) { verbs.pointee.on_cancel?(raw, loopTask(action)) }
}

/// Keeps an ``WebExchange`` alive for a late answer.
public final class RetainedExchange {
  /// The exchange, valid as long as this object.
  public let exchange: WebExchange

  init(_ exchange: WebExchange) {
    self.exchange = exchange
    exchange.raw.pointee.v.pointee.retain?(exchange.raw)
  }

  deinit { exchange.raw.pointee.v.pointee.release?(exchange.raw) }
}
