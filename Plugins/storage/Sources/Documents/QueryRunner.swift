import PluginKit

/// Answers queries on a reader's connection.
extension Database {
  /// One page as JSON text: `{"items":[…],"next":"…"}`, `next` being null on the last page. The documents are the
  /// bytes that are stored, or objects of the fields that the query asks for.
  ///
  /// A page also ends once it has `Page.byteLimit` bytes.
  func page(_ query: Query) throws(StorageError) -> [UInt8] {
    try query.checkBounds()
    var cursor: Cursor?
    if let text = query.after {
      let read = try Cursor(text, seed: query.cursorSeed)
      // The checksum has bound it to this order, so a difference is a forgery.
      guard read.values.count == query.order.count else {
        throw StorageError(.invalidArgument, "the cursor was altered; ask for the first page again")
      }
      cursor = read
    }
    return try snapshot { () throws(StorageError) in
      var page = Page(limit: query.limit)
      for range in query.ranges(after: cursor) where try fill(&page, query, range) { break }
      guard page.hasMore else { return page.finished(next: nil) }
      let end = try cursorAt(page.last, query)
      return page.finished(next: end.text(seed: query.cursorSeed))
    }
  }

  /// How many documents there are.
  ///
  /// - Parameter query: its order, limit and cursor do not matter.
  func count(_ query: Query) throws(StorageError) -> Int64 {
    try query.checkBounds()
    let condition = query.condition
    let statement = try statement("SELECT count(*) FROM \(query.collection.table)\(condition.sql)")
    defer { statement.reset() }
    try statement.bind(condition.values)
    return try statement.step() ? statement.int(0) : 0
  }

  /// Adds the documents of one range; true when the page is full.
  private func fill(_ page: inout Page, _ query: Query, _ range: Condition) throws(StorageError) -> Bool {
    let statement = try statement(
      "SELECT n, \(query.projection) FROM \(query.collection.table)\(range.sql)\(query.ordering) LIMIT ?")
    defer { statement.reset() }
    try statement.bind(range.values)
    // One more than fits tells whether there is a next page.
    try statement.bind(Int32(range.values.count + 1), int: Int64(page.room + 1))
    while try statement.step() {
      if page.room == 0 {
        page.hasMore = true
        return true
      }
      page.append(statement, query)
    }
    return false
  }

  /// The cursor behind the document with this number.
  private func cursorAt(_ n: Int64, _ query: Query) throws(StorageError) -> Cursor {
    let columns = query.order.map { ", " + query.collection.expression($0.field) }.joined()
    let statement = try statement("SELECT n\(columns) FROM \(query.collection.table) WHERE n = ?1")
    defer { statement.reset() }
    try statement.bind(1, int: n)
    // The row was read a moment ago in the same snapshot.
    _ = try statement.step()
    return Cursor(values: query.order.indices.map { statement.value(Int32($0 + 1)) }, n: n)
  }
}

/// A page that is being written.
private struct Page: ~Copyable {
  private var json = JSONWriter()
  private(set) var room: Int
  private(set) var last: Int64 = 0
  var hasMore = false

  static let byteLimit = 64 << 20

  init(limit: Int) {
    room = limit
    json.beginObject()
    json.key("items")
    json.beginArray()
  }

  /// Adds the document of a row of `n` and the query's projection.
  mutating func append(_ row: Statement, _ query: Query) {
    if query.fields.isEmpty {
      json.raw(row.bytes(1))
    } else {
      json.beginObject()
      for (offset, field) in query.fields.enumerated() {
        let column = Int32(offset + 1)
        json.key(field.path)
        if query.collection.hasColumn(field) { json.scalar(row, column) } else { json.fragment(row, column) }
      }
      json.endObject()
    }
    last = row.int(0)
    room = json.count < Page.byteLimit ? room - 1 : 0
  }

  consuming func finished(next: String?) -> [UInt8] {
    json.endArray()
    json.key("next")
    if let next { json.string(next) } else { json.null() }
    json.endObject()
    return Array(json.bytes)
  }
}

extension Query {
  fileprivate var projection: String {
    guard !fields.isEmpty else { return "body" }
    return fields.map { collection.hasColumn($0) ? collection.expression($0) : "body -> '$.\($0.path)'" }
      .joined(separator: ", ")
  }

  private var numberDescends: Bool { order.last?.descending ?? false }

  fileprivate var ordering: String {
    let fields = order.map { "\(collection.expression($0.field)) \($0.direction), " }.joined()
    return " ORDER BY \(fields)n \(numberDescends ? "DESC" : "ASC")"
  }

  /// What comes after the cursor, cut into ranges that follow each other in the query's order. Each is equality on some
  /// of the order's fields and one comparison on the next, which an index answers without reading what lies before.
  fileprivate func ranges(after cursor: Cursor?) -> [Condition] {
    let base = condition
    guard let cursor else { return [base] }
    var ranges: [Condition] = []
    for fixed in (0...order.count).reversed() {
      var equal = base
      for (field, value) in zip(order, cursor.values).prefix(fixed) {
        let column = collection.expression(field.field)
        if value == .null { equal.add("\(column) IS NULL") } else { equal.add("\(column) = ?", value) }
      }
      if fixed == order.count {
        equal.add("n \(numberDescends ? "<" : ">") ?", .int(cursor.n))
        ranges.append(equal)
        continue
      }
      let column = collection.expression(order[fixed].field)
      // Null sorts before everything else.
      switch (order[fixed].descending, cursor.values[fixed]) {
      case (false, .null):
        equal.add("\(column) IS NOT NULL")
        ranges.append(equal)
      case (false, let value):
        equal.add("\(column) > ?", value)
        ranges.append(equal)
      case (true, .null):
        continue
      case (true, let value):
        var nulls = equal
        equal.add("\(column) < ?", value)
        nulls.add("\(column) IS NULL")
        ranges += [equal, nulls]
      }
    }
    return ranges
  }
}
