/// The collections that a file has, read and changed by the writer.
extension Database {
  func loadCollections() throws(StorageError) -> [Collection] {
    var indexes: [String: [CollectionDefinition.Index]] = [:]
    try rows("SELECT collection, fields, isUnique FROM indexes ORDER BY collection, fields") {
      row throws(StorageError) in
      let fields = row.text(1).split(separator: ",").map(String.init)
      indexes[row.text(0), default: []].append(try CollectionDefinition.Index(fields, unique: row.int(2) != 0))
    }
    var collections: [Collection] = []
    try rows("SELECT name FROM collections ORDER BY name") { row throws(StorageError) in
      let name = row.text(0)
      collections.append(Collection(try CollectionDefinition(name, indexes: indexes[name] ?? [])))
    }
    return collections
  }

  /// Brings a collection's table and indexes to its definition, inside the caller's transaction. Documents are kept;
  /// an index that is no longer declared is dropped, its columns stay (they take no room).
  func declare(_ definition: CollectionDefinition) throws(StorageError) -> Collection {
    let collection = Collection(definition)
    try execute(
      """
      CREATE TABLE IF NOT EXISTS \(collection.table)(
        n        INTEGER PRIMARY KEY,
        id       TEXT NOT NULL UNIQUE,
        revision INTEGER NOT NULL,
        body     TEXT NOT NULL
      ) STRICT
      """)
    try run("INSERT INTO collections(name) VALUES(?1) ON CONFLICT DO NOTHING", .text(definition.name))
    var present: Set<CollectionDefinition.Index> = []
    try rows("SELECT fields, isUnique FROM indexes WHERE collection = ?1", .text(definition.name)) {
      row throws(StorageError) in
      let fields = row.text(0).split(separator: ",").map(String.init)
      present.insert(try CollectionDefinition.Index(fields, unique: row.int(1) != 0))
    }
    for index in present.subtracting(definition.indexes) {
      try execute("DROP INDEX \(collection.indexName(index))")
      try run("DELETE FROM indexes WHERE collection = ?1 AND fields = ?2", .text(definition.name), .text(index.text))
    }
    for index in definition.indexes where !present.contains(index) {
      try addColumns(index, to: collection)
      // Equal documents come in the direction of the last field (see Query.order); ascending `n` ends every index anyway.
      var columns = index.fields.map { "\(collection.expression($0.field)) \($0.direction)" }
      if !index.isUnique, index.fields.last?.descending == true { columns.append("n DESC") }
      do {
        try execute(
          "CREATE \(index.isUnique ? "UNIQUE " : "")INDEX \(collection.indexName(index)) "
            + "ON \(collection.table)(\(columns.joined(separator: ", ")))")
      } catch  where error.isConstraint {
        throw StorageError(
          .failedPrecondition,
          "\(definition.name) already has documents with equal \(index.text); "
            + "change them before the index is declared unique")
      }
      try run(
        "INSERT INTO indexes(collection, fields, isUnique) VALUES(?1, ?2, ?3)",
        .text(definition.name), .text(index.text), .bool(index.isUnique))
    }
    return collection
  }

  private func addColumns(
    _ index: CollectionDefinition.Index, to collection: Collection
  ) throws(StorageError) {
    for field in index.fields.map(\.field) where collection.expression(field) == field.column {
      // table_xinfo lists generated columns too; table_info leaves them out.
      let known = try integer(
        "SELECT count(*) FROM pragma_table_xinfo(?1) WHERE name = ?2", .text(collection.name),
        .text("$.\(field.path)"))
      if known == 0 {
        try execute(
          "ALTER TABLE \(collection.table) ADD COLUMN \(field.column) ANY "
            + "GENERATED ALWAYS AS (\(field.extraction)) VIRTUAL")
      }
    }
  }
}

extension Collection {
  fileprivate func indexName(_ index: CollectionDefinition.Index) -> String {
    "\"\(name)(\(index.text))\""
  }
}
