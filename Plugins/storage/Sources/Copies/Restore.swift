import Glibc

/// A backup on its way back: it is received in pieces, looked at when it is whole, and put in the place of the database
/// at the next start, when nobody has that open. The database of before stays beside it, until the next
/// restore.
struct Restore: Sendable {
  /// The database.
  let file: String

  private var part: String { file + ".restore.part" }
  private var pending: String { file + ".restore" }
  private var replaced: String { file + ".replaced" }

  /// Writes a piece behind those that have come; offset 0 begins anew. It blocks.
  ///
  /// - Parameter total: how many bytes the backup has. The last piece makes it pending.
  /// - Returns: whether the backup is whole and will be used at the next start.
  func receive(_ bytes: [UInt8], at offset: Int, of total: Int) throws(StorageError) -> Bool {
    let descriptor = open(part, O_WRONLY | O_CREAT | O_CLOEXEC | (offset == 0 ? O_TRUNC : 0), 0o600)
    guard descriptor >= 0 else { throw failed("cannot be written") }
    defer { close(descriptor) }
    let size = Int(lseek(descriptor, 0, SEEK_END))
    guard size == offset, bytes.count <= total - offset else {
      throw StorageError(
        .failedPrecondition,
        "\(size) of \(total) bytes of the backup have come, and this piece is for \(offset); send what comes next, or "
          + "begin anew at 0")
    }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        pwrite(descriptor, $0.baseAddress.map { $0 + written }, $0.count - written, off_t(offset + written))
      }
      guard count > 0 else {
        let error = failed("cannot be written")
        ftruncate(descriptor, off_t(offset))
        throw error
      }
      written += count
    }
    guard offset + bytes.count == total else { return false }
    do {
      try check()
    } catch {
      unlink(part)
      throw error
    }
    // What the last restore replaced goes; its log must not meet another file.
    for ending in ["", "-wal"] { unlink(replaced + ending) }
    guard fsync(descriptor) == 0, rename(part, pending) == 0 else { throw failed("cannot be stored") }
    syncFolder()
    return true
  }

  /// Refuses what is not a sound backup of ours.
  private func check() throws(StorageError) {
    do throws(StorageError) {
      // Whoever sends it knows it by a name of their own.
      let database = try Database(file: part, role: .examiner, called: "the backup")
      guard try database.isOurs else {
        throw StorageError(
          .failedPrecondition, "the backup is a database of another program; use one that orchestron backup has made")
      }
      try database.checkOrigin()
      try SchemaCheck.check(database)
      let problem = try database.first("PRAGMA integrity_check(1)")
      guard problem == .text("ok") else {
        throw StorageError(.dataLoss, "the backup is damaged (\(problem ?? .null)); use another one")
      }
    } catch {
      guard error.sqliteCode != 0 else { throw error }
      throw StorageError(
        .dataLoss,
        "the backup is damaged, or not an SQLite database (\(error.sqliteMessage)); use another one",
        sqliteCode: error.sqliteCode, sqliteMessage: error.sqliteMessage)
    }
  }

  /// Puts a pending backup in the database's place. To be called while nobody has the database open; interrupted
  /// anywhere, it goes on at the next call.
  func apply() throws(StorageError) {
    guard access(pending, F_OK) == 0 else { return }
    // The log first: without its file it would be taken for the log of the backup.
    for ending in ["-wal", ""] where access(file + ending, F_OK) == 0 {
      guard rename(file + ending, replaced + ending) == 0 else { throw failed("cannot be put in place") }
    }
    unlink(file + "-shm")
    syncFolder()
    guard rename(pending, file) == 0 else { throw failed("cannot be put in place") }
    syncFolder()
  }

  private func syncFolder() {
    let folder = open(file.lastIndex(of: "/").map { String(file[..<$0]) } ?? ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return }
    fsync(folder)
    close(folder)
  }

  private func failed(_ what: String) -> StorageError {
    StorageError(
      .unavailable, "the backup for \(file) \(what) (\(describe(systemError: errno))); check the disk and its folder")
  }
}
