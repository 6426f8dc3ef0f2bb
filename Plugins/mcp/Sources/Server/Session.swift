import MCPProtocol
import PluginKit

/// What a conversation remembers: that of a client before 2026-07-28, or a connection of the bridge.
@Loop
final class Session {
  /// Unguessable.
  let id: String
  /// Whose it is: for others it does not exist.
  let owner: Caller
  /// The revision that was agreed on; nil before `initialize`.
  private(set) var version: String?
  private(set) var client = Client()
  /// From which level on log lines are wanted.
  var logLevel = LogLevel.info
  /// The set of tools that its client asked for.
  let profile: String
  /// What the client wants to hear of that it does not ask for.
  let listener: Listener
  /// When it was used last, in milliseconds since 1970.
  var lastUse = Instant.now.milliseconds

  /// Requests under way.
  private var requests: [RequestID: Request] = [:]
  private var questions: [RequestID: @Loop (Result<JSONValue, RPCError>) -> Void] = [:]
  private var questionCount = 0

  init(id: String, owner: Caller, profile: String) {
    self.id = id
    self.owner = owner
    self.profile = profile
    listener = Listener(Listener.Wish(), tag: nil)
  }

  /// The client has said who it is.
  func agree(on version: String, with client: Client) {
    self.version = version
    self.client = client
    listener.wish.tools = true
    listener.wish.prompts = true
    listener.wish.resources = true
  }

  // MARK: Requests

  /// Remembers a request until it is answered; false when one of that id is under way.
  func add(_ request: Request) -> Bool {
    guard requests[request.id] == nil else { return false }
    requests[request.id] = request
    request.whenOver { [weak self] in self?.requests[request.id] = nil }
    return true
  }

  var isBusy: Bool { !requests.isEmpty || listener.isHeard }

  /// The client does not wait for an answer any more; of what is not under way it may say so, too.
  func cancel(_ id: RequestID) { requests[id]?.clientWent() }

  // MARK: Questions

  /// Asks the client on the stream of a request.
  func ask(_ request: Request, _ question: JSONValue) async throws(RPCError) -> JSONValue {
    questionCount += 1
    let id = RequestID.text("orc-\(questionCount)-\(self.id.suffix(8))")
    let answer = Outcome<JSONValue, RPCError>()
    questions[id] = { answer.finish($0) }
    defer { questions[id] = nil }
    let message = Envelope.request(id, question["method"].string ?? "") { json in
      for (name, value) in question["params"].members {
        json.key(name)
        json.raw(value)
      }
    }
    guard request.send(message) else {
      throw RPCError(code: -32603, message: "the question could not be sent to the client")
    }
    request.whenOver { answer.finish(.failure(RPCError(code: -32603, message: "nobody waits any more"))) }
    return try await answer.value
  }

  /// Takes the answer to a question.
  func take(_ id: RequestID, result: JSONValue, error: JSONValue) {
    guard let question = questions.removeValue(forKey: id) else { return }
    if error.isPresent {
      let message = error["message"].string ?? "the client could not answer"
      question(.failure(RPCError(code: -32603, message: "the client answered a question with an error: \(message)")))
    } else {
      question(.success(result))
    }
  }

  /// Ends everything that is under way.
  func end() {
    for request in Array(requests.values) { request.clientWent() }
    for question in Array(questions.values) {
      question(.failure(RPCError(code: -32603, message: "the session has ended")))
    }
    questions = [:]
    listener.stream = nil
  }
}
