import ArgumentParser
import Glibc
import OrchestronHost

struct Restore: Command {
  static let configuration = CommandConfiguration(
    abstract: "Take a backup back.",
    discussion: """
      Checks the backup, and lets the next start of a host begin with it. What is stored now stays beside it, in a file \
      that ends in .replaced. No host may be running.

      Examples:
        orchestron restore plan-2026-01-31.db
        orchestron restore plan.db --storage /var/lib/orchestron
      """)

  @Argument(help: "The backup.")
  var file: String

  @OptionGroup var place: PlaceOptions
  @OptionGroup var output: OutputOptions

  /// The bytes of one call.
  private static let pieceSize = 4 << 20

  func perform() throws(Problem) {
    let source = open(file, O_RDONLY | O_CLOEXEC)
    guard source >= 0 else {
      throw Problem(Failure(.notFound, "\(file) cannot be opened: \(String(cString: strerror(errno)))"))
    }
    defer { close(source) }
    var status = stat()
    fstat(source, &status)
    let total = Int(status.st_size)
    let session = try CallSession(place, for: "storage.restore", mustBeAlone: true)
    defer { session.end() }
    var offset = 0
    var isPending = false
    while offset < total {
      var piece = [UInt8](repeating: 0, count: min(Restore.pieceSize, total - offset))
      let count = pread(source, &piece, piece.count, off_t(offset))
      guard count > 0 else { throw Problem(Failure(.dataLoss, "\(file) ended at byte \(offset) of \(total)")) }
      piece.removeLast(piece.count - count)
      let arguments: JSON = [
        "offset": .int(Int64(offset)), "total": .int(Int64(total)),
        "data": .string(piece.withUnsafeBytes(Base64.encode)),
      ]
      let answer = try session.call(
        "storage.restore", arguments.bytes, timeout: 3_600_000, reachesInternals: true)
      offset += count
      isPending = answer["pending"]?.bool == true
      if isatty(STDERR_FILENO) == 1 { Output.standardError("\r\(offset * 100 / total) %") }
    }
    if isatty(STDERR_FILENO) == 1 { Output.standardError("\r") }
    guard isPending else { throw Problem(Failure(.dataLoss, "\(file) is empty, or was not taken as a whole")) }
    if output.json {
      Output.json(["bytes": .int(Int64(total)), "pending": true])
    } else {
      Output.line("\(file) is sound: the next start of a host begins with it")
    }
  }
}
