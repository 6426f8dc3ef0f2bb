import Glibc

/// The lines that come in by a descriptor.
struct LineInput {
  /// What a reader is given.
  enum Line {
    /// Without its end; valid during the call.
    case text(UnsafeRawBufferPointer)
    /// A line longer than the limit. Its bytes are dropped, what follows it is read.
    case tooLong
  }

  /// The longest line, in bytes.
  let limit: Int
  /// True once nothing more comes in.
  private(set) var isEnded = false
  private var bytes: [UInt8] = []
  private var start = 0
  private var searched = 0
  private var isSkipping = false

  init(limit: Int) { self.limit = limit }

  /// Reads what is there, once. The descriptor has to be readable, or one that does not wait.
  mutating func read(from file: CInt) {
    if start > 0 {
      bytes.removeFirst(start)
      searched -= start
      start = 0
    }
    withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 16) { buffer in
      let count = Glibc.read(file, buffer.baseAddress, buffer.count)
      if count > 0 {
        bytes.append(contentsOf: buffer[..<count])
      } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
        isEnded = true
      }
    }
  }

  /// Takes the next line. The last one needs no end.
  ///
  /// - Returns: False when no line is complete.
  mutating func next(_ body: (Line) -> Void) -> Bool {
    let end = bytes.withUnsafeBytes { all -> Int? in
      guard let base = all.baseAddress, searched < all.count,
        let found = memchr(base + searched, Int32(UInt8(ascii: "\n")), all.count - searched)
      else { return nil }
      return UnsafeRawPointer(found) - base
    }
    guard let end = end ?? (isEnded && start < bytes.count ? bytes.count : nil) else {
      searched = bytes.count
      return skipIfTooLong(body)
    }
    let isRest = isSkipping
    isSkipping = false
    let line = start..<end
    start = min(end + 1, bytes.count)
    searched = start
    if isRest { return true }
    if line.count > limit {
      body(.tooLong)
    } else {
      bytes.withUnsafeBytes { body(.text(UnsafeRawBufferPointer(rebasing: $0[line]))) }
    }
    if start == bytes.count { forget() }
    return true
  }

  /// Drops what has come in of a line that is too long already.
  private mutating func skipIfTooLong(_ body: (Line) -> Void) -> Bool {
    guard isSkipping || bytes.count - start > limit else { return false }
    if !isSkipping { body(.tooLong) }
    isSkipping = true
    forget()
    return false
  }

  /// Forgets what was read, and the memory of long lines.
  private mutating func forget() {
    bytes.removeAll(keepingCapacity: bytes.capacity <= 1 << 20)
    start = 0
    searched = 0
  }
}
