/// Which documents of a collection, in which order, and how many at a time.
struct Query: Sendable {
  let collection: Collection
  /// All of these must hold.
  var filters: [Filter] = []
  /// Documents with equal values here come in the order of their creation, or against it when the last field descends.
  var order: [OrderedField] = []
  /// What is answered of each document; all of it when this is empty. A field that an index holds is answered as it is
  /// compared: a boolean as 0 or 1.
  var fields: [Field] = []
  var limit = 50
  /// Where the last page ended: its `next`, untouched.
  var after: String?

  /// Faces give people at most 500; plugins that compute may take more at a time.
  static let limits = 1...10_000

  /// What the filters say. Whoever runs a query has checked its bounds first.
  var condition: Condition { Condition(filters, of: collection) }

  /// - Throws: `invalid_argument` when the query asks for too much at once.
  func checkBounds() throws(StorageError) {
    guard Query.limits.contains(limit) else {
      throw StorageError(.invalidArgument, "limit is \(limit); it may be 1 to \(Query.limits.upperBound)")
    }
    guard filters.count <= Filter.countLimit, order.count <= 8, fields.count <= 32 else {
      throw StorageError(
        .invalidArgument,
        "a query takes at most \(Filter.countLimit) filters, 8 order fields and 32 fields, not \(filters.count), "
          + "\(order.count) and \(fields.count)")
    }
  }
}

/// A condition on one field.
struct Filter: Sendable, Hashable {
  enum Test: Sendable, Hashable {
    case equal(Value)
    /// A document without the field is not equal to any value but null.
    case notEqual(Value)
    case less(Value)
    case lessOrEqual(Value)
    case greater(Value)
    case greaterOrEqual(Value)
    /// One of these, at most 100.
    case any([Value])
    /// Text that begins with this.
    case prefix(String)
    /// The field is there and not null; or it is not.
    case exists(Bool)
    /// The field is an array with this element, or is itself this value.
    case contains(Value)
  }

  /// The most filters of one question.
  static let countLimit = 32

  let field: Field
  let test: Test

  init(_ field: String, _ test: Test) throws(StorageError) {
    self.field = try Field(field)
    if case .any(let values) = test, values.count > 100 {
      throw StorageError(.invalidArgument, "\(field): a filter takes at most 100 values, not \(values.count)")
    }
    self.test = test
  }
}

/// SQL text and the values of its parameters, in order. Values never become part of the text.
struct Condition {
  private(set) var sql = ""
  private(set) var values: [Value] = []

  init(_ filters: [Filter] = [], of collection: Collection) {
    for filter in filters { add(filter, of: collection) }
  }

  /// Adds a condition that must hold too.
  mutating func add(_ text: String, _ values: Value...) {
    sql += sql.isEmpty ? " WHERE " : " AND "
    sql += text
    self.values += values
  }

  mutating func add(_ filter: Filter, of collection: Collection) {
    let field = collection.expression(filter.field)
    switch filter.test {
    case .equal(.null), .exists(false): add("\(field) IS NULL")
    case .notEqual(.null), .exists(true): add(collection.presence(filter.field))
    case .equal(let value): add("\(field) = ?", value)
    case .notEqual(let value): add("\(field) IS NOT ?", value)
    case .less(let value): add("\(field) < ?", value)
    case .lessOrEqual(let value): add("\(field) <= ?", value)
    case .greater(let value): add("\(field) > ?", value)
    case .greaterOrEqual(let value): add("\(field) >= ?", value)
    case .any(let values):
      add("\(field) IN (\(values.map { _ in "?" }.joined(separator: ",")))")
      self.values += values
    case .prefix(let prefix):
      add("\(field) >= ?", .text(prefix))
      // U+10FFFF ends the range: no character sorts above it, and no text holds it (it is a noncharacter).
      add("\(field) < ?", .text(prefix + "\u{10FFFF}"))
    case .contains(let value):
      add("EXISTS (SELECT 1 FROM json_each(body, '$.\(filter.field.path)') WHERE atom = ?)", value)
    }
  }
}
