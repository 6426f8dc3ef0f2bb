extension Database {
  /// Looks at the whole file: SQLite's own check, that each document is JSON that says its own id and revision, and that
  /// its columns are what it says.
  ///
  /// - Returns: at most 100 sentences per check; none when the file is sound.
  func problems() throws(StorageError) -> [String] {
    try snapshot { () throws(StorageError) in
      var problems: [String] = []
      try rows("PRAGMA integrity_check(100)") { row in
        if row.text(0) != "ok" { problems.append("\(file): \(row.text(0))") }
      }
      try rows("PRAGMA foreign_key_check") { row in
        problems.append("\(file): table \(row.text(0)) refers to a row that is missing in \(row.text(2))")
      }
      for collection in try loadCollections() {
        let columns = collection.columns.map { " OR \($0.column) IS NOT \($0.extraction)" }.joined()
        try rows(
          """
          SELECT id FROM \(collection.table)
          WHERE iif(json_valid(body), json_extract(body, '$.id') IS NOT id
            OR json_extract(body, '$.revision') IS NOT revision\(columns), true)
          LIMIT 100
          """
        ) { row in
          problems.append("\(file): \(collection.name) \(row.text(0)) does not hold what its row says of it")
        }
      }
      return problems
    }
  }
}
