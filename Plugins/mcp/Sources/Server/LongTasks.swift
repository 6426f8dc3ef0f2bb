import MCPProtocol
import PluginKit

/// The calls that became tasks.
@Loop
final class LongTasks {
  /// After this time a call of a client that knows tasks becomes one, in milliseconds.
  private static let patience = 5000
  /// How long a task is kept beyond the longest call.
  private static let extraTime: Int64 = 600_000
  private static let most = 10_000

  private var byID: [String: LongTask] = [:]

  /// Makes a task of a call that takes long, when the client of a request can deal with it.
  func watch(_ request: Request, _ server: Server) {
    guard request.client.takesTasks, request.era.isModern, request.method == "tools/call", !request.isOver else {
      return
    }
    _ = try? server.host.after(milliseconds: Self.patience) { [weak self, weak request] in
      guard let self, let request, !request.isOver, !request.isTask, byID.count < Self.most else { return }
      let task = LongTask(request, server.host, time: server.settings.callTime + Self.extraTime)
      byID[task.id] = task
      request.become(task)
    }
  }

  func expire() { byID = byID.filter { !$0.value.hasExpired } }

  private func find(_ request: Request) throws(RPCError) -> LongTask {
    guard request.client.takesTasks else {
      throw .missingCapability(
        "\(request.method) is for clients that declare the extension of tasks",
        needed: #"{"extensions":{"io.modelcontextprotocol/tasks":{}}}"#)
    }
    guard let id = request.params["taskId"].string else { throw .invalidParams("\(request.method) needs \"taskId\"") }
    guard let task = byID[id], task.request.caller.isSame(as: request.caller) else {
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

  /// Goes on with a task that had asked: the call begins anew with the answers.
  func update(_ request: Request, _ server: Server) throws(RPCError) {
    let task = try find(request)
    let replies = request.params["inputResponses"]
    guard replies.kind == .object else { throw .invalidParams("tasks/update needs \"inputResponses\", an object") }
    if case .asking(_, let state) = task.state {
      let params = try Self.params(of: task.request, replies, state, server)
      task.resume()
      let next = task.request.again(with: params, outlet: task)
      task.request = next
      server.begin(next)
    }
    request.complete { _ in }
  }

  private static func params(
    of request: Request, _ replies: JSONValue, _ state: String, _ server: Server
  ) throws(RPCError) -> JSONValue {
    var fields = Fields(request.params)
    fields["inputResponses"] = Value(replies)
    fields["requestState"] = .string(state)
    do throws(Failure) { return try server.host.parse(fields.json) } catch { throw RPCError(error) }
  }
}
