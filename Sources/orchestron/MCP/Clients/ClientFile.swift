import Glibc
import OrchestronHost

/// A configuration file of another program: read whole, and replaced whole by rename, with a copy of what it was.
struct ClientFile {
  /// Where it is, symbolic links followed.
  let path: String
  private(set) var text: JSONText
  private let original: [UInt8]
  private let info: stat?

  /// Reads the file; one that is missing counts as empty.
  init(_ named: String) throws(Failure) {
    var info = stat()
    guard let real = realpath(named, nil) else {
      guard errno == ENOENT, lstat(named, &info) != 0 else {
        throw Failure(.failedPrecondition, "\(named) leads nowhere: \(String(cString: strerror(errno)))")
      }
      path = named
      self.info = nil
      original = []
      text = try ClientFile.parse([], of: named)
      return
    }
    defer { free(real) }
    path = String(cString: real)
    guard stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
      throw Failure(.failedPrecondition, "\(path) is no file")
    }
    self.info = info
    original = try InputFile.read(path)
    text = try ClientFile.parse(original, of: path)
  }

  private static func parse(_ bytes: [UInt8], of path: String) throws(Failure) -> JSONText {
    do { return try JSONText(bytes) } catch {
      throw Failure(
        .failedPrecondition, "\(path) cannot be read as JSON: \(error.message); correct it first, it was left as it is")
    }
  }

  /// Changes the text.
  mutating func change(_ body: (inout JSONText) throws(Failure) -> Void) throws(Failure) {
    do { try body(&text) } catch { throw Failure(error.status, "\(path): \(error.message)") }
  }

  var isChanged: Bool { info == nil || text.bytes != original }

  /// Writes the changed text.
  ///
  /// - Returns: Where the text from before lies; nil when there was no file.
  func save() throws(Failure) -> String? {
    var backup: String?
    if let info {
      backup = try unusedName()
      try ClientFile.write(original, to: backup ?? "", info.st_mode & 0o777)
    } else {
      try makeFolder(of: path)
    }
    let draft = "\(path).\(getpid()).draft"
    unlink(draft)
    try ClientFile.write(text.bytes, to: draft, info.map { $0.st_mode & 0o777 } ?? 0o600)
    // The owner stays, where that is allowed.
    if let info, info.st_uid != geteuid() || info.st_gid != getegid() { _ = chown(draft, info.st_uid, info.st_gid) }
    guard isUntouched else {
      unlink(draft)
      throw Failure(.aborted, "\(path) was changed by another program just now; try again")
    }
    guard rename(draft, path) == 0 else {
      let failure = Failure(.failedPrecondition, "\(path) cannot be replaced: \(String(cString: strerror(errno)))")
      unlink(draft)
      throw failure
    }
    return backup
  }

  /// Whether the file is still what was read.
  private var isUntouched: Bool {
    var now = stat()
    guard let info else { return stat(path, &now) != 0 }
    return stat(path, &now) == 0 && now.st_ino == info.st_ino && now.st_size == info.st_size
      && now.st_mtim.tv_sec == info.st_mtim.tv_sec && now.st_mtim.tv_nsec == info.st_mtim.tv_nsec
  }

  private func unusedName() throws(Failure) -> String {
    var seconds = time(nil)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    var text = [CChar](repeating: 0, count: 32)
    strftime(&text, text.count, "%Y%m%dT%H%M%SZ", &parts)
    let stamp = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    for number in 1..<1000 {
      let name = "\(path).backup-\(stamp)\(number == 1 ? "" : "-\(number)")"
      if access(name, F_OK) != 0 { return name }
    }
    throw Failure(.resourceExhausted, "\(path) has too many backups; remove some")
  }

  private func makeFolder(of path: String) throws(Failure) {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
    let folder = String(path[..<slash])
    if access(folder, F_OK) == 0 { return }
    try makeFolder(of: folder)
    guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
      throw Failure(.failedPrecondition, "\(folder) cannot be made: \(String(cString: strerror(errno)))")
    }
  }

  /// Writes a new file, to the disk.
  private static func write(_ bytes: [UInt8], to path: String, _ mode: mode_t) throws(Failure) {
    func failed() -> Failure {
      Failure(.failedPrecondition, "\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw failed() }
    defer { close(file) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        let failure = failed()
        unlink(path)
        throw failure
      }
      rest = rest.dropFirst(count)
    }
    guard fchmod(file, mode) == 0, fsync(file) == 0 else { throw failed() }
  }
}
