import Glibc

/// The file descriptors that the system grants this process: each client takes one.
enum Descriptors {
  /// What is never left to clients: files of the host and of plugins, programs that they start.
  static let reserve = 256

  /// How many the process may have.
  static var granted: Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return .max }
    return Int(clamping: limit.rlim_cur)
  }

  /// How many clients there may be at once: as many as are wanted, unless descriptors would run out before.
  static func clients(wanted: Int, granted: Int) -> Int { min(wanted, max(granted - reserve, 1)) }
}
