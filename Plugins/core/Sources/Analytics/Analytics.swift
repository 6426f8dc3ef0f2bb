import PluginKit

/// The service `analytics`: figures of how work flows, folded from the transitions that were recorded when they happened.
@Loop
final class Analytics {
  let ledger: Ledger
  let projects: Projects
  let graph: DependencyGraph
  var documents: Documents { ledger.documents }

  init(ledger: Ledger, projects: Projects, graph: DependencyGraph) {
    self.ledger = ledger
    self.projects = projects
    self.graph = graph
  }

  // MARK: Periods

  /// The days that a call asks for, in the calendar of the project.
  struct Period {
    let first: Day
    let last: Day

    /// The longest period, in days.
    static let limit = 3660
  }

  /// The call's `from` and `to`; without `from`, so many days up to `to`, which is today when it is left out.
  func period(of call: Call, _ project: ProjectItem, days: Int) throws(Failure) -> Period {
    func day(_ name: StaticString) throws(Failure) -> Day? {
      guard let text = call.stringIfPresent(name) else { return nil }
      guard let day = Day(text) else {
        throw Failure(
          .invalidArgument, "\(name) is \"\(text)\"; give a day that exists, such as 2026-01-31",
          details: Refusal.details(path: "\(name)", message: "is no day"))
      }
      return day
    }
    let last = try day("to") ?? project.zone.day(at: Instant.now)
    let first = try day("from") ?? last - (days - 1)
    guard first <= last, last - first < Period.limit else {
      throw Failure(
        .invalidArgument, "\(first.text) to \(last.text) is no period of 1 to \(Period.limit) days",
        details: Refusal.details(path: "from", message: "must not be after to, nor ten years before it"))
    }
    return Period(first: first, last: last)
  }

  // MARK: Reading

  /// The recorded steps to done of a period. A task that was put away when it was done and comes back is not done again.
  private func completions(in period: Period, of project: ProjectItem) -> Documents.Query {
    var query = Documents.Query(Transition.collection)
    query.match("project", .string(project.id))
    query.match("day", "greaterOrEqual", .string(period.first.text))
    query.match("day", "lessOrEqual", .string(period.last.text))
    query.match("from", "exists", true)
    query.match("from", "notEqual", .string(TaskStatus.done.rawValue))
    query.match("to", .string(TaskStatus.done.rawValue))
    return query
  }

  /// The most completions that figures are made of: those of a period with more are of its newest. That many tell what
  /// is usual, and are read in a fraction of a second.
  static let finishedLimit = 20_000

  /// The tasks that were finished in a period, in the order of the days; of a task that was finished twice, the last. At
  /// most ``finishedLimit``, the newest.
  func finished(
    in period: Period, of project: ProjectItem, assignee: String? = nil, type: String? = nil, _ context: Context?
  ) async throws(Failure) -> [FinishedTask] {
    var query = completions(in: period, of: project)
    if let assignee { query.match("assignee", .string(assignee)) }
    if let type { query.match("type", .string(type)) }
    query.order = ["-day"]
    var (latest, seen) = ([FinishedTask](), Set<String>())
    let found = try await documents.map(query, context, atMost: Analytics.finishedLimit) { FinishedTask($0) }
    for task in found where seen.insert(task.task).inserted { latest.append(task) }
    return latest.reversed()
  }

  /// How many tasks were finished on each day of a period.
  func throughput(in period: Period, of project: ProjectItem, _ context: Context?) async throws(Failure) -> Throughput {
    var finished: [Day: Int] = [:]
    let query = completions(in: period, of: project)
    for group in try await documents.groups(.init(query, by: ["day"]), context) {
      guard group.count == 2, let day = group[0].string.flatMap({ Day($0) }) else { continue }
      finished[day] = group[1].int.map(Int.init)
    }
    return Throughput(finished, from: period.first, to: period.last)
  }

  /// The steps between statuses that a cumulative flow diagram of a period sums up: those of all days before it as if
  /// they had been on the day before, and those of each of its days.
  func steps(in period: Period, of project: ProjectItem, _ context: Context?) async throws(Failure)
    -> [CumulativeFlow.Step]
  {
    var query = Documents.Query(Transition.collection)
    query.match("project", .string(project.id))
    var before = query
    before.match("day", "less", .string(period.first.text))
    query.match("day", "greaterOrEqual", .string(period.first.text))
    query.match("day", "lessOrEqual", .string(period.last.text))
    func step(on day: Day, _ rest: ArraySlice<Value>) -> CumulativeFlow.Step? {
      let rest = Array(rest)
      guard rest.count == 3, let count = rest[2].int else { return nil }
      return CumulativeFlow.Step(
        day: day, from: rest[0].string.flatMap(TaskStatus.init), to: rest[1].string.flatMap(TaskStatus.init),
        count: Int(count))
    }
    let start = try await documents.groups(.init(before, by: ["from", "to"]), context)
      .compactMap { step(on: period.first - 1, $0[...]) }
    return try await documents.groups(.init(query, by: ["day", "from", "to"]), context)
      .reduce(into: start) { steps, group in
        guard let day = group.first?.string.flatMap({ Day($0) }), let step = step(on: day, group.dropFirst()) else {
          return
        }
        steps.append(step)
      }
  }

  /// The tasks that somebody has begun and nobody has finished, with what figures are made of. There are as many as a
  /// team can hold.
  func inProgress(of project: ProjectItem, _ context: Context?) async throws(Failure) -> [TaskItem] {
    var tasks: [TaskItem] = []
    for status in [TaskStatus.inProgress, .review, .testing, .blocked] {
      var query = Documents.Query(TaskItem.collection, limit: Analytics.openLimit)
      query.match("project", .string(project.id))
      query.match("hidden", .null)
      query.match("status", .string(status.rawValue))
      query.order = ["createdAt"]
      query.fields = Analytics.openFields
      let page = try await documents.page(query, context)
      guard page.next == nil else {
        throw Failure(
          .resourceExhausted,
          "more than \(Analytics.openLimit) tasks of \(project.key) are \(status.rawValue); finish or archive some")
      }
      tasks += page.items.map(TaskItem.init).filter { $0.startedAt != nil }
    }
    return tasks
  }

  private static let openLimit = 2000
  private static let openFields = ["id", "key", "title", "status", "assignee", "startedAt"]
}

extension TaskItem {
  /// When work on it began.
  var startedAt: Instant? { fields["startedAt"]?.string.flatMap { Instant($0) } }

  /// How long ago work on it began, in hours: its age as work in progress; nil when it has not.
  func ageHours(at now: Instant) -> Double? {
    startedAt.map { Double(max(0, now.milliseconds - $0.milliseconds)) / 3_600_000 }
  }
}
