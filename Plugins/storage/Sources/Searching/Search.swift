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

  /// How many documents are ranked: of words that occur in more of them, the newest. Ranking all of a hundred thousand
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

  /// The numbers of the candidates, the best first; of equal ones, the newer is better.
  ///
  /// CROSS JOIN has SQLite go through the words first, whose order is the wanted one, so that it ends with the last
  /// candidate. `+` keeps it from asking for the words of each document of the set.
  ///
  /// - Parameter set: Filters that few documents pass: their numbers are gathered first, so that the others need not be
  ///   read.
  fileprivate func candidates(within set: [Filter], matching expression: String) -> (sql: String, values: [Value]) {
    let weights = collection.definition.search?.entries.map { ", \($0.weight)" }.joined() ?? ""
    let words = collection.searchTable
    var (sql, values) = ("", [Value]())
    if !set.isEmpty {
      let within = Condition(set, of: collection)
      sql = " AND +\(words).rowid IN (SELECT n FROM \(collection.table)\(within.sql))"
      values = within.values
    }
    let condition = condition
    let join = condition.sql.isEmpty ? "" : " CROSS JOIN \(collection.table) ON n = \(words).rowid"
    sql = """
      SELECT place FROM (
        SELECT \(words).rowid AS place, \(Score.name)(\(words)\(weights)) AS score FROM \(words)\(join)
        \(condition.sql.isEmpty ? "WHERE" : "\(condition.sql) AND") \(words) MATCH ?\(sql)
        ORDER BY \(words).rowid DESC LIMIT \(Search.candidates)
      ) ORDER BY score DESC, place DESC
      """
    return (sql, condition.values + [.text(expression)] + values)
  }

  /// The filters that an index finds: of all indexes, the most that its first fields are.
  fileprivate var indexed: [Filter] {
    var best: [Filter] = []
    for index in collection.definition.indexes {
      var found: [Filter] = []
      for field in index.fields {
        guard let filter = filters.first(where: { $0.field == field.field && $0.isOneOfValues }) else { break }
        found.append(filter)
      }
      // A sparse index does not hold what has no value.
      let isHeld = index.required.isEmpty && !(index.isSparse && found.first?.test == .equal(.null))
      if isHeld, found.count > best.count { best = found }
    }
    return best
  }

  /// How many documents are few enough to gather their numbers first.
  private static let setLimit = 10_000

  /// The indexed filters, if few documents pass them; otherwise those that have the words will pass them soon enough.
  fileprivate func set(_ database: Database) throws(StorageError) -> [Filter] {
    let indexed = indexed
    guard !indexed.isEmpty else { return [] }
    let condition = Condition(indexed, of: collection)
    let statement = try database.statement(
      "SELECT count(*) FROM (SELECT 1 FROM \(collection.table)\(condition.sql) LIMIT \(Search.setLimit + 1))")
    defer { statement.reset() }
    try statement.bind(condition.values)
    return try statement.step() && statement.int(0) <= Search.setLimit ? indexed : []
  }
}

extension Filter {
  fileprivate var isOneOfValues: Bool {
    switch test {
    case .equal, .any: true
    default: false
    }
  }
}

extension Database {
  /// One page as JSON text: `{"items":[…],"next":"…"}`, `next` being null on the last page.
  ///
  /// Documents that have the words as they are typed come before those in which the last one only begins a word, which
  /// are looked for when the page has room for them: gathering all words that begin alike is what takes long.
  ///
  /// A cursor counts the documents before it, because a score changes with every document that comes or goes: a document
  /// that moved meanwhile may be missed or come twice.
  func found(_ search: Search) throws(StorageError) -> [UInt8] {
    let text = try SearchText(search.text)
    try search.check()
    var offset = 0
    if let after = search.after { offset = Int(clamping: try Cursor(after, seed: search.cursorSeed).n) }
    return try snapshot { () throws(StorageError) in
      let set = try search.set(self)
      var found = try candidates(search, text.expression, within: set)
      if found.count - offset <= search.limit, let beginnings = text.beginnings {
        found += try candidates(search, beginnings, within: set)
      }
      return try page(found.dropFirst(max(0, offset)), search, offset)
    }
  }

  private func candidates(
    _ search: Search, _ expression: String, within set: [Filter]
  ) throws(StorageError) -> [Int64] {
    var places: [Int64] = []
    let (sql, values) = search.candidates(within: set, matching: expression)
    let statement = try statement(sql)
    defer { statement.reset() }
    try statement.bind(values)
    while try statement.step() { places.append(statement.int(0)) }
    return places
  }

  private func page(_ places: ArraySlice<Int64>, _ search: Search, _ offset: Int) throws(StorageError) -> [UInt8] {
    let statement = try statement("SELECT body FROM \(search.collection.table) WHERE n = ?1")
    var json = JSONWriter()
    json.beginObject()
    json.key("items")
    json.beginArray()
    for place in places.prefix(search.limit) {
      defer { statement.reset() }
      try statement.bind(1, int: place)
      if try statement.step() { json.raw(statement.bytes(0)) }
    }
    json.endArray()
    json.key("next")
    if places.count > search.limit {
      let end = Cursor(values: [], n: Int64(offset + search.limit))
      json.string(end.text(seed: search.cursorSeed))
    } else {
      json.null()
    }
    json.endObject()
    return Array(json.bytes)
  }
}
