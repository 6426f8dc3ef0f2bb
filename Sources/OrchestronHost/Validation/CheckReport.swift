import Glibc

/// What a child process tells about its check: a file of JSON lines, so that what it said last survives its death.
///
/// `{"step"}` before each thing that may kill the process, `{"fail"}` for each fault, `{"skip"}`, `{"data"}`, and at the
/// end `{"end"}`.
final class CheckReport {
  /// The name of the file within the child's workspace.
  static let file = "report"

  private let descriptor: CInt

  /// Begins the report of the calling process.
  init(writingTo path: String) throws(Failure) {
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Failure(.failedPrecondition, "\(path) cannot be written: \(errorText(errno))") }
  }

  deinit { close(descriptor) }

  /// Says what happens next.
  func step(_ text: String) { write(["step": .string(text)]) }
  func fail(_ reason: String) { write(["fail": .string(reason)]) }
  func skip(_ reason: String) { write(["skip": .string(reason)]) }
  func tell(_ data: JSON) { write(["data": data]) }
  func end() { write(["end": true]) }

  private func write(_ line: JSON) {
    let bytes = line.bytes + [UInt8(ascii: "\n")]
    _ = Glibc.write(descriptor, bytes, bytes.count)
  }
}

/// A report, read by the parent.
struct CheckFindings {
  private(set) var lastStep: String?
  private(set) var failures: [String] = []
  private(set) var skipReason: String?
  private(set) var data: JSON = .null
  /// False when the process died before it was done.
  private(set) var isComplete = false

  init(readFrom path: String) {
    var bytes: [UInt8] = []
    _ = try? SmallFile.read(path, relativeTo: AT_FDCWD, shownAs: path, into: &bytes)
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      guard let json = try? JSON(parsing: line) else { continue }
      if let text = json["step"]?.string { lastStep = text }
      if let text = json["fail"]?.string { failures.append(text) }
      if let text = json["skip"]?.string { skipReason = text }
      if let data = json["data"] { self.data = data }
      if json["end"] != nil { isComplete = true }
    }
  }
}
