/// What an owner declares: a name, the indexes that its queries need, and the fields that are searched for words.
struct CollectionDefinition: Sendable, Equatable {
  /// Fields that are looked up, filtered or ordered together, in this order.
  struct Index: Sendable, Hashable {
    let fields: [OrderedField]
    /// No two documents may have the same values here; documents that lack one of the fields do not count.
    let isUnique: Bool
    /// Documents without a value in the first field are left out, so that they cost nothing. A filter that only a value
    /// can pass is answered from it; that the field is absent, and an order without a filter, are not.
    let isSparse: Bool

    init(_ fields: [String], unique: Bool = false, sparse: Bool = false) throws(StorageError) {
      guard (1...12).contains(fields.count) else {
        throw StorageError(.invalidArgument, "an index has 1 to 12 fields, not \(fields.count)")
      }
      var checked: [OrderedField] = []
      for field in fields { checked.append(try OrderedField(field)) }
      self.fields = checked
      isUnique = unique
      isSparse = sparse
    }

    /// The fields as they are written in the catalogue: `project,-priority`.
    var text: String { fields.map(\.text).joined(separator: ",") }
  }

  /// `owner/name`, where owner is the id of the plugin that declares it.
  let name: String
  let indexes: [Index]
  /// Nil when nobody searches.
  let search: SearchDefinition?
  /// Nil when it shows nothing to SQL.
  let view: ViewDefinition?

  init(
    _ name: String, indexes: [Index] = [], search: SearchDefinition? = nil, view: ViewDefinition? = nil
  ) throws(StorageError) {
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
    self.search = search
    self.view = view
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
/// field has a column (see `Field.column`) that each write fills from the body. It is no virtual column, because SQLite
/// reads those from the body even where an index holds them, and lists and sums are to be read from an index alone.
final class Collection: Sendable {
  let definition: CollectionDefinition
  /// The fields that have a column, in the order of their first index.
  let columns: [Field]

  let table: String
  let select: String
  let selectRevision: String
  let insert: String
  let replace: String
  /// Inserts a document with the revision ?3, unless its id is there.
  let adopt: String
  let delete: String

  init(_ definition: CollectionDefinition) {
    self.definition = definition
    var columns: [Field] = []
    for field in definition.indexes.flatMap(\.fields).map(\.field) where !field.isOwn && !columns.contains(field) {
      columns.append(field)
    }
    self.columns = columns
    table = "\"\(definition.name)\""
    select = "SELECT body FROM \(table) WHERE id = ?1"
    selectRevision = "SELECT revision, body FROM \(table) WHERE id = ?1"
    let names = columns.map { ", \($0.column)" }.joined()
    let values = columns.map { ", json_extract(?2, '$.\($0.path)')" }.joined()
    // Text that is not JSON becomes null, which the column refuses.
    insert = """
      INSERT INTO \(table)(id, revision, body\(names)) VALUES(?1, 1, iif(json_valid(?2), ?2, NULL)\(values))
      """
    adopt = """
      INSERT INTO \(table)(id, revision, body\(names)) VALUES(?1, ?3, iif(json_valid(?2), ?2, NULL)\(values))
      ON CONFLICT(id) DO NOTHING
      """
    let assignments = columns.map { ", \($0.column) = json_extract(?2, '$.\($0.path)')" }.joined()
    replace = """
      UPDATE \(table) SET revision = ?3 + 1, body = iif(json_valid(?2), ?2, NULL)\(assignments)
      WHERE id = ?1 AND revision = ?3
      """
    delete = "DELETE FROM \(table) WHERE id = ?1"
  }

  var name: String { definition.name }

  /// The table of its words, quoted.
  var searchTable: String { "\"\(definition.name):search\"" }

  /// The SQL that reads a field: a column where there is one.
  func expression(_ field: Field) -> String {
    if field.isOwn { return field.path }
    return hasColumn(field) ? field.column : field.extraction
  }

  func hasColumn(_ field: Field) -> Bool { field.isOwn || columns.contains(field) }

  /// Whether at most one document can have a given value in this field, so that a look-up by it is a point read.
  func isUnique(_ field: Field) -> Bool {
    definition.indexes.contains { $0.isUnique && $0.fields.count == 1 && $0.fields[0].field == field }
  }
}
