import CSQLite

extension Database {
  /// Copies the whole file as it is now into a new one, while others read and write. It takes as long as it takes.
  ///
  /// The copy is a plain file, without a write-ahead log beside it, and without the name of its event log: whoever opens
  /// it continues another history than the original does.
  func copy(to path: String) throws(StorageError) {
    var opened: OpaquePointer?
    let code = sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nil)
    guard let target = opened else { throw StorageError(.resourceExhausted, "memory ran out while opening \(path)") }
    defer { sqlite3_close_v2(target) }
    guard code == SQLITE_OK else { throw Database.error(target, file: path, code: code) }
    // A snapshot, so that writes meanwhile do not make the copy start anew.
    try snapshot { () throws(StorageError) in
      _ = try integer("SELECT count(*) FROM meta")
      guard let backup = sqlite3_backup_init(target, "main", connection, "main") else {
        throw Database.error(target, file: path, code: sqlite3_errcode(target))
      }
      let copied = sqlite3_backup_step(backup, -1)
      let finished = sqlite3_backup_finish(backup)
      guard copied == SQLITE_DONE, finished == SQLITE_OK else {
        throw Database.error(target, file: path, code: copied == SQLITE_DONE ? finished : copied)
      }
    }
    let ended = sqlite3_exec(target, "PRAGMA journal_mode = OFF; DELETE FROM meta WHERE name = 'log'", nil, nil, nil)
    if ended != SQLITE_OK { throw Database.error(target, file: path, code: ended) }
  }
}
