import Glibc
import Synchronization

/// A thread that sees when the loop does not come back from a plugin, says so, and in the end gives up on the process.
final class Watchdog: Sendable {
  struct Limits: Sendable {
    /// Milliseconds after which the plugin is named, and again each time they have passed.
    var warning: UInt64 = 5_000
    /// Milliseconds after which the process ends with ``exitCode``.
    var end: UInt64 = 30_000
  }

  static let exitCode: Int32 = 70

  private let isStopped = Mutex(false)

  /// Begins to watch.
  ///
  /// - Parameters:
  ///   - holder: Who holds the loop and since when. Called on the watchdog's thread.
  ///   - report: Tells a sentence; `isLast` before the process ends. Called on the watchdog's thread.
  init(
    _ limits: Limits, holder: @escaping @Sendable () -> (plugin: String, since: UInt64)?,
    report: @escaping @Sendable (String, _ isLast: Bool) -> Void
  ) {
    let tick = UInt32(max(10, min(limits.warning, limits.end) / 4) * 1000)
    Threads.start(name: "orch-watchdog") { [self] in
      var told: (since: UInt64, times: UInt64) = (0, 0)
      while !isStopped.withLock({ $0 }) {
        usleep(tick)
        guard let (plugin, since) = holder() else { continue }
        let held = Clock.nanoseconds() &- since
        guard held < UInt64(Int64.max) else { continue }  // entered meanwhile
        if told.since != since { told = (since, 0) }
        if held / 1_000_000 >= limits.end {
          report("plugin \"\(plugin)\" has held the loop for \(held / 1_000_000_000) s and does not return; giving up", true)
          _exit(Watchdog.exitCode)
        }
        if held / 1_000_000 / limits.warning > told.times {
          told.times = held / 1_000_000 / limits.warning
          report("plugin \"\(plugin)\" has held the loop for \(held / 1_000_000_000) s", false)
        }
      }
    }
  }

  func stop() { isStopped.withLock { $0 = true } }
}
