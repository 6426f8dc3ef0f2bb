import PluginKit

/// The store as the loop sees it: collections of JSON documents, sequences and durable events in one file.
///
/// Everything here is called on one thread, the loop. Point reads answer at once; whatever writes or scans is done by
/// threads of the store, which call `wake`, whereupon the loop calls `drain`, and that calls the completions, in the
/// order in which the work was finished. A completion is called exactly once, never before the method that took it has
/// returned.
final class Store {
  typealias Completion<Value> = (Result<Value, StorageError>) -> Void

  private enum State {
    case new
    case opening
    case open(Database)
    case closing
    case closed
  }

  let file: String
  /// Called in `drain` with the events of each committed batch, before the batch's own completion.
  var onEvents: ([DurableEvent]) -> Void = { _ in }
  /// The name of the event log's history; empty until the store is open.
  private(set) var log = ""
  /// Damage that was met and will not go away by itself.
  private(set) var fault: StorageError?

  /// The context of the call that asks now, for its trace; nil outside of calls.
  var asking: Context?
  private let settings: StoreSettings
  private let requests = SnapshotRequests()
  private let outbox: Outbox
  private let longWork: LongWork
  private let writer: Writer
  private let readers: Readers
  private var writerThread: Thread?
  private var state = State.new
  private var collections: [String: Collection] = [:]
  private var sequences: [String: Int64] = [:]
  /// Sequences drawn from since the last change that was given to the writer.
  private var drawn: [String: Int64] = [:]
  private var pending: [UInt64: (Result<Outcome, StorageError>) -> Void] = [:]
  private var lastID: UInt64 = 0
  private var onClosed: (() -> Void)?
  private(set) var waitingChanges = 0
  private(set) var waitingBytes = 0

  /// - Parameters:
  ///   - file: the path of the database file; its folder must exist.
  ///   - report: told how far work has come that takes long on a large file. Called on a thread of the store.
  ///   - wake: asks the loop to call `drain` soon. Called on any thread, until the store is closed.
  init(
    file: String, settings: StoreSettings = StoreSettings(), report: @escaping LongWork.Report = { _, _, _ in },
    wake: @escaping @Sendable () -> Void
  ) {
    self.file = file
    self.settings = settings
    outbox = Outbox(wake: wake)
    longWork = LongWork(report: report)
    writer = Writer(file: file, settings: settings, requests: requests, outbox: outbox, longWork: longWork)
    readers = Readers(file: file, settings: settings, requests: requests, outbox: outbox)
  }

  // MARK: Life

  /// Opens the file, making or migrating it as needed. Until the completion says so, every other call is refused.
  func open(_ done: @escaping Completion<Void>) throws(StorageError) {
    guard case .new = state else { throw StorageError(.failedPrecondition, "\(file) has been opened before") }
    let opening = expect(done) { [self] outcome throws(StorageError) in
      guard case .opened(let opened) = outcome else { return nil }
      if case .opening = state { try begin(opened) }
      return ()
    }
    lastID += 1
    let closing = lastID
    pending[closing] = { [self] _ in
      state = .closed
      writerThread?.join()
      onClosed?()
    }
    let (writer, readers) = (writer, readers)
    do {
      writerThread = try Thread("storage write") { writer.run(opening: opening, closing: closing, readers: readers) }
      state = .opening
    } catch {
      pending.removeAll()
      throw error
    }
  }

  private func begin(_ opened: Opened) throws(StorageError) {
    state = .open(try Database(file: file, role: .pointReader))
    log = opened.log
    for collection in opened.collections { collections[collection.name] = collection }
  }

  /// Ends work that takes long, such as making an index; what changes documents goes on.
  func giveUpLongWork() {
    longWork.giveUp()
  }

  /// Finishes the changes that wait, stops the queries that run, and closes the file. The store is of no use after it.
  func close(_ done: @escaping () -> Void) {
    switch state {
    case .new, .closed: return done()
    case .opening, .open, .closing: break
    }
    onClosed = done
    state = .closing
    longWork.giveUp()
    readers.jobs.close()
    writer.jobs.close()
  }

  /// Calls the completions of what has been finished. To be called on the loop after `wake`.
  func drain() {
    endSnapshot()
    for finished in outbox.takeAll() {
      switch finished.outcome {
      case .success(.written(_, let events)) where !events.isEmpty: onEvents(events)
      case .failure(let error) where error.isLasting: fault = error
      default: break
      }
      pending.removeValue(forKey: finished.id)?(finished.outcome)
    }
  }

  /// The loop's connection within its snapshot. One snapshot serves all reads until `drain`: only this process writes,
  /// and whatever it has written since becomes known there. Locks are then taken once and not for every read. While the
  /// write-ahead log is to begin anew, each read stands for itself.
  private func snapshot() throws(StorageError) -> Database {
    let database = try database()
    guard !requests.wantsLoopToLetGo else {
      endSnapshot()
      return database
    }
    if !database.inTransaction { try database.statement("BEGIN").run() }
    return database
  }

  private func endSnapshot() {
    guard case .open(let database) = state, database.inTransaction else { return }
    // Ending a read cannot lose anything, and the next one says what is wrong with the file.
    try? database.statement("COMMIT").run()
  }

  private func database() throws(StorageError) -> Database {
    switch state {
    case .open(let database): return database
    case .new, .opening: throw StorageError(.unavailable, "\(file) is still being opened; repeat the call later")
    case .closing, .closed:
      throw StorageError(.unavailable, "storage is stopping; repeat the call after the next start")
    }
  }

  /// Remembers whom to tell. `read` takes the value out of the kind of outcome that belongs to the request.
  private func expect<Value>(
    _ done: @escaping Completion<Value>, _ read: @escaping (Outcome) throws(StorageError) -> Value?
  ) -> UInt64 {
    lastID += 1
    pending[lastID] = { result in
      do throws(StorageError) {
        let value = try read(result.get())
        guard let value else { throw StorageError(.internal, "the store answered a request with another's outcome") }
        done(.success(value))
      } catch {
        done(.failure(error))
      }
    }
    return lastID
  }

  // MARK: Collections

  /// Makes a collection, or brings the indexes of an existing one to this definition.
  func declare(_ definition: CollectionDefinition, _ done: @escaping Completion<Collection>) throws(StorageError) {
    try enqueue(.declare(definition), bytes: 0, done) { [self] outcome in
      guard case .declared(let collection) = outcome else { return nil }
      collections[collection.name] = collection
      return collection
    }
  }

  var collectionCount: Int { collections.count }

  /// The collection of this name, as it was declared last.
  func collection(_ name: String) throws(StorageError) -> Collection {
    _ = try database()
    guard let collection = collections[name] else {
      throw StorageError(.notFound, "there is no collection \(name.prefix(128)); its owner must declare it first")
    }
    return collection
  }

  // MARK: Reading

  /// Hands over a document as it is stored; nil when there is none. A bounded read that answers at once.
  ///
  /// - Parameters:
  ///   - id: UTF-8.
  ///   - body: receives the bytes, which are valid only until it returns. It must not come back to the store.
  func read<Result>(
    _ id: UnsafeRawBufferPointer, in collection: Collection, _ body: (UnsafeRawBufferPointer) -> Result
  ) throws(StorageError) -> Result? {
    try traced("get", collection.select) { () throws(StorageError) in
      let statement = try snapshot().statement(collection.select)
      defer { statement.reset() }
      try statement.bind(1, text: id)
      return try statement.step() ? body(statement.bytes(0)) : nil
    }
  }

  /// Does a read that answers at once, in a span of its own when the trace is recorded.
  private func traced<Result>(
    _ operation: StaticString, _ sql: String, _ body: () throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    guard let span = settings.tracer?.begin(operation, for: asking) else { return try body() }
    span.set(statements: [sql])
    do throws(StorageError) {
      let result = try body()
      span.end()
      return result
    } catch {
      span.end(error)
      throw error
    }
  }

  /// Hands over the one document with this value in a field whose index is unique, as `read(_:in:_:)` does.
  func read<Result>(
    _ field: Field, equalTo value: Value, in collection: Collection, _ body: (UnsafeRawBufferPointer) -> Result
  ) throws(StorageError) -> Result? {
    guard collection.isUnique(field) else {
      throw StorageError(
        .failedPrecondition,
        "\(collection.name) has no unique index on \(field.path) alone; declare one, or use a query")
    }
    let sql = "SELECT body FROM \(collection.table) WHERE \(collection.expression(field)) = ?1"
    return try traced("find", sql) { () throws(StorageError) in
      let statement = try snapshot().statement(sql)
      defer { statement.reset() }
      try statement.bind(1, value)
      return try statement.step() ? body(statement.bytes(0)) : nil
    }
  }

  /// One page of a query as JSON text: `{"items":[…],"next":cursor|null}`.
  func page(_ query: Query, _ done: @escaping Completion<[UInt8]>) throws(StorageError) {
    try ask(.page(query), done) { if case .json(let bytes) = $0 { bytes } else { nil } }
  }

  /// How many documents match the filters of a query.
  func count(_ query: Query, _ done: @escaping Completion<Int64>) throws(StorageError) {
    try ask(.count(query), done) { if case .count(let count) = $0 { count } else { nil } }
  }

  /// Counts, sums and extremes by groups, as JSON text: `{"groups":[[key…, measure…],…],"truncated":bool}`.
  func groups(_ aggregate: Aggregate, _ done: @escaping Completion<[UInt8]>) throws(StorageError) {
    try ask(.groups(aggregate), done) { if case .json(let bytes) = $0 { bytes } else { nil } }
  }

  /// One page of the documents in which words occur, as JSON text: `{"items":[…],"next":cursor|null}`.
  func search(_ search: Search, _ done: @escaping Completion<[UInt8]>) throws(StorageError) {
    try ask(.search(search), done) { if case .json(let bytes) = $0 { bytes } else { nil } }
  }

  /// Answers SQL over the views that are shown, as JSON text: `{"columns":[…],"rows":[[…],…],"truncated":bool}`.
  func ask(_ question: SQLQuestion, _ done: @escaping Completion<[UInt8]>) throws(StorageError) {
    var question = question
    question.collections = collections.values.filter { $0.definition.view != nil }.sorted { $0.name < $1.name }
    try ask(.sql(question), done) { if case .json(let bytes) = $0 { bytes } else { nil } }
  }

  /// The numbers of the events that can be read now. A bounded read that answers at once.
  func eventRange() throws(StorageError) -> EventRange {
    try snapshot().eventRange()
  }

  /// Hands over up to `limit` recorded events after `since`, in their order. It answers at once: keep `limit` small.
  func events(since: Int64, limit: Int, _ body: (DurableEvent) -> Void) throws(StorageError) {
    try snapshot().events(since: since, limit: limit, body)
  }

  /// Looks at the whole file; answers sentences, none when it is sound.
  func problems(_ done: @escaping Completion<[String]>) throws(StorageError) {
    try ask(.integrity, done) { if case .problems(let problems) = $0 { problems } else { nil } }
  }

  private func ask<Value>(
    _ work: ReadJob.Work, _ done: @escaping Completion<Value>, _ read: @escaping (Outcome) -> Value?
  ) throws(StorageError) {
    _ = try database()
    let span = settings.tracer?.begin(work.kind.name, for: asking)
    readers.jobs.push(ReadJob(id: expect(done, read), work: work, span: span))
  }

  // MARK: Writing

  /// Commits a batch: the completion comes when it is on disk, or says why nothing of it was done.
  func write(_ batch: Batch, _ done: @escaping Completion<BatchReply>) throws(StorageError) {
    try enqueue(.batch(batch), bytes: try batch.size(), done) { outcome in
      if case .written(let reply, _) = outcome { reply } else { nil }
    }
  }

  /// Takes lines of an export: see `BatchExecutor.take`. The completion comes when they are on disk.
  func take(_ lines: [UInt8], _ done: @escaping Completion<Imported>) throws(StorageError) {
    guard lines.count <= Batch.documentLimit * 2 else {
      throw StorageError(
        .invalidArgument, "\(lines.count) bytes of lines came at once; send at most \(Batch.documentLimit * 2)")
    }
    try enqueue(.take(lines), bytes: lines.count, done) { [self] outcome in
      guard case .imported(let imported, let present) = outcome else { return nil }
      for collection in present where collections[collection.name] == nil { collections[collection.name] = collection }
      for (name, value) in imported.sequences {
        if let known = sequences[name] { sequences[name] = max(known, value) }
      }
      return imported
    }
  }

  /// The next number of a sequence, from 1 on. Each number is given once: whatever was committed with a number keeps
  /// it, also after a crash. A number whose batch was refused stays unused.
  ///
  /// It answers at once and writes nothing by itself: the sequence goes to disk in the transaction of the next batch,
  /// which is the first that can hold the number.
  func next(_ sequence: String) throws(StorageError) -> Int64 {
    let database = try database()
    guard (1...200).contains(sequence.utf8.count) else {
      throw StorageError(.invalidArgument, "the name of a sequence has 1 to 200 bytes")
    }
    let last: Int64
    if let known = sequences[sequence] {
      last = known
    } else {
      last = try database.integer("SELECT value FROM sequences WHERE name = ?1", .text(sequence))
    }
    sequences[sequence] = last + 1
    drawn[sequence] = last + 1
    return last + 1
  }

  private func enqueue<Value>(
    _ work: WriteJob.Work, bytes: Int, _ done: @escaping Completion<Value>,
    _ read: @escaping (Outcome) -> Value?
  ) throws(StorageError) {
    _ = try database()
    guard waitingChanges < settings.waitingChanges, waitingBytes + bytes <= settings.waitingBytes else {
      throw StorageError(
        .resourceExhausted,
        "\(waitingChanges) changes of \(waitingBytes) bytes already wait for the disk; repeat the call later")
    }
    waitingChanges += 1
    waitingBytes += bytes
    let id = expect(
      { [self] result in
        waitingChanges -= 1
        waitingBytes -= bytes
        done(result)
      }, read)
    let span = settings.tracer?.begin("write", for: asking)
    writer.jobs.push(WriteJob(id: id, work: work, sequences: drawn, span: span))
    drawn.removeAll()
  }
}
