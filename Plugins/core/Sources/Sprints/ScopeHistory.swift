import PluginKit

/// How the scope of a sprint and what is done of it have changed, day by day: a fold over recorded transitions.
///
/// A task is in the scope while it is in the sprint and neither cancelled nor deleted. Every transition says what was
/// before it and what came after, so that their order within a day does not matter, nor how they are grouped.
struct ScopeHistory: Sendable, Equatable {
  /// What there is to do, and how much of it is done.
  struct Total: Sendable, Equatable {
    var scope = Effort()
    var done = Effort()
    var remaining: Effort { scope - done }
  }

  /// Transitions of one day that were all between the same two statuses.
  struct Movement: Sendable {
    var day: Day
    /// Nil when the tasks were not visible before: new or hidden.
    var from: TaskStatus?
    /// Nil when they are not visible after: archived or deleted.
    var to: TaskStatus?
    var wasInSprint: Bool
    var isInSprint: Bool
    /// What they counted for together before.
    var before: Effort
    var after: Effort
  }

  /// What happened to the sprint on one day.
  struct Change: Sendable, Equatable {
    let day: Day
    /// Tasks that came into the scope, with the estimates they had then.
    var added = Effort()
    /// Tasks that left it, with the estimates they had then.
    var removed = Effort()
    /// By how much the estimates of tasks grew while they were in it.
    var reestimated = Effort()
    /// What was done, less what was opened again.
    var completed = Effort()

    var scope: Effort { added - removed + reestimated }
    /// Whether the scope was touched, even when what came equals what went.
    var changesScope: Bool { !(added.isZero && removed.isZero && reestimated.isZero) }
  }

  /// When the sprint began.
  let baseline: Total
  /// Days on which something happened, in their order.
  let changes: [Change]

  /// - Parameter first: The first day of the sprint; what was recorded for a day before it counts for it.
  init(baseline: Total, _ movements: some Sequence<Movement>, first: Day) {
    self.baseline = baseline
    var changes: [Day: Change] = [:]
    for movement in movements {
      let day = max(movement.day, first)
      changes[day, default: Change(day: day)].add(movement)
    }
    self.changes = changes.values.filter { $0.changesScope || !$0.completed.isZero }.sorted { $0.day < $1.day }
  }

  /// The state after the last change.
  var total: Total {
    var total = baseline
    for change in changes {
      total.scope += change.scope
      total.done += change.completed
    }
    return total
  }

  /// The sum of one figure over all days.
  func sum(_ figure: KeyPath<Change, Effort>) -> Effort {
    changes.reduce(into: Effort()) { $0 += $1[keyPath: figure] }
  }
}

extension ScopeHistory.Change {
  fileprivate mutating func add(_ movement: ScopeHistory.Movement) {
    // Work that is done stays done when its task is put away, and is not done again when that comes back.
    if movement.from == .done && movement.to == nil || movement.from == nil && movement.to == .done { return }
    let (wasIn, isIn) = (movement.wasInScope, movement.isInScope)
    switch (wasIn, isIn) {
    case (false, true): added += movement.after
    case (true, false): removed += movement.before
    case (true, true): reestimated += movement.after - movement.before
    case (false, false): break
    }
    if isIn, movement.to == .done { completed += movement.after }
    if wasIn, movement.from == .done { completed -= movement.before }
  }
}

extension ScopeHistory.Movement {
  fileprivate var wasInScope: Bool { wasInSprint && from != nil && from != .cancelled }
  fileprivate var isInScope: Bool { isInSprint && to != nil && to != .cancelled }
}
