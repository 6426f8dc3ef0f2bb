import PluginKit

/// Counts, sums and extremes of the documents of a collection, by groups.
struct Aggregate: Sendable {
  /// What the documents of one group have in common: a field's value, or how its text begins.
  struct Key: Sendable {
    let field: Field
    /// How many characters of the text count; nil for all. 10 of an instant are its day.
    let prefix: Int?

    init(_ field: Field, prefix: Int? = nil) throws(StorageError) {
      if let prefix, !(1...200).contains(prefix) {
        throw StorageError(.invalidArgument, "\(field.path): a prefix has 1 to 200 characters, not \(prefix)")
      }
      self.field = field
      self.prefix = prefix
    }
  }

  enum Measure: Sendable {
    /// How many documents; with a field, how many have a value there.
    case count(Field?)
    /// Of the numbers; a document without the field does not count. Null when there is none.
    case sum(Field)
    case min(Field)
    case max(Field)
  }

  let collection: Collection
  var filters: [Filter] = []
  var keys: [Key] = []
  var measures: [Measure] = []
  /// The most groups that are answered.
  var limit = 10_000

  static let limits = 1...100_000

  /// - Throws: `invalid_argument` when it asks for too much at once, or for nothing.
  func checkBounds() throws(StorageError) {
    guard Aggregate.limits.contains(limit) else {
      throw StorageError(.invalidArgument, "limit is \(limit); it may be 1 to \(Aggregate.limits.upperBound)")
    }
    guard filters.count <= Filter.countLimit, keys.count <= 8, measures.count <= 16,
      !keys.isEmpty || !measures.isEmpty
    else {
      throw StorageError(
        .invalidArgument,
        "an aggregate has at most \(Filter.countLimit) filters, 8 keys and 16 measures, and one key or measure at "
          + "least; not \(filters.count), \(keys.count) and \(measures.count)")
    }
  }
}

extension Database {
  /// The groups as JSON text, `{"groups":[[key…, measure…],…],"truncated":bool}`, ordered by their keys.
  ///
  /// An index that holds the filtered, grouped and measured fields, in this order, answers without reading a document;
  /// the collection's tally answers what it has counted.
  func groups(_ aggregate: Aggregate) throws(StorageError) -> [UInt8] {
    try aggregate.checkBounds()
    let statement = try statement(aggregate.sql)
    defer { statement.reset() }
    // One more than is wanted tells whether there are more.
    try statement.bind(aggregate.condition.values + [.int(Int64(aggregate.limit + 1))])
    var json = JSONWriter()
    json.beginObject()
    json.key("groups")
    json.beginArray()
    var room = aggregate.limit
    while room >= 0, try statement.step() {
      room -= 1
      if room < 0 { break }
      json.beginArray()
      for column in 0..<aggregate.columns { json.scalar(statement, Int32(column)) }
      json.endArray()
    }
    json.endArray()
    json.member("truncated", room < 0)
    json.endObject()
    return Array(json.bytes)
  }
}

extension Aggregate {
  var condition: Condition { Condition(filters, of: collection) }

  /// The statement, whose parameters are the condition's values and a limit.
  var sql: String {
    let columns = (keys.map(expression) + measures.map(expression)).joined(separator: ", ")
    let places = keys.indices.map { String($0 + 1) }.joined(separator: ", ")
    let grouping = keys.isEmpty ? "" : " GROUP BY \(places) ORDER BY \(places)"
    let table = isTallied ? collection.tallyTable : collection.table
    return "SELECT \(columns) FROM \(table)\(condition.sql)\(grouping) LIMIT ?"
  }

  fileprivate var columns: Int { keys.count + measures.count }

  private func expression(_ key: Key) -> String {
    let field = collection.expression(key.field)
    return key.prefix.map { "substr(\(field), 1, \($0))" } ?? field
  }

  private func expression(_ measure: Measure) -> String {
    switch measure {
    case .count(nil): isTallied ? "coalesce(sum(count), 0)" : "count(*)"
    case .count(let field?): "count(\(collection.expression(field)))"
    case .sum(let field): "sum(\(collection.expression(field)))"
    case .min(let field): "min(\(collection.expression(field)))"
    case .max(let field): "max(\(collection.expression(field)))"
    }
  }
}
