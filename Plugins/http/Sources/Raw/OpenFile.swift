import Glibc

/// A file that is open for reading. It may be read from any thread.
final class OpenFile: Sendable {
  let descriptor: CInt

  /// Opens a file; nil when that does not work.
  init?(_ path: UnsafePointer<CChar>) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    if descriptor < 0 { return nil }
  }

  deinit { close(descriptor) }

  /// Bytes that were read. They do not change any more.
  final class Part: @unchecked Sendable {  // written in `read` alone
    let bytes: Bytes
    fileprivate init(_ bytes: Bytes) { self.bytes = bytes }
    deinit { bytes.deallocate() }
  }

  /// Reads exactly so many bytes; nil when they are not there. [any-thread]
  func part(from offset: Int, count: Int) -> Part? {
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: max(count, 1))
    let part = Part(Bytes(start: memory, count: count))
    var done = 0
    while done < count {
      let result = pread(descriptor, memory + done, count - done, offset + done)
      guard result > 0 else {
        if result < 0, errno == EINTR { continue }
        return nil
      }
      done += result
    }
    return part
  }

  func read(from offset: Int, count: Int) -> SharedBytes? { part(from: offset, count: count).map(SharedBytes.init) }
}

extension SharedBytes {
  /// Holds what was read from a file.
  convenience init(_ part: OpenFile.Part) { self.init(part.bytes) { withExtendedLifetime(part) {} } }
}
