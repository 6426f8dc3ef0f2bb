import PluginKit

/// Giving a task an earlier state, or the state that it has elsewhere, by the same rules as any other change.
extension Tasks {
  /// What happens to a status that may not follow the present one.
  enum Way {
    /// The task keeps its own, and the answer says so: for restoring.
    case keeping
    /// The whole change is refused: for undoing.
    case exactly
    /// The task goes the shortest allowed way, as `tasks.complete` does: for merging, where it went such a way already.
    case walking
  }

  /// Fields that follow from the status, or that other changes account for.
  private static let derived: Set<String> = [
    "status", "progress", "completedDate", "blockedFrom", "hidden", "hiddenAt", "actualHours", "blockedBy", "blocking",
    "relatedTo", "duplicates", "duplicatedBy", "startedAt", "statusSince", "activeTime",
  ]
  /// Fields that a task gets back as they were when it gets its status back.
  private static let followers = ["progress", "startDate", "completedDate", "blockedFrom"]

  /// Gives a task another state.
  ///
  /// - Returns: The fields that the task keeps although the state has other values for them, and why.
  func bring(
    _ id: String, to target: Fields, _ way: Way, _ transaction: Transaction
  ) async throws(Failure) -> [History.Kept] {
    var kept: [History.Kept] = []
    let wanted = TaskItem(fields: target)
    let start = try await current(id, transaction).status
    if try await current(id, transaction).isDeleted, !wanted.isDeleted {
      try await hide(current(id, transaction), as: nil, transaction)
    }
    try await relink(id, as: wanted, removing: true, way, transaction, &kept)
    try await set(id, to: wanted, since: start, way, transaction, &kept)
    try await relink(id, as: wanted, removing: false, way, transaction, &kept)
    try await follow(id, wanted, way, transaction)
    if wanted.isDeleted, let child = try await subtasks(of: id, transaction).first {
      throw Failure(.failedPrecondition, "\(wanted.key) cannot be deleted: \(child.key) is a part of it")
    }
    try await hide(current(id, transaction), as: target["hidden"]?.string, transaction)
    if way == .exactly {
      var task = try await current(id, transaction)
      task.fields["hiddenAt"] = target["hiddenAt"]
      // Links that came back stand last: each list gets its order back as well.
      for field in Dependencies.Kind.allCases.flatMap({ [$0.rawValue, $0.opposite] })
      where Set(task.references(field)) == Set(wanted.references(field)) {
        task.fields[field] = target[field]
      }
      transaction.put(task)
    }
    return kept
  }

  /// The task as it is now, deleted or not.
  private func current(_ id: String, _ transaction: Transaction) async throws(Failure) -> TaskItem {
    try await task(id, transaction, wantsDeleted: true)
  }

  // MARK: Fields

  private func set(
    _ id: String, to wanted: TaskItem, since start: TaskStatus, _ way: Way, _ transaction: Transaction,
    _ kept: inout [History.Kept]
  ) async throws(Failure) {
    let task = try await current(id, transaction)
    if task.isDeleted { return }
    var patch = Fields()
    for change in Changes(from: task.fields, to: wanted.fields, ignoring: TaskItem.bookkeeping).list
    where !Tasks.derived.contains(change.field) {
      patch[change.field] = change.new
    }
    if way != .exactly, let parent = patch["parentTask"]?.string,
      try await transaction.get(parent, as: TaskItem.self).map(\.isDeleted) ?? true
    {
      patch["parentTask"] = nil
      kept.append(.init("parentTask", .string(parent), "that task was deleted"))
    }
    if way != .exactly, let id = patch["sprint"]?.string {
      let sprint = try await transaction.get(id, as: SprintItem.self)
      if sprint.map({ $0.isDeleted || $0.status == .completed }) ?? true {
        patch["sprint"] = nil
        kept.append(.init("sprint", .string(id), "that sprint has ended, or was deleted"))
      }
    }
    guard task.status != wanted.status else {
      return try await apply(patch, to: task, transaction)
    }
    let type = patch["type"]?.string.flatMap(TaskType.init) ?? task.type
    // Removing links may have moved the task already: what counts is the step from where it was.
    let isAllowed = [start, task.status].allSatisfy {
      $0 == wanted.status || StatusMachine.allows(wanted.status, after: $0, type: type)
    }
    if isAllowed || way == .exactly {
      if way == .keeping, wanted.status == .inProgress || wanted.status == .todo,
        try await !dependencies.openBlockers(of: wanted, transaction).isEmpty
      {
        kept.append(.init("status", .string(wanted.status.rawValue), "the task waits for others"))
      } else {
        patch["status"] = .string(wanted.status.rawValue)
      }
      return try await apply(patch, to: task, transaction)
    }
    try await apply(patch, to: task, transaction)
    guard way == .walking else {
      kept.append(
        .init("status", .string(wanted.status.rawValue), "it cannot follow \(start.rawValue)"))
      return
    }
    try await walk(current(id, transaction), to: wanted.status, transaction)
  }

  /// Goes the shortest allowed way to a status.
  private func walk(_ task: TaskItem, to status: TaskStatus, _ transaction: Transaction) async throws(Failure) {
    let steps = Tasks.steps(from: task.status, to: status, type: task.type)
    if steps.contains(.inProgress) { try await dependencies.refuseToBegin(task, transaction) }
    var new = task
    for step in steps { try new.move(to: step, at: transaction.now) }
    try await put(new, since: task, transaction)
  }

  /// The shortest allowed way to a status; nothing leads to `blocked` but the step from those that may be blocked.
  static func steps(from start: TaskStatus, to end: TaskStatus, type: TaskType) -> [TaskStatus] {
    guard end == .blocked else { return StatusMachine.path(from: start, to: end, type: type) }
    return StatusMachine.path(from: start, to: .todo, type: type) + [.blocked]
  }

  /// Gives back what came with the status that the task has now again.
  private func follow(
    _ id: String, _ wanted: TaskItem, _ way: Way, _ transaction: Transaction
  ) async throws(Failure) {
    let task = try await current(id, transaction)
    guard !task.isDeleted else { return }
    var new = task
    // A link that came back may have set aside what nothing had set aside before.
    if way == .exactly, task.status != wanted.status { try new.move(to: wanted.status, at: transaction.now) }
    guard new.status == wanted.status else { return }
    for name in Tasks.followers where way != .walking || name != "completedDate" {
      new.fields[name] = wanted.fields[name]
    }
    // Nothing would ever move a task on that waits for nobody.
    if way != .exactly, try await dependencies.openBlockers(of: new, transaction).isEmpty {
      new.fields["blockedFrom"] = nil
    }
    try await put(new, since: task, transaction)
  }

  // MARK: Links

  /// Removes the links that a state does not have, or adds those that the task does not have.
  private func relink(
    _ id: String, as wanted: TaskItem, removing: Bool, _ way: Way, _ transaction: Transaction,
    _ kept: inout [History.Kept]
  ) async throws(Failure) {
    for kind in Dependencies.Kind.allCases {
      for field in Set([kind.rawValue, kind.opposite]).sorted() {
        let has = try await current(id, transaction).references(field)
        let wants = wanted.references(field)
        for other in removing ? has.filter({ !wants.contains($0) }) : wants.filter({ !has.contains($0) }) {
          let task = try await current(id, transaction)
          let partner = try await transaction.get(other, as: TaskItem.self)
          guard let partner, way == .exactly || removing || !partner.isDeleted else {
            if !removing { kept.append(.init(field, .string(other), "that task was deleted")) }
            continue
          }
          let (first, second) = field == kind.rawValue ? (task, partner) : (partner, task)
          if removing {
            try await dependencies.unlink(first, kind, second, transaction)
          } else {
            try await dependencies.link(first, kind, second, transaction)
          }
        }
      }
    }
  }
}
