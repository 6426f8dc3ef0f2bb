import Glibc

/// A descriptor that is written to without ever waiting: what it does not take at once is kept.
///
/// The descriptor's own mode stays as it is. It may be shared with other programs, which would be surprised.
struct Outlet {
  let file: CInt
  private var bytes: [UInt8] = []
  private var start = 0
  private var isSocket = true

  init(_ file: CInt) { self.file = file }

  /// How many bytes are kept.
  var waiting: Int { bytes.count - start }

  mutating func add(_ more: UnsafeRawBufferPointer) {
    if start > 1 << 20 {
      bytes.removeFirst(start)
      start = 0
    }
    bytes.append(contentsOf: more)
  }

  /// Writes as much as is taken.
  ///
  /// - Returns: False when nobody reads any more.
  mutating func flush() -> Bool {
    while waiting > 0 {
      let count = bytes.withUnsafeBytes { write(UnsafeRawBufferPointer(rebasing: $0[start...])) }
      guard count >= 0 else { return errno == EAGAIN || errno == EINTR }
      start += count
    }
    bytes.removeAll(keepingCapacity: bytes.capacity <= 1 << 20)
    start = 0
    return true
  }

  private mutating func write(_ rest: UnsafeRawBufferPointer) -> Int {
    if isSocket {
      let count = send(file, rest.baseAddress, rest.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
      guard count < 0, errno == ENOTSOCK else { return count }
      isSocket = false
    }
    // A pipe that is ready takes PIPE_BUF bytes without waiting.
    var state = pollfd(file: file, POLLOUT)
    guard poll(&state, 1, 0) == 1 else {
      errno = EAGAIN
      return -1
    }
    return Glibc.write(file, rest.baseAddress, min(rest.count, 4096))
  }
}

extension pollfd {
  init(file: CInt, _ events: CInt) { self.init(fd: file, events: Int16(events), revents: 0) }

  /// Whether these were seen and nothing else.
  func saw(only events: CInt) -> Bool { CInt(revents) & ~events == 0 }

  /// Whether one of these, or an end, was seen.
  func saw(_ events: CInt) -> Bool { CInt(revents) & (events | POLLERR | POLLHUP | POLLNVAL) != 0 }
}
