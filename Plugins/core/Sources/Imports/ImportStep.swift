import Interchange
import PluginKit

/// One batch of an import on its way into the store. While storage writes it, the next one is made ready: the loop and the
/// writer's thread work at the same time.
///
/// Each batch stores the import's own state, at the revision after the one that the batch before it stores. So a batch is
/// refused unless all before it are there, whatever interrupts them.
@Loop
final class ImportStep {
  let items: ArraySlice<ImportedItem>
  /// The batch that was on its way when this one began.
  private var before: ImportStep?
  /// The import as this batch stores it, by its latest attempt.
  private(set) var item: ImportItem?
  private(set) var problems: [String] = []
  private var attempts = 0
  private var isStored = false
  /// Whether it was given up, because the batch before it had to begin again; it is to be made anew when that is stored.
  private(set) var isGivenUp = false
  private var isNotable = false
  private var task: Task<Void, any Error>?
  private var isReady = false
  private var whoWaits: CheckedContinuation<Void, Never>?

  init(_ items: ArraySlice<ImportedItem>, after before: ImportStep?) {
    self.items = items
    self.before = before
  }

  /// Begins, and comes back when storage has the batch to write.
  func begin(_ session: ImportSession, of imports: Imports, _ context: Context?) async {
    task = Loop.task { [self] in
      defer { becomeReady() }
      _ = try await imports.ledger.change(.init(method: "imports.feed"), context) { transaction throws(Failure) in
        try await prepare(transaction, session, imports)
        becomeReady()
        return []
      }
      (isStored, before) = (true, nil)
    }
    guard !isReady else { return }
    await withCheckedContinuation { whoWaits = $0 }
  }

  private func becomeReady() {
    isReady = true
    whoWaits?.resume()
    whoWaits = nil
  }

  private func prepare(
    _ transaction: Transaction, _ session: ImportSession, _ imports: Imports
  ) async throws(Failure) {
    attempts += 1
    try giveUpIfBegunAgain()
    let batch = ImportBatch(session, transaction, imports.projects[session.item.project])
    try await batch.apply(items, with: imports)
    try giveUpIfBegunAgain()
    let last = before?.item ?? session.item
    var new = last
    var counts = last.counts
    counts += batch.counts
    new.fields["counts"] = .object(counts.fields)
    new.fields["applied"] = .int(Int64(last.applied + items.count))
    transaction.assume(last)
    item = transaction.put(new)
    problems = batch.problems
    isNotable = batch.counts[.peopleCreated] + batch.counts[.sprintsCreated] > 0
  }

  /// When this batch or the one before it was refused, or that could not be made, that is to be stored first. To wait for
  /// it here would be to wait with what this one holds.
  private func giveUpIfBegunAgain() throws(Failure) {
    guard let before, !before.isStored else { return }
    guard attempts > 1 || before.attempts > 1 || before.isGivenUp || before.item == nil else { return }
    isGivenUp = true
    throw Failure(.aborted, "the batch before this one has to be stored first")
  }

  /// Waits until it is stored.
  func end() async throws(Failure) {
    do {
      try await task?.value
    } catch {
      throw error as? Failure ?? Failure(.internal, "a batch was not stored: \(error)")
    }
  }

  /// Whether some items can be made ready before this batch is stored: nothing of them is what it makes.
  func lets(_ next: ArraySlice<ImportedItem>) -> Bool {
    guard !isNotable else { return false }
    var sources: Set<String> = []
    for item in items {
      guard case .task(let task) = item else { return false }
      sources.insert(task.sourceID)
    }
    return next.allSatisfy { item in
      if case .task(let task) = item { !sources.contains(task.sourceID) } else { false }
    }
  }
}
