import Glibc

/// Reads files that people write by hand, such as manifests and schemas: regular files of at most 1 MiB.
enum SmallFile {
  static let sizeLimit = 1 << 20

  /// What tells two files apart, whatever paths lead to them.
  struct Identity: Hashable {
    let device: dev_t
    let inode: ino_t
  }

  /// Replaces the content of `bytes` by that of the file; its memory is used again.
  ///
  /// - Parameters:
  ///   - path: the file, relative to the folder open as `directory` (or `AT_FDCWD`).
  ///   - shownAs: the path that a fault names.
  /// - Returns: the file's identity, or nil when there is no such file.
  static func read(
    _ path: String, relativeTo directory: CInt, shownAs shown: @autoclosure () -> String, into bytes: inout [UInt8]
  ) throws(PluginFault) -> Identity? {
    // Without O_NONBLOCK, opening a named pipe would wait for a writer.
    let file = openat(directory, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw PluginFault(path: shown(), reason: "the file cannot be opened: \(errorText(errno))")
    }
    defer { close(file) }

    var info = stat()
    guard fstat(file, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
      throw PluginFault(path: shown(), reason: "this is not a regular file; put a file in its place")
    }
    guard info.st_size <= sizeLimit else {
      throw PluginFault(path: shown(), reason: "the file has \(info.st_size) bytes; the limit is 1 MiB")
    }
    let capacity = Int(info.st_size)
    bytes.removeAll(keepingCapacity: true)
    bytes.append(contentsOf: repeatElement(0, count: capacity))
    var count = 0
    while count < capacity {
      let got = bytes.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress.map { $0 + count }, capacity - count) }
      if got < 0 && errno == EINTR { continue }
      guard got >= 0 else { throw PluginFault(path: shown(), reason: "the file cannot be read: \(errorText(errno))") }
      if got == 0 { break }
      count += got
    }
    bytes.removeLast(capacity - count)
    return Identity(device: info.st_dev, inode: info.st_ino)
  }
}

/// The system's words for an error number, such as `Permission denied`.
func errorText(_ number: CInt) -> String {
  // strerror's answer is constant text for the numbers that the kernel gives; it is copied at once.
  String(cString: strerror(number))
}
