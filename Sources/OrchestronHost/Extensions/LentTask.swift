import CHost

/// A task of a plugin in the hands of a server.
final class LentTask {
  private let plugin: Plugin
  /// What it belongs to, as in `GET /hello`.
  private let place: Text
  private var held: orch_task?
  /// Whether the server has run it.
  private(set) var didRun = false

  init(_ task: orch_task, of plugin: Plugin, _ place: Text) {
    held = task
    self.plugin = plugin
    self.place = place
  }

  /// As the server gets it, which holds this object until it releases the task.
  func task() -> orch_task {
    orch_task(
      fn: { me in
        if let me { Unmanaged<LentTask>.fromOpaque(me).takeUnretainedValue().run() }
      }, ud: Unmanaged.passRetained(self).toOpaque(),
      release: { me in
        if let me { Unmanaged<LentTask>.fromOpaque(me).takeRetainedValue().drop() }
      })
  }

  private func run() {
    didRun = true
    guard let task = held, let function = task.fn, plugin.hears else { return }
    _ = plugin.enter("a task of \(place.string)") { chost_task(function, task.ud, $0) }
  }

  /// Lets go of the plugin's task, once.
  func drop() {
    guard let task = held else { return }
    held = nil
    plugin.release(task)
  }
}

extension Plugin {
  /// Whether functions that it has handed out may run: until the end of its registrations, unless an exception has left it
  /// in a state that nobody knows.
  var hears: Bool { isCreated && state != .failed }

  /// Releases what was given away from the loop.
  func releaseOnLoop(_ task: orch_task) {
    let ended = LoopBound((self, task))
    host.loop.post { ended.value.0.release(ended.value.1) }
  }
}
