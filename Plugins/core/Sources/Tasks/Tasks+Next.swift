import PluginKit

/// What to do next.
extension Tasks {
  /// How many candidates are looked at of each kind, so that the answer takes as long in a large project as in a small
  /// one: of those in progress and those to do, with and without an assignee, the first by priority and rank, and the
  /// first by due date; and the first by rank in the active sprint.
  private enum Bound {
    static let priority = 100
    static let due = 50
    static let sprint = 200
  }

  /// Answers with the urgency of one task.
  func urgency(_ call: Call) async throws(Failure) {
    let name = try call.string("id")
    guard let task = try await documents.find(Reference(name), as: TaskItem.self, call.context), !task.isDeleted else {
      throw Tasks.absent(name)
    }
    let scale = try await scale(for: projects[task.project], call.context)
    var fields: Fields = ["id": .string(task.id), "key": .string(task.key)]
    for (name, value) in scale.urgency(of: task).fields.members { fields[name] = value }
    call.answer(json: fields.json)
  }

  /// Answers with the tasks that can be done now, the most urgent first.
  func next(_ call: Call) async throws(Failure) {
    let (project, limit, context) = (try projects.project(of: call), try call.int("limit"), call.context)
    let assignee = call.handle(call.stringIfPresent("assignee") ?? Handle.caller)
    let sprint = try await activeSprint(of: project.id, context)
    let candidates = try await candidates(
      in: project.id, for: assignee == "none" ? [.null] : [.string(assignee), .null], sprint, context)
    let scale = UrgencyScale(project, at: .now, activeSprint: sprint)
    let ranked = candidates.map { (task: $0, urgency: scale.urgency(of: $0)) }
      .sorted { ($1.urgency.value, $0.task.rank) < ($0.urgency.value, $1.task.rank) }
    let waiting = try await waiting(among: candidates, context)
    let items = ranked.lazy.filter { !waiting.contains($0.task.id) }.prefix(limit).map { task, urgency -> Value in
      var fields: Fields = ["task": .object(task.fields)]
      for (name, value) in urgency.fields.members { fields[name] = value }
      return .object(fields)
    }
    call.answer(json: Fields.page(Array(items), next: nil).json)
  }

  private func scale(for project: ProjectItem, _ context: Context?) async throws(Failure) -> UrgencyScale {
    UrgencyScale(project, at: .now, activeSprint: try await activeSprint(of: project.id, context))
  }

  /// The id of the project's active sprint; nil when there is none.
  private func activeSprint(of project: String, _ context: Context?) async throws(Failure) -> String? {
    try await documents.page(SprintItem.active(in: project), context).items.first?["id"]?.string
  }

  /// Tasks that somebody may work on, each once.
  private func candidates(
    in project: String, for assignees: [Value], _ sprint: String?, _ context: Context?
  ) async throws(Failure) -> [TaskItem] {
    var found: [String: TaskItem] = [:]
    func look(_ query: Documents.Query) async throws(Failure) -> Int {
      let items = try await documents.page(query, context).items
      for task in items.map(TaskItem.init) where task.type != .epic { found[task.id] = task }
      return items.count
    }
    for status in [TaskStatus.inProgress, .todo] {
      for assignee in assignees {
        var query = Documents.Query(TaskItem.collection, limit: Bound.priority)
        query.match("project", .string(project))
        query.match("hidden", .null)
        query.match("status", .string(status.rawValue))
        query.match("assignee", assignee)
        var byDue = query
        for priority in TaskPriority.allCases where query.limit > 0 {
          var byPriority = query
          byPriority.match("priority", .string(priority.rawValue))
          byPriority.order = ["rank"]
          query.limit -= try await look(byPriority)
        }
        // Those that are left out above may be due.
        guard query.limit <= 0 else { continue }
        byDue.limit = Bound.due
        byDue.match("dueDate", "exists", true)
        byDue.order = ["dueDate"]
        _ = try await look(byDue)
      }
    }
    guard let sprint else { return Array(found.values) }
    var query = Documents.Query(TaskItem.collection, limit: Bound.sprint)
    query.match("sprint", .string(sprint))
    query.match("hidden", .null)
    query.match("status", anyOf: [.string(TaskStatus.inProgress.rawValue), .string(TaskStatus.todo.rawValue)])
    query.order = ["rank"]
    for task in try await documents.page(query, context).items.map(TaskItem.init)
    where task.type != .epic && assignees.contains(task.fields["assignee"] ?? .null) {
      found[task.id] = task
    }
    return Array(found.values)
  }

  /// Those of the tasks that wait for others, though their status does not say so.
  private func waiting(among tasks: [TaskItem], _ context: Context?) async throws(Failure) -> Set<String> {
    let field = Dependencies.Kind.blockedBy.rawValue
    let blockers = Set(tasks.flatMap { $0.references(field) })
    guard !blockers.isEmpty else { return [] }
    var open: Set<String> = []
    for case let blocker? in try await documents.get(Array(blockers), as: TaskItem.self, context)
    where !blocker.isDone && !blocker.isDeleted { open.insert(blocker.id) }
    return Set(tasks.filter { !open.isDisjoint(with: $0.references(field)) }.map(\.id))
  }
}

extension Core {
  @MethodBuilder<Core> static var nextMethods: [Method<Core>] {
    Method.async(
      "urgency", [.read, .idempotent], doc: "How urgent a task is, and the parts of the sum.",
      route: "GET /api/tasks/{id}/urgency", parameters: [TaskText.id],
      result: .json(schema: NextText.urgencySchema), examples: NextText.urgencyExamples
    ) { core, call in
      try await core.tasks.urgency(call)
    }
    Method.async(
      "next", [.read, .idempotent],
      doc: "What to do next: tasks in progress or to do that wait for nothing and are free or the caller's, with why.",
      route: "GET /api/tasks/next",
      parameters: [
        .string("assignee", "Whose tasks besides the free ones; the caller's when left out; none", optional: true),
        .int("limit", "The most of them", defaultValue: 5, schema: #"{"minimum":1,"maximum":100}"#), TaskText.project,
      ],
      result: .json(schema: NextText.pageSchema), examples: NextText.examples
    ) { core, call in
      try await core.tasks.next(call)
    }
  }
}

private enum NextText {
  private static let members = #"""
    "urgency":{"type":"number"},"reason":{"type":"string"},"terms":{"type":"array","items":{"type":"object","properties":{
      "name":{"type":"string"},"value":{"type":"number"},"reason":{"type":"string"}},"required":["name","value","reason"]}}
    """#

  static let urgencySchema = #"""
    {"type":"object","properties":{"id":{"type":"string"},"key":{"type":"string"},\#(members)},
     "required":["id","key","urgency","reason","terms"]}
    """#

  static let pageSchema = #"""
    {"type":"object","properties":{"items":{"type":"array","items":{"type":"object","properties":{
      "task":\#(TaskText.schema),\#(members)},"required":["task","urgency","reason","terms"]}},"next":{"type":"null"}},
     "required":["items","next"]}
    """#

  static let urgencyExamples = #"""
    [{"args":{"id":"API-2"},"result":{"id":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5fb1","key":"API-2",\#(urgency)}},
     {"args":{"id":"API-999"},"error":"not_found"}]
    """#

  static let examples = #"""
    [{"args":{"project":"api","assignee":"none"},
      "result":{"items":[{"task":\#(QuickAddText.bob),\#(urgency)}],"next":null}},
     {"args":{"limit":0},"error":"invalid_argument"},
     {"args":{"project":"NOWHERE"},"error":"not_found"}]
    """#

  private static let urgency = #"""
    "urgency":1.8,"reason":"priority low","terms":[{"name":"priority","value":1.8,"reason":"priority low"}]
    """#
}
