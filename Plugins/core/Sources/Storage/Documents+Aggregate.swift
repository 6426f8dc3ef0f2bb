import PluginKit

extension Documents {
  /// Figures of groups of documents, counted where they are stored.
  struct Aggregate {
    /// Which documents: the filters of a query; its order, limit and fields do not matter.
    var query: Query
    /// The fields whose values make a group; with a length, only the beginning of the text counts.
    var groups: [(field: String, prefix: Int?)] = []
    var measures: [Measure] = [.count]

    /// What is counted of a group.
    enum Measure {
      case count
      case sum(String)
      case least(String)
      case greatest(String)

      fileprivate func write(to json: inout JSONWriter) {
        let (operation, field): (String, String?) =
          switch self {
          case .count: ("count", nil)
          case .sum(let field): ("sum", field)
          case .least(let field): ("min", field)
          case .greatest(let field): ("max", field)
          }
        json.beginObject()
        json.member("op", operation)
        if let field { json.member("field", field) }
        json.endObject()
      }
    }

    init(_ query: Query, by fields: [String], measures: [Measure] = [.count]) {
      self.query = query
      groups = fields.map { ($0, nil) }
      self.measures = measures
    }
  }

  /// The groups in the order of their values: each is the values of its fields, then its measures.
  func groups(_ aggregate: Aggregate, _ context: Context?) async throws(Failure) -> [[Value]] {
    var json = JSONWriter()
    json.beginObject()
    json.member("collection", aggregate.query.collection)
    json.key("filters" as StaticString)
    Query.write(aggregate.query.filters, to: &json)
    json.key("groupBy" as StaticString)
    json.beginArray()
    for group in aggregate.groups {
      if let prefix = group.prefix {
        json.beginObject()
        json.member("field", group.field)
        json.member("prefix", prefix)
        json.endObject()
      } else {
        json.string(group.field)
      }
    }
    json.endArray()
    json.key("measures" as StaticString)
    json.beginArray()
    for measure in aggregate.measures { measure.write(to: &json) }
    json.endArray()
    json.member("limit", 100_000)
    json.endObject()
    let reply = try host.parse(await host.call("storage.aggregate", json, context: context))
    guard reply["truncated"].bool != true else {
      throw Failure(.resourceExhausted, "there are more than 100,000 groups to count; ask for a shorter period")
    }
    return reply["groups"].elements.map { $0.elements.map(Value.init) }
  }

  /// How many documents match.
  func count(_ query: Query, _ context: Context?) async throws(Failure) -> Int {
    try await groups(Aggregate(query, by: []), context).first?.first?.int.map(Int.init) ?? 0
  }
}
