import PluginKit

extension Documents {
  /// Which documents of a collection, in which order, and how many at a time.
  struct Query {
    var collection: String
    private(set) var filters: [(field: String, test: String, value: Value)] = []
    var order: [String] = []
    /// Only these fields of each document; all when nil.
    var fields: [String]?
    var limit: Int
    var cursor: String?

    /// How many documents are read at a time where all are wanted: parsing them must not keep the loop.
    static let pageLimit = 500
    /// The most values that a field is matched with at a time.
    static let valueLimit = 100

    init(_ collection: String, limit: Int = Query.pageLimit, cursor: String? = nil) {
      self.collection = collection
      self.limit = limit
      self.cursor = cursor
    }

    /// The field has this value; null when it must be absent.
    mutating func match(_ field: String, _ value: Value) {
      filters.append((field, "equal", value))
    }

    /// The field has one of these values.
    mutating func match(_ field: String, anyOf values: [Value]) {
      filters.append((field, "any", .array(values)))
    }

    /// The field is an array with this element.
    mutating func match(_ field: String, containing value: String) {
      filters.append((field, "contains", .string(value)))
    }

    /// The field is text that begins with this.
    mutating func match(_ field: String, prefix: String) {
      filters.append((field, "prefix", .string(prefix)))
    }

    /// The field compares with a value: `less`, `lessOrEqual`, `greater`, `greaterOrEqual`, `notEqual`.
    mutating func match(_ field: String, _ test: String, _ value: Value) {
      filters.append((field, test, value))
    }

    /// What storage's `query`, `search` and `aggregate` call `filters`.
    static func write(_ filters: [(field: String, test: String, value: Value)], to json: inout JSONWriter) {
      json.beginArray()
      for filter in filters {
        json.beginObject()
        json.member("field", filter.field)
        json.member("op", filter.test)
        json.key("value" as StaticString)
        json.value(filter.value)
        json.endObject()
      }
      json.endArray()
    }

    var arguments: JSONWriter {
      var json = JSONWriter()
      json.beginObject()
      json.member("collection", collection)
      json.key("filters" as StaticString)
      Query.write(filters, to: &json)
      json.key("order" as StaticString)
      json.strings(order)
      if let fields {
        json.key("fields" as StaticString)
        json.strings(fields)
      }
      json.member("limit", limit)
      if let cursor { json.member("after", cursor) }
      json.endObject()
      return json
    }
  }
}

extension JSONWriter {
  mutating func strings(_ strings: [String]) {
    beginArray()
    for string in strings { self.string(string) }
    endArray()
  }
}
