import CHost

extension MCPCall {
  private typealias C = UnsafeMutablePointer<orch_mcp_call>?

  private static func behind(_ pointer: C) -> MCPCall? {
    guard let pointer else { return nil }
    let handle = UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: chost_handle.self)
    return handle.pointee.object.map { Unmanaged<MCPCall>.fromOpaque($0).takeUnretainedValue() }
  }

  /// The call that a plugin uses; nil (and a fault, in a debug host) when it is not on the loop.
  private static func onLoop(_ pointer: C, _ verb: StaticString) -> MCPCall? {
    guard let call = behind(pointer), call.item.plugin.isOnLoop("mcp_call.\(verb)") else { return nil }
    return call
  }

  /// One constant table for all calls, never freed.
  nonisolated(unsafe) static let table: UnsafeMutablePointer<orch_mcp_call_verbs> = {
    let table = UnsafeMutablePointer<orch_mcp_call_verbs>.allocate(capacity: 1)
    table.initialize(
      to: orch_mcp_call_verbs(
        size: UInt32(MemoryLayout<orch_mcp_call_verbs>.size), reserved: 0,
        ctx: { onLoop($0, "ctx")?.context },
        name: { onLoop($0, "name")?.name ?? .empty },
        args: { onLoop($0, "args")?.arguments.str ?? .empty },
        argument: { call, name, out in
          guard let value = onLoop(call, "argument")?.argument(name.bytes) else { return 0 }
          out?.pointee = value
          return 1
        },
        capabilities: { call in
          guard let call = onLoop(call, "capabilities") else { return .empty }
          return call.capabilities.n > 0 ? call.capabilities : MCPDeclarations.noArguments.str
        },
        retain: { if let call = onLoop($0, "retain") { _ = Unmanaged.passRetained(call) } },
        release: release,
        add: { call, piece in
          attempt(call, "add") { call throws(Failure) in
            guard let piece, Int(piece.pointee.size) >= MemoryLayout<orch_mcp_content>.size else {
              throw Failure(.invalidArgument, "a piece of content needs its size")
            }
            try call.add(piece.pointee)
            return Status.ok.rawValue
          }
        },
        answer: { call, json, flags in
          var json = json
          defer { json.drop() }
          return attempt(call, "answer") { call throws(Failure) in
            try call.answer(json.bytes, isError: flags & UInt32(ORCH_MCP_IS_ERROR) != 0)
          }
        },
        fail: { call, status, message, details in
          attempt(call, "fail") { call throws(Failure) in
            let status = Status(code: status)
            let details = details.n > 0 ? try? JSON(parsing: details.bytes) : nil
            return try call.fail(Failure(status == .ok ? .internal : status, message.string, details: details))
          }
        },
        ask: { call, questions, state in
          var questions = questions
          defer { questions.drop() }
          return attempt(call, "ask") { call throws(Failure) in try call.ask(questions.bytes, state: state) }
        },
        state: { onLoop($0, "state")?.state ?? .empty },
        reply: { call, key, out in
          guard let value = onLoop(call, "reply")?.reply(key.bytes) else { return 0 }
          out?.pointee = value
          return 1
        },
        log: { call, level, logger, data in
          attempt(call, "log") { call throws(Failure) in try call.log(level, logger, data.bytes) }
        },
        progress: { call, progress, total, message in
          attempt(call, "progress") { call throws(Failure) in try call.report(progress, of: total, message) }
        },
        on_cancel: { call, task in
          guard let hearing = onLoop(call, "on_cancel") else {
            behind(call)?.item.plugin.releaseOnLoop(task)
            return
          }
          hearing.onCancel(task)
        }))
    return table
  }()

  /// Tells a failure to the plugin: by its status, and in the context of the call.
  private static func attempt(
    _ pointer: C, _ verb: StaticString, _ body: (MCPCall) throws(Failure) -> orch_status
  ) -> orch_status {
    guard let call = onLoop(pointer, verb) else { return Status.failedPrecondition.rawValue }
    // An answer may let go of the last reference that the plugin has.
    return withExtendedLifetime(call) {
      do throws(Failure) { return try body(call) } catch {
        Context.behind(call.context)?.fail(error)
        return error.status.rawValue
      }
    }
  }

  /// An object of a plugin may go on any thread, and with it what it holds.
  private static let release: @convention(c) (C) -> Void = { pointer in
    guard let call = behind(pointer) else { return }
    let held = Unmanaged.passUnretained(call)
    if call.item.plugin.isOnLoop("mcp_call.release") { return held.release() }
    let last = LoopBound(held)
    call.item.plugin.host.loop.post { last.value.release() }
  }
}
