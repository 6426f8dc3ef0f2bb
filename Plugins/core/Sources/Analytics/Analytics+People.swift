import PluginKit

/// The figures of people, and what keeps work from flowing.
extension Analytics {
  func bottlenecks(_ call: Call) async throws(Failure) {
    let project = try projects.project(of: call)
    let found = try await bottlenecks(of: project, call.context)
    var json = JSONWriter(capacity: 64 + found.count * 320)
    json.beginObject()
    json.key("items" as StaticString)
    json.beginArray()
    for bottleneck in found { json.bottleneck(bottleneck) }
    json.endArray()
    json.key("next" as StaticString)
    json.null()
    json.endObject()
    call.answer(json)
  }

  /// The worst first, at most a hundred.
  func bottlenecks(of project: ProjectItem, _ context: Context?) async throws(Failure) -> [Bottleneck] {
    let (now, zone) = (Instant.now, project.zone)
    let today = zone.day(at: now)
    let finished = try await finished(in: Period(first: today - 89, last: today), of: project, context)
    let usual = Percentiles(finished.compactMap(\.cycleHours))
    let open = try await inProgress(of: project, context)
    // A year of them is enough to be called long.
    let workdays = Workdays(of: project, in: today - 366...today)
    var found: [Bottleneck] = []
    for task in open {
      guard let started = task.startedAt, let age = task.ageHours(at: now) else { continue }
      let passed = workdays.count(after: zone.day(at: started), through: today)
      if let long = Bottleneck.longRunning(task, workdays: passed) { found.append(long) }
      // Of fewer finished tasks nobody can say what is usual.
      if let usual, usual.count >= 10, let old = Bottleneck.ageing(task, hours: age, usual: usual.p85) {
        found.append(old)
      }
    }
    let busy = Dictionary(grouping: open.filter { $0.status == .inProgress }) { $0.fields["assignee"]?.string ?? "" }
    for (assignee, tasks) in busy where !assignee.isEmpty {
      if let overload = Bottleneck.overload(assignee, inProgress: tasks.count) { found.append(overload) }
    }
    found += try await criticalDependencies(of: project, context)
    found += try await bugs(of: project, context)
    found.sort { ($1.severity, $0.name) < ($0.severity, $1.name) }
    return Array(found.prefix(100))
  }

  private func criticalDependencies(of project: ProjectItem, _ context: Context?) async throws(Failure) -> [Bottleneck]
  {
    try await graph.load(context)
    let crowded = graph.waiting.filter { $0.value >= 3 }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    let blockers = try await documents.get(crowded.prefix(200).map(\.key), as: TaskItem.self, context)
    var found: [Bottleneck] = []
    for case let blocker? in blockers where blocker.project == project.id && blocker.status.isOpen && !blocker.isHidden
    {
      let waiting = try await documents.get(blocker.references("blocking"), as: TaskItem.self, context)
        .count { $0.map { $0.status.isOpen && !$0.isHidden } ?? false }
      if let critical = Bottleneck.criticalDependency(blocker, waiting: waiting) { found.append(critical) }
    }
    return found
  }

  private func bugs(of project: ProjectItem, _ context: Context?) async throws(Failure) -> [Bottleneck] {
    var query = Documents.Query(TaskItem.collection)
    query.match("project", .string(project.id))
    query.match("hidden", .null)
    query.match("status", anyOf: TaskStatus.allCases.filter(\.isOpen).map { .string($0.rawValue) })
    query.match("type", .string(TaskType.bug.rawValue))
    return try await documents.groups(.init(query, by: ["component"]), context).compactMap { group in
      guard let component = group.first?.string, let count = group.last?.int else { return nil }
      return Bottleneck.quality(component, openBugs: Int(count))
    }
  }

  // MARK: People

  func team(_ call: Call) async throws(Failure) {
    let project = try projects.project(of: call)
    let period = try period(of: call, project, days: 30)
    let finished = try await finished(in: period, of: project, call.context)
    let open = try await inProgress(of: project, call.context)
    let byPerson = Dictionary(grouping: finished) { $0.assignee ?? "nobody" }
    let openByPerson = Dictionary(grouping: open) { $0.fields["assignee"]?.string ?? "nobody" }
    var json = JSONWriter(capacity: 1024)
    json.beginObject()
    json.period(period)
    json.member("finished", finished.count)
    json.member("inProgress", open.count)
    json.key("cycleTime" as StaticString)
    json.beginObject()
    json.percentiles(Percentiles(finished.compactMap(\.cycleHours)))
    json.endObject()
    json.key("items" as StaticString)
    json.beginArray()
    for person in Set(byPerson.keys).union(openByPerson.keys).sorted() {
      json.person(person, finished: byPerson[person] ?? [], open: openByPerson[person] ?? [])
    }
    json.endArray()
    json.endObject()
    call.answer(json)
  }

  func person(_ call: Call) async throws(Failure) {
    let project = try projects.project(of: call)
    let period = try period(of: call, project, days: 90)
    let name = call.handle(try call.string("assignee"))
    let finished = try await finished(in: period, of: project, assignee: name, call.context)
    let open = try await inProgress(of: project, call.context).filter { $0.fields["assignee"] == .string(name) }
    var json = JSONWriter(capacity: 1024)
    json.beginObject()
    json.period(period)
    json.key("figures" as StaticString)
    json.person(name, finished: finished, open: open)
    json.endObject()
    call.answer(json)
  }
}

extension JSONWriter {
  mutating func bottleneck(_ bottleneck: Bottleneck) {
    beginObject()
    member("type", bottleneck.kind.rawValue)
    member("severity", bottleneck.severity.rawValue)
    member("subject", bottleneck.subject)
    member("name", bottleneck.name)
    member("description", bottleneck.description)
    member("suggestion", bottleneck.suggestion)
    member("value", bottleneck.value)
    member("threshold", bottleneck.threshold)
    endObject()
  }

  /// Writes the figures of one person. Each says how many tasks it is of: no figure here ranks people.
  fileprivate mutating func person(_ name: String, finished: [FinishedTask], open: [TaskItem]) {
    beginObject()
    member("assignee", name)
    member("finished", finished.count)
    member("inProgress", open.count)
    member("storyPoints", finished.reduce(0) { $0 + ($1.storyPoints ?? 0) })
    member("estimatedHours", finished.reduce(0) { $0 + ($1.estimatedHours ?? 0) })
    key("cycleTime" as StaticString)
    beginObject()
    percentiles(Percentiles(finished.compactMap(\.cycleHours)))
    endObject()
    key("flowEfficiency" as StaticString)
    beginObject()
    percentiles(Percentiles(finished.compactMap(\.flowEfficiency)))
    endObject()
    endObject()
  }
}
