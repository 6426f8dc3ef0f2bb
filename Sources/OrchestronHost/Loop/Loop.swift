import CHost
import CUV
import Glibc

/// The libuv loop on which one host lives, together with what other threads may hand to it.
///
/// Everything but ``post(_:)`` and ``isCurrent`` belongs to the thread that made the loop.
public final class Loop {
  /// The `uv_loop_t` itself.
  let uv: UnsafeMutablePointer<uv_loop_t>
  private let thread: pthread_t
  private let mailbox: Mailbox
  private var timers: [UInt64: Timer] = [:]
  private var lastTimer: UInt64 = 0
  private var deferred: [() -> Void] = []
  /// Active while something is deferred, so that the loop does not wait.
  private let idle: UnsafeMutablePointer<uv_idle_t>
  private var isIdleActive = false
  /// How long the turns of the loop take.
  let turns: LoopTurns

  /// Makes a loop that belongs to the calling thread.
  public init() throws(Failure) {
    uv = .allocate(capacity: 1)
    let status = uv_loop_init(uv)
    guard status == 0 else {
      uv.deallocate()
      throw Failure(.resourceExhausted, "the event loop could not be made: \(String(cString: uv_strerror(status)))")
    }
    turns = LoopTurns(loop: uv)
    thread = pthread_self()
    mailbox = Mailbox(loop: uv)
    idle = .allocate(capacity: 1)
    uv_idle_init(uv, idle)
    idle.pointee.data = Unmanaged.passUnretained(self).toOpaque()
  }

  deinit {
    timers.values.forEach { $0.close() }
    turns.close()
    uv_idle_stop(idle)
    idle.withMemoryRebound(to: uv_handle_t.self, capacity: 1) { uv_close($0) { $0?.deallocate() } }
    mailbox.close()
    while uv_run(uv, UV_RUN_NOWAIT) != 0 {}
    uv_loop_close(uv)
    uv.deallocate()
  }

  /// True on the loop's own thread. [any-thread]
  public var isCurrent: Bool { pthread_equal(pthread_self(), thread) != 0 }

  /// Stops a debug build that comes from another thread.
  func assertOnLoop() { assert(isCurrent, "only on the loop thread") }

  /// Runs one turn: waits for something to happen when `wait` is set, and deals with it.
  public func turn(wait: Bool) { uv_run(uv, wait ? UV_RUN_ONCE : UV_RUN_NOWAIT) }

  /// What other threads use to reach the loop.
  var remote: Mailbox { mailbox }

  /// Runs `body` before the loop next waits, never before this returns. [loop-thread]
  func `defer`(_ body: @escaping () -> Void) {
    assertOnLoop()
    deferred.append(body)
    guard !isIdleActive else { return }
    isIdleActive = true
    uv_idle_start(idle) { handle in
      guard let data = handle?.pointee.data else { return }
      Unmanaged<Loop>.fromOpaque(data).takeUnretainedValue().runDeferred()
    }
  }

  private func runDeferred() {
    // Active for one turn longer than there is work: a turn in which something happened does not wait as well.
    guard !deferred.isEmpty else {
      isIdleActive = false
      uv_idle_stop(idle)
      return
    }
    let bodies = deferred
    deferred.removeAll(keepingCapacity: true)
    for body in bodies { body() }
  }

  /// Runs `body` on the loop, never before this returns. [any-thread]
  public func post(_ body: @escaping @Sendable () -> Void) { mailbox.post(body) }
}

// MARK: - Timers

extension Loop {
  /// Calls `body` after `delay` milliseconds, and every `repeating` milliseconds from then on unless that is 0.
  @discardableResult
  func startTimer(after delay: UInt64, repeating: UInt64 = 0, _ body: @escaping () -> Void) -> UInt64 {
    assertOnLoop()
    lastTimer += 1
    let id = lastTimer
    timers[id] = Timer(loop: uv, delay: delay, repeating: repeating) { [unowned self] in
      if repeating == 0 { timers.removeValue(forKey: id)?.close() }
      body()
    }
    return id
  }

  /// Stops a timer; false when it has fired for the last time or was stopped before.
  @discardableResult
  func stopTimer(_ id: UInt64) -> Bool {
    assertOnLoop()
    guard let timer = timers.removeValue(forKey: id) else { return false }
    timer.close()
    return true
  }

  /// One `uv_timer_t`, which frees itself once libuv has closed it.
  private final class Timer {
    private let handle: UnsafeMutablePointer<uv_timer_t>
    private let body: () -> Void

    init(loop: UnsafeMutablePointer<uv_loop_t>, delay: UInt64, repeating: UInt64, _ body: @escaping () -> Void) {
      handle = .allocate(capacity: 1)
      self.body = body
      uv_timer_init(loop, handle)
      handle.pointee.data = Unmanaged.passUnretained(self).toOpaque()
      uv_update_time(loop)
      uv_timer_start(
        handle,
        { handle in
          guard let data = handle?.pointee.data else { return }
          Unmanaged<Timer>.fromOpaque(data).takeUnretainedValue().body()
        }, delay, repeating)
    }

    func close() {
      handle.pointee.data = nil
      uv_timer_stop(handle)
      handle.withMemoryRebound(to: uv_handle_t.self, capacity: 1) {
        uv_close($0) { $0?.deallocate() }
      }
    }
  }
}

// MARK: - Mailbox

/// The way into the loop from any thread: a lock-free stack of closures and a `uv_async_t` that wakes the loop.
///
/// Unchecked because the stack is built for several threads and the handle is used by `uv_async_send` alone, which may
/// be called from any thread.
final class Mailbox: @unchecked Sendable {
  private let stack: UnsafeMutablePointer<chost_stack>
  private let async: UnsafeMutablePointer<uv_async_t>
  private let closed: UnsafeMutablePointer<UInt64>
  /// Threads inside ``post(_:)``, for which ``close()`` waits.
  private let senders: UnsafeMutablePointer<UInt64>

  fileprivate init(loop: UnsafeMutablePointer<uv_loop_t>) {
    stack = .allocate(capacity: 1)
    stack.initialize(to: chost_stack())
    async = .allocate(capacity: 1)
    closed = .allocate(capacity: 1)
    closed.initialize(to: 0)
    senders = .allocate(capacity: 1)
    senders.initialize(to: 0)
    uv_async_init(loop, async) { handle in
      guard let data = handle?.pointee.data else { return }
      Unmanaged<Mailbox>.fromOpaque(data).takeUnretainedValue().empty()
    }
    async.pointee.data = Unmanaged.passUnretained(self).toOpaque()
  }

  deinit {
    drop()
    stack.deallocate()
    closed.deallocate()
    senders.deallocate()
  }

  private struct Node {
    var header: chost_node
    var body: @Sendable () -> Void
  }

  /// Runs `body` on the loop, never before this returns; drops it when the loop is gone. [any-thread]
  func post(_ body: @escaping @Sendable () -> Void) {
    _ = chost_add(senders, 1)
    defer { _ = chost_add(senders, UInt64.max) }
    guard chost_load(closed) == 0 else { return }
    let node = UnsafeMutablePointer<Node>.allocate(capacity: 1)
    node.initialize(to: Node(header: chost_node(), body: body))
    let wasEmpty = node.withMemoryRebound(to: chost_node.self, capacity: 1) { chost_push(stack, $0) }
    if wasEmpty { uv_async_send(async) }
  }

  /// Runs what was posted, in order. [loop-thread]
  private func empty() { takeEach { $0() } }
  private func drop() { takeEach { _ in } }

  private func takeEach(_ body: (@Sendable () -> Void) -> Void) {
    var next = chost_take_all(stack)
    while let header = next {
      next = header.pointee.next
      let node = UnsafeMutableRawPointer(header).assumingMemoryBound(to: Node.self)
      let posted = node.move().body
      node.deallocate()
      chost_count_off(stack, 1)
      body(posted)
    }
  }

  fileprivate func close() {
    chost_store(closed, 1)
    while chost_load(senders) != 0 { sched_yield() }
    async.pointee.data = nil
    async.withMemoryRebound(to: uv_handle_t.self, capacity: 1) { uv_close($0) { $0?.deallocate() } }
  }
}
