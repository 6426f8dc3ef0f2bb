import PluginKit

/// The figures that a dashboard shows at a glance.
extension Reports {
  func stats(_ call: Call) async throws(Failure) {
    let project = try projects.project(of: call)
    var json = JSONWriter(capacity: 2048)
    try await write(stats: project, to: &json, call.context)
    call.answer(json)
  }

  func dashboard(_ call: Call) async throws(Failure) {
    let project = try projects.project(of: call)
    let context = call.context
    var json = JSONWriter(capacity: 32 << 10)
    json.beginObject()
    json.key("stats" as StaticString)
    try await write(stats: project, to: &json, context)
    json.key("activeSprint" as StaticString)
    json.value(try await outlook.activeSprint(project, context).map(Value.object) ?? .null)
    for (name, statuses) in [("activeTasks", [.inProgress, .review, .testing]), ("blocked", [.blocked])]
      as [(String, [TaskStatus])]
    {
      json.key(name)
      json.beginArray()
      for task in try await oldest(50, statuses, of: project, context) { json.fields(task) }
      json.endArray()
    }
    json.key("bottlenecks" as StaticString)
    json.beginArray()
    for bottleneck in try await analytics.bottlenecks(of: project, context).prefix(10) { json.bottleneck(bottleneck) }
    json.endArray()
    json.key("forecast" as StaticString)
    json.value(try await outlook.forecast(project, context).map(Value.object) ?? .null)
    json.key("activity" as StaticString)
    json.beginArray()
    for change in try await latest(20, of: project, context) { json.fields(change) }
    json.endArray()
    json.member("time", Instant.now.text)
    json.endObject()
    call.answer(json)
  }

  /// The tasks with one of these statuses that were made first.
  private func oldest(
    _ count: Int, _ statuses: [TaskStatus], of project: ProjectItem, _ context: Context?
  ) async throws(Failure) -> [Fields] {
    var tasks: [Fields] = []
    for status in statuses where tasks.count < count {
      var query = Documents.Query(TaskItem.collection, limit: count - tasks.count)
      query.match("project", .string(project.id))
      query.match("hidden", .null)
      query.match("status", .string(status.rawValue))
      query.order = ["createdAt"]
      tasks += try await documents.page(query, context).items
    }
    return tasks
  }

  private func latest(_ count: Int, of project: ProjectItem, _ context: Context?) async throws(Failure) -> [Fields] {
    var query = Documents.Query(Revision.collection, limit: count)
    query.match("project", .string(project.id))
    query.order = ["-change"]
    query.fields = Reports.activityFields
    return try await documents.page(query, context).items
  }

  private func write(
    stats project: ProjectItem, to json: inout JSONWriter, _ context: Context?
  ) async throws(Failure) {
    let today = project.zone.day(at: Instant.now)
    let counts = try await counts(of: project, context)
    let month = Analytics.Period(first: today - 29, last: today)
    let finished = try await analytics.finished(in: month, of: project, context)
    let throughput = try await analytics.throughput(in: month, of: project, context)
    json.beginObject()
    json.member("project", project.id)
    json.member("totalTasks", counts.values.reduce(0, +))
    json.key("byStatus" as StaticString)
    json.beginObject()
    for status in TaskStatus.allCases {
      json.key(status.rawValue)
      json.int(counts[status] ?? 0)
    }
    json.endObject()
    json.member("completedToday", throughput.counts.last ?? 0)
    json.member("inProgress", counts[.inProgress] ?? 0)
    json.member("blocked", counts[.blocked] ?? 0)
    json.member("overdue", try await overdue(project, today, context))
    json.key("velocity" as StaticString)
    json.value(try await outlook.velocity(project, context).map(Value.object) ?? .null)
    for (name, figure) in [("cycleTime", \FinishedTask.cycleHours), ("leadTime", \FinishedTask.leadHours)] {
      json.key(name)
      json.beginObject()
      json.member("unit", "hours")
      json.percentiles(Percentiles(finished.compactMap { $0[keyPath: figure] }))
      json.endObject()
    }
    json.key("throughput" as StaticString)
    json.beginObject()
    json.member("unit", "tasks per day")
    json.percentiles(Percentiles(throughput.counts.map(Double.init)))
    json.endObject()
    json.key("errors" as StaticString)
    json.int(try await errors(in: month, project, context))
    try await writeProcess(to: &json, context)
    json.endObject()
  }

  /// How many tasks there are in each status.
  private func counts(of project: ProjectItem, _ context: Context?) async throws(Failure) -> [TaskStatus: Int] {
    var query = Documents.Query(TaskItem.collection)
    query.match("project", .string(project.id))
    query.match("hidden", .null)
    var counts: [TaskStatus: Int] = [:]
    for group in try await documents.groups(.init(query, by: ["status"]), context) {
      guard let status = group.first?.string.flatMap(TaskStatus.init) else { continue }
      counts[status] = group.last?.int.map(Int.init)
    }
    return counts
  }

  private func overdue(_ project: ProjectItem, _ today: Day, _ context: Context?) async throws(Failure) -> Int {
    var query = Documents.Query(TaskItem.collection)
    query.match("project", .string(project.id))
    query.match("hidden", .null)
    query.match("dueDate", "less", .string(today.text))
    query.match("status", anyOf: TaskStatus.allCases.filter(\.isOpen).map { .string($0.rawValue) })
    return try await documents.count(query, context)
  }

  private func errors(
    in period: Analytics.Period, _ project: ProjectItem, _ context: Context?
  ) async throws(Failure) -> Int {
    var query = Documents.Query(RecordItem.collection)
    query.match("project", .string(project.id))
    query.match("hidden", .null)
    query.match("kind", .string(RecordItem.Kind.error.rawValue))
    query.match("createdAt", "greaterOrEqual", .string(project.zone.moment(of: period.first).text))
    return try await documents.count(query, context)
  }

  private func writeProcess(to json: inout JSONWriter, _ context: Context?) async throws(Failure) {
    let host = ledger.host
    let health = try host.parse(await host.call("host.health", "{}", context: context))
    let figures = ProcessFigures()
    json.key("process" as StaticString)
    json.beginObject()
    json.member("rss", figures.residentBytes)
    json.member("cpu", figures.processorSeconds)
    json.member("uptime", health["uptime"].double ?? 0)
    json.member("loopLag", await lag())
    json.member("plugins", health["plugins"].count)
    json.endObject()
  }

  /// How long the loop took to come back to somebody who asked for its next turn, in milliseconds.
  private func lag() async -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      ledger.host.post { continuation.resume() }
    }
    let components = (clock.now - start).components
    return Double(components.seconds) * 1000 + Double(components.attoseconds) / 1e15
  }
}
