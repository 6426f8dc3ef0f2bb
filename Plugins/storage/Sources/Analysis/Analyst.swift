import CSQLite
import PluginKit

/// A connection that answers SQL of people: it can read the declared views and nothing else, change nothing, reach no
/// other file, and is stopped when an answer takes too long or grows too large.
final class Analyst {
  private let database: Database
  private let access: Access
  /// The views that exist on this connection.
  private var views: [ViewDefinition] = []

  /// What a statement that is being prepared may touch. A class, because SQLite is given its address.
  private final class Access {
    /// The collection of each view, by the view's name in lower case.
    var views: [String: String] = [:]
    var collections: Set<String> = []

    /// Whether not even the number of its rows is for people: every table of the file that no view shows.
    func isHidden(_ table: String) -> Bool {
      table.hasPrefix("sqlite_") || Access.tables.contains(table)
        || (table.contains("/") && !collections.contains(table))
    }

    /// The store's own tables; those of collections have a slash.
    private static let tables: Set<String> = [
      "collections", "events", "indexes", "meta", "migrations", "replies", "sequences",
    ]
  }

  /// The longest text that SQL may make or read, in bytes. It bounds how long one step takes.
  private static let lengthLimit: Int32 = 4 << 20

  init(file: String) throws(StorageError) {
    database = try Database(file: file, role: .analyst)
    access = Access()
    // The two table functions that are allowed are connected before the authorizer comes, which lets no others in.
    for list in ["json_each", "json_tree"] { _ = try database.integer("SELECT count(*) FROM \(list)('[]')") }
    let limits = [
      SQLITE_LIMIT_LENGTH: Analyst.lengthLimit, SQLITE_LIMIT_EXPR_DEPTH: 100, SQLITE_LIMIT_COMPOUND_SELECT: 50,
      SQLITE_LIMIT_VDBE_OP: 100_000, SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 1000, SQLITE_LIMIT_ATTACHED: 0,
    ]
    for (limit, value) in limits { sqlite3_limit(database.connection, limit, value) }
  }

  /// The rows as JSON text: `{"columns":[…],"rows":[[…],…],"truncated":bool}`.
  func answer(
    _ question: SQLQuestion, milliseconds: Int64, isCancelled: @escaping () -> Bool
  ) throws(StorageError) -> [UInt8] {
    let text = try question.checked()
    try show(question.collections)
    // The address stays valid while the authorizer is set: `access` lives as long as this object.
    sqlite3_set_authorizer(database.connection, Analyst.authorize, Unmanaged.passUnretained(access).toOpaque())
    defer { sqlite3_set_authorizer(database.connection, nil, nil) }
    do throws(StorageError) {
      let statement = try Statement(only: text, connection: database.connection, file: database.file)
      guard question.parameters.count <= statement.parameters else {
        throw StorageError(
          .invalidArgument, "\(question.parameters.count) parameters are given, the text has \(statement.parameters)")
      }
      try statement.bind(question.parameters)
      return try database.limited(milliseconds: milliseconds, isCancelled: isCancelled) {
        () throws(StorageError) in try rows(of: statement, limit: question.limit)
      }
    } catch {
      throw explained(error)
    }
  }

  private func rows(of statement: Statement, limit: Int) throws(StorageError) -> [UInt8] {
    defer { statement.reset() }
    var json = JSONWriter(capacity: 4096)
    json.beginObject()
    json.key("columns")
    json.beginArray()
    for name in statement.names { json.string(name) }
    json.endArray()
    json.key("rows")
    json.beginArray()
    let columns = Int32(statement.names.count)
    var (count, isTruncated) = (0, false)
    while try statement.step() {
      if count == limit || json.count > SQLQuestion.answerLimit {
        isTruncated = true
        break
      }
      count += 1
      json.beginArray()
      for column in 0..<columns {
        switch statement.value(column) {
        // Text that SQL has made may be no UTF-8; `value` repairs it.
        case .text(let text): json.string(text)
        default: json.scalar(statement, column)
        }
      }
      json.endArray()
    }
    json.endArray()
    json.member("truncated", isTruncated)
    json.endObject()
    return Array(json.bytes)
  }

  /// Brings the connection's temporary views to the collections'.
  private func show(_ collections: [Collection]) throws(StorageError) {
    let wanted = collections.compactMap(\.definition.view)
    guard wanted != views else { return }
    access.views = [:]
    for view in views { try database.execute("DROP VIEW temp.\"\(view.name)\"") }
    views = []
    for (view, collection) in zip(wanted, collections) {
      let columns = view.columns.map { "\(collection.expression($0.field)) AS \"\($0.name)\"" }
      try database.execute(
        "CREATE TEMP VIEW \"\(view.name)\" AS SELECT \(columns.joined(separator: ", ")) FROM main.\(collection.table)")
      views.append(view)
    }
    for (view, collection) in zip(views, collections) { access.views[view.name.lowercased()] = collection.name }
    access.collections = Set(access.views.values)
  }

  /// SQLite's words for a mistake in somebody's text, as that person's mistake.
  private func explained(_ error: StorageError) -> StorageError {
    switch error.sqliteCode & 0xff {
    case SQLITE_AUTH:
      let names = views.map(\.name).joined(separator: ", ")
      return StorageError(
        .permissionDenied, "\(error.sqliteMessage); a SELECT may read the views \(names), with plain functions")
    case SQLITE_ERROR, SQLITE_RANGE, SQLITE_MISMATCH:
      return StorageError(.invalidArgument, "the SQL cannot be answered: \(error.sqliteMessage)")
    case SQLITE_TOOBIG:
      return StorageError(.invalidArgument, "a text of more than \(Analyst.lengthLimit) bytes would be needed")
    case SQLITE_INTERRUPT:
      return StorageError(
        .deadlineExceeded, "the SQL took too long and was stopped; narrow it", sqliteCode: error.sqliteCode)
    default: return error
    }
  }

  private typealias Authorizer =
    @convention(c) (
      UnsafeMutableRawPointer?, Int32, UnsafePointer<CChar>?, UnsafePointer<CChar>?, UnsafePointer<CChar>?,
      UnsafePointer<CChar>?
    ) -> Int32

  private static let authorize: Authorizer = { pointer, action, first, second, _, accessor in
    guard let pointer else { return SQLITE_DENY }
    let access = Unmanaged<Access>.fromOpaque(pointer).takeUnretainedValue()
    let table = first.map { String(cString: $0).lowercased() } ?? ""
    switch action {
    case SQLITE_SELECT, SQLITE_RECURSIVE: return SQLITE_OK
    case SQLITE_READ where second?.pointee == 0:
      // No column, only whether there are rows: what SQLite asks for after it has merged a view into the statement, and
      // for names that the statement itself has made.
      return access.isHidden(table) ? SQLITE_DENY : SQLITE_OK
    case SQLITE_READ:
      // A view, what a view reads, or a list inside a document.
      let reader = accessor.map { String(cString: $0).lowercased() } ?? ""
      let isAllowed =
        access.views[table] != nil || access.views[reader] == table || ["json_each", "json_tree"].contains(table)
      return isAllowed ? SQLITE_OK : SQLITE_DENY
    case SQLITE_FUNCTION:
      return second.map { functions.contains(String(cString: $0).lowercased()) } ?? false ? SQLITE_OK : SQLITE_DENY
    default: return SQLITE_DENY
    }
  }

  /// Functions that compute, and touch no file, memory or state.
  private static let functions: Set<String> = [
    "abs", "avg", "coalesce", "count", "cume_dist", "date", "datetime", "dense_rank", "first_value", "glob",
    "group_concat", "hex", "ifnull", "iif", "instr", "json", "json_array", "json_array_length", "json_extract",
    "json_group_array", "json_group_object", "json_object", "json_quote", "json_type", "json_valid", "julianday", "lag",
    "last_value", "lead", "length", "like", "likely", "lower", "ltrim", "max", "min", "nth_value", "ntile", "nullif",
    "percent_rank", "rank", "replace", "round", "row_number", "rtrim", "sign", "strftime", "substr", "substring", "sum",
    "time", "total", "trim", "typeof", "unicode", "unixepoch", "unlikely", "upper", "->", "->>", "ceil", "ceiling",
    "exp", "floor", "ln", "log", "log10", "log2", "mod", "pow", "power", "sqrt", "trunc",
  ]
}
