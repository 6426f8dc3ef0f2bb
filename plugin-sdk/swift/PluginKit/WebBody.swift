import CPluginSDK

// The body of a request of a streamed route (``RouteOptions/streamed``), in parts as they come. No more than some 128 KiB of
// it are kept: the client waits until the plugin reads.

extension WebExchange {
  /// What ``read()`` finds.
  public enum Part {
    case bytes(Body)
    case end
    /// Nothing yet: ``WebExchange/whenReadable(_:)`` tells when.
    case notYet
  }

  /// Takes the next part of the body.
  ///
  /// - Throws: ``Status/cancelled`` when the body broke off, ``Status/failedPrecondition`` where it is there as a whole.
  public func read() throws(Failure) -> Part {
    var out = orch_buf(p: nil, n: 0, release: nil, owner: nil)
    let status = Status(raw.pointee.v.pointee.read?(raw, &out) ?? Status.unimplemented.rawValue)
    if status == .unavailable { return .notYet }
    try Failure.check(status.rawValue, "the body of the request cannot be read")
    return out.n == 0 ? .end : .bytes(Body(taking: out))
  }

  /// Calls `action` once ``read()`` finds something, the end included.
  public func whenReadable(_ action: @escaping @Loop () -> Void) {
    raw.pointee.v.pointee.on_readable?(raw, loopTask(action))
  }

  /// Reads the body to its end; the exchange is kept meanwhile.
  ///
  /// - Parameters:
  ///   - each: Gets every part.
  ///   - done: Gets the end, or why the body broke off. It is not called any more once the route has ended.
  @Loop
  public func readBody(
    each: @escaping @Loop (Body) -> Void, done: @escaping @Loop (Result<Void, Failure>) -> Void
  ) {
    let kept = retain()
    do throws(Failure) {
      while true {
        switch try read() {
        case .bytes(let part): each(part)
        case .end: return done(.success(()))
        case .notYet: return whenReadable { kept.exchange.readBody(each: each, done: done) }
        }
      }
    } catch {
      done(.failure(error))
    }
  }
}

extension RetainedExchange {
  /// The next part of the body, once it is there; nil at the end.
  ///
  /// ```swift
  /// while let part = try await kept.nextPart() { hash.update(part.bytes) }
  /// ```
  /// - Throws: ``Status/cancelled`` when the body broke off, or when the route has ended.
  @Loop
  public func nextPart() async throws(Failure) -> Body? {
    while true {
      switch try exchange.read() {
      case .bytes(let part): return part
      case .end: return nil
      case .notYet:
        await withCheckedContinuation { continuation in
          let waiter = Waiter(continuation)
          exchange.whenReadable { waiter.resume() }
        }
      }
    }
  }
}

/// Goes on when it is told to, and when it is let go of: what the host drops unheard must not wait for ever.
private final class Waiter {
  private var continuation: CheckedContinuation<Void, Never>?

  init(_ continuation: CheckedContinuation<Void, Never>) { self.continuation = continuation }

  deinit { resume() }

  func resume() {
    let waiting = continuation
    continuation = nil
    waiting?.resume()
  }
}
