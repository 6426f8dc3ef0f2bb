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
  ///   - holder: The plugin that holds the loop, and when it was entered. Called on the watchdog's thread.
  ///   - report: Tells a sentence; `isLast` before the process ends. Called on the watchdog's thread.
  init(
    _ limits: Limits, holder: @escaping @Sendable () -> Activity.Holder?,
    report: @escaping @Sendable (String, _ isLast: Bool) -> Void
  ) {
    let tick = max(10, min(limits.warning, limits.end) / 4)
    Threads.startDetached(name: "orch-watchdog") { [self] in
      // Time counts in ticks that this thread has seen, so that a process that was stopped and continued is not blamed.
      var seen: Activity.Holder?
      var held: UInt64 = 0
      var told: UInt64 = 0
      while !isStopped.withLock({ $0 }) {
        usleep(UInt32(tick * 1000))
        let current = holder()
        guard let current, current == seen else {
          (seen, held, told) = (current, 0, 0)
          continue
        }
        held += tick
        let sentence = "plugin \"\(current.plugin)\" has held the loop for \(Double(held) / 1000) s"
        if held >= limits.end {
          report("\(sentence) and does not return; giving up", true)
          _exit(Watchdog.exitCode)
        }
        if held / limits.warning > told {
          told = held / limits.warning
          report(sentence, false)
        }
      }
    }
  }

  func stop() { isStopped.withLock { $0 = true } }
}
