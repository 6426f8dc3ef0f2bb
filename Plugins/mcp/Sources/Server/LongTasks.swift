import MCPProtocol
import PluginKit

/// The calls that became tasks.
@Loop
final class LongTasks {
  /// After this time a call of a client that knows tasks becomes one, in milliseconds.
  private static let patience = 5000
  /// The same for a tool that declares `execution.taskSupport`, in which it says that it may take long.
  private static let shortPatience = 100
  /// How long a task is kept beyond the longest call.
  private static let extraTime: Int64 = 600_000
  private static let most = 10_000

  private var byID: [String: LongTask] = [:]

  /// Makes a task of a call that takes long, when the client of a request can deal with it. What is asked before that, is
  /// asked without one.
  func watch(_ request: Request, _ server: Server, isLong: Bool = false) {
    guard request.client.takesTasks, request.era.isModern, request.method == "tools/call", !request.isOver else {
      return
    }
    _ = try? server.host.after(milliseconds: isLong ? Self.shortPatience : Self.patience) { [weak self, weak request] in
      guard let self, let request, !request.isOver, !request.isTask, byID.count < Self.most else { return }
      let task = LongTask(request, server.host, time: server.settings.callTime + Self.extraTime)
      byID[task.id] = task
      task.whenChanged = { [weak server] in server?.listeners.tell($0) }
      request.become(task)
    }
  }

  func expire() { byID = byID.filter { !$0.value.hasExpired } }

  /// Looks whether a client declares the extension.
  static func require(_ client: Client, for purpose: String) throws(RPCError) {
    guard !client.takesTasks else { return }
    throw .missingCapability(
      "\(purpose) is for clients that declare the extension of tasks",
      needed: #"{"extensions":{"io.modelcontextprotocol/tasks":{}}}"#)
  }

  /// The task with an id, if it is the caller's.
  func find(_ id: String, of caller: Caller) -> LongTask? {
    byID[id].flatMap { $0.request.caller.isSame(as: caller) ? $0 : nil }
  }

  private func find(_ request: Request) throws(RPCError) -> LongTask {
    try Self.require(request.client, for: request.method)
    guard let id = request.params["taskId"].string else { throw .invalidParams("\(request.method) needs \"taskId\"") }
    guard let task = find(id, of: request.caller) else {
      throw .invalidParams("there is no task \"\(id.prefix(60))\", or it is no longer kept")
    }
    return task
  }

  // MARK: Methods

  func get(_ request: Request) throws(RPCError) {
    let task = try find(request)
    request.complete { task.write(to: &$0) }
  }

  func cancel(_ request: Request) throws(RPCError) {
    let task = try find(request)
    if case .asking = task.state { task.dismiss() } else { task.request.cancel() }
    request.complete { _ in }
  }

  /// Goes on with a task that had asked: the call begins anew once all answers are there.
  func update(_ request: Request, _ server: Server) throws(RPCError) {
    let task = try find(request)
    let replies = request.params["inputResponses"]
    guard replies.kind == .object else { throw .invalidParams("tasks/update needs \"inputResponses\", an object") }
    if case .asking(var questions) = task.state {
      try questions.take(replies)
      if questions.isAnswered { try resume(task, questions, server) } else { task.wait(for: questions) }
    }
    request.complete { _ in }
  }

  private func resume(_ task: LongTask, _ questions: TaskQuestions, _ server: Server) throws(RPCError) {
    let params: JSONValue
    do throws(Failure) { params = try server.host.parse(questions.parameters(after: task.request.params)) } catch {
      throw RPCError(error)
    }
    task.resume()
    let next = task.request.again(with: params, outlet: task)
    task.request = next
    server.begin(next)
  }
}
