import Glibc

/// Measures time by a clock that nobody sets.
struct Stopwatch: Sendable {
  private let start: Int64

  init() {
    start = Stopwatch.now
  }

  /// Since it was made.
  var milliseconds: Int64 { Stopwatch.now - start }

  private static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}
