import CHost

extension HostExtensions {
  /// `orchestron.timer/1`.
  static let timer = orch_timer(
    size: UInt32(MemoryLayout<orch_timer>.size),
    start: { pointer, delay, repeating, task, out in
      guard let plugin = Plugin.onLoop(pointer, "timer.start") else { return Status.failedPrecondition.rawValue }
      let id = plugin.host.newID()
      let timer = plugin.host.loop.startTimer(after: delay, repeating: repeating) { [unowned plugin] in
        guard repeating == 0 else {
          if let function = task.fn { _ = plugin.enter("a timer") { chost_task(function, task.ud, $0) } }
          return
        }
        _ = plugin.registrations.remove(id)
        plugin.run(task, "a timer")
      }
      plugin.registrations.add(id) { [unowned plugin] in
        plugin.host.loop.stopTimer(timer)
        plugin.release(task)
      }
      out?.pointee = id
      return Status.ok.rawValue
    },
    stop: { pointer, id in
      guard let undo = Plugin.onLoop(pointer, "timer.stop")?.registrations.remove(id) else {
        return Status.failedPrecondition.rawValue
      }
      undo()
      return Status.ok.rawValue
    })
}
