import Glibc
import PluginKit

/// Files that only this process's user may read.
enum SecretFile {
  /// Puts a text there, whole or not at all.
  static func write(_ text: String, _ path: String) throws(Failure) {
    let new = "\(path).new"
    unlink(new)
    let file = open(new, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw failure("write", path) }
    let bytes = Array(text.utf8)
    let isWritten = Glibc.write(file, bytes, bytes.count) == bytes.count && fsync(file) == 0
    close(file)
    guard isWritten, rename(new, path) == 0 else {
      let failure = failure("write", path)
      unlink(new)
      throw failure
    }
  }

  /// The whole text; nil when there is no such file.
  static func read(_ path: String) throws(Failure) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    if file < 0 {
      if errno == ENOENT { return nil }
      throw failure("read", path)
    }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw failure("read", path) }
    guard status.st_uid == geteuid(), status.st_mode & 0o077 == 0 else {
      throw Failure(
        .failedPrecondition, "\(path) can be read by others, so that it is no secret; delete it, and another is made")
    }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = Glibc.read(file, &buffer, buffer.count)
      guard count >= 0 else { throw failure("read", path) }
      if count == 0 { return bytes }
      bytes += buffer[..<count]
    }
  }

  static func failure(_ verb: String, _ path: String) -> Failure {
    Failure(.internal, "cannot \(verb) \(path): \(String(cString: strerror(errno)))")
  }
}
