/// Calls by their deadline: a binary heap from which what was answered meanwhile falls out by itself.
struct DeadlineQueue {
  private var heap: [(deadline: Int64, id: UInt64)] = []

  var earliest: Int64? { heap.first?.deadline }

  /// Adds a call.
  ///
  /// - Parameter isOpen: Tells whether a call is still unanswered; asked when the heap has grown, to sweep it.
  /// - Returns: True when this deadline is the earliest now.
  mutating func add(_ id: UInt64, at deadline: Int64, isOpen: (UInt64) -> Bool) -> Bool {
    if heap.count >= sweepAt {
      let open = heap.filter { isOpen($0.id) }
      heap = open.sorted { $0.deadline < $1.deadline }  // sorted is a heap
      sweepAt = max(DeadlineQueue.smallestSweep, heap.count * 2)
    }
    heap.append((deadline, id))
    siftUp(heap.count - 1)
    return heap[0].id == id
  }

  /// Takes the id of a call whose deadline is at `now` or before.
  mutating func popDue(_ now: Int64) -> UInt64? {
    guard let first = heap.first, first.deadline <= now else { return nil }
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    siftDown(0)
    return first.id
  }

  private static let smallestSweep = 1024
  private var sweepAt = smallestSweep

  private mutating func siftUp(_ start: Int) {
    var child = start
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].deadline < heap[parent].deadline else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  private mutating func siftDown(_ start: Int) {
    var parent = start
    while true {
      var least = parent
      for child in [parent * 2 + 1, parent * 2 + 2] where child < heap.count {
        if heap[child].deadline < heap[least].deadline { least = child }
      }
      guard least != parent else { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
