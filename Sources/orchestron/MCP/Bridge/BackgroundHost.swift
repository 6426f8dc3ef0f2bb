import Glibc
import OrchestronHost

/// A host that was started in the background: in a session of its own, without TCP ports, for the time that anybody is
/// connected. See `orchestron run --background`.
struct BackgroundHost {
  let pid: pid_t
  /// Its log, which others of the same folder have written to before.
  private let log: String
  private let logStart: off_t

  /// How much of older hosts' logs is kept.
  private static let longestLog: off_t = 1 << 20

  /// Starts one for the folder of the place, which is made if it is missing.
  ///
  /// - Parameter linger: Seconds after its last client when it ends.
  init(_ place: Place, pluginDirs: [String], linger: Int) throws(Failure) {
    let storage = try StorageFolder.prepare(place.storage)
    log = "\(storage)/background.log"
    let file = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else {
      throw Failure(.failedPrecondition, "\(log) cannot be written: \(String(cString: strerror(errno)))")
    }
    defer { close(file) }
    var info = stat()
    fstat(file, &info)
    if info.st_size > BackgroundHost.longestLog, ftruncate(file, 0) == 0 { info.st_size = 0 }
    logStart = info.st_size
    var words = [try Program.path(in: place.surroundings), "run", "--background", "--linger", "\(linger)"]
    words += ["--storage", storage]
    if let file = place.configuration.file { words += ["--config", place.surroundings.absolute(file)] }
    for folder in pluginDirs { words += ["--plugin-dir", place.surroundings.absolute(folder)] }
    pid = try Program.startDetached(words, output: file)
  }

  /// How it has ended: its exit code, or 128 and the number of the signal; nil while it runs.
  func end() -> Int32? {
    var state: CInt = 0
    guard waitpid(pid, &state, WNOHANG) == pid else { return nil }
    return state & 0x7F == 0 ? state >> 8 & 0xFF : 128 + (state & 0x7F)
  }

  /// Why it could not start, in its own words.
  func reason(code: Int32) -> String {
    if code > 128 { return "signal \(code - 128) ended it; try again" }
    let last = written().split(separator: "\n").last { $0.hasPrefix("error: ") }
    return last.map { String($0.dropFirst("error: ".count)) } ?? "it ended with code \(code); \(log) may say more"
  }

  /// The end of what it has written.
  private func written() -> String {
    let file = open(log, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return "" }
    defer { close(file) }
    var info = stat()
    fstat(file, &info)
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    let count = pread(file, &bytes, bytes.count, max(logStart, info.st_size - off_t(bytes.count)))
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }
}
