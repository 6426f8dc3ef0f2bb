import Glibc
import OrchestronHost

/// A file of any size that the user names, handed on in pieces.
final class PieceFile {
  private let path: String
  private let descriptor: CInt
  /// Its size in bytes.
  let size: Int

  init(_ path: String) throws(Problem) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw Problem(Failure(.notFound, "\(path) cannot be opened: \(String(cString: strerror(errno)))"))
    }
    var status = stat()
    fstat(descriptor, &status)
    size = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Gives the file to `body` in pieces of at most so many bytes, each in base64 with its offset, and shows on a terminal
  /// how far that is.
  func forEachPiece(
    of pieceSize: Int, _ body: (_ data: JSON, _ offset: Int) throws(Problem) -> Void
  ) throws(Problem) {
    let isTerminal = isatty(STDERR_FILENO) == 1
    var offset = 0
    while offset < size {
      var piece = [UInt8](repeating: 0, count: min(pieceSize, size - offset))
      let count = pread(descriptor, &piece, piece.count, off_t(offset))
      guard count > 0 else { throw Problem(Failure(.dataLoss, "\(path) ended at byte \(offset) of \(size)")) }
      piece.removeLast(piece.count - count)
      try body(.string(piece.withUnsafeBytes(Base64.encode)), offset)
      offset += count
      if isTerminal { Output.standardError("\r\(offset * 100 / size) %") }
    }
    if isTerminal { Output.standardError("\r") }
  }
}
