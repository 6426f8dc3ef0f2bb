/// Whether a file holds what this program makes and nothing else: no table, index, view or trigger of another hand, and no
/// expression in one of ours.
///
/// To distrust a schema is not enough: SQLite lets `load_extension`, which it counts as harmful elsewhere, stand in a CHECK,
/// and runs checks, defaults and triggers when a row is written; `integrity_check` runs the checks of rows that are there.
/// An expression in a table without rows is met by the first write after the restore. So the texts of the schema are
/// compared with those that the file's own catalogue leads to.
struct SchemaCheck {
  /// One object of a schema: what kind it is of, its name, and the text that makes it.
  private struct Object: Hashable {
    let kind: String
    let name: String
    let text: String
  }

  /// The most objects that a file may have: far beyond what any declarations lead to.
  private static let limit = 10_000
  /// How long an older schema may take to be brought up to date, without any rows.
  private static let milliseconds: Int64 = 5000

  /// Refuses a file, opened to be examined, that has something in its schema that this program does not make.
  static func check(_ file: Database) throws(StorageError) {
    let newest = migrations.last?.version ?? 0
    let schema = try file.schemaVersion < newest ? upToDate(file) : file
    let model = try Database(file: ":memory:", role: .writer, called: file.file)
    try model.apply(migrations, now: 0)
    let collections = try schema.loadCollections()
    for collection in collections { _ = try model.declare(collection.definition) }
    let names = Set(collections.map(\.name))
    try compare(try objects(of: schema, names), with: try objects(of: model, names))
  }

  private static func compare(_ found: Set<Object>, with expected: Set<Object>) throws(StorageError) {
    if let strange = found.subtracting(expected).min(by: { $0.name < $1.name }) {
      let isKnown = expected.contains { $0.kind == strange.kind && $0.name == strange.name }
      throw StorageError(
        .failedPrecondition,
        "the backup has the \(strange.kind) \"\(strange.name.prefix(100))\", "
          + (isKnown ? "which is not as this program makes it" : "which this program does not make")
          + "; use a backup that orchestron backup has made and nobody has changed")
    }
    if let missing = expected.subtracting(found).min(by: { $0.name < $1.name }) {
      throw StorageError(.dataLoss, "the backup lacks the \(missing.kind) \"\(missing.name)\"; use another one")
    }
  }

  /// - Parameter collections: the tables whose columns may stand in any order, because they came in any order.
  private static func objects(of database: Database, _ collections: Set<String>) throws(StorageError) -> Set<Object> {
    var objects: Set<Object> = []
    try database.rows("SELECT type, name, tbl_name, sql FROM sqlite_schema LIMIT \(limit + 1)") { row in
      var text = row.text(3)
      if row.text(0) == "table", collections.contains(row.text(1)), text.hasSuffix(") STRICT") {
        let columns = text.dropLast(") STRICT".count).split(separator: ",", omittingEmptySubsequences: false)
        text = columns.sorted().joined(separator: ",")
      }
      objects.insert(Object(kind: row.text(0), name: row.text(1), text: "\(row.text(2)) \(text)"))
    }
    guard objects.count <= limit else {
      throw StorageError(.failedPrecondition, "the backup has more than \(limit) tables and indexes; use another one")
    }
    return objects
  }

  /// A database without documents whose schema is the file's, brought up to date.
  private static func upToDate(_ file: Database) throws(StorageError) -> Database {
    let copy = try Database(file: ":memory:", role: .writer, called: file.file)
    var texts: [String] = []
    // What belongs to a table of words is made with it.
    try file.rows(
      """
      SELECT sql FROM sqlite_schema AS one WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
      AND NOT EXISTS (SELECT 1 FROM sqlite_schema AS other WHERE other.sql LIKE 'CREATE VIRTUAL TABLE%'
        AND one.name LIKE other.name || '\\_%' ESCAPE '\\')
      ORDER BY type = 'table' DESC, rowid LIMIT \(limit)
      """
    ) { texts.append($0.text(0)) }
    try copy.limited(milliseconds: milliseconds, isCancelled: { false }) { () throws(StorageError) in
      for text in texts {
        try Statement(only: text, connection: copy.connection, file: copy.file).run()
      }
      for table in ["migrations", "collections", "indexes"] { try copyRows(of: table, from: file, to: copy) }
      try copy.apply(migrations, now: 0)
    }
    return copy
  }

  private static func copyRows(of table: String, from file: Database, to copy: Database) throws(StorageError) {
    try file.rows("SELECT * FROM \(table) LIMIT \(limit)") { row throws(StorageError) in
      let places = (1...row.names.count).map { "?\($0)" }.joined(separator: ", ")
      let insert = try copy.statement("INSERT INTO \(table) VALUES(\(places))")
      try insert.bind((0..<row.names.count).map { row.value(Int32($0)) })
      try insert.run()
    }
  }
}
