import Glibc

/// A private folder for what lives as long as a host: copies of libraries. Removed by ``remove()``, or by the next host
/// when this one is killed.
public final class RuntimeFolder {
  public let path: String
  /// Keeps the folder from being taken for a dead host's.
  private let lock: CInt

  /// Makes a folder below `$XDG_RUNTIME_DIR/orchestron`, or `/tmp/orchestron-<uid>` where there is none or programs
  /// cannot be run from it; removes those of hosts that have died.
  public init(in surroundings: Surroundings) throws(Failure) {
    let parent = try RuntimeFolder.parent(in: surroundings)
    // Whoever adds or removes folders holds the parent's lock meanwhile.
    let directory = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0, flock(directory, LOCK_EX) == 0 else {
      throw Failure(.failedPrecondition, "the folder \(parent) cannot be used: \(errorText(errno))")
    }
    defer { RuntimeFolder.unlock(directory) }
    RuntimeFolder.sweep(parent)
    var path = "\(parent)/\(getpid())"
    var number = 1
    while mkdir(path, 0o700) != 0 {
      guard errno == EEXIST, number < 1000 else {
        throw Failure(.failedPrecondition, "the folder \(path) cannot be made: \(errorText(errno))")
      }
      number += 1
      path = "\(parent)/\(getpid())-\(number)"
    }
    lock = RuntimeFolder.lock(path)
    self.path = path
  }

  deinit { RuntimeFolder.unlock(lock) }

  /// Removes the folder. Libraries that were loaded from it stay loaded.
  public func remove() { FilePath.removeFolder(path) }

  /// Where the folders of all hosts of the user lie.
  static func parent(in surroundings: Surroundings) throws(Failure) -> String {
    if let folder = surroundings["XDG_RUNTIME_DIR"], folder.hasPrefix("/"), runsPrograms(folder),
      access(folder, W_OK) == 0
    {
      let parent = "\(folder)/orchestron"
      try FilePath.makeFolder(parent, mode: 0o700)
      return parent
    }
    let parent = "/tmp/orchestron-\(surroundings.user)"
    if mkdir(parent, 0o700) != 0, errno != EEXIST {
      throw Failure(.failedPrecondition, "the folder \(parent) cannot be made: \(errorText(errno))")
    }
    // Anybody may have made it: in /tmp a name is no proof.
    var info = stat()
    guard lstat(parent, &info) == 0, info.st_mode & S_IFMT == S_IFDIR, info.st_uid == surroundings.user,
      info.st_mode & 0o077 == 0
    else {
      throw Failure(
        .permissionDenied,
        "\(parent) is not a private folder of yours; remove it, or set XDG_RUNTIME_DIR to a folder that is")
    }
    return parent
  }

  private static func runsPrograms(_ folder: String) -> Bool {
    var info = statvfs()
    let noExec: UInt = 8  // ST_NOEXEC
    return statvfs(folder, &info) == 0 && info.f_flag & noExec == 0
  }

  /// The descriptor that holds the lock of a folder, or -1 when a living host does.
  private static func lock(_ folder: String) -> CInt {
    let file = open("\(folder)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    if file >= 0, flock(file, LOCK_EX | LOCK_NB) != 0 {
      close(file)
      return -1
    }
    return file
  }

  /// Gives a lock back, also when a child that is just being started still has the descriptor.
  private static func unlock(_ file: CInt) {
    flock(file, LOCK_UN)
    close(file)
  }

  /// Removes the folders of hosts that are no more.
  private static func sweep(_ parent: String) {
    guard let directory = opendir(parent) else { return }
    defer { closedir(directory) }
    while let entry = readdir(directory) {
      // The offset of a stored field of a C struct is always known.
      let offset = MemoryLayout<dirent>.offset(of: \.d_name)!
      let name = String(cString: UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self))
      let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
      guard let first = name.utf8.first, digits.contains(first) else { continue }
      let file = lock("\(parent)/\(name)")
      guard file >= 0 else { continue }
      FilePath.removeFolder("\(parent)/\(name)")
      close(file)
    }
  }
}
