import PluginKit

/// Giving an entry an earlier state.
extension TimeTracking {
  /// Gives an entry another state, and adds the difference to its task. No timer begins to run by it.
  func bring(_ id: String, to state: Fields, _ transaction: Transaction) async throws(Failure) {
    guard let now = try await transaction.get(id, as: TimeEntry.self) else { return }
    var entry = TimeEntry(fields: now.keepingBookkeeping(in: state))
    if entry.isDeleted {
      entry.fields["running"] = nil
    } else if entry.isRunning, !now.isRunning {
      throw Failure(
        .failedPrecondition, "a timer that was stopped does not run on by its history; time.start begins another one")
    }
    if now.isDeleted, !entry.isDeleted {
      let task = try await transaction.get(entry.task, as: TaskItem.self)
      guard let task, !task.isDeleted else {
        throw Failure(
          .failedPrecondition, "the task \(task?.key ?? entry.task) was deleted; restore it before the time spent on it"
        )
      }
    }
    try await put(entry, since: now, transaction)
  }
}
