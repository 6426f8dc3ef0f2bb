import PluginKit

/// What has come of a sprint, in one answer.
extension Sprints {
  func report(_ call: Call) async throws(Failure) {
    let sprint = try await sprint(of: call)
    let project = projects[sprint.project]
    let history = try await history(of: sprint, until: .now, call.context)
    let tasks = try await tasks(of: sprint, call.context)
    let past = try await ended(in: project.id, limit: 10, call.context)
    var json = JSONWriter(capacity: 4096)
    json.beginObject()
    json.identity(of: sprint, project.unit)
    json.member("status", sprint.status.rawValue)
    if let goal = sprint.fields["goal"]?.string { json.member("goal", goal) }
    json.figures(history, in: project.unit)
    let outcome = SprintOutcome(sprint)
    for list in SprintOutcome.List.allCases {
      json.key(list.rawValue)
      json.beginArray()
      for task in tasks where outcome.has(task, in: list) { json.task(task, in: project.unit) }
      json.endArray()
    }
    json.key("scopeChanges" as StaticString)
    history.writeScopeChanges(in: project.unit, to: &json)
    json.key("velocity" as StaticString)
    json.fields(Velocity(past, in: project.unit).fields)
    json.key("cycleTime" as StaticString)
    json.beginObject()
    json.member("unit", "hours")
    json.percentiles(Percentiles(tasks.filter { outcome.has($0, in: .completed) }.compactMap(\.cycleHours)))
    json.endObject()
    if let notes = sprint.fields["retrospective"]?.object {
      json.key("retrospective" as StaticString)
      json.fields(notes)
    }
    json.endObject()
    call.answer(json)
  }

  /// The tasks that are in a sprint, and those that were when it ended.
  private func tasks(of sprint: SprintItem, _ context: Context?) async throws(Failure) -> [TaskItem] {
    var query = Documents.Query(TaskItem.collection)
    query.match("sprint", .string(sprint.id))
    query.match("hidden", .null)
    query.order = ["rank"]
    let members = try await documents.all(query, context).map(TaskItem.init)
    let outcome = SprintOutcome(sprint)
    let gone = outcome.carriedOver.union(outcome.completed).subtracting(members.map(\.id)).sorted()
    return members + (try await documents.get(gone, as: TaskItem.self, context)).compactMap { $0 }
  }
}

extension TaskItem {
  /// From the first time that work on it began to its completion, in hours; nil when one of them is not known.
  fileprivate var cycleHours: Double? {
    guard let from = fields["startedAt"]?.string.flatMap({ Instant($0) }),
      let to = fields["completedDate"]?.string.flatMap({ Instant($0) })
    else { return nil }
    return Double(max(0, to.milliseconds - from.milliseconds)) / 3_600_000
  }
}

/// Sorts the tasks of a sprint by what has become of them. Of a sprint that has ended, what counts is how it ended and
/// not what has happened since.
private struct SprintOutcome {
  /// The lists of a report.
  enum List: String, CaseIterable {
    case completed = "completedTasks"
    case incomplete = "incompleteTasks"
    case cancelled = "cancelledTasks"
    case blocked = "blockedTasks"
  }

  let sprint: String
  let isEnded: Bool
  let completed: Set<String>
  let carriedOver: Set<String>

  init(_ sprint: SprintItem) {
    func ids(_ name: String) -> Set<String> { Set(sprint.fields[name]?.array?.compactMap(\.string) ?? []) }
    self.sprint = sprint.id
    isEnded = sprint.status == .completed
    completed = ids("completed")
    carriedOver = ids("carriedOver")
  }

  func has(_ task: TaskItem, in list: List) -> Bool {
    switch list {
    case .completed: isEnded ? completed.contains(task.id) : task.isDone
    case .incomplete: isEnded ? carriedOver.contains(task.id) : !task.isDone && task.status != .cancelled
    case .cancelled: task.sprint == sprint && task.status == .cancelled
    case .blocked: !isEnded && task.status == .blocked
    }
  }
}

extension JSONWriter {
  /// Writes what was planned and what has come of it, and the share of the planned and added work that is done.
  fileprivate mutating func figures(_ history: ScopeHistory, in unit: EstimateUnit) {
    let (completed, total) = (history.sum(\.completed), history.total)
    let work = total.scope - history.baseline.done
    amount("planned", history.baseline.remaining[unit])
    amount("completed", completed[unit])
    amount("remaining", total.remaining[unit])
    amount("added", history.sum(\.added)[unit])
    amount("removed", history.sum(\.removed)[unit])
    amount("reestimated", history.sum(\.reestimated)[unit])
    amount("completionRate", work[unit] > 0 ? completed[unit] / work[unit] : nil)
  }

  /// `{"id","key","title","status","assignee"?,"estimate"}`.
  fileprivate mutating func task(_ task: TaskItem, in unit: EstimateUnit) {
    beginObject()
    member("id", task.id)
    member("key", task.key)
    member("title", task.title)
    member("status", task.status.rawValue)
    if let assignee = task.fields["assignee"]?.string { member("assignee", assignee) }
    amount("estimate", Effort(of: task.fields)[unit])
    endObject()
  }
}
