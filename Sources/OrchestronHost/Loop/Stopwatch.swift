/// Times the many short stays in plugins of one turn, of which a reading of the exact clock would be a large part.
///
/// The first stays are timed as they are, then one of 16, which counts for all 16. The kernel's tick watches the others,
/// so that a stay of many milliseconds is never missed.
final class Stopwatch {
  private static let period = 16
  private var stays = 0
  /// The newest time that is known.
  private var now = Clock.nanosecondsOfTick()

  /// Begins a turn.
  func restart() {
    stays = 0
    now = Clock.nanosecondsOfTick()
  }

  /// One stay under way.
  struct Stay {
    /// How many stays its time counts for; 0 when it is watched by the tick alone.
    let weight: UInt64
    let started: UInt64
  }

  @inline(__always)
  func begin() -> Stay {
    stays += 1
    if stays <= Stopwatch.period { return Stay(weight: 1, started: Clock.nanoseconds()) }
    guard stays % Stopwatch.period == 0 else { return Stay(weight: 0, started: now) }
    return Stay(weight: UInt64(Stopwatch.period), started: Clock.nanoseconds())
  }

  /// Ends a stay, and gives its nanoseconds.
  @inline(__always)
  func end(_ stay: Stay) -> UInt64 {
    now = stay.weight > 0 ? Clock.nanoseconds() : Clock.nanosecondsOfTick()
    // The tick may lie before an exact reading.
    return now > stay.started ? now - stay.started : 0
  }

  /// Leaves out the time since the last stay.
  func skip() { now = Clock.nanosecondsOfTick() }
}
