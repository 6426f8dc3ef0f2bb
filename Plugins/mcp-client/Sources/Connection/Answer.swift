import MCPProtocol
import PluginKit

/// An answer that a server owes us.
@Loop
final class Answer {
  let onProgress: ((JSONValue) -> Void)?
  private(set) var result: Result<JSONValue, RequestFailure>?
  private var waiting: [() -> Void] = []
  var timer: Timer?

  init(onProgress: ((JSONValue) -> Void)?) { self.onProgress = onProgress }

  /// Tells the outcome; the first one counts.
  func finish(_ result: Result<JSONValue, RequestFailure>) {
    guard self.result == nil else { return }
    self.result = result
    timer?.stop()
    let waiting = waiting
    self.waiting = []
    for resume in waiting { resume() }
  }

  /// Runs `action` once there is an outcome.
  func whenFinished(_ action: @escaping () -> Void) {
    if result == nil { waiting.append(action) } else { action() }
  }

  /// Waits for the outcome; `cancel` runs when the task is cancelled first, and has to bring one about.
  func value(on host: Host, cancel: @escaping @Loop @Sendable () -> Void) async throws(RequestFailure) -> JSONValue {
    if result == nil {
      await withTaskCancellationHandler {
        await withCheckedContinuation { waiter in waiting.append { waiter.resume() } }
      } onCancel: {
        host.post { if self.result == nil { cancel() } }
      }
    }
    guard let result else { throw .local(Failure(.internal, "a wait ended without an outcome")) }
    return try result.get()
  }
}

/// Why a request had no result.
enum RequestFailure: Error {
  /// The server says so.
  case remote(RPCError)
  /// It did not come to an answer.
  case local(Failure)

  func failure(of server: String) -> Failure {
    switch self {
    case .remote(let error): error.failure(of: server)
    case .local(let failure): failure
    }
  }
}
