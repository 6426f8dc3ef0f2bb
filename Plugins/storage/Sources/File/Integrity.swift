extension Database {
  /// Looks at the whole file: SQLite's own check, and that each document is JSON that says its own id and revision.
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
        try rows(
          """
          SELECT id FROM \(collection.table)
          WHERE NOT json_valid(body) OR json_extract(body, '$.id') IS NOT id
            OR json_extract(body, '$.revision') IS NOT revision
          LIMIT 100
          """
        ) { row in
          problems.append("\(file): \(collection.name) \(row.text(0)) does not hold its own id and revision")
        }
      }
      return problems
    }
  }
}
