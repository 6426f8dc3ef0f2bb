import MCPProtocol
import PluginKit

/// A call that took long, and goes on after its request was answered: the extension `io.modelcontextprotocol/tasks`. The client
/// asks for its state, and finds the result there.
@Loop
final class LongTask: Outlet {
  enum State {
    case working
    /// What the client has to answer before it goes on: questions as JSON, and the sealed state to come back with.
    case asking(questions: String, state: String)
    /// A result or an error, as JSON.
    case completed(String)
    case failed(String)
    case cancelled
  }

  let id = StateSeal.id()
  /// The request that caused it, and later the one by which it goes on.
  var request: Request
  private(set) var state = State.working
  private let host: Host
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
      let questions = result["inputRequests"]
      change(
        .asking(questions: questions.isPresent ? questions.text : "{}", state: result["requestState"].string ?? ""))
    } else if error != nil {
      change(.failed(json["error"].text))
    } else {
      change(.completed(result.text))
    }
  }

  func dismiss() { change(.cancelled) }

  /// It goes on with the answers of the client.
  func resume() { change(.working) }

  private func change(_ state: State) {
    self.state = state
    updated = Instant.now
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
    case .asking(let questions, _):
      json.key("inputRequests")
      json.raw(questions)
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
