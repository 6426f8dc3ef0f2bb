import CPluginSDK

extension Host {
  /// Runs blocking work on a worker thread, then `done` on the loop with its result.
  ///
  /// - Throws: ``Status/resourceExhausted`` when 65,536 jobs wait; then neither runs.
  @Loop
  public func work<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value, done: @escaping @Loop (Result<Value, any Error>) -> Void
  ) throws(Failure) {
    guard let submit = tables.work?.pointee.submit else { throw .missing(ORCH_EXT_WORK) }
    let job = Job(body, done)
    let raw = orch_job(
      run: AnyJob.run, done: AnyJob.done, ud: Unmanaged<AnyJob>.passRetained(job).toOpaque(), release: releaseObject)
    try Failure.check(submit(self.raw, raw, nil), "the work could not be queued")
  }

  /// Runs blocking work on a worker thread and waits for its result; other things go on meanwhile.
  @Loop
  public func work<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      do {
        try work(body) { continuation.resume(with: $0) }
      } catch {
        continuation.resume(throwing: error)
      }
    }
  }
}

/// A job in the hands of the host.
private class AnyJob {
  func run() {}
  @Loop func finish(_ status: Status) {}

  static let run: @convention(c) (UnsafeMutableRawPointer?) -> Void = { ud in
    if let ud { Unmanaged<AnyJob>.fromOpaque(ud).takeUnretainedValue().run() }
  }

  @Loop static let done: @convention(c) (UnsafeMutableRawPointer?, orch_status) -> Void = { ud, status in
    if let ud { Unmanaged<AnyJob>.fromOpaque(ud).takeUnretainedValue().finish(Status(status)) }
  }
}

private final class Job<Value: Sendable>: AnyJob {
  private let body: @Sendable () throws -> Value
  private let done: @Loop (Result<Value, any Error>) -> Void
  /// Written on the worker, read on the loop: the host orders the two.
  private var result: Result<Value, any Error>?

  init(_ body: @escaping @Sendable () throws -> Value, _ done: @escaping @Loop (Result<Value, any Error>) -> Void) {
    self.body = body
    self.done = done
  }

  override func run() {
    result = Result { try body() }
  }

  override func finish(_ status: Status) {
    let result = result ?? .failure(Failure(status == .ok ? .internal : status, "the work was not done"))
    done(result)
  }
}
