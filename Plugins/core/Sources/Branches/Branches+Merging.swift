import PluginKit

/// Merging a branch into the plan: one change, through the rules of tasks.
extension Branches {
  func merge(_ call: Call) async throws(Failure) {
    let branch = try branch(call)
    let resolutions = try Resolutions(call, host)
    if call.boolIfPresent("dryRun") ?? false {
      let origin = Ledger.Origin(method: "branches.merge", reason: nil, idempotency: nil)
      call.answer(
        json: try await ledger.rehearse(origin, call.context) { transaction throws(Failure) in
          try await merge(branch, resolutions, isRehearsal: true, transaction)
        })
      return
    }
    try await ledger.alone(on: branch) { () throws(Failure) in
      try await ledger.answer(call, "branches.merge", about: Dependencies.turn) { transaction throws(Failure) in
        try await merge(branch, resolutions, isRehearsal: false, transaction)
      }
    }
  }

  /// What the caller says of conflicts: per entity and field, and for all others.
  struct Resolutions {
    private var sides: [String: ThreeWayMerge.Side] = [:]
    private var standard: ThreeWayMerge.Side?

    @Loop
    init(_ call: Call, _ host: Host) throws(Failure) {
      standard = call.stringIfPresent("resolve").flatMap(ThreeWayMerge.Side.init)
      guard let json = call.jsonIfPresent("resolutions") else { return }
      for element in try host.parse(json).elements {
        guard let side = element["take"].string.flatMap(ThreeWayMerge.Side.init) else { continue }
        sides["\(element["entity"].string ?? "") \(element["field"].string ?? "")"] = side
      }
    }

    /// - Parameter item: The entity, which callers name by its id or its key.
    func side(of field: String, _ item: BranchedItem) -> ThreeWayMerge.Side? {
      let key = item.fields["key"]?.string ?? ""
      return sides["\(item.entity) \(field)"] ?? sides["\(key) \(field)"] ?? standard
    }
  }

  private func merge(
    _ branch: BranchItem, _ resolutions: Resolutions, isRehearsal: Bool, _ transaction: Transaction
  ) async throws(Failure) -> [UInt8] {
    guard var branch = try await transaction.get(branch.id, as: BranchItem.self), branch.isOpen else {
      throw Failure(.failedPrecondition, "branch \(branch.name) was merged already")
    }
    let view = BranchView(branch, documents: documents, context: transaction.context)
    var (merges, conflicts) = ([Merge](), [Value]())
    for item in try await view.items() where !item.isPurged {
      let merge = try await self.merge(item, view, resolutions, transaction)
      conflicts += merge.conflicts.map { .object($0.json(of: item)) }
      merges.append(merge)
    }
    let open = merges.flatMap(\.conflicts).count { $0.side == nil }
    if open > 0 {
      guard !isRehearsal else { return Branches.answer(branch, [], conflicts, [], isRehearsal) }
      let details: Fields = ["conflicts": .array(conflicts)]
      throw Failure(
        .aborted,
        "branch \(branch.name) and the plan have changed the same \(open == 1 ? "field" : "\(open) fields") differently; "
          + "say which side to take: resolve for all, or resolutions for each",
        details: String(decoding: details.json, as: UTF8.self))
    }
    let (merged, kept) = try await put(merges, transaction)
    branch.fields["status"] = "merged"
    branch.fields["mergedAt"] = .string(transaction.now.text)
    transaction.put(branch)
    return Branches.answer(branch, merged, conflicts, kept, isRehearsal)
  }

  /// An entity of the branch, and what it is to be in the plan.
  private struct Merge {
    var item: BranchedItem
    /// The entity in the plan now; nil when it was made on the branch.
    var theirs: Fields?
    var state: Fields
    var conflicts: [ThreeWayMerge.Conflict]
  }

  private func merge(
    _ item: BranchedItem, _ view: BranchView, _ resolutions: Resolutions, _ transaction: Transaction
  ) async throws(Failure) -> Merge {
    guard item.kind == TaskItem.noun || item.kind == SprintItem.noun else {
      throw Failure(.failedPrecondition, "a \(item.kind) cannot be merged; change it in the plan instead")
    }
    let base = view.base(of: item.entity)
    let ours = item.state(since: base)
    guard let theirs = try await stored(item, transaction) else {
      return Merge(item: item, theirs: nil, state: ours, conflicts: [])
    }
    let merge = ThreeWayMerge(base: base, ours: ours, theirs: theirs, by: item.mergeRules) {
      resolutions.side(of: $0, item)
    }
    return Merge(item: item, theirs: theirs, state: merge.merged, conflicts: merge.conflicts)
  }

  /// The entity in the plan; nil when there is none.
  private func stored(_ item: BranchedItem, _ transaction: Transaction) async throws(Failure) -> Fields? {
    item.isOfSprint
      ? try await transaction.get(item.entity, as: SprintItem.self)?.fields
      : try await transaction.get(item.entity, as: TaskItem.self)?.fields
  }

  /// Gives an entity a state, by the rules of its kind.
  private func bring(
    _ item: BranchedItem, to state: Fields, _ transaction: Transaction
  ) async throws(Failure) -> [History.Kept] {
    item.isOfSprint
      ? try await sprints.bring(item.entity, to: state, .walking, transaction)
      : try await tasks.bring(item.entity, to: state, .walking, transaction)
  }

  /// Puts what has changed: what is new first, so that others can refer to it, and sprints before the tasks in them.
  private func put(
    _ merges: [Merge], _ transaction: Transaction
  ) async throws(Failure) -> (merged: [Value], kept: [Value]) {
    for merge in merges where merge.theirs == nil {
      if merge.item.isOfSprint {
        transaction.put(SprintItem(merging: merge.state))
      } else {
        transaction.put(TaskItem(merging: merge.state))
      }
    }
    var (merged, kept) = ([Value](), [Value]())
    for merge in merges.filter(\.item.isOfSprint) + merges.filter({ !$0.item.isOfSprint }) {
      let changes = Changes(from: merge.theirs ?? Fields(), to: merge.state, ignoring: TaskItem.bookkeeping)
      guard !changes.isEmpty else { continue }
      var head = merge.item.head
      // What was merged before may have moved this one: only what the branch has changed is brought to it.
      let now = try await stored(merge.item, transaction) ?? Fields()
      let target = ThreeWayMerge(
        base: merge.theirs ?? now, ours: merge.state, theirs: now, by: merge.item.mergeRules
      ) { _ in .ours }.merged
      for field in try await bring(merge.item, to: target, transaction) {
        var entry = head
        for (name, value) in field.json.object?.members ?? [] { entry[name] = value }
        kept.append(.object(entry))
      }
      transaction.merge(merge.item.entity, from: Revision.id(of: merge.item.id, merge.item.revision))
      head["changes"] = changes.json
      merged.append(.object(head))
    }
    return (merged, kept)
  }

  private static func answer(
    _ branch: BranchItem, _ merged: [Value], _ conflicts: [Value], _ kept: [Value], _ isRehearsal: Bool
  ) -> [UInt8] {
    Fields([
      ("branch", .string(branch.name)), ("dryRun", .bool(isRehearsal)), ("merged", .array(merged)),
      ("conflicts", .array(conflicts)), ("kept", .array(kept)),
    ]).json
  }
}

extension BranchedItem {
  fileprivate var isOfSprint: Bool { kind == SprintItem.noun }
  fileprivate var mergeRules: ThreeWayMerge.Rules { isOfSprint ? .sprints : .tasks }
}

extension ThreeWayMerge.Conflict {
  fileprivate func json(of item: BranchedItem) -> Fields {
    var fields = item.head
    for (name, value) in json.members { fields[name] = value }
    return fields
  }
}

extension TaskItem {
  /// A task that was made on a branch, as it begins in the plan: the rest is brought to it by the rules.
  fileprivate init(merging state: Fields) {
    var fields = state
    for name in Dependencies.Kind.allCases.flatMap({ [$0.rawValue, $0.opposite] }) { fields[name] = nil }
    for name in [
      "parentTask", "sprint", "completedDate", "blockedFrom", "hidden", "hiddenAt", "updatedAt", "revision",
    ] {
      fields[name] = nil
    }
    fields["status"] = .string((state["status"] == "backlog" ? TaskStatus.backlog : .todo).rawValue)
    fields["progress"] = 0
    self.init(fields: fields)
  }
}

extension SprintItem {
  /// A sprint that was made on a branch, as it begins in the plan.
  fileprivate init(merging state: Fields) {
    var fields = state
    for name in ["hidden", "hiddenAt", "updatedAt", "revision"] { fields[name] = nil }
    self.init(fields: fields)
  }
}
