import CSQLite

/// An SQLite file of somebody else that is there as bytes, open for reading; see `csqlite_distrust`.
struct MemoryDatabase: ~Copyable {
  enum Cell: Equatable {
    case null
    case int(Int64)
    case text(String)

    var text: String? { if case .text(let text) = self { text } else { nil } }
    var int: Int64? { if case .int(let int) = self { int } else { nil } }
  }

  private let connection: OpaquePointer

  /// The most bytes of one value, and of all that one query answers.
  private static let lengthLimit: Int32 = 16 << 20
  private static let answerLimit = 128 << 20

  /// - Parameter bytes: The file; must stay in place while the database is in use.
  init(_ bytes: UnsafeMutableRawBufferPointer) throws(ImportFailure) {
    var connection: OpaquePointer?
    let status = sqlite3_open_v2(":memory:", &connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nil)
    guard status == SQLITE_OK, let connection else {
      sqlite3_close_v2(connection)
      throw ImportFailure("SQLite could not be started: \(String(cString: sqlite3_errstr(status)))")
    }
    let count = Int64(bytes.count)
    guard csqlite_distrust(connection, MemoryDatabase.lengthLimit) == SQLITE_OK,
      sqlite3_deserialize(
        connection, "main", bytes.bindMemory(to: UInt8.self).baseAddress, count, count,
        UInt32(SQLITE_DESERIALIZE_READONLY)) == SQLITE_OK
    else {
      let failure = MemoryDatabase.failure(connection)
      sqlite3_close_v2(connection)
      throw failure
    }
    self.connection = connection
  }

  deinit {
    sqlite3_close_v2(connection)
  }

  /// The rows of a query; values that are neither text nor integers are null.
  func rows(_ query: String, _ parameters: [Cell] = []) throws(ImportFailure) -> [[Cell]] {
    var statement: OpaquePointer?
    guard sqlite3_prepare_v2(connection, query, -1, &statement, nil) == SQLITE_OK else {
      throw MemoryDatabase.failure(connection)
    }
    defer { sqlite3_finalize(statement) }
    for (place, parameter) in parameters.enumerated() {
      let index = Int32(place + 1)
      switch parameter {
      case .null: sqlite3_bind_null(statement, index)
      case .int(let value): sqlite3_bind_int64(statement, index, value)
      case .text(var value):
        _ = value.withUTF8 { csqlite_bind_text_copy(statement, index, $0.baseAddress, UInt($0.count)) }
      }
    }
    var (rows, size) = ([[Cell]](), 0)
    while true {
      switch sqlite3_step(statement) {
      case SQLITE_ROW:
        let row = (0..<sqlite3_column_count(statement)).map { MemoryDatabase.cell(statement, $0) }
        size += row.reduce(0) { $0 + ($1.text?.utf8.count ?? 0) }
        guard size <= MemoryDatabase.answerLimit else {
          throw ImportFailure("the SQLite file has rows that are too long together; is it damaged?")
        }
        rows.append(row)
      case SQLITE_DONE: return rows
      default: throw MemoryDatabase.failure(connection)
      }
    }
  }

  private static func cell(_ statement: OpaquePointer?, _ column: Int32) -> Cell {
    switch sqlite3_column_type(statement, column) {
    case SQLITE_INTEGER: return .int(sqlite3_column_int64(statement, column))
    case SQLITE_TEXT:
      guard let text = sqlite3_column_text(statement, column) else { return .null }
      let count = Int(sqlite3_column_bytes(statement, column))
      return .text(String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self))
    default: return .null
    }
  }

  private static func failure(_ connection: OpaquePointer) -> ImportFailure {
    ImportFailure("the SQLite file cannot be read: \(String(cString: sqlite3_errmsg(connection)))")
  }
}
