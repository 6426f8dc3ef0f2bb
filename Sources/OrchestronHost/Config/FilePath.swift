import Glibc

/// Small work on paths.
enum FilePath {
  /// The path with every symbolic link resolved; nil when it does not exist.
  static func real(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Everything before the last slash.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// A path as seen from a folder, without `.` and `..`. Symbolic links stay as they are, where no `..` follows them.
  static func absolute(_ path: String, in folder: String) -> String {
    if path.split(separator: "/").contains(".."), let real = real(path.hasPrefix("/") ? path : "\(folder)/\(path)") {
      return real
    }
    var parts: [Substring] = []
    for part in (path.hasPrefix("/") ? path : "\(folder)/\(path)").split(separator: "/") {
      switch part {
      case ".": break
      case "..": _ = parts.popLast()
      default: parts.append(part)
      }
    }
    return "/" + parts.joined(separator: "/")
  }

  static func isFolder(_ path: String) -> Bool {
    var info = stat()
    return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
  }

  /// Makes a folder, and those above it that are missing. The last one gets `mode`.
  static func makeFolder(_ path: String, mode: mode_t) throws(Failure) {
    if mkdir(path, mode) == 0 { return }
    if errno == ENOENT, path != "/" {
      try makeFolder(folder(of: path), mode: 0o755)
      if mkdir(path, mode) == 0 { return }
    }
    let number = errno
    if number == EEXIST, isFolder(path) { return }
    throw Failure(.failedPrecondition, "the folder \(path) cannot be made: \(errorText(number))")
  }

  /// Writes a file whole or not at all: beside it first, then by rename.
  static func replace(_ path: String, with bytes: [UInt8], mode: mode_t = 0o600) throws(Failure) {
    func failed() -> Failure { Failure(.failedPrecondition, "\(path) cannot be written: \(errorText(errno))") }
    let draft = "\(path).\(getpid())"
    unlink(draft)
    let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard file >= 0 else { throw failed() }
    defer { close(file) }
    guard write(file, bytes, bytes.count) == bytes.count, rename(draft, path) == 0 else {
      let failure = failed()
      unlink(draft)
      throw failure
    }
  }

  /// Removes a folder with all that it holds. What cannot be removed stays.
  static func removeFolder(_ path: String) {
    if let directory = opendir(path) {
      while let entry = readdir(directory) {
        // The offset of a stored field of a C struct is always known.
        let offset = MemoryLayout<dirent>.offset(of: \.d_name)!
        let name = String(cString: UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self))
        if name == "." || name == ".." { continue }
        if unlink("\(path)/\(name)") != 0 { removeFolder("\(path)/\(name)") }
      }
      closedir(directory)
    }
    rmdir(path)
  }
}
