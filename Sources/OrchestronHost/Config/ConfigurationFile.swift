import Glibc

/// Finds, reads and rewrites the configuration file.
enum ConfigurationFile {
  static let name = "orchestron.config.json"

  /// The absolute path of the file that counts, or nil when there is none.
  ///
  /// - Throws: A file that was named but is not there.
  static func find(_ named: String?, in surroundings: Surroundings) throws(Failure) -> String? {
    if let named { return try require(named, "named by --config", surroundings) }
    if let named = surroundings["ORCHESTRON_CONFIG"] {
      return try require(named, "named by ORCHESTRON_CONFIG", surroundings)
    }
    let path = surroundings.absolute(name)
    return access(path, F_OK) == 0 ? path : nil
  }

  private static func require(
    _ named: String, _ how: String, _ surroundings: Surroundings
  ) throws(Failure) -> String {
    let path = surroundings.absolute(named)
    guard access(path, F_OK) == 0 else {
      throw Failure(
        .notFound, "the configuration file \(path), \(how), does not exist; create it, or leave the name out")
    }
    return path
  }

  /// Reads a file that exists.
  static func read(_ path: String) throws(Failure) -> JSON {
    var bytes: [UInt8] = []
    do throws(PluginFault) {
      guard try SmallFile.read(path, relativeTo: AT_FDCWD, shownAs: path, into: &bytes) != nil else {
        throw PluginFault(path: path, reason: "the file has vanished")
      }
    } catch {
      throw Failure(.failedPrecondition, error.description)
    }
    do { return try JSON(parsing: bytes, duplicateKeys: .refused) } catch {
      throw Failure(.invalidArgument, "\(path) is not valid JSON: \(error.message)")
    }
  }

  /// Replaces the content of a file that exists, whole or not at all, so that it outlives a crash of the machine. Its mode
  /// and its owner stay; a symbolic link still leads to it. [any-thread]
  static func write(_ content: JSON, to path: String) throws(Failure) {
    func failed(_ number: CInt) -> Failure {
      Failure(.failedPrecondition, "\(path) cannot be written: \(errorText(number)); nothing has changed")
    }
    var info = stat()
    guard let target = FilePath.real(path), stat(target, &info) == 0 else { throw failed(errno) }
    let draft = "\(target).\(getpid())"
    unlink(draft)
    let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw failed(errno) }
    defer { close(file) }
    var text = content.spread + "\n"
    let isWritten = text.withUTF8 { bytes in
      Glibc.write(file, bytes.baseAddress, bytes.count) == bytes.count
        && fchown(file, info.st_uid, info.st_gid) == 0 && fchmod(file, info.st_mode & 0o7777) == 0
        && fsync(file) == 0 && rename(draft, target) == 0
    }
    guard isWritten else {
      let number = errno
      unlink(draft)
      throw failed(number)
    }
    // The name is written as well; without that the old file would be there after a crash, and whole.
    let folder = open(FilePath.folder(of: target), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return }
    fsync(folder)
    close(folder)
  }
}
