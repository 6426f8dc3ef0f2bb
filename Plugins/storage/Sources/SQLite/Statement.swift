import CSQLite

/// One prepared statement. It belongs to its `Database` and to that database's thread.
///
/// A statement that has been stepped holds a read transaction until `reset`; whoever steps it resets it.
final class Statement {
  private let handle: OpaquePointer
  private let file: String

  init(_ sql: String, connection: OpaquePointer, file: String) throws(StorageError) {
    var prepared: OpaquePointer?
    let code = sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
    guard code == SQLITE_OK, let prepared else { throw Database.error(connection, file: file, code: code) }
    handle = prepared
    self.file = file
  }

  /// Prepares text from outside, which must be one statement.
  init(only sql: String, connection: OpaquePointer, file: String) throws(StorageError) {
    var prepared: OpaquePointer?
    var code = SQLITE_OK
    var isAlone = true
    var text = sql
    text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { text in
        var rest: UnsafePointer<CChar>?
        code = sqlite3_prepare_v3(connection, text.baseAddress, Int32(text.count), 0, &prepared, &rest)
        // What follows the first statement may only be space, comments and semicolons, which prepare to nothing.
        while code == SQLITE_OK, isAlone, let start = rest, let base = text.baseAddress, start < base + text.count {
          var second: OpaquePointer?
          code = sqlite3_prepare_v3(connection, start, Int32(base + text.count - start), 0, &second, &rest)
          isAlone = second == nil
          sqlite3_finalize(second)
        }
      }
    }
    guard code == SQLITE_OK else {
      let error = Database.error(connection, file: file, code: code)
      sqlite3_finalize(prepared)
      throw error
    }
    guard let prepared, isAlone else {
      sqlite3_finalize(prepared)
      throw StorageError(.invalidArgument, "SQL text is one SELECT; it has \(isAlone ? "none" : "several statements")")
    }
    handle = prepared
    self.file = file
  }

  deinit {
    sqlite3_finalize(handle)
  }

  /// How many parameters its text has.
  var parameters: Int { Int(sqlite3_bind_parameter_count(handle)) }

  /// The names of the columns of its rows.
  var names: [String] {
    (0..<sqlite3_column_count(handle)).map { column in
      sqlite3_column_name(handle, column).map { String(cString: $0) } ?? ""
    }
  }

  /// Binds a value to the parameter `?index`, counted from 1.
  func bind(_ index: Int32, _ value: Value) throws(StorageError) {
    switch value {
    case .null: try check(sqlite3_bind_null(handle, index))
    case .bool(let value): try check(sqlite3_bind_int64(handle, index, value ? 1 : 0))
    case .int(let value): try check(sqlite3_bind_int64(handle, index, value))
    case .double(let value): try check(sqlite3_bind_double(handle, index, value))
    case .text(let value): try bind(index, text: value)
    }
  }

  /// Binds values to the parameters from the first on.
  func bind(_ values: [Value]) throws(StorageError) {
    for (offset, value) in values.enumerated() { try bind(Int32(offset + 1), value) }
  }

  func bind(_ index: Int32, text: String) throws(StorageError) {
    var text = text
    try check(text.withUTF8 { csqlite_bind_text_copy(handle, index, UnsafeRawPointer($0.baseAddress), UInt($0.count)) })
  }

  /// Binds UTF-8 text that is already bytes. An empty array is the empty text, not NULL.
  func bind(_ index: Int32, text bytes: [UInt8]) throws(StorageError) {
    try check(bytes.withUnsafeBytes { csqlite_bind_text_copy(handle, index, $0.baseAddress, UInt($0.count)) })
  }

  func bind(_ index: Int32, text bytes: UnsafeRawBufferPointer) throws(StorageError) {
    try check(csqlite_bind_text_copy(handle, index, bytes.baseAddress, UInt(bytes.count)))
  }

  func bind(_ index: Int32, int value: Int64) throws(StorageError) {
    try check(sqlite3_bind_int64(handle, index, value))
  }

  /// Moves to the next row; false when there is none.
  func step() throws(StorageError) -> Bool {
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code: throw error(code)
    }
  }

  /// Ends the execution and its transaction. Bindings stay.
  func reset() {
    sqlite3_reset(handle)
  }

  /// Runs a statement whose rows, if any, are of no interest.
  func run() throws(StorageError) {
    defer { reset() }
    while try step() {}
  }

  func int(_ column: Int32) -> Int64 {
    sqlite3_column_int64(handle, column)
  }

  func text(_ column: Int32) -> String {
    String(decoding: bytes(column), as: UTF8.self)
  }

  /// The column's bytes, valid until the next `step` or `reset`.
  func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
    // As a blob, SQLite need not copy the text to put a zero behind it.
    let start = sqlite3_column_blob(handle, column)
    return UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : Int(sqlite3_column_bytes(handle, column)))
  }

  /// SQLITE_NULL, SQLITE_INTEGER, SQLITE_FLOAT, SQLITE_TEXT or SQLITE_BLOB.
  func type(_ column: Int32) -> Int32 {
    sqlite3_column_type(handle, column)
  }

  func double(_ column: Int32) -> Double {
    sqlite3_column_double(handle, column)
  }

  func value(_ column: Int32) -> Value {
    switch type(column) {
    case SQLITE_NULL: .null
    case SQLITE_INTEGER: .int(int(column))
    case SQLITE_FLOAT: .double(double(column))
    default: .text(text(column))
    }
  }

  private func check(_ code: Int32) throws(StorageError) {
    if code != SQLITE_OK { throw error(code) }
  }

  private func error(_ code: Int32) -> StorageError {
    guard let connection = sqlite3_db_handle(handle) else {
      return StorageError(sqlite: code, detail: "no connection", systemError: 0, file: file)
    }
    return Database.error(connection, file: file, code: code)
  }
}
