/// What a thread has done for the loop.
enum Outcome: Sendable {
  case opened(Opened)
  case closed
  /// The loop's snapshot shall end (see `SnapshotRequests`); nobody waits for it.
  case snapshotEnds
  case written(BatchReply, [DurableEvent])
  case declared(Collection)
  /// What an import has done, and the collections that there are now.
  case imported(Imported, [Collection])
  /// The JSON text that answers a question.
  case json([UInt8])
  case count(Int64)
  /// What an integrity check found: sentences, none when the file is sound.
  case problems([String])
}

/// What is known of the file once it is open.
struct Opened: Sendable {
  let collections: [Collection]
  /// The name of the event log's history.
  let log: String
}

/// An outcome and the request that it belongs to.
struct Finished: Sendable {
  let id: UInt64
  let outcome: Result<Outcome, StorageError>

  init(_ id: UInt64, _ outcome: Result<Outcome, StorageError>) {
    self.id = id
    self.outcome = outcome
  }
}

/// Carries outcomes to the loop and wakes it.
struct Outbox: Sendable {
  private let queue = WorkQueue<Finished>()
  private let wake: @Sendable () -> Void

  /// - Parameter wake: asks the loop to call `Store.drain` soon. Called on any thread.
  init(wake: @escaping @Sendable () -> Void) {
    self.wake = wake
  }

  func send(_ finished: [Finished]) {
    if !finished.isEmpty, queue.push(finished) { wake() }
  }

  /// Everything that has come, oldest first. On the loop.
  func takeAll() -> [Finished] {
    queue.takeAll()
  }
}
