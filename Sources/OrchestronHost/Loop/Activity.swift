import CHost

/// Which plugin holds the loop, and since when: written by the loop, read by the watchdog.
final class Activity {
  /// The number of the plugin, 0 for the host itself.
  private let current: UnsafeMutablePointer<UInt64>
  /// When it was entered, on the monotonic clock in nanoseconds.
  private let since: UnsafeMutablePointer<UInt64>

  init() {
    current = .allocate(capacity: 2)
    current.initialize(repeating: 0, count: 2)
    since = current + 1
  }

  deinit { current.deallocate() }

  /// What was current before a plugin was entered.
  struct Span {
    fileprivate let outer: UInt64
    fileprivate let outerSince: UInt64
    fileprivate let started: UInt64
  }

  /// Enters a plugin.
  @inline(__always)
  func begin(_ plugin: UInt64) -> Span {
    let now = Clock.nanoseconds()
    let span = Span(outer: current.pointee, outerSince: since.pointee, started: now)
    chost_store_relaxed(since, now)
    chost_store_relaxed(current, plugin)
    return span
  }

  /// Leaves it, and gives the nanoseconds since it was entered.
  @inline(__always)
  func end(_ span: Span) -> UInt64 {
    chost_store_relaxed(since, span.outerSince)
    chost_store_relaxed(current, span.outer)
    return Clock.nanoseconds() &- span.started
  }

  /// Who holds the loop, for the watchdog. [any-thread]
  var holder: (plugin: UInt64, since: UInt64) { (chost_load(current), chost_load(since)) }
}
