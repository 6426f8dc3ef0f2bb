import Glibc

/// Readings of the system's clocks.
enum Clock {
  /// Nanoseconds of the monotonic clock. [any-thread]
  static func nanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Nanoseconds of the monotonic clock at the last tick of the kernel, up to 10 ms ago: a fifth of the price. [any-thread]
  static func nanosecondsOfTick() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Milliseconds of the monotonic clock, as deadlines count. [any-thread]
  static func milliseconds() -> Int64 { Int64(nanoseconds() / 1_000_000) }

  /// The time so many milliseconds from now, as deadlines count; the last that there is when that is further away.
  /// [any-thread]
  static func milliseconds(after wait: Int64) -> Int64 {
    let (time, isOver) = milliseconds().addingReportingOverflow(wait)
    return isOver ? .max : time
  }

  /// Milliseconds since 1970, UTC. [any-thread]
  static func unixMilliseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }

  /// Nanoseconds since 1970, UTC. [any-thread]
  static func unixNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Milliseconds since 1970, UTC, at the last tick of the kernel, up to 10 ms ago: a fifth of the price. [any-thread]
  static func unixMillisecondsOfTick() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME_COARSE, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }

  /// An instant as RFC 3339 with milliseconds: `2026-03-01T12:00:00.000Z`.
  static func rfc3339(unixMilliseconds: Int64) -> String {
    let milliseconds = ((unixMilliseconds % 1000) + 1000) % 1000
    var seconds = time_t((unixMilliseconds - milliseconds) / 1000)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    func digits(_ value: Int32, _ width: Int) -> String {
      let text = String(value)
      return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
    return digits(parts.tm_year + 1900, 4) + "-" + digits(parts.tm_mon + 1, 2) + "-" + digits(parts.tm_mday, 2) + "T"
      + digits(parts.tm_hour, 2) + ":" + digits(parts.tm_min, 2) + ":" + digits(parts.tm_sec, 2) + "."
      + digits(Int32(milliseconds), 3) + "Z"
  }
}
