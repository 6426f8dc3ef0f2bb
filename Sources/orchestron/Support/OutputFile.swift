import Glibc
import OrchestronHost

/// A file that the user wants written. It appears whole under its name or not at all.
struct OutputFile {
  private let path: String
  private let partial: String
  private let file: CInt

  /// - Parameter replaces: Whether a file of that name may go.
  init(_ path: String, replaces: Bool) throws(Failure) {
    var status = stat()
    guard replaces || stat(path, &status) != 0 else {
      throw Failure(.alreadyExists, "\(path) exists; give another name, or --force to replace it")
    }
    self.path = path
    partial = "\(path).partial"
    file = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      throw Failure(.failedPrecondition, "\(partial) cannot be written: \(String(cString: strerror(errno)))")
    }
  }

  func write(_ bytes: [UInt8]) throws(Failure) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        throw Failure(.failedPrecondition, "\(partial) cannot be written: \(String(cString: strerror(errno)))")
      }
      rest = rest.dropFirst(count)
    }
  }

  /// Puts the file on disk under its name.
  func finish() throws(Failure) {
    let isWritten = fsync(file) == 0
    close(file)
    guard isWritten, rename(partial, path) == 0 else {
      throw Failure(.failedPrecondition, "\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
  }

  /// Removes what was written so far.
  func discard() {
    close(file)
    unlink(partial)
  }
}
