import CSQLite
import PluginKit

extension JSONWriter {
  /// Adds the value of a column as SQLite has it: null, a number or text.
  mutating func scalar(_ row: Statement, _ column: Int32) {
    switch row.type(column) {
    case SQLITE_NULL: null()
    case SQLITE_INTEGER: int(row.int(column))
    case SQLITE_FLOAT: double(row.double(column))
    default: string(utf8: row.bytes(column))
    }
  }

  /// Adds a column that holds JSON text; null when it holds nothing.
  mutating func fragment(_ row: Statement, _ column: Int32) {
    if row.type(column) == SQLITE_NULL { null() } else { raw(row.bytes(column)) }
  }
}
