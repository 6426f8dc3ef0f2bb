import Glibc

/// Bytes that came in, until their line is complete.
struct LineBuffer {
  /// The longest line, in bytes, its end not counted.
  static let limit = 32 << 20

  private var bytes: [UInt8] = []
  /// Where the first unread line begins.
  private var start = 0
  /// Up to where no end of line was found.
  private var searched = 0

  /// True when more has come in without an end than a line may have.
  var isTooLong: Bool { searched - start > LineBuffer.limit }

  /// The bytes that wait.
  var count: Int { bytes.count - start }

  mutating func append(_ chunk: UnsafeRawBufferPointer) {
    if start > 0 {
      bytes.removeFirst(start)
      searched -= start
      start = 0
    }
    bytes.append(contentsOf: chunk)
  }

  /// The next complete line without its end, or nil. Valid during `body`, which must not come back here.
  mutating func next<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R? {
    let line: Range<Int>? = bytes.withUnsafeBytes { all in
      guard searched < all.count, let base = all.baseAddress,
        let end = memchr(base + searched, Int32(UInt8(ascii: "\n")), all.count - searched)
      else { return nil }
      return start..<UnsafeRawPointer(end) - base
    }
    guard let line else {
      searched = bytes.count
      return nil
    }
    start = line.upperBound + 1
    searched = start
    let result = bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[line])) }
    if start == bytes.count { reset() }
    return result
  }

  /// Forgets what was read, and the memory of long lines.
  private mutating func reset() {
    bytes.removeAll(keepingCapacity: bytes.capacity <= 1 << 20)
    start = 0
    searched = 0
  }
}
