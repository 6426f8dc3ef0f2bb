import CUV

/// Measures the turns of a loop: the time between two waits, which is how long something that happens may have to wait.
final class LoopTurns {
  private let loop: UnsafeMutablePointer<uv_loop_t>
  private let prepare: UnsafeMutablePointer<uv_prepare_t>
  private var ended = uv_hrtime()
  private var idle: UInt64 = 0
  private(set) var times = Distribution()

  /// Begins to measure a loop that has not run yet.
  init(loop: UnsafeMutablePointer<uv_loop_t>) {
    self.loop = loop
    // The callbacks of sockets run inside libuv's wait: it alone knows how long it really waited.
    _ = cuv_measure_idle_time(loop)
    prepare = .allocate(capacity: 1)
    uv_prepare_init(loop, prepare)
    prepare.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    uv_prepare_start(prepare) { handle in
      guard let data = handle?.pointee.data else { return }
      Unmanaged<LoopTurns>.fromOpaque(data).takeUnretainedValue().turn()
    }
    prepare.withMemoryRebound(to: uv_handle_t.self, capacity: 1) { uv_unref($0) }
  }

  private func turn() {
    let now = uv_hrtime()
    let waited = uv_metrics_idle_time(loop)
    let busy = (now &- ended) &- min(waited &- idle, now &- ended)
    (ended, idle) = (now, waited)
    times.count(busy)
  }

  func close() {
    prepare.pointee.data = nil
    uv_prepare_stop(prepare)
    prepare.withMemoryRebound(to: uv_handle_t.self, capacity: 1) { uv_close($0) { $0?.deallocate() } }
  }
}
