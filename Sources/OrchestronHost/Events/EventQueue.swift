import CHost
import Glibc

/// The way of events from any thread to the bus: a lock-free stack, and a wake-up when it was empty.
///
/// Plugins hold it, and with it neither the bus nor the loop, for as long as the process lives. Unchecked because the
/// stack is built for several threads; what else varies belongs to the loop.
final class EventQueue: @unchecked Sendable {
  /// How many events may wait.
  static let limit: UInt64 = 65_536
  /// The longest data of an event, in bytes.
  private static let dataLimit = 16 << 20
  /// How many events are taken before their room is given to others: one atomic operation for all of them.
  private static let countedAtOnce: UInt64 = 64

  private let remote: Mailbox
  /// The loop's thread.
  private let thread = pthread_self()
  /// Has the bus deliver what waits, soon; set by the bus. [loop-thread]
  var onEvent: () -> Void = {}
  private let stack: UnsafeMutablePointer<chost_stack>
  /// Events off the stack, oldest first, that ``next()`` has not given yet.
  private var taken: UnsafeMutablePointer<chost_node>?
  /// How many were given and not yet counted off.
  private var given: UInt64 = 0
  private let refusals: UnsafeMutablePointer<UInt64>

  /// How many events wait. [any-thread]
  var waiting: UInt64 { chost_count(stack) }
  /// How many were refused because too many waited. [any-thread]
  var refused: UInt64 { chost_load(refusals) }

  /// Makes the queue of a bus. [loop-thread]
  init(remote: Mailbox) {
    self.remote = remote
    stack = .allocate(capacity: 1)
    stack.initialize(to: chost_stack())
    refusals = .allocate(capacity: 1)
    refusals.initialize(to: 0)
  }

  deinit {
    while let event = next() { QueuedEvent.free(event) }
    stack.deallocate()
    refusals.deallocate()
  }

  /// Takes an ephemeral event of a plugin. [any-thread]
  func publish(_ topic: orch_str, _ data: orch_str, actor: orch_str, by plugin: Plugin) -> Status {
    guard topic.isReadable, data.isReadable, topic.n <= 128, data.n <= EventQueue.dataLimit else {
      return .invalidArgument
    }
    guard chost_count(stack) < EventQueue.limit else {
      _ = chost_add(refusals, 1)
      return .resourceExhausted
    }
    guard
      let event = QueuedEvent.make(
        time: Clock.unixMillisecondsOfTick(), publisher: plugin, topic: topic, actor: actor, data: data)
    else { return .resourceExhausted }
    push(event)
    return .ok
  }

  /// Takes an event, however many wait. [any-thread]
  func push(_ event: UnsafeMutablePointer<QueuedEvent>) {
    let node = UnsafeMutableRawPointer(event).assumingMemoryBound(to: chost_node.self)
    if chost_push(stack, node) { wake() }
  }

  private func wake() {
    if pthread_equal(pthread_self(), thread) != 0 {
      onEvent()
    } else {
      remote.post { self.onEvent() }
    }
  }

  /// The oldest event, to be freed by the caller; nil when none waits. [loop-thread]
  func next() -> UnsafeMutablePointer<QueuedEvent>? {
    if taken == nil {
      countOff()
      taken = chost_take_all(stack)
    }
    guard let node = taken else { return nil }
    taken = node.pointee.next
    given += 1
    if given == EventQueue.countedAtOnce { countOff() }
    return UnsafeMutableRawPointer(node).assumingMemoryBound(to: QueuedEvent.self)
  }

  /// Gives the room of the events that were taken to others.
  private func countOff() {
    chost_count_off(stack, given)
    given = 0
  }
}
