import Glibc

/// A queue that carries values from some threads to others.
final class WorkQueue<Item: Sendable>: @unchecked Sendable {
  // Sendable because every access to the stored properties happens between lock and unlock of `mutex`.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let filled: UnsafeMutablePointer<pthread_cond_t>
  private var items: [Item] = []
  private var closed = false

  init() {
    mutex = .allocate(capacity: 1)
    filled = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(filled, nil)
  }

  deinit {
    pthread_cond_destroy(filled)
    pthread_mutex_destroy(mutex)
    filled.deallocate()
    mutex.deallocate()
  }

  /// Adds items at the end; nothing happens after `close`.
  ///
  /// - Returns: whether the queue was empty before, so that its reader may have to be woken by other means.
  @discardableResult
  func push(_ new: some Sequence<Item>) -> Bool {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    guard !closed else { return false }
    let wasEmpty = items.isEmpty
    items.append(contentsOf: new)
    pthread_cond_signal(filled)
    return wasEmpty
  }

  @discardableResult
  func push(_ item: Item) -> Bool {
    push(CollectionOfOne(item))
  }

  /// Waits for items and takes all of them, at most `limit`; nil once the queue is closed and empty.
  func take(atMost limit: Int) -> [Item]? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while items.isEmpty, !closed { pthread_cond_wait(filled, mutex) }
    guard !items.isEmpty else { return nil }
    guard items.count > limit else {
      defer { items.removeAll(keepingCapacity: true) }
      return items
    }
    let taken = Array(items.prefix(limit))
    items.removeFirst(limit)
    // What is left is for the next reader, which may be asleep.
    pthread_cond_signal(filled)
    return taken
  }

  /// Takes whatever is there without waiting.
  func takeAll() -> [Item] {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    let taken = items
    items = []
    return taken
  }

  var isClosed: Bool {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return closed
  }

  /// Lets readers go home once they have taken what is there.
  func close() {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    closed = true
    pthread_cond_broadcast(filled)
  }
}
