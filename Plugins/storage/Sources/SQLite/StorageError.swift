import CSQLite
import PluginKit

/// A refusal or failure of the store: a canonical status, and a sentence that names the thing and the fix.
struct StorageError: Error, Sendable, Equatable {
  let status: Status
  let message: String
  /// The document that a stale or doubled write met; empty when there is none.
  let current: [UInt8]
  /// SQLite's extended result code and its own words for it; 0 and empty when the refusal is the store's own.
  let sqliteCode: Int32
  let sqliteMessage: String

  init(
    _ status: Status, _ message: String, current: [UInt8] = [], sqliteCode: Int32 = 0, sqliteMessage: String = ""
  ) {
    self.status = status
    self.message = message
    self.current = current
    self.sqliteCode = sqliteCode
    self.sqliteMessage = sqliteMessage
  }
}

extension StorageError {
  /// Explains an SQLite result code: which file, what happened, what to do about it.
  init(sqlite code: Int32, detail: String, systemError: Int32, file: String) {
    let (status, message): (Status, String) =
      switch code & 0xff {
      case SQLITE_CORRUPT:
        (
          .dataLoss,
          "\(file) is damaged (\(detail)); stop the host, keep a copy of the file, and restore the last backup"
        )
      case SQLITE_NOTADB:
        (.dataLoss, "\(file) is not an SQLite database, or its header is damaged; move it away or restore a backup")
      case SQLITE_FULL:
        (
          .resourceExhausted,
          "the disk that holds \(file) is full; nothing of this change was stored; free some space and repeat it"
        )
      case SQLITE_BUSY, SQLITE_LOCKED:
        (.unavailable, "another program is writing to \(file); close it and repeat the change")
      case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH:
        (.permissionDenied, "\(file) cannot be written (\(detail)); make the file and its folder writable")
      case SQLITE_CANTOPEN:
        (
          .permissionDenied,
          "\(file) cannot be opened (\(describe(systemError: systemError))); "
            + "check that its folder exists and is writable"
        )
      case SQLITE_IOERR:
        (
          .unavailable,
          "reading or writing \(file) failed (\(detail)); check the disk, its free space and its limits"
        )
      case SQLITE_NOMEM:
        (.resourceExhausted, "memory ran out while working on \(file)")
      case SQLITE_TOOBIG:
        (.invalidArgument, "a value is too long to be stored in \(file)")
      case SQLITE_ERROR where detail == "integer overflow":
        (.outOfRange, "a sum is larger than a whole number of 64 bits")
      case SQLITE_INTERRUPT:
        (.deadlineExceeded, "the query took too long and was stopped; add an index or narrow the filter")
      default:
        (.internal, "SQLite refused a statement on \(file): \(detail)")
      }
    self.init(status, message, sqliteCode: code, sqliteMessage: detail)
  }
}

extension StorageError {
  /// A unique index or a check of the schema refused the change.
  var isConstraint: Bool { sqliteCode & 0xff == SQLITE_CONSTRAINT }

  /// A column that must have a value was given none.
  var isMissingValue: Bool { sqliteCode == SQLITE_CONSTRAINT | 5 << 8 }

  /// A statement was stopped on the way, for its time or for the writer.
  var isInterruption: Bool { sqliteCode & 0xff == SQLITE_INTERRUPT }

  /// It will be so the next time too: damage, or a disk that is not to be trusted.
  var isLasting: Bool { status == .dataLoss || isFailedSync }

  /// The system could not bring written bytes to the disk. It may have dropped them, and say nothing the next time.
  var isFailedSync: Bool { csqlite_is_failed_sync(sqliteCode) != 0 }
}
