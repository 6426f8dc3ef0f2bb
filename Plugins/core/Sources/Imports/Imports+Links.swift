import Interchange
import PluginKit

/// What tasks of a source are to each other, settled when all of them are there.
extension Imports {
  func link(_ session: ImportSession, _ context: Context?) async throws(Failure) {
    if session.item.isDry { return try await foresee(session, context) }
    try await tasks.dependencies.graph.load(context)
    while session.linked < session.relations.count {
      let end = min(session.linked + Imports.linkBatch, session.relations.count)
      let relations = session.relations[session.linked..<end]
      try await commit(session, "imports.finish", about: Dependencies.turn, context) { [self] batch throws(Failure) in
        try await batch.apply(relations, with: self)
      }
      session.linked = end
      tell(session, context)
    }
  }

  private static let linkBatch = 100

  /// What linking would come to, for a dry run, whose tasks are nowhere.
  private func foresee(_ session: ImportSession, _ context: Context?) async throws(Failure) {
    var way = WaitingGraph()
    var above = WaitingGraph()
    try await commit(session, "", context) { batch throws(Failure) in
      for relation in session.relations {
        let targets = relation.links.map { (kind: Optional($0.kind), name: $0.target) }
        for (kind, name) in [(nil, relation.parent ?? "")] + targets where !name.isEmpty {
          let target = session.source(of: name)
          let isKnown = session.hasRead(target) ? true : try await batch.stored([target])[target] != nil
          guard isKnown else {
            batch.miss(name, relation.source)
            continue
          }
          let edge = kind == .blocks ? (target, relation.source) : (relation.source, target)
          let closes =
            switch kind {
            case nil: above.closes(edge.0, edge.1)
            case .blocks, .blockedBy: way.closes(edge.0, edge.1)
            default: edge.0 == edge.1
            }
          if closes {
            batch.refuse("\(relation.source) and \(name) would wait for each other")
          } else {
            batch.counts[kind == nil ? .parentsSet : .linksMade] += 1
          }
        }
      }
    }
  }

  /// Ends the sprints whose days are over, with what was done in them: their past is not known day by day.
  func endSprints(_ session: ImportSession, _ context: Context?) async throws(Failure) {
    let project = projects[session.item.project]
    for sprint in session.sprints.values.sorted(by: { $0.sourceID < $1.sourceID }) where !session.item.isDry {
      guard let end = sprint.end, project.zone.day(at: end) < project.zone.day(at: .now) else { continue }
      let id = ImportedID.id([project.id, sprint.sourceID], at: sprint.start)
      _ = try await ledger.change(.init(method: "imports.finish"), about: Sprints.turn, context) {
        transaction throws(Failure) in
        guard var item = try await transaction.get(id, as: SprintItem.self), item.status == .planned, !item.isDeleted
        else { return [] }
        var query = Documents.Query(TaskItem.collection)
        query.match("sprint", .string(id))
        query.match("hidden", .null)
        query.match("status", .string(TaskStatus.done.rawValue))
        let done = try await transaction.all(query, as: TaskItem.self)
        item.fields["status"] = .string(SprintItem.Status.completed.rawValue)
        item.fields["endedAt"] = .string(end.text)
        item.fields["completed"] = .array(done.map { .string($0.id) })
        let effort = done.reduce(Effort()) { $0 + Effort(of: $1.fields) }
        item.fields["metrics"] = .object(["completed": .object(effort.fields)])
        transaction.put(item)
        return []
      }
    }
  }
}

extension ImportBatch {
  /// Sets the parents and makes the links that some tasks name.
  func apply(_ relations: ArraySlice<ImportSession.Relation>, with imports: Imports) async throws(Failure) {
    var sources = Set<String>()
    for relation in relations {
      sources.insert(relation.source)
      if let parent = relation.parent { sources.insert(session.source(of: parent)) }
      for link in relation.links { sources.insert(session.source(of: link.target)) }
    }
    let known = try await stored(sources.sorted())
    // What this batch links is not committed, so that the graph of all tasks does not know of it.
    var added = WaitingGraph()
    for relation in relations {
      guard let id = known[relation.source]?.id, let task = try await current(id), !task.isHidden else { continue }
      // What a task of ours says when it comes back is compared with the task itself.
      let isOwn = task.fields["source"]?.string != relation.source
      var state = SourceState(isOwn ? nil : task.fields["sourceState"]?.string)
      if try await setParent(relation, of: task, known, &state, imports) { counts[.parentsSet] += 1 }
      try await link(relation, id, known, &added, &state, imports)
      guard !isOwn, var new = try await current(id) else { continue }
      new.fields["sourceState"] = .string(state.text)
      transaction.put(new)
    }
  }

  private func current(_ id: String) async throws(Failure) -> TaskItem? {
    try await transaction.get(id, as: TaskItem.self)
  }

  private func setParent(
    _ relation: ImportSession.Relation, of task: TaskItem, _ known: [String: TaskItem], _ state: inout SourceState,
    _ imports: Imports
  ) async throws(Failure) -> Bool {
    guard let name = relation.parent else { return false }
    guard let parent = known[session.source(of: name)] else {
      miss(name, relation.source)
      return false
    }
    guard state.isNews(.string(parent.id), of: "parent"), task.parentTask != parent.id else {
      state.note(.string(parent.id), of: "parent")
      return false
    }
    state.note(.string(parent.id), of: "parent")
    do throws(Failure) {
      try await imports.tasks.apply(["parentTask": .string(parent.id)], to: task, transaction)
      return true
    } catch {
      refuse(error.message)
      return false
    }
  }

  private func link(
    _ relation: ImportSession.Relation, _ id: String, _ known: [String: TaskItem], _ added: inout WaitingGraph,
    _ state: inout SourceState, _ imports: Imports
  ) async throws(Failure) {
    var targets: [(link: ImportedLink, id: String)] = []
    for link in relation.links {
      if let target = known[session.source(of: link.target)] {
        targets.append((link, target.id))
      } else {
        miss(link.target, relation.source)
      }
    }
    let value: Value? =
      targets.isEmpty ? nil : .array(targets.map { .string("\($0.link.kind.rawValue) \($0.id)") })
    guard state.isNews(value, of: "links") else { return }
    state.note(value, of: "links")
    for (link, target) in targets {
      let isForward = link.kind == .blockedBy || link.kind == .relates || link.kind == .duplicates
      let (from, to) = isForward ? (id, target) : (target, id)
      guard let task = try await current(from), let other = try await current(to), !other.isHidden, !task.isHidden
      else { continue }
      let kind: Dependencies.Kind =
        switch link.kind {
        case .blocks, .blockedBy: .blockedBy
        case .relates: .relatedTo
        case .duplicates, .duplicatedBy: .duplicates
        }
      guard !task.references(kind.rawValue).contains(to) else { continue }
      if kind == .blockedBy, added.closes(from, to, known: imports.tasks.dependencies.graph.blockers) {
        refuse("\(task.key) cannot wait for \(other.key), because that waits for it")
        continue
      }
      do throws(Failure) {
        try await imports.tasks.dependencies.link(task, kind, other, transaction)
        counts[.linksMade] += 1
      } catch {
        refuse(error.message)
      }
    }
  }

  func miss(_ target: String, _ source: String) {
    counts[.targetsUnknown] += 1
    if problems.count < ImportReportText.limit {
      problems.append("\(source) names \(target), which is neither in the content nor here")
    }
  }

  func refuse(_ sentence: String) {
    counts[.linksRefused] += 1
    if problems.count < ImportReportText.limit { problems.append(sentence) }
  }
}

/// Who waits for whom among what is about to be linked, on top of what is linked.
struct WaitingGraph {
  private var added: [String: [String]] = [:]

  /// Whether one would wait for itself if it waited for the other; if not, it does from now on.
  ///
  /// - Parameter known: What each waits for already.
  mutating func closes(_ start: String, _ end: String, known: [String: [String]] = [:]) -> Bool {
    var seen: Set<String> = [end]
    var waiting = [end]
    while let place = waiting.popLast() {
      if place == start { return true }
      for next in (known[place] ?? []) + (added[place] ?? []) where seen.insert(next).inserted { waiting.append(next) }
    }
    added[start, default: []].append(end)
    return false
  }
}
