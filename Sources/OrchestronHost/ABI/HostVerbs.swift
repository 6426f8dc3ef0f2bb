import CHost

/// The functions behind `orch_host_verbs`: what a plugin may ask of the host, translated from C and handed on.
enum HostVerbs {
  /// One constant table for all plugins, never freed.
  nonisolated(unsafe) static let table: UnsafeMutablePointer<orch_host_verbs> = {
    let table = UnsafeMutablePointer<orch_host_verbs>.allocate(capacity: 1)
    table.initialize(
      to: orch_host_verbs(
        size: UInt32(MemoryLayout<orch_host_verbs>.size), abi_major: UInt16(ORCH_ABI_MAJOR),
        abi_minor: UInt16(ORCH_ABI_MINOR), info: info, extension: extensionTable, on_thread: onThread, post: post,
        log: log, done: done, call: call, cancel: cancel, import_slot: importSlot,
        slot_enter: { orch_slot_enter($0) }, slot_leave: { orch_slot_leave($0) }, publish: publish,
        subscribe: subscribe, unsubscribe: unsubscribe, add_service: addService, remove_service: removeService,
        credit: credit))
    return table
  }()

  private typealias HostPointer = UnsafeMutablePointer<orch_host>?
  private typealias ContextPointer = UnsafeMutablePointer<orch_ctx>?

  private static let info: @convention(c) (HostPointer, UnsafeMutablePointer<orch_host_info>?) -> Void = {
    pointer, out in
    guard let plugin = Plugin.behind(pointer), let out,
      Int(out.pointee.size) >= MemoryLayout<orch_host_info>.size
    else { return }
    out.pointee.debug = plugin.host.isDebug ? 1 : 0
    out.pointee.version = plugin.host.version.str
    out.pointee.plugin_id = plugin.name.str
    out.pointee.plugin_dir = plugin.folder.str
    out.pointee.storage_dir = plugin.host.storageFolder.str
  }

  private static let extensionTable: @convention(c) (HostPointer, UnsafePointer<CChar>?) -> UnsafeRawPointer? = {
    pointer, id in
    guard let plugin = Plugin.onLoop(pointer, "extension"), let id = cString(id) else { return nil }
    return plugin.host.extensionTable(id, for: plugin)
  }

  private static let onThread: @convention(c) (HostPointer, UInt32) -> UInt8 = { pointer, thread in
    guard let host = Plugin.behind(pointer)?.host else { return 0 }
    switch Int(thread) {
    case Int(ORCH_THREAD_LOOP): return host.loop.isCurrent ? 1 : 0
    case Int(ORCH_THREAD_WORKER): return WorkerPool.isCurrent ? 1 : 0
    default: return 0
    }
  }

  private static let post: @convention(c) (HostPointer, orch_task) -> Void = { pointer, task in
    guard let plugin = Plugin.behind(pointer) else { return }
    let posted = LoopBound((plugin, task))
    plugin.host.loop.post { posted.value.0.run(posted.value.1, "a posted task") }
  }

  private static let log: @convention(c) (HostPointer, UInt32, orch_str, orch_str) -> Void = {
    pointer, level, message, fields in
    guard let plugin = Plugin.behind(pointer) else { return }
    plugin.host.log.write(level: level, message: message, fields: fields, plugin: plugin.id)
  }

  private static let done: @convention(c) (HostPointer, UInt64, orch_status, orch_str) -> orch_status = {
    pointer, token, status, message in
    guard let plugin = Plugin.behind(pointer) else { return Status.invalidArgument.rawValue }
    let status = Status(code: status)
    let failure = status == .ok ? nil : Failure(status, message: message, details: .empty)
    guard plugin.host.lifecycle.claim(token) else { return Status.failedPrecondition.rawValue }
    let lifecycle = LoopBound(plugin.host.lifecycle)
    plugin.host.loop.post { lifecycle.value.complete(token, failure) }
    return Status.ok.rawValue
  }

  private static let call:
    @convention(c) (
      HostPointer, ContextPointer, orch_str, orch_str, UnsafePointer<orch_call_options>?, orch_reply_cb,
      UnsafeMutablePointer<UInt64>?
    ) -> Void = { pointer, context, name, arguments, options, callback, id in
      Plugin.unretained(behind: pointer)?._withUnsafeGuaranteedRef { plugin in
        guard plugin.isOnLoop("call") else {
          let refused = LoopBound((plugin, callback))
          return plugin.host.loop.post { refused.value.0.refuseCall(refused.value.1) }
        }
        plugin.accounts.callsOut += 1
        var request = Dispatcher.Request(
          context: Context.behind(context) ?? plugin.context, caller: plugin.name, sink: .plugin(plugin, callback))
        if let options, Int(options.pointee.size) >= MemoryLayout<orch_call_options>.size {
          request.allowsInline = options.pointee.flags & UInt32(ORCH_CALL_INLINE_OK) != 0
          request.wantsCredit = options.pointee.flags & UInt32(ORCH_CALL_CREDIT) != 0
          request.timeout = options.pointee.timeout_ms
        }
        plugin.host.dispatcher.call(name.bytes, arguments.bytes, request, idOut: id)
      }
    }

  private static let cancel: @convention(c) (HostPointer, UInt64) -> orch_status = { pointer, id in
    (Plugin.onLoop(pointer, "cancel")?.host.dispatcher.cancel(id) ?? .failedPrecondition).rawValue
  }

  private static let credit: @convention(c) (HostPointer, UInt64, UInt64) -> orch_status = { pointer, id, bytes in
    (Plugin.onLoop(pointer, "credit")?.host.dispatcher.credit(id, bytes: bytes) ?? .failedPrecondition).rawValue
  }

  private static let importSlot:
    @convention(c) (
      HostPointer, ContextPointer, UInt32, UnsafePointer<CChar>?, UnsafePointer<CChar>?,
      UnsafeMutablePointer<UnsafeMutablePointer<orch_slot>?>?
    ) -> orch_status = { pointer, context, origin, name, signature, out in
      guard let plugin = Plugin.onLoop(pointer, "import_slot") else { return Status.failedPrecondition.rawValue }
      return plugin.attempt(context, "import_slot") { () throws(Failure) in
        guard let origin = Slots.Origin(rawValue: origin), let name = cString(name), let signature = cString(signature),
          let out
        else { throw Failure(.invalidArgument, "import_slot needs ORCH_FROM_…, a name, a signature and a place") }
        out.pointee = try plugin.host.slots.importSlot(name, signature: signature, from: origin, by: plugin)
      }
    }

  private static let publish: @convention(c) (HostPointer, ContextPointer, orch_str, orch_str) -> orch_status = {
    pointer, context, topic, data in
    guard let plugin = Plugin.unretained(behind: pointer) else { return Status.invalidArgument.rawValue }
    return plugin._withUnsafeGuaranteedRef { plugin in
      let actor = Context.behind(context)?.actor.str ?? plugin.context.actor.str
      return plugin.events.publish(topic, data, actor: actor, by: plugin).rawValue
    }
  }

  private static let subscribe:
    @convention(c) (
      HostPointer, ContextPointer, UnsafePointer<orch_subscribe>?, orch_event_cb,
      UnsafeMutablePointer<orch_subscription>?
    ) -> orch_status = { pointer, context, wish, callback, out in
      guard let plugin = Plugin.onLoop(pointer, "subscribe") else { return Status.failedPrecondition.rawValue }
      let status = plugin.attempt(context, "subscribe") { () throws(Failure) in
        guard let wish = wish?.pointee, Int(wish.size) >= MemoryLayout<orch_subscribe>.size, let out,
          callback.fn != nil, wish.n_topics == 0 || wish.topics != nil
        else { throw Failure(.invalidArgument, "subscribe needs topics, a callback and a place for the subscription") }
        let topics = (0..<wish.n_topics).map { wish.topics[$0].string }
        let id = plugin.host.newID()
        let state = try plugin.host.bus.subscribe(
          topics, since: wish.flags & UInt32(ORCH_SUBSCRIBE_SINCE) != 0 ? wish.since : nil,
          log: wish.log.n == 0 ? nil : wish.log.string, id: id, sink: .plugin(.passUnretained(plugin), callback))
        plugin.registrations.add(id) { [unowned plugin] in plugin.host.bus.unsubscribe(id) }
        out.pointee.id = id
        out.pointee.seq = state.seq
        out.pointee.low = state.low
        out.pointee.log = plugin.host.logName(state.log).str
      }
      if status != 0 { plugin.release(orch_task(fn: nil, ud: callback.ud, release: callback.release)) }
      return status
    }

  private static let unsubscribe: @convention(c) (HostPointer, UInt64) -> orch_status = { pointer, id in
    guard let plugin = Plugin.onLoop(pointer, "unsubscribe"), let undo = plugin.registrations.remove(id) else {
      return Status.failedPrecondition.rawValue
    }
    undo()
    return Status.ok.rawValue
  }

  private static let addService:
    @convention(c) (HostPointer, ContextPointer, UnsafePointer<orch_service>?) -> orch_status = {
      pointer, context, service in
      guard let plugin = Plugin.onLoop(pointer, "add_service") else { return Status.failedPrecondition.rawValue }
      return plugin.attempt(context, "add_service") { () throws(Failure) in
        guard let service else { throw Failure(.invalidArgument, "add_service needs a service") }
        let reader = DeclarationReader(compilesAnswers: plugin.host.isDebug)
        try plugin.host.register(try reader.service(service), of: plugin)
      }
    }

  private static let removeService: @convention(c) (HostPointer, UnsafePointer<CChar>?) -> orch_status = {
    pointer, name in
    guard let plugin = Plugin.onLoop(pointer, "remove_service"), let name = cString(name),
      plugin.host.unregister(name, of: plugin)
    else { return Status.notFound.rawValue }
    return Status.ok.rawValue
  }
}

extension Plugin {
  /// Answers a call that was made away from the loop.
  fileprivate func refuseCall(_ callback: orch_reply_cb) {
    let failure = Failure(.failedPrecondition, "call was called away from the loop thread; use post")
    deliver(
      .error(failure, plugin: host.dispatcher.hostName), to: callback, isLast: true, at: Clock.nanoseconds())
  }

  /// Runs what a plugin asked for and tells it a failure: in its context, and in the log.
  func attempt(
    _ context: UnsafeMutablePointer<orch_ctx>?, _ verb: StaticString, _ body: () throws(Failure) -> Void
  ) -> orch_status {
    do {
      try body()
      return Status.ok.rawValue
    } catch {
      Context.behind(context)?.fail(error)
      host.log.warn("plugin \"\(id)\": \(verb) was refused: \(error.message)", plugin: id)
      return error.status.rawValue
    }
  }
}
