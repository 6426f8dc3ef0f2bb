import MCPProtocol
import PluginKit

extension Declarations {
  /// Answers `tools/call` of a declared tool. What goes wrong in it is a result, which the model reads; that the tool itself is
  /// broken is an error.
  func run(_ id: UInt64, _ server: Server, _ request: Request) async throws(RPCError) {
    guard let tool = item(.tool, id, for: request) else {
      throw .invalidParams(
        "there is no tool \"\((request.params["name"].string ?? "").prefix(100))\" that you may call")
    }
    let given = request.params["arguments"]
    if let headers = request.headers { try checkHeaders(headers, tool, given) }
    if tool.taskSupport == "required", request.era.isModern {
      try LongTasks.require(request.client, for: "the tool \"\(tool.name)\"")
    }
    if ["optional", "required"].contains(tool.taskSupport) { server.tasks.watch(request, server, isLong: true) }
    let arguments = given.kind == .object ? given.text : "{}"
    let answer = ToolAnswer(server: server, caller: request.caller)
    try await Interaction(server: server, request: request).run { round throws(RPCError) in
      do throws(Failure) {
        return try await run(id, .run, server, request, name: tool.name, arguments: arguments, round)
      } catch {
        if RPCError.isMissingCapability(error) { throw RPCError(error) }
        if error.status == .internal { throw RPCError(code: RPCError.Code.internal, message: error.message) }
        return .result(answer.failure(error))
      }
    }
  }

  /// Compares the headers that the tool's schema asks for with the arguments.
  private func checkHeaders(_ headers: HTTPHeaders, _ tool: Item, _ arguments: JSONValue) throws(RPCError) {
    guard tool.hasHeaders, let declaration = try? host.parse(tool.definition) else { return }
    try headers.check(declaration["inputSchema"], arguments)
  }
}
