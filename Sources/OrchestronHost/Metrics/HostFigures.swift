import CHost

/// The figures that the host takes of itself and of the plugins.
enum HostFigures {
  /// What all series of one name have in common.
  struct Family {
    let kind: Metrics.Kind
    let name: StaticString
    var unit: StaticString = ""
    let doc: StaticString
  }

  static let build = Family(
    kind: .gauge, name: "orchestron_build_info", doc: "1, with the versions of the host and of its ABI as labels.")
  static let turns = Family(
    kind: .histogram, name: "orchestron_loop_turn_seconds", unit: "seconds",
    doc: "Time between two waits of the loop: how long something that happens may have to wait.")
  static let callsInFlight = Family(
    kind: .gauge, name: "orchestron_calls_in_flight", doc: "Dynamic calls that are not answered yet.")
  static let callsUnknown = Family(
    kind: .counter, name: "orchestron_calls_unknown", doc: "Calls of methods that there are not.")
  static let calls = Family(
    kind: .counter, name: "orchestron_calls", doc: "Dynamic calls, by method and by the status that they ended with.")
  static let callTime = Family(
    kind: .histogram, name: "orchestron_call_duration_seconds", unit: "seconds",
    doc: "Time from a dynamic call to its last reply.")
  static let slotCalls = Family(
    kind: .counter, name: "orchestron_slot_calls", doc: "Typed calls that lead straight to the method.")
  static let slotTime = Family(
    kind: .counter, name: "orchestron_slot_seconds", unit: "seconds",
    doc: "Time in typed calls, estimated from one call in 64.")
  static let eventsWaiting = Family(
    kind: .gauge, name: "orchestron_events_waiting", doc: "Events that are published and not delivered yet.")
  static let eventsRefused = Family(
    kind: .counter, name: "orchestron_events_refused", doc: "Events that were refused because too many waited.")
  static let subscriptions = Family(
    kind: .gauge, name: "orchestron_subscriptions", doc: "Subscriptions of plugins and of the command line.")
  static let jobs = Family(
    kind: .gauge, name: "orchestron_worker_jobs", doc: "Jobs of the worker pool, waiting or running.")
  static let up = Family(kind: .gauge, name: "orchestron_plugin_up", doc: "1 for a plugin that takes calls.")
  static let state = Family(
    kind: .gauge, name: "orchestron_plugin_state", doc: "1 for the state that a plugin is in.")
  static let received = Family(
    kind: .counter, name: "orchestron_plugin_calls_received", doc: "Dynamic calls that a plugin has run.")
  static let made = Family(
    kind: .counter, name: "orchestron_plugin_calls_made", doc: "Dynamic calls that a plugin has made.")
  static let failed = Family(
    kind: .counter, name: "orchestron_plugin_calls_failed", doc: "Dynamic calls of a plugin's methods that failed.")
  static let open = Family(
    kind: .gauge, name: "orchestron_plugin_calls_open", doc: "Dynamic calls that a plugin has not answered yet.")
  static let faults = Family(
    kind: .counter, name: "orchestron_plugin_faults", doc: "Breaches of the SDK's rules by a plugin.")
  static let published = Family(
    kind: .counter, name: "orchestron_plugin_events_published", doc: "Ephemeral events that a plugin has published.")
  static let delivered = Family(
    kind: .counter, name: "orchestron_plugin_events_delivered", doc: "Events that were delivered to a plugin.")
  static let loopTime = Family(
    kind: .counter, name: "orchestron_plugin_loop_seconds", unit: "seconds",
    doc: "Time that a plugin has held the loop.")
  static let longTurns = Family(
    kind: .counter, name: "orchestron_plugin_long_turns", doc: "Times that a plugin held the loop longer than 10 ms.")
  static let pluginJobs = Family(
    kind: .gauge, name: "orchestron_plugin_jobs", doc: "Jobs of a plugin in the worker pool, and its calls there.")
  static let children = Family(
    kind: .gauge, name: "orchestron_plugin_children", doc: "Child processes of a plugin that live.")

  /// All of them, so that no plugin takes a name.
  static let names: Set<String> = Set(
    [
      build, turns, callsInFlight, callsUnknown, calls, callTime, slotCalls, slotTime, eventsWaiting, eventsRefused,
      subscriptions, jobs, up, state, received, made, failed, open, faults, published, delivered, loopTime, longTurns,
      pluginJobs, children,
    ].map { "\($0.name)" })
}

extension Host {
  /// Gives every figure: the host's own, those of the process, and what plugins have defined.
  func readFigures(into out: FigureSink) {
    readOwnFigures(out)
    readPluginFigures(out)
    readCallFigures(out)
    ProcessFigures.read(out)
    for family in metrics.families {
      for series in family.series { out.series(series, of: family) }
    }
  }

  private func readOwnFigures(_ out: FigureSink) {
    out.value(
      HostFigures.build, "abi=\"\(Host.abiVersionText)\",version=\"\(Host.versionText)\"", 1)
    out.distribution(HostFigures.turns, "", loop.turns.times)
    out.value(HostFigures.callsInFlight, "", dispatcher.inFlight)
    out.value(HostFigures.callsUnknown, "", dispatcher.unknownCalls)
    out.value(HostFigures.eventsWaiting, "", bus.queue.waiting)
    out.value(HostFigures.eventsRefused, "", bus.queue.refused)
    out.value(HostFigures.subscriptions, "", bus.subscriptionCount)
    let load = workers.load
    out.value(HostFigures.jobs, "state=\"running\"", load.busy)
    out.value(HostFigures.jobs, "state=\"waiting\"", load.waiting)
  }

  private func readPluginFigures(_ out: FigureSink) {
    let open = dispatcher.table.openCounts
    func each(_ family: HostFigures.Family, _ value: (Plugin) -> some BinaryInteger) {
      for plugin in lifecycle.plugins { out.value(family, "plugin=\"\(plugin.id)\"", value(plugin)) }
    }
    each(HostFigures.up) { $0.acceptsCalls ? 1 : 0 }
    for plugin in lifecycle.plugins {
      out.value(HostFigures.state, "plugin=\"\(plugin.id)\",state=\"\(plugin.state.rawValue)\"", 1)
    }
    each(HostFigures.received) { $0.accounts.callsIn }
    each(HostFigures.made) { $0.accounts.callsOut }
    each(HostFigures.failed) { $0.accounts.failures }
    each(HostFigures.open) { open[$0.id] ?? 0 }
    each(HostFigures.faults) { $0.accounts.faults }
    each(HostFigures.published) { $0.accounts.published }
    each(HostFigures.delivered) { $0.accounts.delivered }
    for plugin in lifecycle.plugins {
      out.value(HostFigures.loopTime, "plugin=\"\(plugin.id)\"", Double(plugin.accounts.loopTime) / 1e9)
    }
    each(HostFigures.longTurns) { $0.accounts.longTurns }
    each(HostFigures.pluginJobs) { $0.jobs.count + $0.workerCalls }
    each(HostFigures.children) { $0.children.count }
  }

  /// By method. One that was never called has no series.
  private func readCallFigures(_ out: FigureSink) {
    let methods = registry.all.flatMap { service in
      service.methods.map { (labels: $0.labels(of: service), method: $0) }
    }
    let called = methods.filter { $0.method.figures.times.buckets.contains { $0 > 0 } }
    for (labels, method) in called {
      for status in Status.allCases {
        let count = method.figures.statuses[Int(status.rawValue)]
        if count > 0 { out.value(HostFigures.calls, "\(labels),status=\"\(status.name)\"", count) }
      }
    }
    for (labels, method) in called { out.distribution(HostFigures.callTime, labels, method.figures.times) }
    let slots = methods.compactMap { entry in entry.method.target.map { (entry.labels, Target.accounts($0)) } }
    for (labels, accounts) in slots { out.value(HostFigures.slotCalls, labels, accounts.calls) }
    for (labels, accounts) in slots {
      out.value(HostFigures.slotTime, labels, Double(accounts.sampled) * Double(ORCH_SAMPLE_MASK + 1) / 1e9)
    }
  }
}

extension RegisteredMethod {
  fileprivate func labels(of service: RegisteredService) -> String {
    "method=\"\(declaration.name)\",service=\"\(service.declaration.name)\""
  }
}
