/// The fields of a collection that are searched for words, and how much a word in each of them counts.
struct SearchDefinition: Sendable, Equatable {
  struct Entry: Sendable, Equatable {
    let field: Field
    /// A word in a field of weight 2 counts twice as much as in one of weight 1.
    let weight: Int
  }

  let entries: [Entry]

  init(_ entries: [Entry]) throws(StorageError) {
    guard (1...16).contains(entries.count), Set(entries.map(\.field)).count == entries.count else {
      throw StorageError(.invalidArgument, "search has 1 to 16 different fields, not \(entries.count)")
    }
    for entry in entries where !(1...100).contains(entry.weight) {
      throw StorageError(
        .invalidArgument, "the weight of \(entry.field.path) is \(entry.weight); a weight is 1 to 100")
    }
    self.entries = entries
  }

  /// Reads what `text` wrote into the catalogue; nil for the empty text.
  init?(text: String) throws(StorageError) {
    guard !text.isEmpty else { return nil }
    var entries: [Entry] = []
    for part in text.split(separator: ",") {
      let sides = part.split(separator: "*")
      guard sides.count == 2, let weight = Int(sides[1]) else {
        throw StorageError(.dataLoss, "the catalogue has a damaged search declaration, \"\(text)\"; restore a backup")
      }
      entries.append(Entry(field: try Field(String(sides[0])), weight: weight))
    }
    try self.init(entries)
  }

  /// As the catalogue keeps it: `title*5,description*1`.
  var text: String { entries.map { "\($0.field.path)*\($0.weight)" }.joined(separator: ",") }
}

extension Database {
  /// Brings the table of words to the collection's definition, inside the caller's transaction.
  ///
  /// The table keeps words alone (FTS5 without content); triggers change it in the transaction of the document, and only
  /// when a searched field has changed.
  func declareSearch(of collection: Collection) throws(StorageError) {
    let wanted = collection.definition.search?.text ?? ""
    let present = try first("SELECT search FROM collections WHERE name = ?1", .text(collection.name))
    guard present != .text(wanted) else { return }
    try execute(
      """
      DROP TRIGGER IF EXISTS "\(collection.name):search insert";
      DROP TRIGGER IF EXISTS "\(collection.name):search update";
      DROP TRIGGER IF EXISTS "\(collection.name):search delete";
      DROP TABLE IF EXISTS \(collection.searchTable);
      """)
    if let search = collection.definition.search { try create(search, for: collection) }
    try run("UPDATE collections SET search = ?2 WHERE name = ?1", .text(collection.name), .text(wanted))
  }

  private func create(_ search: SearchDefinition, for collection: Collection) throws(StorageError) {
    let (table, words) = (collection.table, collection.searchTable)
    let names = search.entries.indices.map { "c\($0)" }.joined(separator: ", ")
    func values(_ row: String) -> String {
      search.entries.map { "json_extract(\(row)body, '$.\($0.field.path)')" }.joined(separator: ", ")
    }
    let add = "INSERT INTO \(words)(rowid, \(names)) VALUES(new.n, \(values("new.")));"
    // A table without content has to be told the words that it is to forget.
    let remove = "INSERT INTO \(words)(\(words), rowid, \(names)) VALUES('delete', old.n, \(values("old.")));"
    try execute(
      """
      CREATE VIRTUAL TABLE \(words) USING fts5(
        \(names), content = '', tokenize = 'porter unicode61 remove_diacritics 2');
      CREATE TRIGGER "\(collection.name):search insert" AFTER INSERT ON \(table) BEGIN \(add) END;
      CREATE TRIGGER "\(collection.name):search update" AFTER UPDATE OF body ON \(table)
        WHEN (\(values("old."))) IS NOT (\(values("new."))) BEGIN \(remove) \(add) END;
      CREATE TRIGGER "\(collection.name):search delete" AFTER DELETE ON \(table) BEGIN \(remove) END;
      INSERT INTO \(words)(rowid, \(names)) SELECT n, \(values("")) FROM \(table);
      """)
  }
}
