import PluginKit

/// Brings two states of an entity together that both come from a third one, field by field.
///
/// What one side changed is taken from it; what both changed to the same is taken; what both changed differently is a
/// conflict. Lists of labels and the like are sets, and never in conflict: what either side added or removed is added
/// or removed. A side that deleted the entity is in conflict with one that changed it.
struct ThreeWayMerge {
  /// Which side a conflict goes to: the branch's, or the plan's.
  enum Side: String, CaseIterable {
    case ours, theirs
  }

  struct Conflict: Equatable {
    var field: String
    var base: Value
    var ours: Value
    var theirs: Value
    /// Nil when it is left open.
    var side: Side?
  }

  /// The state that both sides lead to; in open conflicts with the value of theirs.
  private(set) var merged: Fields
  private(set) var conflicts: [Conflict] = []

  /// What the fields of a kind of entity mean for each other.
  struct Rules {
    /// Fields whose lists are sets.
    var sets: Set<String>
    /// Fields that say no more than others do: they go where those go.
    var followers: [String: [String]]
    /// Fields that the plan alone accounts for.
    var kept: Set<String>

    static let tasks = Rules(
      sets: [
        "labels", "watchers", "reviewers", "commits", "files", "blockedBy", "blocking", "relatedTo", "duplicates",
        "duplicatedBy",
      ],
      followers: ["status": ["progress", "startDate", "completedDate", "blockedFrom"], "hidden": ["hiddenAt"]],
      kept: Set(TaskItem.clocks + ["actualHours"]))
    /// Sprints begin and end in the plan.
    static let sprints = Rules(
      sets: ["people"], followers: ["hidden": ["hiddenAt"]],
      kept: ["status", "activeIn", "startedAt", "endedAt", "committed", "completed", "carriedOver", "metrics"])
  }

  private let rules: Rules

  /// - Parameter resolve: Which side wins a conflict about a field; nil leaves it open.
  init(base: Fields, ours: Fields, theirs: Fields, by rules: Rules = .tasks, resolve: (String) -> Side?) {
    merged = theirs
    self.rules = rules
    let ignored = TaskItem.bookkeeping.union(rules.kept)
    let our = Changes(from: base, to: ours, ignoring: ignored).list
    let their = Dictionary(
      Changes(from: base, to: theirs, ignoring: ignored).list.map { ($0.field, $0) }, uniquingKeysWith: { $1 })
    if let deletion = ThreeWayMerge.deletion(base, ours, theirs, isOneSided: our.isEmpty || their.isEmpty) {
      let side = resolve("hidden")
      conflicts = [
        Conflict(field: "hidden", base: deletion.old, ours: deletion.new, theirs: theirs["hidden"] ?? .null, side: side)
      ]
      if side == .ours { take(ours, our.map(\.field)) }
      return
    }
    // A field that follows one which a side has changed is not looked at by itself.
    let led = Set(
      rules.followers.filter { leader, _ in
        their[leader] != nil || our.contains { $0.field == leader }
      }.values.joined())
    for change in our where !led.contains(change.field) {
      switch their[change.field] {
      case let other? where rules.sets.contains(change.field):
        merged[change.field] = ThreeWayMerge.union(change, other)
      case let other? where other.new != change.new:
        let side = resolve(change.field)
        conflicts.append(
          Conflict(field: change.field, base: change.old, ours: change.new, theirs: other.new, side: side))
        if side == .ours { take(ours, [change.field]) }
      case .some: break
      case nil: take(ours, [change.field])
      }
    }
  }

  var isOpen: Bool { conflicts.contains { $0.side == nil } }

  private mutating func take(_ ours: Fields, _ names: [String]) {
    for name in names.flatMap({ [$0] + (rules.followers[$0] ?? []) }) { merged[name] = ours[name] }
  }

  /// What our side did to the visibility, when one side deleted what the other one changed.
  private static func deletion(
    _ base: Fields, _ ours: Fields, _ theirs: Fields, isOneSided: Bool
  ) -> (old: Value, new: Value)? {
    let (our, their) = (ours["hidden"] == "deleted", theirs["hidden"] == "deleted")
    guard !isOneSided, our != their, base["hidden"] != "deleted" else { return nil }
    return (base["hidden"] ?? .null, ours["hidden"] ?? .null)
  }

  /// Their list, with what our side has added and without what it has removed.
  private static func union(_ our: Changes.Change, _ their: Changes.Change) -> Value? {
    let (base, ours, theirs) = (our.old.array ?? [], our.new.array ?? [], their.new.array ?? [])
    let stays = theirs.filter { !base.contains($0) || ours.contains($0) }
    let united = stays + ours.filter { !base.contains($0) && !stays.contains($0) }
    // Lists that nobody requires are absent when they are empty.
    return united.isEmpty && our.field != "labels" ? nil : .array(united)
  }
}

extension ThreeWayMerge.Conflict {
  /// `{field,base,ours,theirs,take?}`.
  var json: Fields {
    var json: Fields = ["field": .string(field), "base": base, "ours": ours, "theirs": theirs]
    json["take"] = side.map { .string($0.rawValue) }
    return json
  }
}
