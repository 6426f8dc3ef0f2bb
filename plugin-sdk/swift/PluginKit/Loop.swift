package import CPluginSDK
import Synchronization

/// The host's loop thread as a global actor: everything that a plugin does happens there, unless it says otherwise.
///
/// A type marked `@Loop` is confined to the loop thread, and the compiler checks it: its functions call each other without
/// cost, and other threads reach it with `await`. Types that conform to ``Plugin`` are marked already.
///
/// A C callback that is written as a closure inside `@Loop` code is part of the loop too. A class that frees pointers when
/// it goes says `isolated deinit`.
@globalActor
public actor Loop {
  public static let shared = Loop()

  nonisolated public var unownedExecutor: UnownedSerialExecutor { LoopExecutor.shared.asUnownedSerialExecutor() }

  public static var sharedUnownedExecutor: UnownedSerialExecutor { LoopExecutor.shared.asUnownedSerialExecutor() }

  /// Whether the caller is on the loop thread. [any-thread]
  public static var isCurrent: Bool { LoopExecutor.shared.isCurrent }

  /// Starts a task on the loop. It runs at once until it waits for the first time; on the loop it also runs what is bound to
  /// no actor, so that nothing of it may block.
  @Loop
  @discardableResult
  public static func task<Value: Sendable>(
    _ body: @escaping @Loop () async throws -> Value
  ) -> Task<Value, any Error> {
    LoopExecutor.shared.start(body)
  }

  /// Runs `operation` as part of the loop, for callbacks on the loop thread of which the compiler does not know it.
  ///
  /// The program ends with a message when the caller is on another thread: going on would be a data race.
  ///
  /// [loop-thread]
  @inlinable
  public static func assumeIsolated<Value>(_ operation: @Loop () throws -> Value) rethrows -> Value {
    precondition(isCurrent, "Loop.assumeIsolated was called outside the host's loop thread")
    return try withoutActuallyEscaping(operation) { operation in
      // Isolation is a matter of the type system alone: both function types have the same representation.
      try unsafeBitCast(operation, to: (() throws -> Value).self)()
    }
  }
}

/// Runs Swift jobs on the host's loop: one per image, over the host's `post`.
///
/// It is the executor of the actor and of the tasks that ``Loop/task(_:)`` starts: the continuations of a task without an
/// executor of its own come back by way of a thread of Swift's pool.
///
/// Unchecked, because each property says how it is protected.
package final class LoopExecutor: SerialExecutor, TaskExecutor, @unchecked Sendable {
  package static let shared = LoopExecutor()

  /// At most so many jobs run before the loop gets its turn again.
  static let jobsPerTurn = 1000

  private struct Queue {
    var jobs: [UnownedJob] = []
    /// Whether a turn has been posted, or waits for a host.
    var isScheduled = false
  }

  private let queue = Mutex(Queue())
  private let host = Atomic<UnsafeMutablePointer<orch_host>?>(nil)
  /// Jobs of the current round and the next of them. Touched on the loop thread alone.
  private var round: [UnownedJob] = []
  private var next = 0
  /// Whether the loop thread is making a task whose first job it wants to run itself, and that job.
  private let isStarting = Atomic(false)
  private var firstJob: UnownedJob?

  /// Names the host whose loop this is. The latest one stays. [any-thread]
  package func attach(to host: UnsafeMutablePointer<orch_host>) {
    self.host.store(host, ordering: .sequentiallyConsistent)
    if queue.withLock({ $0.isScheduled }) { post() }
  }

  var isCurrent: Bool {
    guard let host = host.load(ordering: .acquiring) else { return false }
    return host.pointee.v.pointee.on_thread?(host, UInt32(ORCH_THREAD_LOOP)) == 1
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    if isStarting.load(ordering: .relaxed), isCurrent {
      firstJob = job
      return
    }
    let isFirst = queue.withLock { queue in
      queue.jobs.append(job)
      defer { queue.isScheduled = true }
      return !queue.isScheduled
    }
    if isFirst { post() }
  }

  package func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

  package func asUnownedTaskExecutor() -> UnownedTaskExecutor { UnownedTaskExecutor(ordinary: self) }

  package func isIsolatingCurrentContext() -> Bool? { isCurrent }

  package func checkIsolated() {
    precondition(isCurrent, "code of the loop ran outside the host's loop thread")
  }

  private func post() {
    guard let host = host.load(ordering: .sequentiallyConsistent) else { return }
    let turn = orch_task(fn: { _ in LoopExecutor.shared.runTurn() }, ud: nil, release: nil)
    host.pointee.v.pointee.post?(host, turn)
  }

  /// Runs what waits, up to the limit. [loop-thread]
  private func runTurn() {
    for _ in 0..<Self.jobsPerTurn {
      if next == round.count, !refill() { return }
      let job = round[next]
      next += 1
      run(job)
    }
    post()
  }

  private func run(_ job: UnownedJob) {
    job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
  }

  /// Makes a task and runs it until it waits for the first time. [loop-thread]
  ///
  /// `Task.immediate` does not do: it knows nothing of a task executor, so that the task would be queued once.
  @Loop
  func start<Value: Sendable>(_ body: @escaping @Loop () async throws -> Value) -> Task<Value, any Error> {
    isStarting.store(true, ordering: .relaxed)
    let task = Task(executorPreference: self, operation: body)
    isStarting.store(false, ordering: .relaxed)
    if let job = firstJob {
      firstJob = nil
      run(job)
    }
    return task
  }

  /// Begins the next round with what came in meanwhile; both arrays keep their memory.
  private func refill() -> Bool {
    round.removeAll(keepingCapacity: true)
    next = 0
    return queue.withLock { queue in
      swap(&queue.jobs, &round)
      queue.isScheduled = !round.isEmpty
      return queue.isScheduled
    }
  }
}
