public import CPluginSDK

/// What a caller is told: a chunk of a stream, the answer, or a failure. Borrowed during the callback.
public struct Reply {
  /// The reply of the C headers.
  public let raw: UnsafePointer<orch_reply>

  /// Whether nothing follows.
  public var isLast: Bool { raw.pointee.kind != UInt32(ORCH_REPLY_CHUNK) }

  /// The failure; nil for a chunk or an answer.
  public var failure: Failure? {
    guard raw.pointee.kind == UInt32(ORCH_REPLY_ERROR) else { return nil }
    let details = string(raw.pointee.details)
    return Failure(Status(raw.pointee.status), string(raw.pointee.message), details: details.isEmpty ? nil : details)
  }

  /// The id of the plugin that answered, or `host`.
  public var plugin: String { string(raw.pointee.plugin) }

  /// The JSON text of a chunk or an answer, borrowed; empty for a failure.
  public var json: UnsafeRawBufferPointer {
    guard let body = raw.pointee.body else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    return UnsafeRawBufferPointer(start: body.pointee.p, count: body.pointee.n)
  }

  /// Keeps the JSON text, without copying it where the host gives it away; afterwards ``json`` must not be used.
  public func takeBody() -> Body {
    // What has no `release` is lent for the length of the callback.
    guard let body = raw.pointee.body, body.pointee.release != nil else { return Body(taking: give(Array(json))) }
    let taken = body.pointee
    body.pointee.release = nil
    return Body(taking: taken)
  }
}

/// A call under way.
public struct CallID: Sendable {
  let raw: UInt64
}

extension Host {
  /// Calls a method of any service. Every call is answered exactly once, whatever the callee does.
  ///
  /// - Parameters:
  ///   - method: `service.method`.
  ///   - arguments: A JSON object.
  ///   - context: The context that causes this call; nil for the plugin itself, with 30 s.
  ///   - timeout: In milliseconds; nil for what the context has left.
  ///   - reply: Gets the answer or the failure, and before it the chunks of a stream. It may run before this function
  ///     returns: leave your data in order before you call.
  @Loop
  @discardableResult
  public func call(
    _ method: String, _ arguments: borrowing some JSONText & ~Copyable, context: Context? = nil,
    timeout: Int64? = nil, reply: @escaping @Loop (Reply) -> Void
  ) -> CallID {
    var options = orch_call_options()
    options.size = UInt32(MemoryLayout<orch_call_options>.size)
    options.flags = UInt32(ORCH_CALL_INLINE_OK)
    options.timeout_ms = timeout ?? 0
    let callback = orch_reply_cb(
      fn: Trampoline.reply, ud: Callback<@Loop (Reply) -> Void>.keep(reply), release: releaseObject)
    var id: UInt64 = 0
    method.withText { method in
      arguments.withJSON { arguments in
        verbs.pointee.call?(raw, context?.raw, method, arguments.text, &options, callback, &id)
      }
    }
    return CallID(raw: id)
  }

  /// Calls a method of any service and waits for the answer.
  ///
  /// Cancelling the task gives up the call. See the other form for the parameters.
  @Loop
  public func call(
    _ method: String, _ arguments: borrowing some JSONText & ~Copyable, context: Context? = nil,
    timeout: Int64? = nil
  ) async throws(Failure) -> Body {
    let pending = Pending<Body>()
    let id = call(method, arguments, context: context, timeout: timeout) { reply in
      guard reply.isLast else { return }
      pending.finish(reply.failure.map(Result.failure) ?? .success(reply.takeBody()))
    }
    return try await pending.value(on: self) { self.cancel(id) }
  }

  /// Gives up a call: its reply is ``Status/cancelled``.
  @Loop
  @discardableResult
  public func cancel(_ call: CallID) -> Status {
    Status(verbs.pointee.cancel?(raw, call.raw) ?? Status.unimplemented.rawValue)
  }
}

@Loop
private enum Trampoline {
  static let reply: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<orch_reply>?) -> Void = { ud, reply in
    guard let ud, let reply else { return }
    Callback<@Loop (Reply) -> Void>.action(of: ud)(Reply(raw: reply))
  }
}
