import CHost
import CUV

extension HostExtensions {
  /// `orchestron.fs-watch/1`.
  static let fileWatch = orch_fs_watch(
    size: UInt32(MemoryLayout<orch_fs_watch>.size),
    start: { pointer, context, path, callback, out in
      guard let plugin = Plugin.onLoop(pointer, "fs_watch.start") else { return Status.failedPrecondition.rawValue }
      let status = plugin.attempt(context, "fs_watch.start") { () throws(Failure) in
        let id = plugin.host.newID()
        let watch = try FileWatch(path.string, callback, of: plugin)
        plugin.registrations.add(id) { [unowned plugin] in
          watch.close()
          plugin.release(orch_task(fn: nil, ud: callback.ud, release: callback.release))
        }
        out?.pointee = id
      }
      if status != 0 { plugin.release(orch_task(fn: nil, ud: callback.ud, release: callback.release)) }
      return status
    },
    stop: { pointer, id in
      guard let undo = Plugin.onLoop(pointer, "fs_watch.stop")?.registrations.remove(id) else {
        return Status.failedPrecondition.rawValue
      }
      undo()
      return Status.ok.rawValue
    })
}

/// One `uv_fs_event_t`.
private final class FileWatch {
  private let handle: UnsafeMutablePointer<uv_fs_event_t>
  private var callback: orch_fs_cb
  private unowned let plugin: Plugin

  init(_ path: String, _ callback: orch_fs_cb, of plugin: Plugin) throws(Failure) {
    guard path.hasPrefix("/") else { throw Failure(.invalidArgument, "\(path.quoted) is no absolute path") }
    self.callback = callback
    self.plugin = plugin
    handle = .allocate(capacity: 1)
    uv_fs_event_init(plugin.host.loop.uv, handle)
    handle.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    let status = uv_fs_event_start(
      handle,
      { handle, name, events, status in
        guard let data = handle?.pointee.data, status == 0 else { return }
        Unmanaged<FileWatch>.fromOpaque(data).takeUnretainedValue().changed(name, events)
      }, path, 0)
    guard status == 0 else {
      close()
      throw Failure(
        status == UV_ENOENT.rawValue ? .notFound : .unavailable,
        "\(path.quoted) cannot be watched: \(String(cString: uv_strerror(status)))")
    }
  }

  private func changed(_ name: UnsafePointer<CChar>?, _ events: CInt) {
    guard callback.fn != nil else { return }
    var changes: UInt32 = 0
    if events & CInt(UV_RENAME.rawValue) != 0 { changes |= UInt32(ORCH_FS_RENAMED) }
    if events & CInt(UV_CHANGE.rawValue) != 0 { changes |= UInt32(ORCH_FS_CHANGED) }
    orch_str.with(cString(name) ?? "") { name in
      _ = plugin.enter("a file watch") { chost_fs_change(&callback, name, changes, $0) }
    }
  }

  func close() {
    handle.pointee.data = nil
    handle.withMemoryRebound(to: uv_handle_t.self, capacity: 1) { uv_close($0) { $0?.deallocate() } }
  }
}
