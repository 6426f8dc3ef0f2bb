import Glibc

/// The right to write to one database file, held by at most one open store on this machine.
///
/// SQLite itself lets several processes take turns at writing; the store must not, because sequences and the order of
/// events live in one writer. The lock is an advisory `flock` on a file of its own beside the database (closing any
/// descriptor of the database file itself would drop SQLite's locks), so the system frees it when its holder dies.
struct WriterLock: ~Copyable {
  private let descriptor: Int32

  /// Takes the lock or says who has it.
  init(forFile file: String) throws(StorageError) {
    let path = file + ".lock"
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      let reason = describe(systemError: errno)
      throw StorageError(
        .permissionDenied, "the lock file \(path) cannot be opened (\(reason)); make its folder writable")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let holder = WriterLock.holder(descriptor)
      close(descriptor)
      throw StorageError(
        .unavailable,
        "\(file) is already open for writing by \(holder); stop that one, or choose another storage folder")
    }
    let text = "\(getpid())\n"
    ftruncate(descriptor, 0)
    text.withCString { _ = pwrite(descriptor, $0, strlen($0), 0) }
  }

  deinit {
    close(descriptor)
  }

  /// The holder in words, from the process id that it wrote into the lock file.
  private static func holder(_ descriptor: Int32) -> String {
    guard let id = Int32(contents(descriptor).prefix { $0 != "\n" }) else { return "another process" }
    let names = open("/proc/\(id)/comm", O_RDONLY | O_CLOEXEC)
    guard names >= 0 else { return "process \(id)" }
    defer { close(names) }
    let name = contents(names).prefix { $0 != "\n" }
    return name.isEmpty ? "process \(id)" : "process \(id) (\(name))"
  }

  private static func contents(_ descriptor: Int32) -> String {
    withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer in
      let count = pread(descriptor, buffer.baseAddress, buffer.count, 0)
      return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : ""
    }
  }
}
