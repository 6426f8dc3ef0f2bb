/// Fields of whose values a collection keeps a count, as documents come, change and go: how many have each combination.
///
/// A question that groups by some of the fields, filters by some of them and counts is answered from the counts, which
/// are as many as there are combinations, and not from the documents.
struct TallyDefinition: Sendable, Equatable {
  let fields: [Field]

  init(_ fields: [Field]) throws(StorageError) {
    guard (1...8).contains(fields.count), Set(fields).count == fields.count, !fields.contains(where: \.isOwn) else {
      throw StorageError(
        .invalidArgument, "a tally has 1 to 8 different fields, neither id nor revision; not \(fields.count)")
    }
    self.fields = fields
  }

  /// Reads what `text` wrote into the catalogue; nil for the empty text.
  init?(text: String) throws(StorageError) {
    guard !text.isEmpty else { return nil }
    var fields: [Field] = []
    for path in text.split(separator: ",") { fields.append(try Field(String(path))) }
    try self.init(fields)
  }

  /// As the catalogue keeps it: `project,day,from,to`.
  var text: String { fields.map(\.path).joined(separator: ",") }
}

extension Database {
  /// Drops a tally that is no longer declared, inside the caller's transaction.
  ///
  /// - Returns: whether the declared one has to be made.
  func dropTally(unlessItIs wanted: TallyDefinition?, of collection: Collection) throws(StorageError) -> Bool {
    let text = wanted?.text ?? ""
    let present = try first("SELECT tally FROM collections WHERE name = ?1", .text(collection.name))
    guard present != .text(text) else { return false }
    try execute(
      """
      DROP TRIGGER IF EXISTS "\(collection.name):tally insert";
      DROP TRIGGER IF EXISTS "\(collection.name):tally update";
      DROP TRIGGER IF EXISTS "\(collection.name):tally delete";
      DROP TABLE IF EXISTS \(collection.tallyTable);
      """)
    try run("UPDATE collections SET tally = ?2 WHERE name = ?1", .text(collection.name), .text(text))
    return wanted != nil
  }

  /// Makes the tally, whose fields have their columns, and counts what is there. Triggers count on from here, in the
  /// transaction of the document.
  func createTally(of collection: Collection) throws(StorageError) {
    guard let tally = collection.definition.tally else { return }
    let (table, counts) = (collection.table, collection.tallyTable)
    let columns = tally.fields.map(\.column)
    let list = columns.joined(separator: ", ")
    func values(_ row: String) -> String { columns.map { "\(row).\($0)" }.joined(separator: ", ") }
    // A unique index takes two nulls for different, so IS and not a conflict finds the count.
    func same(_ row: String) -> String { columns.map { "\($0) IS \(row).\($0)" }.joined(separator: " AND ") }
    let add = """
      UPDATE \(counts) SET count = count + 1 WHERE \(same("new"));
      INSERT INTO \(counts) SELECT \(values("new")), 1 WHERE changes() = 0;
      """
    let remove = """
      UPDATE \(counts) SET count = count - 1 WHERE \(same("old"));
      DELETE FROM \(counts) WHERE \(same("old")) AND count = 0;
      """
    let differs = columns.map { "old.\($0) IS NOT new.\($0)" }.joined(separator: " OR ")
    try execute(
      """
      CREATE TABLE \(counts)(\(columns.map { "\($0) ANY" }.joined(separator: ", ")), count INTEGER NOT NULL) STRICT;
      CREATE INDEX "\(collection.name):tally index" ON \(counts)(\(list));
      INSERT INTO \(counts) SELECT \(list), count(*) FROM \(table) GROUP BY \(list);
      CREATE TRIGGER "\(collection.name):tally insert" AFTER INSERT ON \(table) BEGIN \(add) END;
      CREATE TRIGGER "\(collection.name):tally update" AFTER UPDATE ON \(table) WHEN \(differs)
        BEGIN \(remove) \(add) END;
      CREATE TRIGGER "\(collection.name):tally delete" AFTER DELETE ON \(table) BEGIN \(remove) END;
      """)
  }
}

extension Aggregate {
  /// Whether the collection's tally has counted already what is asked for.
  var isTallied: Bool {
    guard let tally = collection.definition.tally else { return false }
    let isCount = measures.allSatisfy { if case .count(nil) = $0 { true } else { false } }
    let isFiltered = filters.allSatisfy { filter in
      if case .contains = filter.test { false } else { tally.fields.contains(filter.field) }
    }
    return isCount && isFiltered && keys.allSatisfy { tally.fields.contains($0.field) }
  }
}
