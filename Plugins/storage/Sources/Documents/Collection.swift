/// What an owner declares: a name, and the indexes that its queries need.
struct CollectionDefinition: Sendable, Equatable {
  /// Fields that are looked up, filtered or ordered together, in this order.
  struct Index: Sendable, Hashable {
    let fields: [OrderedField]
    /// No two documents may have the same values here; documents that lack one of the fields do not count.
    let isUnique: Bool

    init(_ fields: [String], unique: Bool = false) throws(StorageError) {
      guard (1...8).contains(fields.count) else {
        throw StorageError(.invalidArgument, "an index has 1 to 8 fields, not \(fields.count)")
      }
      var checked: [OrderedField] = []
      for field in fields { checked.append(try OrderedField(field)) }
      self.fields = checked
      isUnique = unique
    }

    /// The fields as they are written in the catalogue: `project,-priority`.
    var text: String { fields.map(\.text).joined(separator: ",") }
  }

  /// `owner/name`, where owner is the id of the plugin that declares it.
  let name: String
  let indexes: [Index]

  init(_ name: String, indexes: [Index] = []) throws(StorageError) {
    guard CollectionDefinition.isWellFormed(name) else {
      throw StorageError(
        .invalidArgument,
        "\"\(name.prefix(128))\" is not a collection; use plugin/name in lower-case letters, digits and -, "
          + "such as core/tasks")
    }
    guard indexes.count <= 32, Set(indexes.map(\.text)).count == indexes.count else {
      throw StorageError(.invalidArgument, "\(name) declares an index twice, or more than 32 of them")
    }
    self.name = name
    self.indexes = indexes
  }

  private static func isWellFormed(_ name: String) -> Bool {
    guard name.utf8.count <= 128 else { return false }
    let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return parts.count == 2
      && parts.allSatisfy { part in
        guard let first = part.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else { return false }
        return part.allSatisfy {
          (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
            || $0 == UInt8(ascii: "-")
        }
      }
  }
}

/// A collection that exists, with the SQL that belongs to its table.
///
/// The table bears the collection's name, quoted. `n` numbers the documents in the order of their creation; an indexed
/// field has a virtual column (see `Field.column`), computed from the body and stored in its indexes alone.
final class Collection: Sendable {
  let definition: CollectionDefinition
  /// The fields that have a column.
  private let columns: Set<Field>

  let table: String
  let select: String
  let selectRevision: String
  let insert: String
  let replace: String
  let upsert: String
  let delete: String

  init(_ definition: CollectionDefinition) {
    self.definition = definition
    columns = Set(definition.indexes.flatMap { $0.fields.map(\.field) })
    table = "\"\(definition.name)\""
    select = "SELECT body FROM \(table) WHERE id = ?1"
    selectRevision = "SELECT revision, body FROM \(table) WHERE id = ?1"
    insert = """
      INSERT INTO \(table)(id, revision, body) VALUES(?1, 1, json_set(?2, '$.id', ?1, '$.revision', 1))
      RETURNING revision
      """
    replace = """
      UPDATE \(table) SET revision = ?3 + 1, body = json_set(?2, '$.id', ?1, '$.revision', ?3 + 1)
      WHERE id = ?1 AND revision = ?3
      RETURNING revision
      """
    upsert = """
      INSERT INTO \(table)(id, revision, body) VALUES(?1, 1, json_set(?2, '$.id', ?1, '$.revision', 1))
      ON CONFLICT(id) DO UPDATE SET revision = revision + 1, body = json_set(excluded.body, '$.revision', revision + 1)
      RETURNING revision
      """
    delete = "DELETE FROM \(table) WHERE id = ?1"
  }

  var name: String { definition.name }

  /// The id of the plugin that the collection belongs to.
  var owner: Substring { definition.name.prefix { $0 != "/" } }

  /// The SQL that reads a field: a column where there is one.
  func expression(_ field: Field) -> String {
    switch field.path {
    case "id", "revision": field.path
    default: columns.contains(field) ? field.column : field.extraction
    }
  }

  /// Whether at most one document can have a given value in this field, so that a look-up by it is a point read.
  func isUnique(_ field: Field) -> Bool {
    definition.indexes.contains { $0.isUnique && $0.fields.count == 1 && $0.fields[0].field == field }
  }
}
