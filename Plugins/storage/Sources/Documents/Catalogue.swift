/// The collections that a file has, read and changed by the writer.
extension Database {
  func loadCollections() throws(StorageError) -> [Collection] {
    var indexes: [String: [CollectionDefinition.Index]] = [:]
    try rows("SELECT fields, isUnique, isSparse, collection FROM indexes ORDER BY collection, fields") {
      row throws(StorageError) in
      indexes[row.text(3), default: []].append(try CollectionDefinition.Index(row))
    }
    var collections: [Collection] = []
    try rows("SELECT name, search, view, tally FROM collections ORDER BY name") { row throws(StorageError) in
      let name = row.text(0)
      let definition = try CollectionDefinition(
        name, indexes: indexes[name] ?? [], search: try SearchDefinition(text: row.text(1)),
        tally: try TallyDefinition(text: row.text(3)), view: try ViewDefinition(text: row.text(2)))
      collections.append(Collection(definition))
    }
    return collections
  }

  /// Brings a collection's table, columns and indexes to its definition, inside the caller's transaction. Documents are
  /// kept; what is no longer declared is dropped.
  func declare(_ definition: CollectionDefinition) throws(StorageError) -> Collection {
    let collection = Collection(definition)
    try execute(
      """
      CREATE TABLE IF NOT EXISTS \(collection.table)(
        n        INTEGER PRIMARY KEY,
        id       TEXT NOT NULL UNIQUE,
        revision INTEGER NOT NULL,
        body     TEXT NOT NULL
      \(collection.derived.map { ", \($0.column) ANY" }.joined())) STRICT
      """)
    try run("INSERT INTO collections(name) VALUES(?1) ON CONFLICT DO NOTHING", .text(definition.name))
    let present = try indexes(of: collection)
    let steps = try work(of: collection, present: present)
    try long("brings \(definition.name) up to date", steps: steps) { () throws(StorageError) in
      try bring(collection, present: present)
    }
    return collection
  }

  private func bring(_ collection: Collection, present: Set<CollectionDefinition.Index>) throws(StorageError) {
    let definition = collection.definition
    for index in present.subtracting(definition.indexes) { try drop(index, of: collection) }
    let isTallyMissing = try dropTally(unlessItIs: definition.tally, of: collection)
    try declareColumns(of: collection)
    for index in definition.indexes where !present.contains(index) { try add(index, to: collection) }
    if isTallyMissing { try createTally(of: collection) }
    try declareSearch(of: collection)
    try declareView(of: collection)
  }

  /// About how many steps SQLite's machine takes to make what is missing of a collection: so many for each document.
  private func work(of collection: Collection, present: Set<CollectionDefinition.Index>) throws(StorageError) -> Int64 {
    let definition = collection.definition
    var perDocument = 0
    for index in definition.indexes where !present.contains(index) { perDocument += index.fields.count + 8 }
    var columns = Set(collection.derived.map(\.column))
    try rows("SELECT name FROM pragma_table_info(?1)", .text(collection.name)) { columns.remove("\"\($0.text(0))\"") }
    if !columns.isEmpty { perDocument += columns.count * 4 + 12 }
    try rows("SELECT search, tally FROM collections WHERE name = ?1", .text(collection.name)) { row in
      // Making the table of words takes steps of its own beside those that read the documents.
      if let search = definition.search, search.text != row.text(0) { perDocument += search.entries.count * 3 + 24 }
      if let tally = definition.tally, tally.text != row.text(1) { perDocument += tally.fields.count * 4 + 8 }
    }
    guard perDocument > 0 else { return 0 }
    // The number of the newest is about how many there are.
    return try integer("SELECT coalesce(max(n), 0) FROM \(collection.table)") * Int64(perDocument)
  }

  private func indexes(of collection: Collection) throws(StorageError) -> Set<CollectionDefinition.Index> {
    var present: Set<CollectionDefinition.Index> = []
    try rows("SELECT fields, isUnique, isSparse FROM indexes WHERE collection = ?1", .text(collection.name)) {
      row throws(StorageError) in
      present.insert(try CollectionDefinition.Index(row))
    }
    return present
  }

  func drop(_ index: CollectionDefinition.Index, of collection: Collection) throws(StorageError) {
    try execute("DROP INDEX \(collection.indexName(index))")
    try run("DELETE FROM indexes WHERE collection = ?1 AND fields = ?2", .text(collection.name), .text(index.text))
  }

  /// Adds the columns that the indexes need and fills them from the documents; drops those that none needs, so that
  /// nothing of a document stays where no write reaches it.
  private func declareColumns(of collection: Collection) throws(StorageError) {
    var wanted = collection.derived
    var dropped: [String] = []
    try rows("SELECT name FROM pragma_table_info(?1) WHERE name LIKE '$.%'", .text(collection.name)) {
      row throws(StorageError) in
      let name = row.text(0)
      if let position = wanted.firstIndex(where: { $0.column == "\"\(name)\"" }) {
        wanted.remove(at: position)
      } else {
        dropped.append(name)
      }
    }
    for name in dropped { try execute("ALTER TABLE \(collection.table) DROP COLUMN \"\(name)\"") }
    guard !wanted.isEmpty else { return }
    for column in wanted { try execute("ALTER TABLE \(collection.table) ADD COLUMN \(column.column) ANY") }
    let values = wanted.map { "\($0.column) = \($0.value)" }.joined(separator: ", ")
    try execute("UPDATE \(collection.table) SET \(values)")
  }

  private func add(_ index: CollectionDefinition.Index, to collection: Collection) throws(StorageError) {
    // Equal documents come in the direction of the last field (see Query.order); ascending `n` ends every index anyway.
    var columns = index.fields.map { "\(collection.expression($0.field)) \($0.direction)" }
    if !index.isUnique, index.fields.last?.descending == true { columns.append("n DESC") }
    do {
      try execute(
        "CREATE \(index.isUnique ? "UNIQUE " : "")INDEX \(collection.indexName(index)) "
          + "ON \(collection.table)(\(columns.joined(separator: ", ")))\(collection.condition(of: index))")
    } catch  where error.isConstraint {
      throw StorageError(
        .failedPrecondition,
        "\(collection.name) already has documents with equal \(index.text); "
          + "change them before the index is declared unique")
    }
    try run(
      "INSERT INTO indexes(collection, fields, isUnique, isSparse) VALUES(?1, ?2, ?3, ?4)",
      .text(collection.name), .text(index.text), .bool(index.isUnique), .bool(index.isSparse))
  }
}

extension Collection {
  fileprivate func indexName(_ index: CollectionDefinition.Index) -> String {
    "\"\(name)(\(index.text))\""
  }

  /// Which documents an index holds, as SQL.
  fileprivate func condition(of index: CollectionDefinition.Index) -> String {
    var conditions = index.required.map(presence)
    if index.isSparse, let first = index.fields.first { conditions.append("\(expression(first.field)) IS NOT NULL") }
    return conditions.isEmpty ? "" : " WHERE \(conditions.joined(separator: " AND "))"
  }
}

extension CollectionDefinition.Index {
  /// Reads a row of `fields, isUnique, isSparse`.
  init(_ row: Statement) throws(StorageError) {
    try self.init(
      row.text(0).split(separator: ",").map(String.init), unique: row.int(1) != 0, sparse: row.int(2) != 0)
  }
}
