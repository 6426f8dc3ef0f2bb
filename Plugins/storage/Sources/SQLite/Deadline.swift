import CSQLite
import Glibc

/// The time limit of one connection: SQLite asks it every few thousand steps whether to go on.
final class Deadline {
  private let connection: OpaquePointer
  private var end: Int64 = .max
  private var isCancelled: () -> Bool = { false }

  /// How many steps pass between two looks at the clock.
  let interval: Int32

  /// - Parameter interval: how many steps of the virtual machine pass between two looks at the clock; 4000 are some tens
  ///   of microseconds.
  init(_ connection: OpaquePointer, interval: Int32) {
    self.connection = connection
    self.interval = interval
  }

  func arm(milliseconds: Int64, isCancelled: @escaping () -> Bool) {
    let (sum, overflow) = monotonicMilliseconds().addingReportingOverflow(milliseconds)
    end = overflow ? .max : sum
    self.isCancelled = isCancelled
    // The connection calls back only between arm and disarm, both inside one call of `Database.limited`, which keeps
    // this object alive.
    let me = Unmanaged.passUnretained(self).toOpaque()
    sqlite3_progress_handler(
      connection, interval,
      { pointer in
        guard let pointer else { return 0 }
        let deadline = Unmanaged<Deadline>.fromOpaque(pointer).takeUnretainedValue()
        return monotonicMilliseconds() >= deadline.end || deadline.isCancelled() ? 1 : 0
      }, me)
  }

  func disarm() {
    sqlite3_progress_handler(connection, 0, nil, nil)
  }
}

/// Milliseconds of a clock that never jumps; its zero means nothing.
func monotonicMilliseconds() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
}
