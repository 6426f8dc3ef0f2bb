import CPluginSDK

/// A timer. It runs until ``stop()`` or until the plugin stops, whether or not this value is kept.
public struct Timer: Sendable {
  let id: UInt64
  let host: Host

  /// Stops the timer; harmless when it has fired for the last time.
  @Loop
  public func stop() {
    _ = host.tables.timer?.pointee.stop?(host.raw, id)
  }
}

extension Host {
  /// Runs `action` once, after so many milliseconds.
  @Loop
  @discardableResult
  public func after(milliseconds: Int, _ action: @escaping @Loop () -> Void) throws(Failure) -> Timer {
    try timer(delay: milliseconds, every: 0, action)
  }

  /// Runs `action` every so many milliseconds, for the first time after as many.
  @Loop
  @discardableResult
  public func every(milliseconds: Int, _ action: @escaping @Loop () -> Void) throws(Failure) -> Timer {
    try timer(delay: max(milliseconds, 1), every: max(milliseconds, 1), action)
  }

  /// Waits so many milliseconds; other things go on meanwhile. Throws when the task is cancelled.
  @Loop
  public func sleep(milliseconds: Int) async throws {
    let sleep = Sleep()
    sleep.timer = try after(milliseconds: milliseconds) { sleep.finish() }
    await withTaskCancellationHandler {
      await withCheckedContinuation { sleep.begin($0) }
    } onCancel: {
      self.post { sleep.finish() }
    }
    try Task.checkCancellation()
  }

  @Loop
  private func timer(
    delay: Int, every: Int, _ action: @escaping @Loop () -> Void
  ) throws(Failure) -> Timer {
    guard let start = tables.timer?.pointee.start else { throw .missing(ORCH_EXT_TIMER) }
    var id: UInt64 = 0
    try Failure.check(
      start(raw, UInt64(max(delay, 0)), UInt64(every), loopTask(action), &id), "a timer could not be started")
    return Timer(id: id, host: self)
  }
}

/// Somebody who waits for a timer.
@Loop
private final class Sleep {
  var timer: Timer?
  private var waiting: CheckedContinuation<Void, Never>?
  private var isOver = false

  func begin(_ continuation: CheckedContinuation<Void, Never>) {
    if isOver { return continuation.resume() }
    waiting = continuation
  }

  func finish() {
    isOver = true
    timer?.stop()
    waiting?.resume()
    waiting = nil
  }
}
