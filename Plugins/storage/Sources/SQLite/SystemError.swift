import Glibc

/// The operating system's words for an `errno`, such as "No such file or directory".
func describe(systemError: Int32) -> String {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
    guard systemError != 0, let start = buffer.baseAddress, strerror_r(systemError, start, buffer.count) == 0
    else { return "system error \(systemError)" }
    return String(cString: start)
  }
}
