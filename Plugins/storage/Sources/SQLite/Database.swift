import CSQLite

/// One connection to the database file, used by one thread only.
///
/// Statements are prepared once per SQL text and kept. Errors name the file and the fix.
final class Database {
  /// What a connection is for; it decides what SQLite lets it do and how long it waits.
  enum Role {
    /// The one connection that changes the file.
    case writer
    /// Scans on a thread of their own.
    case reader
    /// Point reads on the loop, which must never wait.
    case pointReader
    /// SQL of people, on the thread of a reader.
    case analyst
    /// Looks at a file that somebody else may have made.
    case examiner
  }

  /// The path of the file, or what messages call it instead.
  let file: String
  let connection: OpaquePointer
  private var statements: [String: Statement] = [:]
  /// The one that was asked for last. Point reads ask for the same text again, which is found to be equal by its address.
  private var last: (sql: String, statement: Statement)?
  private let deadline: Deadline
  /// Who hears of statements that take long; the writer's connection has one.
  var longWork: LongWork?
  /// How many pages the write-ahead log held after this connection's last commit.
  private let pagesOfLog: UnsafeMutablePointer<Int32>

  /// How long a connection waits for a lock that another process holds.
  static let busyMilliseconds: Int32 = 5000

  /// Opens the file, which the writer creates when it is missing.
  ///
  /// - Parameters:
  ///   - path: The path of the file.
  ///   - name: What messages call it; the path when left out.
  init(file path: String, role: Role, called name: String? = nil) throws(StorageError) {
    let file = name ?? path
    self.file = file
    let flags =
      role == .writer
      ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
      : SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX
    var opened: OpaquePointer?
    let code = sqlite3_open_v2(path, &opened, flags, nil)
    guard let opened else { throw StorageError(.resourceExhausted, "memory ran out while opening \(file)") }
    guard code == SQLITE_OK else {
      let error = Database.error(opened, file: file, code: code)
      sqlite3_close_v2(opened)
      throw error
    }
    connection = opened
    // A step of SQL from outside may work on a long text each time.
    deadline = Deadline(opened, interval: role == .analyst ? 50 : 4000)
    pagesOfLog = .allocate(capacity: 1)
    pagesOfLog.initialize(to: 0)
    sqlite3_extended_result_codes(connection, 1)
    let status =
      role == .examiner ? csqlite_distrust(connection, Database.examinedLength) : csqlite_harden(connection)
    guard status == SQLITE_OK else {
      throw StorageError(.internal, "this build of SQLite lacks the defensive switches; install SQLite 3.38 or newer")
    }
    try configure(role)
  }

  /// The texts of the statements that were asked for, each once, while somebody wants to know them.
  var heard: [String]?

  deinit {
    last = nil
    statements.removeAll()
    sqlite3_close_v2(connection)
    pagesOfLog.deallocate()
  }

  /// The most bytes of one value in a file that is examined: four times the largest document.
  private static let examinedLength: Int32 = 32 << 20

  private func configure(_ role: Role) throws(StorageError) {
    sqlite3_busy_timeout(connection, role == .pointReader ? 5 : Database.busyMilliseconds)
    if role == .examiner { return }
    try execute(
      """
      PRAGMA synchronous = FULL;
      PRAGMA temp_store = \(role == .analyst ? "FILE" : "MEMORY");
      PRAGMA mmap_size = 1073741824;
      PRAGMA foreign_keys = ON;
      PRAGMA cache_size = \(role == .writer ? -32768 : -8192);
      """)
    if role == .reader { try Score.register(on: connection, file: file) }
    guard role == .writer else { return }
    // Checkpoints run between groups of writes (see Checkpointer), not inside the commit that a caller waits for. What
    // a log that had to grow leaves beyond the size limit is given back when it begins anew.
    try execute("PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 67108864; PRAGMA secure_delete = FAST;")
    sqlite3_wal_hook(
      connection,
      { pages, _, _, count in
        pages?.storeBytes(of: count, as: Int32.self)
        return SQLITE_OK
      }, pagesOfLog)
  }

  /// Runs one or several statements of trusted text, without parameters.
  func execute(_ sql: String) throws(StorageError) {
    let code = sqlite3_exec(connection, sql, nil, nil, nil)
    if code != SQLITE_OK { throw Database.error(connection, file: file, code: code) }
  }

  /// The prepared statement for this text: reset, with whatever was bound to it before.
  func statement(_ sql: String) throws(StorageError) -> Statement {
    if heard?.contains(sql) == false { heard?.append(sql) }
    if let last, last.sql == sql { return last.statement }
    if let known = statements[sql] {
      last = (sql, known)
      return known
    }
    // Texts vary with the shape of a query; a caller that invents shapes without end must not fill the memory.
    if statements.count >= 256 {
      last = nil
      statements.removeAll()
    }
    let statement = try Statement(sql, connection: connection, file: file)
    statements[sql] = statement
    last = (sql, statement)
    return statement
  }

  /// Runs a statement with these parameters and ignores its rows.
  func run(_ sql: String, _ values: Value...) throws(StorageError) {
    try bound(sql, values).run()
  }

  /// The first column of the first row; nil without a row.
  func first(_ sql: String, _ values: Value...) throws(StorageError) -> Value? {
    let statement = try bound(sql, values)
    defer { statement.reset() }
    return try statement.step() ? statement.value(0) : nil
  }

  /// The first column of the first row as a whole number; 0 without one.
  func integer(_ sql: String, _ values: Value...) throws(StorageError) -> Int64 {
    let statement = try bound(sql, values)
    defer { statement.reset() }
    return try statement.step() ? statement.int(0) : 0
  }

  /// Runs `body` once for each row. The row is valid inside `body` only.
  func rows(
    _ sql: String, _ values: Value..., body: (Statement) throws(StorageError) -> Void
  ) throws(StorageError) {
    let statement = try bound(sql, values)
    defer { statement.reset() }
    while try statement.step() { try body(statement) }
  }

  private func bound(_ sql: String, _ values: [Value]) throws(StorageError) -> Statement {
    let statement = try statement(sql)
    try statement.bind(values)
    return statement
  }

  /// Runs reads that must agree with each other: all see the file as it was when the first began.
  func snapshot<Result>(_ body: () throws(StorageError) -> Result) throws(StorageError) -> Result {
    try statement("BEGIN").run()
    do {
      let result = try body()
      try statement("COMMIT").run()
      return result
    } catch {
      if inTransaction { try statement("ROLLBACK").run() }
      throw error
    }
  }

  /// How many pages the write-ahead log held after the writer's last commit, whether they are in the file or not.
  var logPages: Int { Int(pagesOfLog.pointee) }

  /// Moves all of the write-ahead log into the file and cuts it off, as soon as nobody reads from it.
  ///
  /// - Returns: whether readers let go of it within the time that the connection waits.
  func truncateLog() throws(StorageError) -> Bool {
    let code = sqlite3_wal_checkpoint_v2(connection, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
    if code & 0xff == SQLITE_BUSY { return false }
    if code != SQLITE_OK { throw Database.error(connection, file: file, code: code) }
    pagesOfLog.pointee = 0
    return true
  }

  /// Whether a transaction is open. SQLite ends one by itself after some failures.
  var inTransaction: Bool { sqlite3_get_autocommit(connection) == 0 }

  /// How many rows the last INSERT, UPDATE or DELETE touched.
  var changes: Int64 { sqlite3_changes64(connection) }

  /// The row number that the last INSERT made.
  var lastRow: Int64 { sqlite3_last_insert_rowid(connection) }

  /// Runs `body`, stopping its statements with `deadline_exceeded` once this many milliseconds have passed, or once
  /// `isCancelled` says so.
  func limited<Result>(
    milliseconds: Int64, isCancelled: @escaping () -> Bool, _ body: () throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    deadline.arm(milliseconds: milliseconds, isCancelled: isCancelled)
    defer { deadline.disarm() }
    return try body()
  }

  /// How many steps of SQLite's machine pass before `isCancelled` is asked again.
  var stepsBetweenLooks: Int32 { deadline.interval }

  static func error(_ connection: OpaquePointer, file: String, code: Int32) -> StorageError {
    let extended = sqlite3_extended_errcode(connection)
    return StorageError(
      sqlite: extended & 0xff == code & 0xff ? extended : code,
      detail: String(cString: sqlite3_errmsg(connection)),
      systemError: sqlite3_system_errno(connection), file: file)
  }
}
