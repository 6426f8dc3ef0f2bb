import CHost

extension HostExtensions {
  /// `orchestron.mcp/1`.
  static let mcp = orch_mcp(
    size: UInt32(MemoryLayout<orch_mcp>.size), reserved: 0,
    add: { pointer, context, kind, declaration, permission, handler, out in
      let ended = orch_task(fn: nil, ud: handler.ud, release: handler.release)
      guard let plugin = Plugin.onLoop(pointer, "mcp.add") else {
        Plugin.behind(pointer)?.releaseOnLoop(ended)
        return Status.failedPrecondition.rawValue
      }
      let status = plugin.attempt(context, "mcp.add") { () throws(Failure) in
        out?.pointee = try plugin.declare(kind, declaration.bytes, permission: permission.string, handler, ended: ended)
      }
      if status != 0 { plugin.release(ended) }
      return status
    },
    remove: { pointer, id in
      guard let undo = Plugin.onLoop(pointer, "mcp.remove")?.registrations.remove(id) else {
        return Status.failedPrecondition.rawValue
      }
      undo()
      return Status.ok.rawValue
    },
    updated: { pointer, uri in
      guard let plugin = Plugin.onLoop(pointer, "mcp.updated"), uri.n > 0 else { return }
      let declarations = plugin.host.mcp
      guard declarations.isWatched(uri.bytes), declarations.match(uri.string)?.plugin === plugin else { return }
      plugin.host.bus.publish("mcp:updated", ["uri": .string(uri.string), "plugin": .string(plugin.id)])
    },
    is_watched: { pointer, uri in
      Plugin.onLoop(pointer, "mcp.is_watched")?.host.mcp.isWatched(uri.bytes) == true ? 1 : 0
    })

  /// `orchestron.mcp-server/1`.
  static let mcpServer = orch_mcp_server(
    size: UInt32(MemoryLayout<orch_mcp_server>.size), reserved: 0,
    each: { pointer, context, body, ud in
      guard let server = Plugin.onLoop(pointer, "mcp_server.each"), let body else { return }
      let context = Context.behind(context)
      for item in server.host.mcp.all where context.map({ item.refusal(to: $0) == nil }) ?? true {
        var info = orch_mcp_info()
        info.size = UInt32(MemoryLayout<orch_mcp_info>.size)
        info.kind = item.declaration.kind.code
        info.flags = item.handler.complete == nil ? 0 : UInt32(ORCH_MCP_COMPLETES)
        info.id = item.id
        info.plugin = item.plugin.name.str
        info.name = item.name.str
        info.permission = item.permission.str
        info.declaration = item.text.str
        body(ud, &info)
      }
    },
    find: { pointer, kind, name in
      guard let server = Plugin.onLoop(pointer, "mcp_server.find"), let kind = MCPDeclaration.Kind(code: kind) else {
        return 0
      }
      return server.host.mcp.find(kind, name.string)?.id ?? 0
    },
    match: { pointer, uri in
      Plugin.onLoop(pointer, "mcp_server.match")?.host.mcp.match(uri.string)?.id ?? 0
    },
    run: { pointer, id, request in Plugin.onLoop(pointer, "mcp_server.run").mcp(id, request, .run) },
    complete: { pointer, id, request in Plugin.onLoop(pointer, "mcp_server.complete").mcp(id, request, .complete) },
    watch: { pointer, uri, out in
      guard let server = Plugin.onLoop(pointer, "mcp_server.watch") else { return Status.failedPrecondition.rawValue }
      let (host, uri, id) = (server.host, uri.string, server.host.newID())
      host.mcp.watch(uri)
      server.registrations.add(id) { [unowned host] in host.mcp.unwatch(uri) }
      out?.pointee = id
      return Status.ok.rawValue
    },
    unwatch: { pointer, id in
      guard let undo = Plugin.onLoop(pointer, "mcp_server.unwatch")?.registrations.remove(id) else {
        return Status.failedPrecondition.rawValue
      }
      undo()
      return Status.ok.rawValue
    })
}

extension Plugin {
  /// Adds a declaration that ends with the plugin.
  fileprivate func declare(
    _ kind: UInt32, _ text: UnsafeRawBufferPointer, permission: String, _ handler: orch_mcp_handler, ended: orch_task
  ) throws(Failure) -> UInt64 {
    guard let kind = MCPDeclaration.Kind(code: kind) else {
      throw Failure(.unimplemented, "the kind \(kind) of a declaration is not known to this host")
    }
    guard handler.run != nil else {
      throw Failure(.invalidArgument, "the handler of a \(kind.rawValue) has no function")
    }
    guard handler.complete == nil || kind == .prompt || kind == .template else {
      throw Failure(.invalidArgument, "a \(kind.rawValue) has no arguments to be completed: leave complete NULL")
    }
    guard !permission.contains(where: \.isWhitespace) else {
      throw Failure(.invalidArgument, "the permission \(permission.quoted) must be one word")
    }
    let declaration = try MCPDeclaration(kind, parsing: text)
    let item = MCPDeclarations.Item(host.newID(), of: self, declaration, permission: permission, handler)
    try host.mcp.add(item)
    let news: JSON = [
      "kind": .string(kind.rawValue), "name": .string(declaration.name), "plugin": .string(id),
    ]
    registrations.add(item.id) { [unowned self] in
      host.mcp.remove(item)
      item.end()
      host.bus.publish("mcp:removed", news)
      release(ended)
    }
    host.bus.publish("mcp:added", news)
    return item.id
  }
}

extension Plugin? {
  /// Runs or completes what was declared, for this plugin, which serves MCP.
  fileprivate func mcp(
    _ id: UInt64, _ request: UnsafeMutablePointer<orch_mcp_request>?, _ purpose: MCPCall.Purpose
  ) -> orch_status {
    guard let server = self, let request else { return Status.failedPrecondition.rawValue }
    guard let item = server.host.mcp[id] else { return Status.notFound.rawValue }
    guard item.plugin.acceptsCalls else { return Status.unavailable.rawValue }
    let verbs = request.pointee.v.pointee
    guard let pointer = verbs.ctx?(request), let context = Context.behind(pointer) else {
      return Status.invalidArgument.rawValue
    }
    let arguments: String
    do throws(Failure) {
      if let refusal = item.refusal(to: context) { throw refusal }
      if purpose == .complete, item.handler.complete == nil {
        throw Failure(.unimplemented, "\(item.words) proposes no values")
      }
      arguments = try item.arguments(
        verbs.args?(request) ?? .empty, name: verbs.name?(request) ?? .empty, purpose, in: server.host.answerDocument)
    } catch {
      context.fail(error)
      return error.status.rawValue
    }
    var handler = item.handler
    let call = MCPCall(request, to: item, purpose, context: pointer, arguments: arguments)
    // What it throws retires the plugin; its call is dropped and so answered.
    _ = item.plugin.enter("the \(item.words)") { chost_mcp(&handler, call.pointer, purpose == .complete, $0) }
    call.handlerDidReturn()
    return Status.ok.rawValue
  }
}

extension MCPDeclarations.Item {
  /// The arguments of a request, checked, as one line.
  fileprivate func arguments(
    _ text: orch_str, name: orch_str, _ purpose: MCPCall.Purpose, in document: JSONDocument
  ) throws(Failure) -> String {
    if purpose == .run, let template = declaration.template {
      guard let values = template.match(name.string) else {
        throw Failure(.notFound, "there is no resource \(name.string.quoted)")
      }
      return JSON.object(JSONObject(values.map { ($0.name, JSON.string($0.value)) })).text
    }
    do throws(JSONError) {
      try document.parse(text.n > 0 ? text.bytes : MCPDeclarations.noArguments.str.bytes, duplicateKeys: .refused)
    } catch {
      throw Failure(.invalidArgument, "the arguments of \(declaration.name) are not valid JSON: \(error.message)")
    }
    guard document.root.kind == .object else {
      throw Failure(.invalidArgument, "the arguments of \(declaration.name) are not a JSON object")
    }
    if purpose == .run { try declaration.check(arguments: document.root) }
    return document.root.text
  }
}
