import Forecasting
import PluginKit

/// Forecasts of single tasks, and of what fits into a sprint.
extension Forecasts {
  /// What a task will probably be given, by its words.
  func effort(_ call: Call) async throws(Failure) {
    let context = call.context
    var (title, description) = (call.stringIfPresent("title"), call.stringIfPresent("description") ?? "")
    var project = try projects.project(of: call)
    if let name = call.stringIfPresent("id") {
      let task = try await task(name, context)
      project = projects[task.project]
      (title, description) = (task.title, task.fields["description"]?.string ?? "")
    }
    guard let title else {
      throw Failure(
        .invalidArgument, "give the id of a task, or the title of one that is to be made",
        details: Refusal.details(path: "title", message: "or id is needed"))
    }
    let unit = call.stringIfPresent("unit").flatMap(EffortUnit.init) ?? EffortUnit(rawValue: project.estimateUnit)
    let model = try await models.model(of: project, unit ?? .points, context)
    let estimate = try await compute { [description] () throws(ForecastError) in
      model.estimate(title: title, description: description)
    }
    call.answer(json: estimate.json(unit: (unit ?? .points).rawValue))
  }

  /// How likely a task in progress misses its due day.
  func delayRisk(_ call: Call) async throws(Failure) {
    let context = call.context
    let task = try await task(try call.string("id"), context)
    let project = projects[task.project]
    let now = Instant.now
    guard let due = task.fields["dueDate"]?.string, let end = Forecasts.end(of: due, in: project.zone) else {
      throw Failure(.failedPrecondition, "\(task.key) has no due date to miss; give it one first")
    }
    guard task.status.isOpen else {
      throw Failure(.failedPrecondition, "\(task.key) is \(task.status.rawValue): nothing of it can be late any more")
    }
    let today = project.zone.day(at: now)
    let finished = try await analytics.finished(
      in: Analytics.Period(first: today - 729, last: today), of: project, context
    ).compactMap(\.cycleHours)
    let open = try await analytics.inProgress(of: project, context).filter { $0.id != task.id }
      .compactMap { $0.ageHours(at: now) }
    let (age, remaining) = (
      task.ageHours(at: now) ?? 0, Double(end.milliseconds - now.milliseconds) / 3_600_000
    )
    let risk = try await compute { () throws(ForecastError) in
      try DelayRisk(
        age: age / 24, remaining: remaining / 24, finished: finished.map { $0 / 24 }, open: open.map { $0 / 24 })
    }
    call.answer(json: risk.json(of: task, due: due))
  }

  /// When a due day or moment is over.
  private static func end(of due: String, in zone: TimeZone) -> Instant? {
    Day(due).map { zone.moment(of: $0 + 1) } ?? Instant(due)
  }

  private func task(_ name: String, _ context: Context?) async throws(Failure) -> TaskItem {
    guard let task = try await documents.find(Reference(name), as: TaskItem.self, context), !task.isDeleted else {
      throw Tasks.absent(name)
    }
    return task
  }

  // MARK: Sprint

  /// What fits into a sprint.
  func sprintPlan(_ call: Call) async throws(Failure) {
    let project = try projects.project(of: call)
    let capacity = try call.double("capacity")
    let unit = call.stringIfPresent("unit") ?? project.estimateUnit
    let tasks = try await candidates(of: project, limit: try call.int("limit"), call.context)
    let plan = SprintPlan(tasks, unit: unit, waitingFor: try await unbegun(blockersOf: tasks, call.context))
    let candidates = plan.candidates
    let selection = try await compute { () throws(ForecastError) in
      try SprintOptimizer(candidates).select(capacity: capacity)
    }
    call.answer(json: plan.json(selection, capacity: capacity))
  }

  /// The tasks that are ready or nearly so, in the order of the backlog.
  private func candidates(of project: ProjectItem, limit: Int, _ context: Context?) async throws(Failure) -> [TaskItem]
  {
    var query = Documents.Query(TaskItem.collection, limit: limit)
    query.match("project", .string(project.id))
    query.match("hidden", .null)
    query.match("status", anyOf: ["backlog", "todo", "blocked"])
    query.match("type", "notEqual", .string(TaskType.epic.rawValue))
    query.order = ["rank"]
    return try await documents.page(query, context).items.map(TaskItem.init)
  }
}

extension Forecasts {
  /// The tasks that others wait for, that nobody has begun, and that are not among them.
  private func unbegun(blockersOf tasks: [TaskItem], _ context: Context?) async throws(Failure) -> Set<String> {
    let known = Set(tasks.map(\.id))
    let others = Set(tasks.flatMap { $0.references("blockedBy") }).subtracting(known).sorted()
    var unbegun: Set<String> = []
    for case let task? in try await documents.get(others, as: TaskItem.self, context)
    where !task.status.isStarted && !task.isDeleted { unbegun.insert(task.id) }
    return unbegun
  }
}

/// Tasks as the optimiser sees them.
struct SprintPlan {
  private let tasks: [TaskItem]
  private let unit: String
  /// Tasks that cannot be planned, and why.
  let leftOut: [(key: String, reason: String)]
  let candidates: [SprintCandidate]

  /// What a task of this priority is worth beside one of the lowest.
  private static let worth: [TaskPriority: Double] = [.critical: 16, .high: 8, .medium: 4, .low: 2, .trivial: 1]

  /// - Parameters:
  ///   - unit: `hours`, `points`, or `count`, which takes each task as 1.
  ///   - others: Tasks that cannot be planned and keep those out that wait for them. What is neither among them nor
  ///     among all is done, or soon will be.
  init(_ all: [TaskItem], unit: String, waitingFor others: Set<String> = []) {
    func effort(_ task: TaskItem) -> Double? {
      switch unit {
      case "hours": task.fields["estimatedHours"]?.double
      case "points": task.fields["storyPoints"]?.double
      default: 1
      }
    }
    var waiting: [String: [TaskItem]] = [:]
    for task in all {
      for blocker in task.references("blockedBy") { waiting[blocker, default: []].append(task) }
    }
    let unestimated = all.filter { effort($0) == nil }
    var leftOut = unestimated.map { (key: $0.key, reason: "has no estimate in \(unit)") }
    // What cannot be planned keeps out what waits for it, and that what waits for that.
    var out = Set(unestimated.map(\.id)).union(others)
    var next = unestimated.map(\.id) + others.sorted()
    while let blocker = next.popLast() {
      for task in waiting[blocker] ?? [] where out.insert(task.id).inserted {
        leftOut.append((task.key, "waits for a task that is left out"))
        next.append(task.id)
      }
    }
    let tasks = all.filter { !out.contains($0.id) }
    let places = Dictionary(tasks.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    self.tasks = tasks
    self.unit = unit
    self.leftOut = leftOut
    candidates = tasks.enumerated().map { place, task in
      SprintCandidate(
        effort: effort(task) ?? 0,
        // Of equal ones, what stands higher in the backlog.
        value: (SprintPlan.worth[task.priority] ?? 1) * (1 + 0.01 / Double(place + 1)),
        predecessors: task.references("blockedBy").compactMap { places[$0] })
    }
  }

  func json(_ selection: SprintSelection, capacity: Double) -> [UInt8] {
    var json = JSONWriter(capacity: 1024)
    json.beginObject()
    json.member("unit", unit)
    json.member("capacity", capacity)
    json.member("effort", selection.effort)
    json.member("value", selection.value)
    json.member("method", selection.method == .exact ? "exact" : "heuristic")
    json.member("upperBound", selection.upperBound)
    json.member("candidates", tasks.count)
    json.key("items" as StaticString)
    json.beginArray()
    for place in selection.items { json.fields(tasks[place].fields) }
    json.endArray()
    json.key("leftOut" as StaticString)
    json.beginArray()
    for (key, reason) in leftOut.prefix(200) {
      json.beginObject()
      json.member("key", key)
      json.member("reason", reason)
      json.endObject()
    }
    json.endArray()
    json.endObject()
    return Array(json.bytes)
  }
}
