import PluginKit

/// Waits for something that is told once; the first telling counts.
@Loop
final class Outcome<Value, Trouble: Error> {
  private var result: Result<Value, Trouble>?
  private var waiting: CheckedContinuation<Void, Never>?

  func finish(_ result: Result<Value, Trouble>) {
    guard self.result == nil else { return }
    self.result = result
    waiting?.resume()
    waiting = nil
  }

  var value: Value {
    get async throws(Trouble) {
      while true {
        if let result { return try result.get() }
        await withCheckedContinuation { waiting = $0 }
      }
    }
  }
}
