import CSQLite

/// Executes batches on the writer's connection, inside the transaction that the writer has opened.
struct BatchExecutor {
  let database: Database
  /// The collections as they are now, by name: an operation may have waited while its collection was declared anew.
  var collections: [String: Collection]

  /// Applies one batch. When it throws, the caller rolls back to where it began.
  ///
  /// - Parameter now: milliseconds since 1970.
  func apply(_ batch: Batch, now: Int64) throws(StorageError) -> (reply: BatchReply, events: [DurableEvent]) {
    if let idempotency = batch.idempotency, let reply = try earlierReply(idempotency, now: now) {
      return (.repeated(reply), [])
    }
    var revisions: [Int64] = []
    revisions.reserveCapacity(batch.operations.count)
    for operation in batch.operations { revisions.append(try apply(operation)) }
    if !batch.redactions.isEmpty { try database.redact(batch.redactions, of: batch.source) }
    var events: [DurableEvent] = []
    events.reserveCapacity(batch.events.count)
    for event in batch.events {
      events.append(try database.append(event, source: batch.source, actor: batch.actor, time: now))
    }
    if let idempotency = batch.idempotency { try keep(idempotency, now: now) }
    let first = events.first?.seq ?? 0
    let numbers = first..<first + Int64(events.count)
    guard !batch.redactions.isEmpty else { return (.committed(revisions: revisions, events: numbers), events) }
    return (.redacted(revisions: revisions, events: numbers, isErased: false), events)
  }

  private func apply(_ operation: Operation) throws(StorageError) -> Int64 {
    switch operation.action {
    case .put(let body): try put(body, operation)
    case .delete: try delete(operation)
    case .check: try check(operation)
    }
  }

  private func put(_ body: [UInt8], _ operation: Operation) throws(StorageError) -> Int64 {
    switch operation.expected {
    case .absent: return try insert(body, operation)
    case .revision(let revision): return try replace(body, operation, revision: revision)
    case .any:
      guard let revision = try revision(of: operation) else { return try insert(body, operation) }
      return try replace(body, operation, revision: revision)
    }
  }

  private func insert(_ body: [UInt8], _ operation: Operation) throws(StorageError) -> Int64 {
    let statement = try database.statement(current(operation.collection).insert)
    try statement.bind(1, text: operation.id)
    try statement.bind(2, text: try stamped(body, operation, revision: 1))
    try run(statement, operation)
    return 1
  }

  private func replace(_ body: [UInt8], _ operation: Operation, revision: Int64) throws(StorageError) -> Int64 {
    guard revision < Int64.max else { throw try mismatch(operation) }
    let statement = try database.statement(current(operation.collection).replace)
    try statement.bind(1, text: operation.id)
    try statement.bind(2, text: try stamped(body, operation, revision: revision + 1))
    try statement.bind(3, int: revision)
    try run(statement, operation)
    guard database.changes == 1 else { throw try mismatch(operation) }
    return revision + 1
  }

  /// Inserts a document of another store, with the revision that it had there.
  ///
  /// - Returns: whether it was absent; a document with this id is left as it is.
  func adopt(_ operation: Operation, _ body: [UInt8], revision: Int64) throws(StorageError) -> Bool {
    let statement = try database.statement(current(operation.collection).adopt)
    try statement.bind(1, text: operation.id)
    try statement.bind(2, text: try stamped(body, operation, revision: revision))
    try statement.bind(3, int: revision)
    try run(statement, operation)
    return database.changes == 1
  }

  private func run(_ statement: Statement, _ operation: Operation) throws(StorageError) {
    do {
      try statement.run()
    } catch  where error.sqliteCode == SQLITE_ERROR || error.isMissingValue {
      // The parts that can fail by their input: reading the text, and refusing what is not JSON.
      throw StorageError(
        .invalidArgument, "\(operation.collection.name) \(operation.id): the document is not valid JSON")
    } catch  where error.isConstraint {
      throw try conflict(operation, error)
    }
  }

  private func stamped(_ body: [UInt8], _ operation: Operation, revision: Int64) throws(StorageError) -> [UInt8] {
    guard let text = DocumentText.stamped(body, id: operation.id, revision: revision) else {
      throw StorageError(
        .invalidArgument,
        "\(operation.collection.name) \(operation.id): the document is not a JSON object, is not valid JSON, or has id or revision twice"
      )
    }
    return text
  }

  /// The collection as it is now.
  private func current(_ collection: Collection) -> Collection {
    collections[collection.name] ?? collection
  }

  private func delete(_ operation: Operation) throws(StorageError) -> Int64 {
    _ = try check(operation)
    let statement = try database.statement(operation.collection.delete)
    try statement.bind(1, text: operation.id)
    try statement.run()
    return 0
  }

  private func check(_ operation: Operation) throws(StorageError) -> Int64 {
    let revision = try revision(of: operation)
    switch operation.expected {
    case .absent where revision == nil: return 0
    case .revision(let expected) where revision == expected: return expected
    case .any:
      if let revision { return revision }
      throw try mismatch(operation)
    default: throw try mismatch(operation)
    }
  }

  private func revision(of operation: Operation) throws(StorageError) -> Int64? {
    let statement = try database.statement(operation.collection.selectRevision)
    defer { statement.reset() }
    try statement.bind(1, text: operation.id)
    return try statement.step() ? statement.int(0) : nil
  }

  private func current(_ operation: Operation) throws(StorageError) -> (revision: Int64, body: [UInt8])? {
    let statement = try database.statement(operation.collection.selectRevision)
    defer { statement.reset() }
    try statement.bind(1, text: operation.id)
    return try statement.step() ? (statement.int(0), Array(statement.bytes(1))) : nil
  }

  /// Why the document is not in the state that was expected.
  private func mismatch(_ operation: Operation) throws(StorageError) -> StorageError {
    let name = "\(operation.collection.name) \(operation.id)"
    guard let current = try current(operation) else {
      return StorageError(.notFound, "there is no \(name); it was never made, or has been deleted")
    }
    guard case .revision(let expected) = operation.expected else {
      return StorageError(.alreadyExists, "\(name) exists already; choose another id", current: current.body)
    }
    return StorageError(
      .aborted,
      "\(name) has changed: the change was made for revision \(expected), the document has revision "
        + "\(current.revision); read it again and repeat the change",
      current: current.body)
  }

  /// Why an index refused the document: its id, or the values of a unique index.
  private func conflict(_ operation: Operation, _ error: StorageError) throws(StorageError) -> StorageError {
    if operation.expected == .absent, try current(operation) != nil { return try mismatch(operation) }
    // SQLite names the columns: "UNIQUE constraint failed: core/tasks.$.key, core/tasks.$.project".
    let columns = error.sqliteMessage.split(separator: " ").filter { $0.contains(".$.") }
    let fields = columns.map { $0.drop { $0 != "$" }.dropFirst(2).filter { $0 != "," } }
    return StorageError(
      .alreadyExists,
      "\(operation.collection.name) \(operation.id): another document has the same "
        + "\(fields.joined(separator: " and ")); choose another")
  }

  // MARK: Replies

  private func earlierReply(_ idempotency: Idempotency, now: Int64) throws(StorageError) -> [UInt8]? {
    let statement = try database.statement("SELECT fingerprint, reply FROM replies WHERE key = ?1 AND time > ?2")
    defer { statement.reset() }
    try statement.bind(1, text: idempotency.key)
    try statement.bind(2, int: now - Idempotency.lifetime)
    guard try statement.step() else { return nil }
    guard statement.text(0) == idempotency.fingerprint else {
      throw StorageError(
        .failedPrecondition,
        "the idempotency key \"\(idempotency.name)\" was used within the last 24 hours with other arguments; "
          + "use a new key")
    }
    return Array(statement.bytes(1))
  }

  private func keep(_ idempotency: Idempotency, now: Int64) throws(StorageError) {
    let statement = try database.statement(
      "INSERT OR REPLACE INTO replies(key, fingerprint, reply, time) VALUES(?1, ?2, ?3, ?4)")
    try statement.bind(1, text: idempotency.key)
    try statement.bind(2, text: idempotency.fingerprint)
    try statement.bind(3, text: idempotency.reply)
    try statement.bind(4, int: now)
    try statement.run()
  }
}
