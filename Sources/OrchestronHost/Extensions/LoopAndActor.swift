import CHost

extension HostExtensions {
  /// `orchestron.loop/1`.
  static let loop = orch_loop(
    size: UInt32(MemoryLayout<orch_loop>.size),
    uv_loop: { pointer in
      guard let plugin = Plugin.onLoop(pointer, "loop.uv_loop") else { return nil }
      return UnsafeMutableRawPointer(plugin.host.loop.uv)
    },
    enter: { pointer in
      Plugin.unretained(behind: pointer)?._withUnsafeGuaranteedRef { plugin in
        if plugin.isOnLoop("loop.enter") { plugin.beginCallback() }
      }
    },
    leave: { pointer in
      Plugin.unretained(behind: pointer)?._withUnsafeGuaranteedRef { plugin in
        if plugin.isOnLoop("loop.leave") { plugin.endCallback() }
      }
    })

  /// `orchestron.actor/1`.
  static let actor = orch_actor(
    size: UInt32(MemoryLayout<orch_actor>.size),
    make: { pointer, identity, out in
      guard let plugin = Plugin.onLoop(pointer, "actor.make") else { return Status.failedPrecondition.rawValue }
      guard let identity = identity?.pointee, Int(identity.size) >= MemoryLayout<orch_identity>.size, let out,
        identity.actor.bytes.isUTF8, identity.rights.bytes.isUTF8, identity.behalf.bytes.isUTF8,
        identity.actor.bytes.contains(UInt8(ascii: ":")) || identity.actor.string == "system"
      else { return Status.invalidArgument.rawValue }
      let timeout = identity.timeout_ms == 0 ? Context.defaultTimeout : identity.timeout_ms
      let dispatcher = plugin.host.dispatcher
      let context = Context(
        actor: dispatcher.actors.text(identity.actor.bytes), caller: plugin.name,
        trace: identity.trace.n == 0 ? nil : Text(copying: identity.trace.bytes),
        deadline: timeout < 0 ? nil : Clock.milliseconds(after: timeout), chain: dispatcher.newChain())
      context.isFace = true
      if plugin.tracing.isOn { context.span = plugin.tracing.span(of: identity.trace.bytes) }
      if identity.rights.p != nil { context.rights = dispatcher.rights.rights(identity.rights.bytes) }
      if identity.behalf.n > 0 { context.behalf = Text(copying: identity.behalf.bytes) }
      out.pointee = Unmanaged.passRetained(context).takeUnretainedValue().pointer
      return Status.ok.rawValue
    },
    free: { pointer, context in
      guard Plugin.onLoop(pointer, "actor.free") != nil, let context = Context.behind(context) else { return }
      Unmanaged.passUnretained(context).release()
    })
}
