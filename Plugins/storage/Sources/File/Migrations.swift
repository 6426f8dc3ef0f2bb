/// One numbered step of the file's schema. A released step never changes; a new need is a new step.
struct Migration {
  let version: Int64
  let name: String
  let sql: String
  /// What SQL alone cannot say; it runs after `sql`, in the same transaction.
  var then: @Sendable (Database) throws(StorageError) -> Void = { _ in }
}

/// The steps, oldest first. They stand in the code and not in files beside it, so that a library and its schema cannot
/// be installed apart.
let migrations = [
  Migration(
    version: 1, name: "collections, sequences, replies, events",
    sql: """
      CREATE TABLE meta(
        name  TEXT PRIMARY KEY,
        value TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;

      -- Each collection is also a table of its own name: see Collection.
      CREATE TABLE collections(
        name TEXT PRIMARY KEY
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE indexes(
        collection TEXT NOT NULL REFERENCES collections(name) ON DELETE CASCADE,
        fields     TEXT NOT NULL,
        isUnique   INTEGER NOT NULL,
        PRIMARY KEY(collection, fields)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE sequences(
        name  TEXT PRIMARY KEY,
        value INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;

      -- Replies kept for callers that repeat a change because they did not hear the first answer.
      CREATE TABLE replies(
        key         TEXT PRIMARY KEY,
        fingerprint TEXT NOT NULL,
        reply       TEXT NOT NULL,
        time        INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX repliesByTime ON replies(time);

      CREATE TABLE events(
        seq    INTEGER PRIMARY KEY AUTOINCREMENT,
        topic  TEXT NOT NULL,
        time   INTEGER NOT NULL,
        source TEXT NOT NULL,
        actor  TEXT NOT NULL,
        data   TEXT NOT NULL
      ) STRICT;
      """),
  Migration(
    version: 2, name: "columns that indexes can answer from, search, views",
    sql: """
      ALTER TABLE collections ADD COLUMN search TEXT NOT NULL DEFAULT '';
      ALTER TABLE collections ADD COLUMN view TEXT NOT NULL DEFAULT '';
      """),
  Migration(
    version: 3, name: "sparse indexes",
    sql: "ALTER TABLE indexes ADD COLUMN isSparse INTEGER NOT NULL DEFAULT 0;"),
  Migration(
    version: 4, name: "tallies", sql: "ALTER TABLE collections ADD COLUMN tally TEXT NOT NULL DEFAULT '';",
    then: { database throws(StorageError) in
      // Version 1 had virtual columns, which are no columns to pragma_table_info. They are made anew by the last step,
      // because what declares a collection needs the schema of today.
      for collection in try database.loadCollections() {
        var columns: [String] = []
        try database.rows("SELECT name FROM pragma_table_xinfo(?1) WHERE hidden = 2", .text(collection.name)) {
          columns.append($0.text(0))
        }
        guard !columns.isEmpty else { continue }
        for index in collection.definition.indexes { try database.drop(index, of: collection) }
        for name in columns { try database.execute("ALTER TABLE \(collection.table) DROP COLUMN \"\(name)\"") }
        _ = try database.declare(collection.definition)
      }
    }),
]

/// Marks our files among all SQLite files: "ORCH".
private let applicationID: Int64 = 0x4F52_4348

extension Database {
  /// Makes a new file ours, or brings an older one up to date; refuses foreign and newer ones.
  ///
  /// - Parameter now: milliseconds since 1970, recorded beside each step.
  func migrate(_ steps: [Migration] = migrations, now: Int64) throws(StorageError) {
    let isNew = try integer("SELECT count(*) FROM sqlite_schema") == 0
    if !isNew { try checkOrigin(steps) }
    if isNew {
      try execute("PRAGMA page_size = 4096; PRAGMA auto_vacuum = NONE; PRAGMA application_id = \(applicationID);")
    }
    guard try first("PRAGMA journal_mode = WAL") == .text("wal") else {
      throw StorageError(
        .failedPrecondition,
        "\(file) lies on a file system without shared memory, which write-ahead logging needs; use a local disk")
    }
    try apply(steps, now: now)
  }

  /// Takes the steps that have not been taken, each in a transaction of its own.
  func apply(_ steps: [Migration], now: Int64) throws(StorageError) {
    try execute(
      """
      CREATE TABLE IF NOT EXISTS migrations(
        version INTEGER PRIMARY KEY,
        name    TEXT NOT NULL,
        time    INTEGER NOT NULL
      ) STRICT;
      """)
    let present = try schemaVersion
    for step in steps where step.version > present {
      try transaction { () throws(StorageError) in
        try execute(step.sql)
        try step.then(self)
        try run(
          "INSERT INTO migrations(version, name, time) VALUES(?1, ?2, ?3)",
          .int(step.version), .text(step.name), .int(now))
      }
    }
  }

  /// Refuses files of other programs and of newer ones of ours.
  func checkOrigin(_ steps: [Migration] = migrations) throws(StorageError) {
    guard try isOurs else {
      throw StorageError(
        .failedPrecondition,
        "\(file) is a database of another program; choose another storage folder, or move that file away")
    }
    // A file whose making was interrupted has no steps yet.
    guard try integer("SELECT count(*) FROM sqlite_schema WHERE name = 'migrations'") == 1 else { return }
    let present = try schemaVersion
    let newest = steps.last?.version ?? 0
    guard present <= newest else {
      throw StorageError(
        .failedPrecondition,
        "\(file) has schema version \(present), and this program knows versions up to \(newest); "
          + "start the newer program, or restore a backup that this one made")
    }
  }

  /// The number of the last step that was taken.
  var schemaVersion: Int64 {
    get throws(StorageError) { try integer("SELECT coalesce(max(version), 0) FROM migrations") }
  }

  /// Whether the file says that it is a database of this program.
  var isOurs: Bool {
    get throws(StorageError) { try integer("PRAGMA application_id") == applicationID }
  }

  /// Runs `body` in one write transaction, all of it or nothing.
  func transaction<Result>(_ body: () throws(StorageError) -> Result) throws(StorageError) -> Result {
    try execute("BEGIN IMMEDIATE")
    do {
      let result = try body()
      try execute("COMMIT")
      return result
    } catch {
      if inTransaction { try execute("ROLLBACK") }
      throw error
    }
  }
}
