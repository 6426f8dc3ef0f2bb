import PluginKit

/// What tasks mean for each other: who waits for whom, and what follows when one of them moves.
@Loop
struct Dependencies {
  /// The turn that every change takes whose rules depend on other tasks or on sprints: links, parents, places in the
  /// order, sprints. One runs after the other, so that what one has checked holds until it is committed.
  nonisolated static let turn = "dependencies"

  /// The turn that a change of these fields takes; nil when its rules depend on the task alone.
  nonisolated static func turn(for patch: Fields) -> String? {
    ["blockedBy", "parentTask", "sprint"].contains { patch[$0] != nil } ? turn : nil
  }

  let graph: DependencyGraph

  /// How two tasks may belong together, and the fields that say so on either side.
  enum Kind: String, CaseIterable {
    /// The task cannot begin before the other is done.
    case blockedBy
    case relatedTo
    /// The task says the same as the other, which goes on instead of it.
    case duplicates

    var opposite: String {
      switch self {
      case .blockedBy: "blocking"
      case .relatedTo: "relatedTo"
      case .duplicates: "duplicatedBy"
      }
    }
  }

  /// Links two tasks; a link that is there already is no error. One that was deleted keeps its status, as in ``settle``.
  func link(_ task: TaskItem, _ kind: Kind, _ other: TaskItem, _ transaction: Transaction) async throws(Failure) {
    guard task.id != other.id else {
      throw Failure(
        .invalidArgument, "\(task.key) cannot be linked with itself; name another task",
        details: Refusal.details(path: "other", message: "is the task itself"))
    }
    if kind == .blockedBy { try await refuseCycle(task, waitingFor: other, transaction) }
    if kind == .duplicates, other.references("duplicates").contains(task.id) {
      throw Failure(.failedPrecondition, "\(other.key) is a duplicate of \(task.key) already; remove that link first")
    }
    var (task, other) = (task, other)
    task.link(other.id, as: kind.rawValue)
    other.link(task.id, as: kind.opposite)
    transaction.put(other)
    if kind == .blockedBy, isOpen(other), !task.isDeleted { try task.block(at: transaction.now) }
    transaction.put(task)
  }

  /// Removes a link; one that is not there is no error.
  func unlink(_ task: TaskItem, _ kind: Kind, _ other: TaskItem, _ transaction: Transaction) async throws(Failure) {
    var (task, other) = (task, other)
    task.unlink(other.id, as: kind.rawValue)
    other.unlink(task.id, as: kind.opposite)
    transaction.put(other)
    if kind == .blockedBy, !task.isDeleted, try await openBlockers(of: task, transaction).isEmpty {
      try task.unblock(at: transaction.now)
    }
    transaction.put(task)
  }

  /// Whether a task keeps those waiting that it blocks. A cancelled one does, until the link is removed: what they
  /// were waiting for will not come, and somebody has to say what is to happen then.
  private func isOpen(_ task: TaskItem) -> Bool { !task.isDone && !task.isDeleted }

  /// The tasks that are not done and that this one waits for.
  func openBlockers(of task: TaskItem, _ transaction: Transaction) async throws(Failure) -> [TaskItem] {
    try await transaction.get(task.references(Kind.blockedBy.rawValue), as: TaskItem.self).filter(isOpen)
  }

  /// Refuses to begin a task that waits for others.
  func refuseToBegin(_ task: TaskItem, _ transaction: Transaction) async throws(Failure) {
    let open = try await openBlockers(of: task, transaction)
    guard !open.isEmpty else { return }
    let names = open.map { $0.status == .cancelled ? "\($0.key) (cancelled)" : $0.key }
    throw Failure(
      .failedPrecondition,
      "\(task.key) waits for \(Refusal.list(names)); finish \(open.count == 1 ? "it" : "them") or remove the link first",
      details: Refusal.details(path: "status", message: "waits for \(names.joined(separator: ", "))"))
  }

  /// Moves the tasks that wait for one that has changed: on when it was the last, back when it is open again.
  func settle(_ task: TaskItem, since old: TaskItem, _ transaction: Transaction) async throws(Failure) {
    guard isOpen(task) != isOpen(old) else { return }
    for var waiting in try await transaction.get(task.references(Kind.blockedBy.opposite), as: TaskItem.self) {
      guard !waiting.isDeleted else { continue }
      if isOpen(task) {
        try waiting.block(at: transaction.now)
      } else if try await openBlockers(of: waiting, transaction).isEmpty {
        try waiting.unblock(at: transaction.now)
      }
      transaction.put(waiting)
    }
  }

  /// Refuses a link that would make a task wait for itself, and names the way.
  private func refuseCycle(
    _ task: TaskItem, waitingFor other: TaskItem, _ transaction: Transaction
  ) async throws(Failure) {
    try await graph.load(transaction.context)
    let differing = try await transaction.differing(as: TaskItem.self)
    guard let way = graph.way(from: other.id, to: task.id, with: differing) else { return }
    var keys = [task.key]
    for id in way {
      let key = if let key = graph.key(of: id) { key } else { try await transaction.get(id, as: TaskItem.self)?.key }
      if let key { keys.append(key) }
    }
    throw Failure(
      .failedPrecondition,
      "\(task.key) cannot wait for \(other.key), because that waits for it: \(Dependencies.brief(keys))",
      details: Refusal.details(path: "other", message: "closes the cycle \(Dependencies.brief(keys, upTo: 200))"))
  }

  /// A way as text; of a long one, both ends.
  private static func brief(_ keys: [String], upTo limit: Int = 12) -> String {
    guard keys.count > limit else { return keys.joined(separator: " → ") }
    return "\(keys.prefix(6).joined(separator: " → ")) → … → \(keys.suffix(5).joined(separator: " → "))"
  }
}
