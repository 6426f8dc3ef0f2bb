import Glibc

/// A regular file's content, mapped into memory for as long as this value lives.
///
/// Who shortens the file meanwhile makes every access to the lost part a SIGBUS: map only files that nobody else writes.
struct MappedFile: ~Copyable {
  /// The whole content; borrowed, valid as long as this value.
  let bytes: UnsafeRawBufferPointer

  init(_ path: String) throws(PluginFault) {
    // Without O_NONBLOCK, opening a named pipe would wait for a writer.
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else {
      throw PluginFault(path: path, reason: "the file cannot be opened: \(errorText(errno))")
    }
    defer { close(file) }
    var info = stat()
    guard fstat(file, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
      throw PluginFault(path: path, reason: "this is not a regular file; put the built library here")
    }
    // An empty file cannot be mapped.
    guard info.st_size > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    let start = mmap(nil, Int(info.st_size), PROT_READ, MAP_PRIVATE, file, 0)
    guard let start, start != MAP_FAILED else {
      throw PluginFault(path: path, reason: "the file cannot be mapped: \(errorText(errno))")
    }
    bytes = UnsafeRawBufferPointer(start: start, count: Int(info.st_size))
  }

  deinit {
    // The mapping was made read-only; munmap wants a mutable pointer and does not write.
    if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
  }
}
