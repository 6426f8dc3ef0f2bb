import PluginKit

/// Somebody who waits for something that happens once, before or after the waiting begins.
@Loop
final class Waiter<Value: Sendable> {
  private var value: Value?
  private var waiting: CheckedContinuation<Void, Never>?

  /// What happens first counts.
  func finish(_ value: Value) {
    guard self.value == nil else { return }
    self.value = value
    waiting?.resume()
    waiting = nil
  }

  /// Waits. When the task is cancelled, `onCancel` runs on the loop and has to see to it that the end comes.
  func wait(on host: Host, onCancel: @escaping @Loop () -> Void) async -> Value? {
    if value == nil {
      await withTaskCancellationHandler {
        await withCheckedContinuation { waiting = $0 }
      } onCancel: {
        host.post { onCancel() }
      }
    }
    return value
  }
}
