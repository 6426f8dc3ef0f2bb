import PluginKit

/// The whole store as lines of JSON, from a copy: a header, each collection's definition and documents, the sequences,
/// and a last line that counts, so that a text that was cut off is known as such.
///
///     {"orchestron":"export","format":1}
///     {"collection":"core/tasks","indexes":[{"fields":["key"],"unique":true}],"search":[{"field":"title","weight":5}]}
///     {"collection":"core/tasks","document":{"id":"…","revision":3,…}}
///     {"sequence":"core/ORC","value":42}
///     {"end":{"documents":1,"sequences":1}}
///
/// Durable events are not in it: they belong to one history, and a store that is filled from lines begins its own.
struct Export: Sendable {
  /// Raised when a reader of today's lines could not read tomorrow's.
  static let format = 1

  private var isBegun = false
  private var collection = 0
  /// The number of the collection's last document that was given out.
  private var n: Int64 = 0
  private var documents = 0
  private(set) var isFinished = false

  /// The next lines, about `byteLimit` bytes of them. It reads the disk.
  mutating func lines(from copy: StoreCopy, byteLimit: Int = 256 << 10) throws(StorageError) -> [[UInt8]] {
    let database = try Database(file: copy.file, role: .reader)
    let collections = try database.loadCollections()
    var lines: [[UInt8]] = []
    var room = byteLimit
    if !isBegun {
      isBegun = true
      lines.append(Array(#"{"orchestron":"export","format":\#(Export.format)}"#.utf8))
    }
    while room > 0, collection < collections.count {
      let current = collections[collection]
      if n == 0 { lines.append(current.definition.line) }
      var isEnd = true
      let statement = try database.statement("SELECT n, body FROM \(current.table) WHERE n > ?1 ORDER BY n")
      defer { statement.reset() }
      try statement.bind(1, int: n)
      while try statement.step() {
        n = statement.int(0)
        var json = JSONWriter(capacity: 1024)
        json.beginObject()
        json.member("collection", current.name)
        json.key("document")
        json.raw(statement.bytes(1))
        json.endObject()
        lines.append(Array(json.bytes))
        documents += 1
        room -= json.count
        if room <= 0 {
          isEnd = false
          break
        }
      }
      if isEnd {
        collection += 1
        n = 0
      }
    }
    if collection == collections.count { try finish(&lines, database) }
    return lines
  }

  private mutating func finish(_ lines: inout [[UInt8]], _ database: Database) throws(StorageError) {
    var sequences = 0
    try database.rows("SELECT name, value FROM sequences ORDER BY name") { row in
      var json = JSONWriter()
      json.beginObject()
      json.member("sequence", row.text(0))
      json.member("value", row.int(1))
      json.endObject()
      lines.append(Array(json.bytes))
      sequences += 1
    }
    lines.append(Array(#"{"end":{"documents":\#(documents),"sequences":\#(sequences)}}"#.utf8))
    isFinished = true
  }
}

extension CollectionDefinition {
  /// `{"collection":name,"indexes":[…],"search":[…],"tally":[…]}`, as `declare` takes them.
  fileprivate var line: [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.member("collection", name)
    json.key("indexes")
    json.beginArray()
    for index in indexes {
      json.beginObject()
      json.key("fields")
      json.beginArray()
      for name in index.names { json.string(name) }
      json.endArray()
      json.member("unique", index.isUnique)
      if index.isSparse { json.member("sparse", true) }
      json.endObject()
    }
    json.endArray()
    json.key("search")
    json.beginArray()
    for entry in search?.entries ?? [] {
      json.beginObject()
      json.member("field", entry.field.path)
      json.member("weight", entry.weight)
      json.endObject()
    }
    json.endArray()
    if let tally {
      json.key("tally")
      json.beginArray()
      for field in tally.fields { json.string(field.path) }
      json.endArray()
    }
    json.endObject()
    return Array(json.bytes)
  }
}
