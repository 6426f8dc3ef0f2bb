import CHost

/// Which plugin holds the loop, and since when: written by the loop, read by the watchdog.
final class Activity {
  /// The address of the plugin's id, 0 for the host itself. Plugins, and with them their ids, are never freed.
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

  /// Enters the plugin of that id.
  @inline(__always)
  func begin(_ id: Text, at now: UInt64 = Clock.nanoseconds()) -> Span {
    let span = Span(outer: current.pointee, outerSince: since.pointee, started: now)
    chost_store_relaxed(since, now)
    chost_store_relaxed(current, UInt64(UInt(bitPattern: id.cString)))
    return span
  }

  /// Leaves it, and gives the nanoseconds since it was entered.
  @inline(__always)
  func end(_ span: Span) -> UInt64 {
    leave(span)
    return Clock.nanoseconds() &- span.started
  }

  /// Leaves it, without a reading of the clock.
  @inline(__always)
  func leave(_ span: Span) {
    chost_store_relaxed(since, span.outerSince)
    chost_store_relaxed(current, span.outer)
  }

  /// One stay in a plugin.
  struct Holder: Equatable, Sendable {
    let plugin: PluginID
    let since: UInt64
  }

  /// Who holds the loop, for the watchdog; nil when the host does. [any-thread]
  var holder: Holder? {
    guard let id = UnsafePointer<CChar>(bitPattern: UInt(chost_load(current))) else { return nil }
    return Holder(plugin: String(cString: id), since: chost_load(since))
  }
}
