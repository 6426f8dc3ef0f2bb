import CSQLite
import Glibc

/// Keeps the write-ahead log short, on the writer's thread and between its groups: moves the log into the file, and
/// makes the next group begin it anew.
///
/// Beginning anew takes a moment in which nobody reads from the log, and under a steady load none comes by itself: the
/// loop keeps a snapshot from one drain to the next, and queries overlap. So the loop is asked to let go, and short
/// queries are waited for, briefly. When that is not enough it is tried again each time the log has grown by a quarter;
/// from four times the limit on, the queries that run are made to begin again.
final class Checkpointer {
  private let database: Database
  private let requests: SnapshotRequests
  private let outbox: Outbox
  private let limit: Int
  /// The log's length in pages at which it is tried next.
  private var next: Int
  private var recallsQueries = false

  /// How often the writer looks whether the readers have left the log, and how long it waits between, in microseconds:
  /// 20 ms together, which writes wait too.
  private static let patience: (times: Int32, interval: UInt32) = (40, 500)

  /// - Parameter limit: the pages of the log from which on it is moved.
  init(_ database: Database, limit: Int, requests: SnapshotRequests, outbox: Outbox) {
    self.database = database
    self.limit = limit
    self.requests = requests
    self.outbox = outbox
    next = limit
  }

  /// Moves the log if it is long enough.
  func run() {
    let pages = database.logPages
    if pages < limit {
      // It has begun anew, at once or by itself after an attempt that failed.
      requests.wantsLoopToLetGo = false
      next = limit
    }
    guard pages >= next else { return }
    recallsQueries = pages >= 4 * limit
    askLoop()
    if restart() {
      requests.wantsLoopToLetGo = false
      next = limit
    } else {
      next = pages + limit / 4
    }
  }

  /// Asks all readers to let go of the log now, for a writer that waits for them.
  func release() {
    requests.recallQueries()
    askLoop()
  }

  private func askLoop() {
    requests.wantsLoopToLetGo = true
    outbox.send([Finished(0, .success(.snapshotEnds))])
  }

  /// - Returns: whether all of the log is in the file and nobody reads from it. After a failure what was committed is
  ///   safe in the log, and the work is left for the next time.
  private func restart() -> Bool {
    let connection = database.connection
    // The address is used until the handler is replaced, below.
    sqlite3_busy_handler(
      connection,
      { pointer, count in
        guard let pointer else { return 0 }
        return Unmanaged<Checkpointer>.fromOpaque(pointer).takeUnretainedValue().awaitReaders(count) ? 1 : 0
      }, Unmanaged.passUnretained(self).toOpaque())
    defer { sqlite3_busy_timeout(connection, Database.busyMilliseconds) }
    return sqlite3_wal_checkpoint_v2(connection, nil, SQLITE_CHECKPOINT_RESTART, nil, nil) == SQLITE_OK
  }

  /// Queries are recalled each time: one that began before all of the log was moved is in the way once it is.
  ///
  /// - Parameter count: how often it has waited in this attempt.
  /// - Returns: whether to look again.
  private func awaitReaders(_ count: Int32) -> Bool {
    guard count < Checkpointer.patience.times else { return false }
    if recallsQueries { requests.recallQueries() }
    usleep(Checkpointer.patience.interval)
    return true
  }
}
