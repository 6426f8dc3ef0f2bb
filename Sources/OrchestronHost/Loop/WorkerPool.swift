import Glibc
import Synchronization

/// The host's own threads for blocking work. (libuv's four are left to files and name look-ups.)
final class WorkerPool {
  /// How many jobs may wait.
  static let queueLimit = 65_536

  private let shared: Shared
  private let loop: Loop
  private let size: Int
  private var threads: [pthread_t] = []
  private var lastJob: UInt64 = 0

  init(loop: Loop, size: Int) {
    self.loop = loop
    self.size = size
    shared = Shared(mailbox: loop.remote)
  }

  /// Runs `work` on a worker, then `done` on the loop.
  ///
  /// - Returns: False when too much waits; then nothing runs.
  func submit(_ work: @escaping () -> Void, done: @escaping () -> Void) -> Bool {
    submit(work, done: done, cancelled: {}) != nil
  }

  /// As ``submit(_:done:)``, with an id by which the job can be taken back while no worker has begun it; `cancelled`
  /// then runs instead of both.
  func submit(_ work: @escaping () -> Void, done: @escaping () -> Void, cancelled: @escaping () -> Void) -> UInt64? {
    loop.assertOnLoop()
    lastJob += 1
    let job = Job(id: lastJob, work: work, done: done, cancelled: cancelled)
    guard shared.add(job) else { return nil }
    if threads.count < size, shared.needsThread,
      let thread = Threads.start(name: "orch-worker", { [shared] in shared.serve() })
    {
      threads.append(thread)
    }
    return lastJob
  }

  /// Takes back a job that no worker has begun; its `cancelled` runs before this returns.
  func cancel(_ id: UInt64) -> Bool {
    loop.assertOnLoop()
    guard let job = shared.remove(id) else { return false }
    job.cancelled()
    return true
  }

  /// Drops the jobs that wait and ends the threads. One that is still at work is left to itself: nobody knows whether it
  /// ever returns.
  func stop() {
    let (dropped, isBusy) = shared.stop()
    for thread in threads {
      if isBusy { pthread_detach(thread) } else { pthread_join(thread, nil) }
    }
    threads = []
    for job in dropped { job.cancelled() }
  }

  /// How many jobs wait, and how many are under way.
  var load: (waiting: Int, busy: Int) { shared.load }

  /// True on one of the pool's threads. [any-thread]
  static var isCurrent: Bool { pthread_getspecific(marker) != nil }

  /// Set on every thread of a pool.
  private static let marker: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key, nil)
    return key
  }()

  /// Unchecked because its closures belong to the loop, or to the one worker that runs `work`.
  private final class Job: @unchecked Sendable {
    let id: UInt64
    let work: () -> Void
    let done: () -> Void
    let cancelled: () -> Void

    init(id: UInt64, work: @escaping () -> Void, done: @escaping () -> Void, cancelled: @escaping () -> Void) {
      self.id = id
      self.work = work
      self.done = done
      self.cancelled = cancelled
    }
  }

  /// What the threads share. Unchecked because all of it is guarded by `mutex`.
  private final class Shared: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private let mailbox: Mailbox
    /// Jobs that wait, oldest first from `head` on.
    private var queue: [Job] = []
    private var head = 0
    private var idle = 0
    /// Jobs under way.
    private var busy = 0
    private var isStopped = false

    init(mailbox: Mailbox) {
      self.mailbox = mailbox
      mutex = .allocate(capacity: 1)
      condition = .allocate(capacity: 1)
      pthread_mutex_init(mutex, nil)
      pthread_cond_init(condition, nil)
    }

    deinit {
      pthread_mutex_destroy(mutex)
      pthread_cond_destroy(condition)
      mutex.deallocate()
      condition.deallocate()
    }

    private func locked<R>(_ body: () -> R) -> R {
      pthread_mutex_lock(mutex)
      defer { pthread_mutex_unlock(mutex) }
      return body()
    }

    func add(_ job: Job) -> Bool {
      locked {
        guard !isStopped, queue.count - head < WorkerPool.queueLimit else { return false }
        queue.append(job)
        pthread_cond_signal(condition)
        return true
      }
    }

    var load: (waiting: Int, busy: Int) { locked { (queue.count - head, busy) } }

    /// True when more jobs wait than threads.
    var needsThread: Bool { locked { queue.count - head > idle } }

    func remove(_ id: UInt64) -> Job? {
      locked {
        guard let index = queue[head...].firstIndex(where: { $0.id == id }) else { return nil }
        return queue.remove(at: index)
      }
    }

    func stop() -> (dropped: [Job], isBusy: Bool) {
      locked {
        isStopped = true
        let dropped = Array(queue[head...])
        queue = []
        head = 0
        pthread_cond_broadcast(condition)
        return (dropped, busy > 0)
      }
    }

    /// The life of a worker.
    func serve() {
      pthread_setspecific(WorkerPool.marker, Unmanaged.passUnretained(self).toOpaque())
      while let job = next() {
        job.work()
        mailbox.post { job.done() }
        locked { busy -= 1 }
      }
    }

    private func next() -> Job? {
      locked {
        while head == queue.count, !isStopped {
          idle += 1
          pthread_cond_wait(condition, mutex)
          idle -= 1
        }
        guard head < queue.count else { return nil }
        let job = queue[head]
        head += 1
        busy += 1
        if head == queue.count {
          queue.removeAll(keepingCapacity: true)
          head = 0
        } else if head >= 4096, head * 2 >= queue.count {
          queue.removeFirst(head)
          head = 0
        }
        return job
      }
    }
  }
}
