import PluginKit

/// A question for the reader threads.
struct ReadJob: Sendable {
  enum Work: Sendable {
    case page(Query)
    case count(Query)
    case groups(Aggregate)
    case search(Search)
    case sql(SQLQuestion)
    case integrity
  }

  let id: UInt64
  let work: Work
  /// What is recorded of it; nil when nothing is.
  var span: Span?
  let asked = ContinuousClock.now
}

/// The threads that answer whatever may take longer than the loop can wait, each on a connection of its own.
final class Readers: Sendable {
  let jobs = WorkQueue<ReadJob>()
  private let file: String
  private let settings: StoreSettings
  private let requests: SnapshotRequests
  private let outbox: Outbox

  init(file: String, settings: StoreSettings, requests: SnapshotRequests, outbox: Outbox) {
    self.file = file
    self.settings = settings
    self.requests = requests
    self.outbox = outbox
  }

  /// Starts the threads on a file that the writer has opened. They end when `jobs` is closed.
  func start() throws(StorageError) -> [Thread] {
    var threads: [Thread] = []
    do {
      for number in 1...settings.readers {
        threads.append(try Thread("storage read \(number)") { self.run() })
      }
    } catch {
      jobs.close()
      for thread in threads { thread.join() }
      throw error
    }
    return threads
  }

  private func run() {
    let database = Result { () throws(StorageError) in try Database(file: file, role: .reader) }
    var analyst: Analyst?
    while let taken = jobs.take(atMost: 1) {
      for job in taken {
        let begun = ContinuousClock.now
        let outcome = database.flatMap { database in
          database.heard = job.span == nil ? nil : []
          return Result { () throws(StorageError) in try answer(job.work, database, &analyst) }
        }
        settings.meters.answered(job.work, in: .now - begun)
        tell(job, outcome, begun, (try? database.get())?.heard)
        outbox.send([Finished(job.id, outcome)])
      }
    }
  }

  /// Ends the span of a job.
  private func tell(
    _ job: ReadJob, _ outcome: Result<Outcome, StorageError>, _ begun: ContinuousClock.Instant, _ statements: [String]?
  ) {
    guard let span = job.span else { return }
    span.set(waited: begun - job.asked)
    if let statements, !statements.isEmpty { span.set(statements: statements) }
    span.end(outcome.failure)
  }

  /// Answers a question, beginning again on a new snapshot when the writer wants the old one given up. All attempts
  /// together have the time of one query.
  ///
  /// - Parameter analyst: made when the thread's first SQL comes; few ask for it.
  private func answer(
    _ work: ReadJob.Work, _ database: Database, _ analyst: inout Analyst?
  ) throws(StorageError) -> Outcome {
    // Looking at a whole file takes as long as it takes, and would never end if it began again.
    let isPatient = if case .integrity = work { true } else { false }
    let begun = monotonicMilliseconds()
    while true {
      let recalls = requests.recallCount
      let isRecalled = { [requests] in !isPatient && requests.recallCount != recalls }
      let left = settings.queryMilliseconds - (monotonicMilliseconds() - begun)
      do throws(StorageError) {
        return try attempt(
          work, database, &analyst, milliseconds: isPatient ? .max : left,
          isCancelled: { self.jobs.isClosed || isRecalled() })
      } catch {
        if jobs.isClosed { throw StorageError(.unavailable, "storage is stopping; repeat the query later") }
        let isLate = monotonicMilliseconds() - begun >= settings.queryMilliseconds
        guard error.isInterruption, isRecalled(), !isLate else { throw error }
      }
    }
  }

  private func attempt(
    _ work: ReadJob.Work, _ database: Database, _ analyst: inout Analyst?, milliseconds: Int64,
    isCancelled: @escaping () -> Bool
  ) throws(StorageError) -> Outcome {
    try database.limited(milliseconds: milliseconds, isCancelled: isCancelled) { () throws(StorageError) in
      switch work {
      case .page(let query): .json(try database.page(query))
      case .count(let query): .count(try database.count(query))
      case .groups(let aggregate): .json(try database.groups(aggregate))
      case .search(let search): .json(try database.found(search))
      case .sql(let question): .json(try sql(question, milliseconds, isCancelled, &analyst))
      case .integrity: .problems(try database.problems())
      }
    }
  }

  private func sql(
    _ question: SQLQuestion, _ milliseconds: Int64, _ isCancelled: @escaping () -> Bool, _ analyst: inout Analyst?
  ) throws(StorageError) -> [UInt8] {
    let asked = if let analyst { analyst } else { try Analyst(file: file) }
    analyst = asked
    return try asked.answer(question, milliseconds: milliseconds, isCancelled: isCancelled)
  }
}
