import MCPProtocol
import PluginKit

/// Answers `tools/list` and `tools/call`.
@Loop
struct ToolRunner {
  /// How many tools one page has: all there are, for almost everybody.
  static let pageSize = 250

  let server: Server

  // MARK: The list

  func list(_ request: Request) async throws(RPCError) {
    try await server.catalog.refresh()
    guard let profile = Profile(request.profile, server.settings) else {
      throw .invalidParams("there is no profile \"\(request.profile)\"; there are \(server.settings.profileNames)")
    }
    let rights = request.caller.rights
    var all: [(name: String, definition: [UInt8])] = []
    for method in server.catalog.sorted where profile.hasMethod(method.toolName) && method.isAllowed(rights) {
      all.append((method.toolName, profile.isShort ? method.shortDefinition : method.definition))
    }
    for tool in BuiltInTool.allCases where profile.hasBuiltIn(tool.rawValue) && allows(tool, rights) {
      all.append((tool.rawValue, tool.definition(server.settings.role)))
    }
    for tool in server.declared.list(.tool, for: request) where profile.hasDeclared(tool.name) {
      if server.catalog.isFree(tool.name, for: tool.plugin) { all.append((tool.name, tool.definition)) }
    }
    all.sort { $0.name < $1.name }
    try Page(request.params["cursor"]).write(all, size: Self.pageSize, as: "tools", to: request)
  }

  private func allows(_ tool: BuiltInTool, _ rights: Rights) -> Bool {
    tool != .callWrite || rights.allow(.write, of: "", permission: nil) || rights.words.contains(":write")
      || rights.words.contains(":destructive")
  }

  // MARK: Calls

  func call(_ request: Request) async throws(RPCError) {
    let params = request.params
    guard let name = params["name"].string else { throw .invalidParams("tools/call needs the \"name\" of a tool") }
    let arguments = params["arguments"]
    guard arguments.kind == .object || arguments.kind == .absent else {
      throw .invalidParams("\"arguments\" of tools/call has to be an object")
    }
    try await server.catalog.refresh()
    let answer = ToolAnswer(server: server, caller: request.caller)
    if let tool = BuiltInTool(rawValue: name) {
      try await Interaction(server: server, request: request).run { round throws(RPCError) in
        try await call(tool, arguments, request, answer, round)
      }
    } else if let method = server.catalog.tools[name], method.isAllowed(request.caller.rights) {
      try await Interaction(server: server, request: request).run { round throws(RPCError) in
        let text = arguments.kind == .object ? arguments.text : "{}"
        return try await MethodCall(server, request, method, text, structured: true, round).run()
      }
    } else if server.catalog.tools[name] == nil, let id = server.declared.find(.tool, name) {
      try await server.declared.run(id, server, request)
    } else {
      try checkScope(server.catalog.tools[name], request)
      throw .invalidParams("there is no tool \"\(name.prefix(100))\"; tools/list tells which there are")
    }
  }

  private func call(
    _ tool: BuiltInTool, _ arguments: JSONValue, _ request: Request, _ answer: ToolAnswer, _ round: Round
  ) async throws(RPCError) -> Step {
    switch tool {
    case .findMethods:
      let limit = min(max(arguments["limit"].int ?? 5, 1), 20)
      let search = MethodSearch(catalog: server.catalog, rights: request.caller.rights)
      return .result(answer.result(search.find(arguments["query"].string ?? "", limit: limit)))
    case .callRead, .callWrite:
      guard let name = arguments["method"].string else {
        return .result(answer.failure("\"method\" is missing: the name of a method, such as sprints.active"))
      }
      let given = arguments["arguments"]
      guard given.kind == .object || !given.isPresent else {
        return .result(answer.failure("\"arguments\" has to be an object: find_methods shows what \(name) takes"))
      }
      guard let method = server.catalog.method(named: name), method.isAllowed(request.caller.rights) else {
        try checkScope(server.catalog.method(named: name), request)
        return .result(answer.failure(unknown(name, request.caller.rights)))
      }
      if tool == .callRead, method.effect != .read {
        return .result(answer.failure("\(method.fullName) changes something; call it with call_write"))
      }
      let text = given.kind == .object ? given.text : "{}"
      return try await MethodCall(server, request, method, text, structured: false, round).run()
    }
  }

  /// Leads who came by a token to one that may call a method; nothing of that for others, to whom it does not exist.
  private func checkScope(_ method: MethodTool?, _ request: Request) throws(RPCError) {
    guard let method, let metadata = request.metadata, method.isAllowed(Rights(server.settings.role.rights)) else {
      return
    }
    throw .insufficientScope(
      "\(method.fullName) needs a token with the scope \(method.scope)", method.scope, metadata: metadata)
  }

  private func unknown(_ name: String, _ rights: Rights) -> String {
    let similar = server.catalog.similar(to: name, for: rights)
    let hint =
      similar.isEmpty ? "find_methods tells which there are" : "did you mean \(similar.joined(separator: ", "))?"
    return "there is no method \"\(name.prefix(100))\" that you may call; \(hint)"
  }
}
