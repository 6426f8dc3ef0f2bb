import CHost

extension HostExtensions {
  /// `orchestron.event-log/1`.
  static let eventLog = orch_event_log(
    size: UInt32(MemoryLayout<orch_event_log>.size),
    append: { pointer, context, topic, data, callback in
      guard let plugin = Plugin.onLoop(pointer, "event_log.append") else { return }
      guard topic.bytes.isUTF8, isTopic(topic.string), (try? JSON(parsing: data.bytes)) != nil else {
        plugin.fault("appended to \(topic.string.quoted), which is no topic, or with data that is not JSON")
        return plugin.appended(callback, .invalidArgument, 0)
      }
      var event = orch_event()
      event.size = UInt32(MemoryLayout<orch_event>.size)
      event.kind = UInt32(ORCH_EVENT)
      event.time_ms = Clock.unixMilliseconds()
      event.topic = topic
      event.source = plugin.name.str
      event.actor = (Context.behind(context) ?? plugin.context).actor.str
      event.data = data
      plugin.host.bus.store.append(&event, callback, of: plugin)
    },
    recorded: { pointer, events, count in
      guard let plugin = Plugin.onLoop(pointer, "event_log.recorded") else { return Status.failedPrecondition.rawValue }
      guard plugin.keepsEventLog, let events else {
        plugin.fault("published recorded events without being the event store")
        return Status.permissionDenied.rawValue
      }
      for index in 0..<count {
        if let event = events[index] { plugin.host.bus.recorded(event) }
      }
      return Status.ok.rawValue
    })
}

extension Host {
  /// Lets a plugin keep the durable log when it offers to, and nobody else does.
  func offerEventStore(of plugin: Plugin) {
    guard let table = plugin.extensionTable(ORCH_EXT_EVENT_STORE) else { return }
    if let keeper = lifecycle.plugins.first(where: { $0.keepsEventLog }) {
      log.warn("plugins \"\(keeper.id)\" and \"\(plugin.id)\" both keep an event log; the first one's counts")
      return
    }
    plugin.keepsEventLog = true
    bus.keepLog(
      in: PluginEventStore(plugin: plugin, table: table.assumingMemoryBound(to: orch_event_store.self)))
  }

  func withdrawEventStore(of plugin: Plugin) {
    guard plugin.keepsEventLog else { return }
    plugin.keepsEventLog = false
    bus.keepLogInMemory()
  }
}
