/// What an owner declares: a name, the indexes that its queries need, and the fields that are searched for words.
struct CollectionDefinition: Sendable, Equatable {
  /// Fields that are looked up, filtered or ordered together, in this order.
  struct Index: Sendable, Hashable {
    let fields: [OrderedField]
    /// Fields that a document must have a value in to be held; they are written with a `?` behind them. The index does
    /// not hold the value, so that it may be of any kind.
    let required: [Field]
    /// No two documents may have the same values here; documents that lack one of the fields do not count.
    let isUnique: Bool
    /// Documents without a value in the first field are left out, so that they cost nothing. A filter that only a value
    /// can pass is answered from it; that the field is absent, and an order without a filter, are not.
    let isSparse: Bool

    init(_ fields: [String], unique: Bool = false, sparse: Bool = false) throws(StorageError) {
      var (held, required) = ([OrderedField](), [Field]())
      for field in fields {
        if field.utf8.last == UInt8(ascii: "?") {
          required.append(try Field(String(field.dropLast())))
        } else {
          held.append(try OrderedField(field))
        }
      }
      guard (1...12).contains(held.count), required.count <= 4 else {
        throw StorageError(
          .invalidArgument,
          "an index has 1 to 12 fields, and up to 4 with a ? that must be there; not \(held.count) and \(required.count)"
        )
      }
      self.fields = held
      self.required = required
      isUnique = unique
      isSparse = sparse
    }

    /// The fields as they are declared: `project`, `-priority`, `blockedBy?`.
    var names: [String] { fields.map(\.text) + required.map { "\($0.path)?" } }

    /// The fields as they are written in the catalogue: `project,-priority`.
    var text: String { names.joined(separator: ",") }
  }

  /// `owner/name`, where owner is the id of the plugin that declares it.
  let name: String
  let indexes: [Index]
  /// Nil when nobody searches.
  let search: SearchDefinition?
  /// Nil when nothing is counted as it is written.
  let tally: TallyDefinition?
  /// Nil when it shows nothing to SQL.
  let view: ViewDefinition?

  init(
    _ name: String, indexes: [Index] = [], search: SearchDefinition? = nil, tally: TallyDefinition? = nil,
    view: ViewDefinition? = nil
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
    self.tally = tally
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
  /// The fields that have a column: those that an index holds, in the order of their first index, and those of the tally.
  let columns: [Field]
  /// The fields of which a column says whether they have a value, because an index wants that.
  let required: [Field]

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
    let fields = definition.indexes.flatMap(\.fields).map(\.field) + (definition.tally?.fields ?? [])
    for field in fields where !field.isOwn && !columns.contains(field) { columns.append(field) }
    self.columns = columns
    table = "\"\(definition.name)\""
    select = "SELECT body FROM \(table) WHERE id = ?1"
    selectRevision = "SELECT revision, body FROM \(table) WHERE id = ?1"
    var required: [Field] = []
    for field in definition.indexes.flatMap(\.required) where !required.contains(field) { required.append(field) }
    self.required = required
    let derived = Collection.derived(columns, required, from: "?2")
    let names = derived.map { ", \($0.column)" }.joined()
    let values = derived.map { ", \($0.value)" }.joined()
    // Text that is not JSON becomes null, which the column refuses.
    insert = """
      INSERT INTO \(table)(id, revision, body\(names)) VALUES(?1, 1, iif(json_valid(?2), ?2, NULL)\(values))
      """
    adopt = """
      INSERT INTO \(table)(id, revision, body\(names)) VALUES(?1, ?3, iif(json_valid(?2), ?2, NULL)\(values))
      ON CONFLICT(id) DO NOTHING
      """
    let assignments = derived.map { ", \($0.column) = \($0.value)" }.joined()
    replace = """
      UPDATE \(table) SET revision = ?3 + 1, body = iif(json_valid(?2), ?2, NULL)\(assignments)
      WHERE id = ?1 AND revision = ?3
      """
    delete = "DELETE FROM \(table) WHERE id = ?1"
  }

  /// The columns, quoted, and the SQL that takes each out of a body.
  var derived: [(column: String, value: String)] { Collection.derived(columns, required, from: "body") }

  private static func derived(
    _ columns: [Field], _ required: [Field], from body: String
  ) -> [(column: String, value: String)] {
    columns.map { ($0.column, "json_extract(\(body), '$.\($0.path)')") }
      + required.map { ($0.presence, "json_extract(\(body), '$.\($0.path)') IS NOT NULL") }
  }

  /// The SQL that says whether a field has a value. No index names a function, which SQLite would not call in a file that
  /// it is told to distrust.
  func presence(_ field: Field) -> String {
    required.contains(field) ? "\(field.presence) = 1" : "\(expression(field)) IS NOT NULL"
  }

  var name: String { definition.name }

  /// The table of its words, quoted.
  var searchTable: String { "\"\(definition.name):search\"" }

  /// The table of its tally, quoted.
  var tallyTable: String { "\"\(definition.name):tally\"" }

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
