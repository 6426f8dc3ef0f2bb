/// Somebody who waits for the outcome of something that the host does.
@Loop
final class Pending<Value: Sendable> {
  private var result: Result<Value, Failure>?
  private var waiting: CheckedContinuation<Void, Never>?

  /// Tells the outcome; the first one counts.
  func finish(_ result: Result<Value, Failure>) {
    guard self.result == nil else { return }
    self.result = result
    waiting?.resume()
    waiting = nil
  }

  /// Waits for the outcome. When the task is cancelled first, `cancel` runs, which has to bring an outcome about.
  func value(on host: Host, cancel: @escaping @Loop @Sendable () -> Void) async throws(Failure) -> Value {
    if result == nil {
      await withTaskCancellationHandler {
        await withCheckedContinuation { waiting = $0 }
      } onCancel: {
        host.post { if self.result == nil { cancel() } }
      }
    }
    guard let result else { throw Failure(.internal, "a wait ended without an outcome") }
    return try result.get()
  }
}
