import PluginKit

/// Beginning and ending.
extension Sprints {
  func begin(_ call: Call) async throws(Failure) {
    try await change(call, "sprints.start") { [self] sprint, transaction throws(Failure) in
      guard sprint.status == .planned else {
        throw Failure(
          .failedPrecondition, "\(sprint.key) is \(sprint.status.rawValue); only a planned sprint can be started",
          details: Refusal.details(current: sprint))
      }
      if let other = try await active(in: sprint.project, transaction.context) {
        throw Failure(
          .failedPrecondition,
          "\(other.key) \"\(other.name)\" is still active, and a project has one active sprint; end it first",
          details: Refusal.details(current: other))
      }
      var (committed, waiting) = ([Value](), [TaskItem]())
      for task in try await members(of: sprint, transaction) where task.status != .cancelled {
        committed.append(SprintItem.commitment(task))
        if task.status == .backlog { waiting.append(task) }
      }
      try refuseTooMany(waiting, of: sprint, "move some of them to todo before it starts")
      for task in waiting { try await tasks.apply(["status": "todo"], to: task, transaction) }
      var new = sprint
      new.fields["status"] = .string(SprintItem.Status.active.rawValue)
      new.fields["activeIn"] = .string(sprint.project)
      new.fields["startedAt"] = .string(transaction.now.text)
      new.fields["committed"] = .array(committed)
      return transaction.put(new)
    }
  }

  func end(_ call: Call) async throws(Failure) {
    let carryOver = try call.string("carryOver")
    try await change(call, "sprints.end") { [self] sprint, transaction throws(Failure) in
      guard sprint.status == .active else {
        throw Failure(
          .failedPrecondition, "\(sprint.key) is \(sprint.status.rawValue); only an active sprint can be ended",
          details: Refusal.details(current: sprint))
      }
      let target = try await target(of: carryOver, from: sprint, transaction)
      let members = try await members(of: sprint, transaction).filter { $0.status != .cancelled }
      let open = members.filter { !$0.isDone }
      var new = sprint
      new.fields["status"] = .string(SprintItem.Status.completed.rawValue)
      new.fields["activeIn"] = nil
      new.fields["endedAt"] = .string(transaction.now.text)
      new.fields["completed"] = .array(members.filter(\.isDone).map { .string($0.id) })
      new.fields["carriedOver"] = .array(open.map { .string($0.id) })
      new.fields["metrics"] = .object(
        SprintItem.metrics(try await history(of: new, until: transaction.now, transaction.context)))
      if let target {
        try refuseTooMany(open, of: sprint, "end it with carryOver keep, and move them in parts")
        for task in open { try await tasks.apply(["sprint": target], to: task, transaction) }
      }
      return transaction.put(new)
    }
  }

  /// Refuses to change more tasks at once than storage takes in one batch.
  func refuseTooMany(_ tasks: [TaskItem], of sprint: SprintItem, _ advice: String) throws(Failure) {
    guard tasks.count > Sprints.mostTasks else { return }
    throw Failure(
      .failedPrecondition,
      "\(tasks.count) tasks of \(sprint.key) would change, and at most \(Sprints.mostTasks) can at once; \(advice)")
  }

  /// A task is four entries of a batch that has room for 10,000, and its blockers may need some more.
  static let mostTasks = 2000

  /// Where open tasks go when a sprint ends: the id of another sprint, null for none; nil when they stay.
  private func target(
    of carryOver: String, from sprint: SprintItem, _ transaction: Transaction
  ) async throws(Failure) -> Value? {
    switch carryOver {
    case "keep": return nil
    case "backlog": return .null
    case "next":
      var query = Documents.Query(SprintItem.collection, limit: 1)
      query.match("project", .string(sprint.project))
      query.match("hidden", .null)
      query.match("status", .string(SprintItem.Status.planned.rawValue))
      query.order = ["startDate"]
      guard let next = try await documents.page(query, transaction.context).items.first else {
        throw Failure(
          .failedPrecondition,
          "no sprint is planned after \(sprint.key); make one, or let carryOver be backlog or keep",
          details: Refusal.details(path: "carryOver", message: "there is no next sprint"))
      }
      return .string(SprintItem(fields: next).id)
    default:
      let next = try await self.sprint(carryOver, transaction)
      guard next.project == sprint.project, next.status == .planned else {
        throw Failure(
          .failedPrecondition,
          next.project == sprint.project
            ? "\(next.key) is \(next.status.rawValue); tasks are carried over into a planned sprint"
            : "\(next.key) belongs to another project; tasks are carried over within one",
          details: Refusal.details(path: "carryOver", message: "is not a planned sprint of the project"))
      }
      return .string(next.id)
    }
  }
}

extension SprintItem {
  /// What is kept of a sprint when it ends, in all units: what was planned is what was left to do when it began, what
  /// is completed was done after that.
  fileprivate static func metrics(_ history: ScopeHistory) -> Fields {
    [
      "planned": .object(history.baseline.remaining.fields), "added": .object(history.sum(\.added).fields),
      "removed": .object(history.sum(\.removed).fields),
      "reestimated": .object(history.sum(\.reestimated).fields),
      "completed": .object(history.sum(\.completed).fields), "carriedOver": .object(history.total.remaining.fields),
      "scopeChanges": .int(Int64(history.changes.count(where: \.changesScope))),
    ]
  }
}
