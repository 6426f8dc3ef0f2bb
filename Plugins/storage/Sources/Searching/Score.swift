import CSQLite

/// How well a document fits the words that were looked for, as a function of SQL: `score(words, weight…)`, more being
/// better.
///
/// It is BM25 (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009) with a weight for each field and
/// without the part that says how rare a word is: whatever is found has all the words, and SQLite's own function counts
/// the documents of each of them in every search, which takes longer than finding them.
enum Score {
  static let name = "orchestron_score"

  /// Makes the function known to a connection.
  static func register(on connection: OpaquePointer, file: String) throws(StorageError) {
    var api: UnsafeMutablePointer<fts5_api>?
    // The library gives its interface to whoever passes a pointer of this type: https://sqlite.org/fts5.html, section 7.
    withUnsafeMutablePointer(to: &api) { pointer in
      var statement: OpaquePointer?
      sqlite3_prepare_v2(connection, "SELECT fts5(?1)", -1, &statement, nil)
      // SQLite keeps the name of the type as long as the binding.
      let type: StaticString = "fts5_api_ptr"
      type.utf8Start.withMemoryRebound(to: CChar.self, capacity: type.utf8CodeUnitCount + 1) { type in
        _ = sqlite3_bind_pointer(statement, 1, pointer, type, nil)
      }
      sqlite3_step(statement)
      sqlite3_finalize(statement)
    }
    guard let api, api.pointee.xCreateFunction(api, name, nil, { Score.score($0, $1, $2, $3, $4) }, nil) == SQLITE_OK
    else {
      throw StorageError(.failedPrecondition, "\(file): SQLite has no full-text search; install one with FTS5")
    }
  }

  /// How soon another occurrence of a word counts less, and how much the length of a document matters.
  private static let (saturation, length) = (1.2, 0.75)

  private static func score(
    _ api: UnsafePointer<Fts5ExtensionApi>?, _ row: OpaquePointer?, _ context: OpaquePointer?, _ count: Int32,
    _ arguments: UnsafeMutablePointer<OpaquePointer?>?
  ) {
    guard let api = api?.pointee, let context else { return }
    var (rows, words, size, found): (Int64, Int64, Int32, Int32) = (0, 0, 0, 0)
    var code = api.xRowCount(row, &rows)
    if code == SQLITE_OK { code = api.xColumnTotalSize(row, -1, &words) }
    if code == SQLITE_OK { code = api.xColumnSize(row, -1, &size) }
    if code == SQLITE_OK { code = api.xInstCount(row, &found) }
    let phrases = Int(api.xPhraseCount(row))
    guard code == SQLITE_OK else { return sqlite3_result_error_code(context, code) }
    let average = Double(words) / Double(max(1, rows))
    let share = 1 - length + length * Double(size) / max(1, average)
    let score = withUnsafeTemporaryAllocation(of: Double.self, capacity: phrases) { weights -> Double in
      weights.initialize(repeating: 0)
      for instance in 0..<found {
        var (phrase, column, offset): (Int32, Int32, Int32) = (0, 0, 0)
        guard api.xInst(row, instance, &phrase, &column, &offset) == SQLITE_OK, weights.indices.contains(Int(phrase))
        else { continue }
        weights[Int(phrase)] += column < count ? sqlite3_value_double(arguments?[Int(column)]) : 1
      }
      return weights.reduce(0) { $0 + $1 * (saturation + 1) / ($1 + saturation * share) }
    }
    sqlite3_result_double(context, score)
  }
}
