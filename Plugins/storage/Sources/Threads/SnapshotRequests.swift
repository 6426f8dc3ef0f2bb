import Synchronization

/// What the writer asks of those who read, so that the write-ahead log can begin anew: it can while nobody reads from it.
final class SnapshotRequests: Sendable {
  private let isAsked = Atomic<Bool>(false)
  private let recalls = Atomic<Int>(0)

  /// Whether the loop shall hold no snapshot from one read to the next.
  var wantsLoopToLetGo: Bool {
    get { isAsked.load(ordering: .relaxed) }
    set { isAsked.store(newValue, ordering: .relaxed) }
  }

  /// How often queries were asked to give up their snapshot and to begin again on a new one.
  var recallCount: Int { recalls.load(ordering: .relaxed) }

  func recallQueries() {
    recalls.add(1, ordering: .relaxed)
  }
}
