import Glibc
import OrchestronHost

/// Files that the user names on the command line, opened as that user.
enum InputFile {
  static let limit = 24 << 20

  static func read(_ path: String) throws(Failure) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw Failure(.notFound, "\(path) cannot be opened: \(String(cString: strerror(errno)))") }
    defer { close(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(file, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else {
        throw Failure(.failedPrecondition, "\(path) cannot be read: \(String(cString: strerror(errno)))")
      }
      if count == 0 { return bytes }
      bytes.append(contentsOf: buffer[..<count])
      guard bytes.count <= limit else {
        throw Failure(.resourceExhausted, "\(path) is larger than \(limit >> 20) MiB")
      }
    }
  }
}
