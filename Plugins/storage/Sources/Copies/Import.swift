/// What an import has done.
struct Imported: Sendable, Equatable {
  var documents = 0
  /// Documents whose id was there already; they stay as they are.
  var present = 0
  /// The sequences that were raised.
  var sequences: [String: Int64] = [:]
}

extension BatchExecutor {
  /// Takes lines of an export, inside the caller's transaction. Lines that were taken before change nothing, so that an
  /// import that was cut off is simply repeated, from the beginning or from anywhere before.
  ///
  /// A document keeps its revision. A collection that is missing is made as its line says; one that is there stays as its
  /// owner has declared it.
  mutating func take(_ text: [UInt8]) throws(StorageError) -> Imported {
    var imported = Imported()
    var number = 0
    for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      guard line.contains(where: { $0 != 0x20 && $0 != 0x0d && $0 != 0x09 }) else { continue }
      do throws(StorageError) {
        try take(Array(line), &imported)
      } catch {
        // The disk's troubles are not the line's.
        guard error.sqliteCode == 0 else { throw error }
        throw StorageError(error.status, "line \(number): \(error.message)")
      }
    }
    return imported
  }

  private mutating func take(_ line: [UInt8], _ imported: inout Imported) throws(StorageError) {
    let statement = try database.statement(
      """
      SELECT j ->> '$.orchestron', j ->> '$.format', j ->> '$.collection', j -> '$.document', j ->> '$.document.id',
        j ->> '$.document.revision', j ->> '$.sequence', j ->> '$.value', json_type(j, '$.end'), json_type(j, '$.indexes'),
        json_type(j, '$.document.revision')
      FROM (SELECT ?1 AS j) WHERE json_valid(j)
      """)
    defer { statement.reset() }
    try statement.bind(1, text: line)
    guard try statement.step() else { throw StorageError(.invalidArgument, "this is not JSON") }
    let kind = (0..<11).map { statement.value(Int32($0)) }
    switch (kind[0], kind[2], kind[6]) {
    case (.text("export"), .null, .null):
      guard kind[1] == .int(Int64(Export.format)) else {
        throw StorageError(
          .failedPrecondition, "the export has another format than \(Export.format); use the program that made it")
      }
    case (.null, .text(let name), .null) where kind[9] == .text("array"):
      if collections[name] == nil { collections[name] = try database.declare(definition(name, line)) }
    case (.null, .text(let name), .null):
      guard case .text(let body) = kind[3], case .text(let id) = kind[4], case .int(let revision) = kind[5],
        revision > 0, kind[10] == .text("integer")
      else { throw StorageError(.invalidArgument, "a document is an object with its id and revision") }
      try take(Array(body.utf8), id: id, revision: revision, of: name, &imported)
    case (.null, .null, .text(let name)):
      guard case .int(let value) = kind[7], value > 0, (1...200).contains(name.utf8.count) else {
        throw StorageError(.invalidArgument, "a sequence has a name of 1 to 200 bytes and a value above 0")
      }
      try database.raise(name, to: value)
      imported.sequences[name] = max(value, imported.sequences[name] ?? 0)
    case (.null, .null, .null) where kind[8] == .text("object"):
      break
    default:
      throw StorageError(.invalidArgument, "this is no line of an export")
    }
  }

  private func take(
    _ body: [UInt8], id: String, revision: Int64, of name: String, _ imported: inout Imported
  ) throws(StorageError) {
    guard let collection = collections[name] else {
      throw StorageError(
        .notFound, "there is no collection \(name.prefix(128)); its own line comes before its documents")
    }
    let operation = try Operation(.put(body), collection, id: id, expected: .absent)
    guard body.count <= Batch.documentLimit else {
      throw StorageError(.invalidArgument, "\(name) \(id) is longer than \(Batch.documentLimit) bytes")
    }
    if try adopt(operation, body, revision: revision) { imported.documents += 1 } else { imported.present += 1 }
  }

  private func definition(_ name: String, _ line: [UInt8]) throws(StorageError) -> CollectionDefinition {
    let json = Value.text(String(decoding: line, as: UTF8.self))
    var indexes: [CollectionDefinition.Index] = []
    try database.rows(
      """
      SELECT (SELECT group_concat(f.value) FROM json_each(i.value, '$.fields') f), i.value ->> '$.unique',
        i.value ->> '$.sparse'
      FROM json_each(?1, '$.indexes') i
      """, json
    ) { row throws(StorageError) in
      indexes.append(try CollectionDefinition.Index(row))
    }
    var entries: [SearchDefinition.Entry] = []
    try database.rows("SELECT value ->> '$.field', value ->> '$.weight' FROM json_each(?1, '$.search')", json) {
      row throws(StorageError) in
      entries.append(SearchDefinition.Entry(field: try Field(row.text(0)), weight: Int(row.int(1))))
    }
    var counted: [Field] = []
    try database.rows("SELECT value FROM json_each(?1, '$.tally')", json) { row throws(StorageError) in
      counted.append(try Field(row.text(0)))
    }
    return try CollectionDefinition(
      name, indexes: indexes, search: entries.isEmpty ? nil : try SearchDefinition(entries),
      tally: counted.isEmpty ? nil : try TallyDefinition(counted))
  }
}
