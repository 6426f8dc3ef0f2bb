import Glibc

/// The folder in which a host keeps everything.
public enum StorageFolder {
  static let name = ".orchestron"

  /// The folder that counts: the one of the flag, of `ORCHESTRON_STORAGE_PATH`, the nearest `.orchestron` from the
  /// current folder upwards (not above `$HOME`, and only if it is the user's own), else `.orchestron` in the current
  /// folder. Absolute; it need not exist.
  public static func locate(_ named: String? = nil, in surroundings: Surroundings) -> String {
    if let named = named ?? surroundings["ORCHESTRON_STORAGE_PATH"] {
      let path = surroundings.absolute(named)
      return FilePath.real(path) ?? path
    }
    let home = surroundings["HOME"].flatMap(FilePath.real)
    var folder = surroundings.folder
    while true {
      let candidate = FilePath.absolute(name, in: folder)
      if isOwn(candidate, of: surroundings.user) { return candidate }
      if folder == home || folder == "/" { return surroundings.absolute(name) }
      folder = FilePath.folder(of: folder)
    }
  }

  private static func isOwn(_ path: String, of user: uid_t) -> Bool {
    var info = stat()
    return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR && info.st_uid == user
  }

  /// Makes the folder if it is missing: for its owner alone, and ignored by git.
  ///
  /// - Returns: The folder's path with symbolic links resolved.
  public static func prepare(_ path: String) throws(Failure) -> String {
    try FilePath.makeFolder(path, mode: 0o700)
    guard let real = FilePath.real(path), access(real, R_OK | W_OK | X_OK) == 0 else {
      throw Failure(
        .failedPrecondition, "the storage folder \(path) cannot be used: \(errorText(errno)); choose one by --storage")
    }
    let ignore = real + "/.gitignore"
    if access(ignore, F_OK) != 0 { try FilePath.replace(ignore, with: Array("*\n".utf8), mode: 0o644) }
    return real
  }
}
