/// What a collection shows to read-only SQL: a name, and columns that are fields of its documents.
struct ViewDefinition: Sendable, Equatable {
  struct Column: Sendable, Equatable {
    let name: String
    let field: Field

    init(_ name: String, _ field: Field) throws(StorageError) {
      try ViewDefinition.check(name)
      self.name = name
      self.field = field
    }
  }

  let name: String
  let columns: [Column]

  init(_ name: String, columns: [Column]) throws(StorageError) {
    try ViewDefinition.check(name)
    guard (1...64).contains(columns.count), Set(columns.map { $0.name.lowercased() }).count == columns.count else {
      throw StorageError(.invalidArgument, "view \(name) has 1 to 64 different columns, not \(columns.count)")
    }
    self.name = name
    self.columns = columns
  }

  /// Reads what `text` wrote into the catalogue; nil for the empty text.
  init?(text: String) throws(StorageError) {
    guard !text.isEmpty else { return nil }
    let parts = text.split(separator: ",")
    var columns: [Column] = []
    for part in parts.dropFirst() {
      let sides = part.split(separator: "=")
      guard sides.count == 2 else {
        throw StorageError(.dataLoss, "the catalogue has a damaged view, \"\(text)\"; restore a backup")
      }
      columns.append(try Column(String(sides[0]), try Field(String(sides[1]))))
    }
    try self.init(String(parts.first ?? ""), columns: columns)
  }

  /// As the catalogue keeps it: `tasks,status=status,p85=forecast.p85`.
  var text: String { ([name] + columns.map { "\($0.name)=\($0.field.path)" }).joined(separator: ",") }

  private static func check(_ name: String) throws(StorageError) {
    // The rules of a field without dots; SQLite keeps names that begin with its own for itself.
    guard !name.contains("."), !name.lowercased().hasPrefix("sqlite_"), (try? Field(name)) != nil else {
      throw StorageError(
        .invalidArgument, "\"\(name.prefix(128))\" is no name of a view or column; use letters, digits and _")
    }
  }
}

extension Database {
  /// Keeps the collection's view in the catalogue, inside the caller's transaction.
  func declareView(of collection: Collection) throws(StorageError) {
    let view = collection.definition.view
    if let view {
      let owner = try first(
        "SELECT name FROM collections WHERE lower(substr(view, 1, length(?1) + 1)) = lower(?1) || ',' AND name <> ?2",
        .text(view.name), .text(collection.name))
      if case .text(let owner)? = owner {
        throw StorageError(.alreadyExists, "\(owner) already shows a view \(view.name); choose another name")
      }
    }
    try run(
      "UPDATE collections SET view = ?2 WHERE name = ?1 AND view <> ?2", .text(collection.name),
      .text(view?.text ?? ""))
  }
}
