import Glibc
import Synchronization

/// What the writer says of work that takes long on a large file, and whether that is to be given up: a new index, a
/// migration, the rewriting of the file.
final class LongWork: Sendable {
  /// What is under way, how much of it is done, and how much there is, 0 when nobody knows. Called on the writer's thread.
  typealias Report = @Sendable (_ what: String, _ done: UInt64, _ total: UInt64) -> Void

  private let report: Report
  private let givenUp = Atomic<Bool>(false)
  private let interval: Int64

  /// - Parameter interval: how many milliseconds pass between two reports, and before the first.
  init(every interval: Int64 = 400, report: @escaping Report) {
    self.interval = interval
    self.report = report
  }

  var isGivenUp: Bool { givenUp.load(ordering: .relaxed) }

  /// Has the work end where it is, with nothing done of the step that it is at.
  func giveUp() {
    givenUp.store(true, ordering: .relaxed)
  }

  /// Runs what waits for the disk and cannot say how far it is, such as the end of a large transaction: as long as it takes,
  /// a thread says that it goes on.
  func waiting<Result>(for what: String, _ body: () throws(StorageError) -> Result) throws(StorageError) -> Result {
    let end = WorkQueue<Void>()
    let report = report
    let thread = try? Thread("storage waits") {
      var quarters: UInt64 = 0
      while !end.isClosed {
        report(what, quarters / 4, 0)
        quarters += 1
        usleep(250_000)
      }
      report(what, .max, .max)
    }
    defer {
      end.close()
      thread?.join()
    }
    return try body()
  }

  /// One piece of work, which is reported when it takes longer than a moment.
  struct Step {
    private let work: LongWork
    private let what: String
    private let expected: UInt64
    private var done: UInt64 = 0
    private var next: Int64
    private var isReported = false

    /// - Parameter expected: about how much there is to do; 0 when nobody knows.
    fileprivate init(_ work: LongWork, _ what: String, expected: UInt64) {
      self.work = work
      self.what = what
      self.expected = expected
      next = monotonicMilliseconds() + work.interval
    }

    /// Counts what was done.
    mutating func advance(by count: UInt64) {
      done += count
      let now = monotonicMilliseconds()
      guard now >= next else { return }
      next = now + work.interval
      isReported = true
      // An estimate that was too small ends near its end.
      let total = expected == 0 ? 0 : max(expected, done + done / 20 + 1)
      work.report(what, done, total)
    }

    /// Says that it is over.
    func end() {
      if isReported { work.report(what, done + 1, done + 1) }
    }
  }

  func step(_ what: String, expected: UInt64) -> Step { Step(self, what, expected: expected) }
}

extension Database {
  /// Runs statements that take long on a large file. The writer's `LongWork` says how far they have come, and can end
  /// them; then nothing of their transaction is done.
  ///
  /// - Parameters:
  ///   - what: what is done, as a sentence about storage goes on: "rewrites the file".
  ///   - steps: about how many steps SQLite's machine will take; 0 when nobody knows.
  func long(
    _ what: String, steps: Int64 = 0, _ body: () throws(StorageError) -> Void
  ) throws(StorageError) {
    guard let longWork else { return try body() }
    // What is sorted goes to a file rather than into memory that may not be there.
    let isLarge = steps > 20_000_000
    if isLarge { try? execute("PRAGMA temp_store = FILE") }
    defer { if isLarge { try? execute("PRAGMA temp_store = MEMORY") } }
    let count = UInt64(stepsBetweenLooks)
    var step = longWork.step(what, expected: UInt64(clamping: steps))
    defer { step.end() }
    do throws(StorageError) {
      try limited(
        milliseconds: .max,
        isCancelled: {
          step.advance(by: count)
          return longWork.isGivenUp
        }, body)
    } catch {
      guard error.isInterruption else { throw error }
      throw StorageError(
        .unavailable, "storage stops while it \(what); that is begun anew at the next start",
        sqliteCode: error.sqliteCode, sqliteMessage: error.sqliteMessage)
    }
  }
}
