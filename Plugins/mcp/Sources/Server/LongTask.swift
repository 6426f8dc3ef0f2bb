import MCPProtocol
import PluginKit

/// A call that took long, and goes on after its request was answered: the extension `io.modelcontextprotocol/tasks`. The client
/// asks for its state, and finds the result there.
@Loop
final class LongTask: Outlet {
  enum State {
    case working
    /// What the client has to answer before it goes on.
    case asking(TaskQuestions)
    /// A result or an error, as JSON.
    case completed(String)
    case failed(String)
    case cancelled
  }

  let id = StateSeal.id()
  /// The request that caused it, and later the one by which it goes on.
  var request: Request
  private(set) var state = State.working
  /// Is told of each change.
  var whenChanged: @Loop (LongTask) -> Void = { _ in }
  private let host: Host
  /// The keys of all questions so far.
  private var keys: Set<String> = []
  private let created = Instant.now
  private var updated = Instant.now
  private let time: Int64

  /// - Parameter time: How long it is kept, in milliseconds.
  init(_ request: Request, _ host: Host, time: Int64) {
    self.request = request
    self.host = host
    self.time = time
  }

  var hasExpired: Bool { created.milliseconds + time < Instant.now.milliseconds }

  /// Progress and log lines belong to the request, which has been answered.
  func send(_ message: [UInt8]) -> Bool { true }

  func finish(_ message: [UInt8], error: RPCError?) {
    guard let json = try? host.parse(message) else { return }
    let result = json["result"]
    if result["resultType"].string == "input_required" {
      change(
        .asking(TaskQuestions(result["inputRequests"], state: result["requestState"].string ?? "", used: &keys)))
    } else if error != nil {
      change(.failed(json["error"].text))
    } else {
      change(.completed(result.text))
    }
  }

  func dismiss() { change(.cancelled) }

  /// Some answers have come, others are still needed.
  func wait(for questions: TaskQuestions) { change(.asking(questions)) }

  /// It goes on with the answers of the client.
  func resume() { change(.working) }

  private func change(_ state: State) {
    self.state = state
    updated = Instant.now
    whenChanged(self)
  }

  /// Writes its members, with what its state adds.
  func write(to json: inout JSONWriter) {
    json.member("taskId", id)
    json.member("status", name)
    json.member("createdAt", created.text)
    json.member("lastUpdatedAt", updated.text)
    json.member("ttlMs", time)
    json.member("pollIntervalMs", 1000)
    switch state {
    case .working, .cancelled: break
    case .asking(let questions):
      json.key("inputRequests")
      questions.write(to: &json)
    case .completed(let result):
      json.key("result")
      json.raw(result)
    case .failed(let error):
      json.key("error")
      json.raw(error)
    }
  }

  private var name: String {
    switch state {
    case .working: "working"
    case .asking: "input_required"
    case .completed: "completed"
    case .failed: "failed"
    case .cancelled: "cancelled"
    }
  }
}
