import PluginKit

/// The documents of a collection in which words occur, the best first.
struct Search: Sendable {
  let collection: Collection
  /// What a person typed: see `SearchText`.
  let text: String
  var filters: [Filter] = []
  var limit = 50
  /// Where the last page ended: its `next`, untouched.
  var after: String?

  static let limits = 1...500

  /// How many documents are ranked: of a word that occurs in more of them, the newest. Ranking all of a hundred thousand
  /// would take longer than anybody waits, and nobody reads beyond these.
  static let candidates = 1000

  /// - Throws: `invalid_argument` or `failed_precondition` when it cannot be answered.
  func check() throws(StorageError) {
    guard Search.limits.contains(limit), filters.count <= Filter.countLimit else {
      throw StorageError(
        .invalidArgument,
        "limit is \(limit) with \(filters.count) filters; a search has a limit of 1 to \(Search.limits.upperBound), "
          + "and at most \(Filter.countLimit) filters")
    }
    guard collection.definition.search != nil else {
      throw StorageError(
        .failedPrecondition, "\(collection.name) has no fields to search; its owner must declare some")
    }
  }

  private var condition: Condition { Condition(filters, of: collection) }

  /// What a cursor is bound to: everything but the page itself.
  fileprivate var cursorSeed: Checksum {
    var checksum = Query(collection: collection, filters: filters).cursorSeed
    checksum.add(text.utf8)
    return checksum
  }

  /// The newest candidates with their scores; of equal ones, the newer is better. A score of bm25 is the better the less
  /// it is.
  ///
  /// CROSS JOIN has SQLite go through the words first, whose order is then the wanted one.
  fileprivate var statement: (sql: String, values: [Value]) {
    let weights = collection.definition.search?.entries.map { "\($0.weight)" }.joined(separator: ", ") ?? ""
    let words = collection.searchTable
    let condition = condition
    let join = condition.sql.isEmpty ? "" : " CROSS JOIN \(collection.table) ON n = \(words).rowid"
    let sql = """
      SELECT body FROM (
        SELECT \(words).rowid AS place, bm25(\(words), \(weights)) AS score FROM \(words)\(join)
        \(condition.sql.isEmpty ? "WHERE" : "\(condition.sql) AND") \(words) MATCH ?
        ORDER BY \(words).rowid DESC LIMIT \(Search.candidates)
      ) JOIN \(collection.table) ON n = place
      ORDER BY score, place DESC LIMIT ? OFFSET ?
      """
    return (sql, condition.values)
  }
}

extension Database {
  /// One page as JSON text: `{"items":[…],"next":"…"}`, `next` being null on the last page.
  ///
  /// A cursor counts the documents before it, because a score changes with every document that comes or goes: a document
  /// that moved meanwhile may be missed or come twice.
  func found(_ search: Search) throws(StorageError) -> [UInt8] {
    let text = try SearchText(search.text)
    try search.check()
    var offset: Int64 = 0
    if let after = search.after { offset = try Cursor(after, seed: search.cursorSeed).n }
    let (sql, values) = search.statement
    let statement = try statement(sql)
    defer { statement.reset() }
    try statement.bind(values + [.text(text.expression), .int(Int64(search.limit + 1)), .int(offset)])
    var json = JSONWriter()
    json.beginObject()
    json.key("items")
    json.beginArray()
    var count = 0
    while count <= search.limit, try statement.step() {
      count += 1
      if count <= search.limit { json.raw(statement.bytes(0)) }
    }
    json.endArray()
    json.key("next")
    if count > search.limit {
      let end = Cursor(values: [], n: offset + Int64(search.limit))
      json.string(end.text(seed: search.cursorSeed))
    } else {
      json.null()
    }
    json.endObject()
    return Array(json.bytes)
  }
}
