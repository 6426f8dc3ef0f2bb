import PluginKit

/// A change for the writer, and what it reports back with.
struct WriteJob: Sendable {
  enum Work: Sendable {
    case batch(Batch)
    case declare(CollectionDefinition)
    /// Lines of an export.
    case take([UInt8])
  }

  let id: UInt64
  let work: Work
  /// Sequences that were drawn from since the last job (see `Store.next`).
  let sequences: [String: Int64]
  /// What is recorded of it; nil when nothing is.
  var span: Span?
  let asked = ContinuousClock.now
}

/// The one thread that changes the file.
///
/// It takes whatever waits and commits it as one transaction with one sync to disk; a refused job takes nothing with it.
/// Jobs are answered in their order, after the sync.
final class Writer: Sendable {
  let jobs = WorkQueue<WriteJob>()
  private let file: String
  private let settings: StoreSettings
  private let requests: SnapshotRequests
  private let outbox: Outbox
  private let longWork: LongWork

  /// The most jobs of one transaction: it bounds how long the first of them waits.
  private static let groupLimit = 1024

  init(file: String, settings: StoreSettings, requests: SnapshotRequests, outbox: Outbox, longWork: LongWork) {
    self.file = file
    self.longWork = longWork
    self.settings = settings
    self.requests = requests
    self.outbox = outbox
  }

  /// The thread's body: opens the file, works until the queue is closed, and closes the file when the readers have left
  /// it, which moves the log into it.
  ///
  /// - Parameters:
  ///   - opening: the id under which the outcome of opening is reported.
  ///   - closing: the id under which the end is reported, also when opening failed.
  func run(opening: UInt64, closing: UInt64, readers: Readers) {
    do {
      try serve(opening: opening, readers: readers)
    } catch {
      outbox.send([Finished(opening, .failure(error))])
    }
    outbox.send([Finished(closing, .success(.closed))])
  }

  private func serve(opening: UInt64, readers: Readers) throws(StorageError) {
    let lock = try WriterLock(forFile: file)
    try Restore(file: file).apply()
    StoreCopy.removeAll(beside: file)
    let database = try Database(file: file, role: .writer)
    database.longWork = longWork
    try database.migrate(now: settings.now())
    let collections = try database.loadCollections()
    let opened = Opened(collections: collections, log: try database.eventLogName())
    var connection = WriterConnection(database: database, collections: collections, settings: settings)
    // A crash came between a redaction and the rewriting of the file, or something kept it from being rewritten.
    if try database.wantsScrub() { _ = connection.scrub {} }
    let threads = try readers.start()
    outbox.send([Finished(opening, .success(.opened(opened)))])
    let checkpointer = Checkpointer(database, limit: settings.checkpointPages, requests: requests, outbox: outbox)
    while let group = jobs.take(atMost: Writer.groupLimit) {
      let begun = ContinuousClock.now
      var finished = connection.commit(group)
      settings.meters.committed(group.count, in: .now - begun, logPages: database.logPages)
      if finished.contains(where: \.isRedaction) {
        if connection.scrub(release: checkpointer.release) { finished = finished.map(\.erased) }
        requests.wantsLoopToLetGo = false
      }
      for (job, finished) in zip(group, finished) {
        job.span?.set(waited: begun - job.asked)
        job.span?.end(finished.outcome.failure)
      }
      outbox.send(finished)
      checkpointer.run()
    }
    for thread in threads { thread.join() }
    // The database goes first, the lock after it.
    _ = consume connection
    _ = consume lock
  }
}

/// The writer's connection and what it remembers between groups. It stays on the writer's thread.
struct WriterConnection: ~Copyable {
  private let database: Database
  private var executor: BatchExecutor
  /// The collections as they are on disk.
  private var collections: [String: Collection]
  private let settings: StoreSettings
  /// Sequences that are not known to be on disk.
  private var sequences: [String: Int64] = [:]
  private var lastCompaction: Int64 = 0
  /// Why nothing more is written: the disk failed to confirm a write, and what the system holds in memory is not to be
  /// trusted until the file is opened again.
  private var distrust: StorageError?

  init(database: Database, collections: [Collection], settings: StoreSettings) {
    self.database = database
    self.settings = settings
    self.collections = Dictionary(uniqueKeysWithValues: collections.map { ($0.name, $0) })
    executor = BatchExecutor(database: database, collections: self.collections)
  }

  /// Commits these jobs together and says what became of each, in order.
  mutating func commit(_ group: [WriteJob]) -> [Finished] {
    for job in group { sequences.merge(job.sequences) { max($0, $1) } }
    var finished: [Finished] = []
    while finished.count < group.count { finished += commitFirst(of: group.dropFirst(finished.count)) }
    return finished
  }

  /// Commits the first of these jobs, mostly all of them.
  private mutating func commitFirst(of group: ArraySlice<WriteJob>) -> [Finished] {
    // Refusals are rare. Until one comes, the jobs of a group need no savepoints; when a group fails it is done again
    // with them, and when the whole transaction fails (one job may be what the disk had no room for), each job alone.
    var outcome = attempt(group, isolated: false)
    if case .failure = outcome, group.count > 1 { outcome = attempt(group, isolated: true) }
    switch outcome {
    case .success(let finished): return finished
    case .failure(let error) where group.count == 1 || distrust != nil:
      return group.map { Finished($0.id, .failure(distrust ?? error)) }
    case .failure:
      var finished: [Finished] = []
      for job in group { finished += commitFirst(of: [job]) }
      return finished
    }
  }

  private mutating func attempt(_ group: ArraySlice<WriteJob>, isolated: Bool) -> Result<[Finished], StorageError> {
    if let distrust { return .failure(distrust) }
    do throws(StorageError) {
      let finished = try transact(group, isolated: isolated)
      sequences.removeAll(keepingCapacity: true)
      return .success(finished)
    } catch {
      if database.inTransaction { try? database.execute("ROLLBACK") }
      executor.collections = collections
      if error.isFailedSync {
        distrust = StorageError(
          .unavailable,
          "the disk did not confirm a write to \(database.file); nothing more is written until the host is restarted",
          sqliteCode: error.sqliteCode, sqliteMessage: error.sqliteMessage)
      }
      return .failure(error)
    }
  }

  private mutating func transact(_ group: ArraySlice<WriteJob>, isolated: Bool) throws(StorageError) -> [Finished] {
    let begun = monotonicMilliseconds()
    var isLong = false
    let now = settings.now()
    try database.statement("BEGIN IMMEDIATE").run()
    for (name, value) in sequences {
      try database.raise(name, to: value)
    }
    var finished: [Finished] = []
    finished.reserveCapacity(group.count)
    for job in group {
      finished.append(isolated ? try executeIsolated(job, now: now) : try execute(job, now: now))
      // What took long is committed by itself, so that it need not be done again when what follows is given up.
      if case .declare = job.work, monotonicMilliseconds() - begun >= 1000 {
        isLong = true
        break
      }
    }
    try compact(now: now)
    if isLong, let longWork = database.longWork {
      try longWork.waiting(for: "writes what was made to the disk") { () throws(StorageError) in
        try database.statement("COMMIT").run()
        // Moving that much into the file takes long as well, and nobody reads yet whom it would disturb.
        _ = try? database.truncateLog()
      }
    } else {
      try database.statement("COMMIT").run()
    }
    collections = executor.collections
    return finished
  }

  /// Executes a job in a savepoint, so that it takes nothing with it when it fails.
  private mutating func executeIsolated(_ job: WriteJob, now: Int64) throws(StorageError) -> Finished {
    let collections = executor.collections
    try database.statement("SAVEPOINT job").run()
    var finished: Finished
    do {
      finished = try execute(job, now: now)
    } catch {
      // Some failures, a full disk among them, end the whole transaction.
      guard database.inTransaction else { throw error }
      try database.statement("ROLLBACK TO job").run()
      executor.collections = collections
      finished = Finished(job.id, .failure(error))
    }
    try database.statement("RELEASE job").run()
    return finished
  }

  private mutating func execute(_ job: WriteJob, now: Int64) throws(StorageError) -> Finished {
    guard let span = job.span else { return try run(job, now: now) }
    database.heard = []
    defer {
      span.set(statements: database.heard ?? [])
      database.heard = nil
    }
    return try run(job, now: now)
  }

  private mutating func run(_ job: WriteJob, now: Int64) throws(StorageError) -> Finished {
    switch job.work {
    case .batch(let batch):
      let (reply, events) = try executor.apply(batch, now: now)
      return Finished(job.id, .success(.written(reply, events)))
    case .take(let lines):
      return Finished(job.id, .success(.imported(try executor.take(lines), Array(executor.collections.values))))
    case .declare(let definition):
      let collection = try database.declare(definition)
      executor.collections[collection.name] = collection
      return Finished(job.id, .success(.declared(collection)))
    }
  }

  /// Rewrites the file without what was taken out of it.
  ///
  /// - Returns: whether nothing of it is left. A failure, of a full disk perhaps, leaves the work for the next start.
  func scrub(release: () -> Void) -> Bool {
    guard distrust == nil else { return false }
    return (try? database.scrub(collections.values, release: release)) ?? false
  }

  /// Once a minute, removes some of what has had its time, and goes on with every group while there is more.
  private mutating func compact(now: Int64) throws(StorageError) {
    guard now - lastCompaction >= 60_000 else { return }
    try database.run(
      "DELETE FROM replies WHERE key IN (SELECT key FROM replies WHERE time <= ?1 ORDER BY time LIMIT 1000)",
      .int(now - Idempotency.lifetime))
    let keepsReplies = database.changes < 1000
    let keepsEvents = try !database.compactEvents(settings.events, now: now)
    if keepsReplies, keepsEvents { lastCompaction = now }
  }
}

extension Finished {
  /// Whether it tells of a batch that took something out.
  fileprivate var isRedaction: Bool {
    if case .success(.written(.redacted, _)) = outcome { true } else { false }
  }

  /// The same; of a batch that took something out, that nothing of it is left.
  fileprivate var erased: Finished {
    guard case .success(.written(.redacted(let revisions, let numbers, _), let events)) = outcome else { return self }
    return Finished(id, .success(.written(.redacted(revisions: revisions, events: numbers, isErased: true), events)))
  }
}

extension Database {
  /// Raises a sequence to a number that was given out, inside the caller's transaction.
  func raise(_ sequence: String, to value: Int64) throws(StorageError) {
    try run(
      "INSERT INTO sequences(name, value) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET value = max(value, ?2)",
      .text(sequence), .int(value))
  }
}
