public import CPluginSDK
import Glibc

/// Answers. Each call is answered once, with ``answer()`` in one of its forms or with ``fail(_:)``.
extension Call {
  /// Answers with nothing (`null`).
  @discardableResult
  public func answer() -> Status {
    answer(orch_buf(p: nil, n: 0, release: nil, owner: nil))
  }

  /// Answers with what was written, which is given away without a copy.
  ///
  /// When a number that JSON cannot express was written, the answer is ``Status/outOfRange``.
  @discardableResult
  public func answer(_ json: consuming JSONWriter) -> Status {
    if json.isOutOfRange { return fail(.outOfRange, "the result holds a number that is not finite") }
    let memory = json.take()
    return answer(
      orch_buf(
        p: UnsafeMutableRawPointer(memory.baseAddress)?.assumingMemoryBound(to: CChar.self), n: memory.count,
        release: { free($0) }, owner: memory.baseAddress))
  }

  /// Answers with a JSON text, which is given away without a copy.
  @discardableResult
  public func answer(json: consuming [UInt8]) -> Status {
    answer(give(json))
  }

  /// Answers with a JSON text, which is copied.
  ///
  /// - Parameter validated: The text was validated when it was stored: the host does not parse it again.
  @inlinable
  @discardableResult
  public func answer(copying json: borrowing some JSONText & ~Copyable, validated: Bool = false) -> Status {
    json.withJSON { answer(lend($0), validated: validated) }
  }

  /// Answers with the answer that another plugin gave, which is taken: the host has validated it. A failure is passed on.
  @discardableResult
  public func answer(forwarding reply: Reply) -> Status {
    if let failure = reply.failure { return fail(failure) }
    guard let body = reply.raw.pointee.body else { return answer() }
    let taken = body.pointee
    body.pointee.release = nil
    return answer(taken, validated: true)
  }

  /// Answers with the body of another answer, which is shared.
  @discardableResult
  public func answer(sharing body: Body) -> Status {
    answer(body.share())
  }

  /// Answers with a value as JSON. Convenient and slower than ``JSONWriter``: the value goes through a tree.
  @discardableResult
  public func answer(encoding value: some Encodable) throws -> Status {
    var json = JSONWriter()
    try json.encode(value)
    return answer(json)
  }

  /// Answers with a buffer of the C headers, which is taken in every case.
  @inlinable
  @discardableResult
  public func answer(_ json: orch_buf, validated: Bool = false) -> Status {
    let flags = validated ? UInt32(ORCH_ANSWER_VALIDATED) : 0
    return Status(verbs.pointee.answer?(raw, json, flags) ?? Status.unimplemented.rawValue)
  }

  /// Answers with a failure.
  @discardableResult
  public func fail(_ failure: Failure) -> Status {
    failure.message.withText { message in
      failure.details.withText { details in
        Status(verbs.pointee.fail?(raw, failure.status.rawValue, message, details) ?? Status.unimplemented.rawValue)
      }
    }
  }

  /// Answers with a failure. `details` is a JSON object.
  @discardableResult
  public func fail(_ status: Status, _ message: String, details: String? = nil) -> Status {
    fail(Failure(status, message, details: details))
  }
}

// MARK: - Streams

extension Call {
  /// Sends one chunk of a streaming method: one JSON text. The stream ends with an answer or a failure.
  ///
  /// - Returns: ``Status/ok``; ``Status/cancelled`` when nobody listens any more; ``Status/resourceExhausted`` when
  ///   256 KiB wait for the reader: nothing was sent, and ``onWritable(_:)`` tells when to try again.
  public func emit(_ json: borrowing some JSONText & ~Copyable) -> Status {
    json.withJSON { bytes in
      Status(verbs.pointee.emit?(raw, lend(bytes)) ?? Status.unimplemented.rawValue)
    }
  }

  /// Runs `action` once when the call is cancelled, at once when it already is.
  @Loop
  public func onCancel(_ action: @escaping @Loop () -> Void) {
    verbs.pointee.on_cancel?(raw, loopTask(action))
  }

  /// Runs `action` once when ``emit(_:)`` has room again.
  @Loop
  public func onWritable(_ action: @escaping @Loop () -> Void) {
    verbs.pointee.on_writable?(raw, loopTask(action))
  }
}
