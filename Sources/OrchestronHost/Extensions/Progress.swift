import CHost

extension HostExtensions {
  /// `orchestron.progress/1`.
  static let progress = orch_progress(
    size: UInt32(MemoryLayout<orch_progress>.size),
    report: { pointer, done, total, what in
      guard let plugin = Plugin.behind(pointer) else { return }
      let what = what.string
      let loop = plugin.host.loop
      if loop.isCurrent { return plugin.host.lifecycle.heard(of: plugin, what: what, done: done, total: total) }
      let reporter = LoopBound(plugin)
      loop.post { reporter.value.host.lifecycle.heard(of: reporter.value, what: what, done: done, total: total) }
    })
}
