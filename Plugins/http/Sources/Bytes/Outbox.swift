/// Who puts the bytes of an outbox on a socket.
protocol OutboxOwner: AnyObject {
  /// Writes what waits. Called once per turn of the loop for every outbox with new bytes.
  func flush()
}

/// The outgoing side of one connection. Idle connections own no memory here: queues come from a pool.
final class Outbox {
  private let pool: OutboxPool
  unowned let owner: any OutboxOwner
  private var pending: OutputQueue?
  private var inFlight: OutputQueue?
  private var isScheduled = false
  private var isClosed = false
  private var wakesOwner = false
  /// Since when the client has taken no byte of a write that waits for it; nil while none waits.
  private(set) var stalledSince: UInt64?

  init(pool: OutboxPool, owner: any OutboxOwner) {
    self.pool = pool
    self.owner = owner
  }

  deinit {
    // A write that failed leaves its queue.
    if let inFlight { pool.giveBack(inFlight) }
    if let pending { pool.giveBack(pending) }
  }

  /// Bytes accepted and not yet taken by the kernel.
  var bufferedBytes: Int { (pending?.count ?? 0) + (inFlight?.count ?? 0) }

  /// Lets `body` write. The bytes leave at the end of this turn of the loop, together with all others.
  func append(_ body: (inout ByteBuffer) -> Void) {
    guard let queue = openQueue() else { return }
    let before = queue.count
    queue.append(body)
    pool.load.waitingBytes += queue.count - before
  }

  /// Queues shared bytes without copying them when they are large.
  func append(_ shared: SharedBytes) {
    guard let queue = openQueue() else { return }
    queue.append(shared)
    pool.load.waitingBytes += shared.bytes.count
  }

  /// Lets the owner have its turn though there is nothing to write.
  func wake() {
    if !isClosed { schedule() }
  }

  private func schedule() {
    guard !isScheduled else { return }
    isScheduled = true
    pool.scheduled.append(self)
  }

  private func openQueue() -> OutputQueue? {
    guard !isClosed else { return nil }
    wake()
    if let pending { return pending }
    let queue = pool.takeQueue()
    pending = queue
    return queue
  }

  /// Lets the owner see at the end of this turn that there is nothing more to write: it has closed itself.
  func wakeOwner() {
    wakesOwner = true
    schedule()
  }

  /// The queue to write now, or nil when nothing waits or a write is still under way.
  func nextWrite() -> OutputQueue? {
    if isScheduled {
      isScheduled = false
      pool.forget(self)
    }
    guard inFlight == nil else { return nil }
    inFlight = pending
    pending = nil
    return inFlight
  }

  /// Says that the kernel has no room for the rest of the queue now.
  func stall(at now: UInt64) { stalledSince = now }

  /// The queue of ``nextWrite()`` that is not written whole.
  var underWay: OutputQueue? { inFlight }

  /// Says that the kernel has taken what it had no room for.
  func move() { stalledSince = nil }

  /// Says that the queue of ``nextWrite()`` was written whole.
  func finishWrite() {
    stalledSince = nil
    guard let queue = inFlight else { return }
    inFlight = nil
    pool.giveBack(queue)
  }

  /// Drops what waits; later bytes are ignored.
  func close() {
    isClosed = true
    wakesOwner = false
    if let pending { pool.giveBack(pending) }
    pending = nil
  }

  fileprivate func flushScheduled() {
    guard isScheduled else { return }
    isScheduled = false
    if !isClosed || wakesOwner { owner.flush() }
  }
}

/// What the outboxes of one loop share: spare queues, and the list of those with something to write.
final class OutboxPool {
  let load: Load
  private var spare: [OutputQueue] = []
  fileprivate var scheduled: [Outbox] = []
  private var flushing: [Outbox] = []
  /// How many outboxes wait for each other at most.
  private static let batch = 16

  init(_ load: Load) { self.load = load }

  func takeQueue() -> OutputQueue { spare.popLast() ?? OutputQueue() }

  func giveBack(_ queue: OutputQueue) {
    load.waitingBytes -= queue.total
    // An event takes one for each of its clients; only few of them are worth much memory.
    queue.reset(keeping: spare.count < 64 ? 65536 : 1024)
    if spare.count < 4096 { spare.append(queue) }
  }

  var hasScheduled: Bool { !scheduled.isEmpty }

  /// Flushes an outbox at the end of this turn, or with the next others when many wait. A client that sleeps is woken by each
  /// answer that finds it so, which costs more than most answers: those that leave together wake it once.
  func flushLater(_ outbox: Outbox) {
    outbox.wake()
    if scheduled.count >= Self.batch { flushScheduled() }
  }

  /// Takes out what was flushed before its turn, when it came last: else every answer that was sent at once would cost
  /// the end of the turn a look.
  fileprivate func forget(_ outbox: Outbox) {
    if scheduled.last === outbox { scheduled.removeLast() }
  }

  /// Flushes every outbox that got bytes since the last call. Once per turn of the loop.
  func flushScheduled() {
    while !scheduled.isEmpty {
      swap(&scheduled, &flushing)
      for outbox in flushing { outbox.flushScheduled() }
      flushing.removeAll(keepingCapacity: true)
    }
  }
}
