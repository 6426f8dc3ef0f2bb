import Interchange
import PluginKit

/// One batch of an import.
@Loop
final class ImportBatch {
  let session: ImportSession
  let transaction: Transaction
  let project: ProjectItem
  var counts = ImportCounts()
  var problems: [String] = []
  /// The ids of sprints by what the source calls them.
  private var sprints: [String: String] = [:]

  init(_ session: ImportSession, _ transaction: Transaction, _ project: ProjectItem) {
    self.session = session
    self.transaction = transaction
    self.project = project
  }

  func apply(_ items: ArraySlice<ImportedItem>, with imports: Imports) async throws(Failure) {
    try await makePeople(items, imports.ledger)
    let tasks = items.compactMap { item in if case .task(let task) = item { task } else { nil } }
    let known = try await stored(tasks.map(\.sourceID))
    for (place, item) in items.enumerated() {
      // Others have their turn on the loop between.
      if place % 20 == 19 { await Task.yield() }
      switch item {
      case .sprint(let sprint): _ = try await sprintID(of: sprint)
      case .task(let task): try await apply(task, known[task.sourceID], with: imports)
      case .person, .project: break
      }
    }
  }

  // MARK: Tasks

  /// The tasks of the project that came from these sources. Our own export is known by its ids as well.
  func stored(_ sources: [String]) async throws(Failure) -> [String: TaskItem] {
    guard !sources.isEmpty else { return [:] }
    var found: [String: TaskItem] = [:]
    let own = sources.compactMap { source in source.hasPrefix("orchestron:") ? String(source.dropFirst(11)) : nil }
    let ids = own.filter { if case .id = Reference($0) { true } else { false } }
    for task in try await transaction.get(ids, as: TaskItem.self) where task.project == project.id {
      found["orchestron:\(task.id)"] = task
    }
    for start in stride(from: 0, to: sources.count, by: Documents.Query.valueLimit) {
      var query = Documents.Query(TaskItem.collection)
      let some = sources[start..<min(start + Documents.Query.valueLimit, sources.count)]
      query.match("source", anyOf: some.map(Value.string))
      for task in try await transaction.all(query, as: TaskItem.self) where task.project == project.id {
        if let source = task.fields["source"]?.string { found[source] = task }
      }
    }
    return found
  }

  private func apply(_ task: ImportedTask, _ old: TaskItem?, with imports: Imports) async throws(Failure) {
    guard old?.isHidden != true else { return counts[.tasksHidden] += 1 }
    var described = try await described(task)
    if described["status"] == nil, old == nil { described["status"] = "todo" }
    let comments = ImportedParts.value(of: task.comments)
    let times = times(of: task)
    if let old, old.fields["source"]?.string != task.sourceID {
      return try await mergeOwn(task, described, old, imports)
    }
    var state = SourceState(old?.fields["sourceState"]?.string)
    let news = SourceState.fields.filter { field in
      switch field {
      case "parent", "links": false
      case "comments": state.isNews(comments, of: field)
      case "timeEntries": state.isNews(ImportedParts.value(of: times), of: field)
      default: state.isNews(described[field], of: field)
      }
    }
    guard !news.isEmpty || old == nil else { return counts[.tasksUnchanged] += 1 }
    for field in SourceState.fields where field != "parent" && field != "links" {
      state.note(described[field], of: field)
    }
    state.note(comments, of: "comments")
    state.note(ImportedParts.value(of: times), of: "timeEntries")
    let new: TaskItem
    if let old {
      counts[.tasksUpdated] += 1
      new = try await update(old, described, news, state, imports)
    } else {
      new = try await make(task, described, state, imports)
    }
    if news.contains("comments") { try await apply(task.comments, of: task, to: new, imports.ledger) }
    if news.contains("timeEntries") { try await apply(times, of: task, to: new, imports.time) }
  }

  private func make(
    _ task: ImportedTask, _ described: Fields, _ state: SourceState, _ imports: Imports
  ) async throws(Failure) -> TaskItem {
    // A dry run takes no numbers away.
    let number = session.item.isDry ? 0 : try await transaction.next("core/tasks/\(project.id)")
    var new = try TaskItem(
      imported: described, source: task.sourceID, id: imports.ledger.ids.next(at: transaction.now),
      key: "\(project.key)-\(number)", project: project.id, rank: Rank.initial(number), at: transaction.now)
    new.fields["sourceState"] = .string(state.text)
    counts[.tasksCreated] += 1
    if new.isDone, new.fields["completedDate"] == nil { counts[.doneWithoutDate] += 1 }
    return transaction.put(new)
  }

  /// Changes a task of ours that comes back from an export where it says something else than the task here. Its comments
  /// and times are here.
  private func mergeOwn(
    _ task: ImportedTask, _ described: Fields, _ old: TaskItem, _ imports: Imports
  ) async throws(Failure) {
    let news = SourceState.fields.filter { field in
      guard let value = described[field] else { return false }
      return value != old.fields[field] && task.fields[field] != old.fields[field]
    }
    guard !news.isEmpty else { return counts[.tasksUnchanged] += 1 }
    counts[.tasksUpdated] += 1
    _ = try await update(old, described, news, nil, imports)
  }

  /// - Parameter state: What the source says now; nil for a task of ours.
  private func update(
    _ old: TaskItem, _ described: Fields, _ news: [String], _ state: SourceState?, _ imports: Imports
  ) async throws(Failure) -> TaskItem {
    var new = old
    for field in news where !TaskItem.placed.contains(field) && described.names.contains(field) {
      new.fields[field] = described[field]
    }
    for field in news where described[field] == nil && !ImportBatch.lasting.contains(field) {
      new.fields[field] = field == "labels" ? [] : nil
    }
    let isMoved = news.contains("status") && described["status"] != old.fields["status"]
    if isMoved || new.isDone && news.contains("completedDate") && described["completedDate"] != nil {
      new.place(as: described, at: transaction.now)
    } else if news.contains("progress"), !new.isDone {
      new.fields["progress"] = described["progress"] ?? 0
    }
    let waits = try await !imports.tasks.dependencies.openBlockers(of: new, transaction).isEmpty
    if waits { try new.block(at: transaction.now) }
    if let state { new.fields["sourceState"] = .string(state.text) }
    try await imports.tasks.put(new, since: old, transaction)
    return try await transaction.get(old.id, as: TaskItem.self) ?? new
  }

  /// Fields that a task keeps when its source says nothing of them any more.
  private static let lasting: Set<String> = [
    "title", "type", "priority", "status", "progress", "completedDate", "comments", "timeEntries", "parent", "links",
  ]

  /// The fields of a task as ours has them: people by their handles, the sprint by its id.
  private func described(_ task: ImportedTask) async throws(Failure) -> Fields {
    var fields = Fields()
    for (name, value) in task.fields.members where ImportBatch.taken.contains(name) { fields[name] = value }
    if let name = fields["assignee"]?.string { fields["assignee"] = .string(handle(of: name)) }
    if let names = fields["watchers"]?.array?.compactMap(\.string) {
      var handles: [String] = []
      for handle in names.map(handle(of:)) where !handles.contains(handle) { handles.append(handle) }
      fields["watchers"] = .array(handles.map(Value.string))
    }
    if let progress = fields["progress"]?.double { fields["progress"] = .int(Int64(progress.rounded())) }
    if let checkpoints = fields["checkpoints"]?.array {
      fields["checkpoints"] = .array(checkpoints.prefix(100).compactMap(ImportedParts.checkpoint))
    }
    if fields["completedDate"] == nil, fields["status"] == "done" { fields["completedDate"] = task.fields["updatedAt"] }
    if let name = task.sprint, let sprint = session.sprints[name] ?? sprintOfBatch(name) {
      fields["sprint"] = .string(try await sprintID(of: sprint))
    }
    return fields
  }

  private static let taken: Set<String> = Set(SourceState.fields).subtracting([
    "sprint", "comments", "timeEntries", "parent", "links",
  ]).union(["createdAt"])

  /// Time that was spent: what the source lists, and a sum that it states.
  private func times(of task: ImportedTask) -> [ImportedTimeEntry] {
    guard let hours = task.fields["actualHours"]?.double, hours > 0, task.timeEntries.isEmpty else {
      return task.timeEntries
    }
    return [ImportedTimeEntry(hours: hours)]
  }

  // MARK: Sprints

  private var announced: [String: ImportedSprint] = [:]

  private func sprintOfBatch(_ name: String) -> ImportedSprint? { announced[name] }

  /// The sprint of the project that a source's sprint is: the one made of it before, or one of the same name, or a new
  /// one.
  private func sprintID(of sprint: ImportedSprint) async throws(Failure) -> String {
    announced[sprint.sourceID] = sprint
    if let id = sprints[sprint.sourceID] { return id }
    let id = ImportedID.id([project.id, sprint.sourceID], at: sprint.start)
    sprints[sprint.sourceID] = id
    if try await transaction.get(id, as: SprintItem.self) != nil { return id }
    var query = Documents.Query(SprintItem.collection)
    query.match("project", .string(project.id))
    query.match("hidden", .null)
    query.match("name", .string(sprint.name))
    if let known = try await transaction.all(query, as: SprintItem.self).first {
      sprints[sprint.sourceID] = known.id
      return known.id
    }
    let number = session.item.isDry ? 0 : try await transaction.next("core/sprints/\(project.id)")
    transaction.put(makeSprint(sprint, id: id, key: "\(project.key)-S\(number)"))
    counts[.sprintsCreated] += 1
    return id
  }

  private func makeSprint(_ sprint: ImportedSprint, id: String, key: String) -> SprintItem {
    var fields: Fields = ["name": .string(String(sprint.name.unicodeScalars.prefix(200)))]
    fields["goal"] = sprint.goal.map { .string(String($0.unicodeScalars.prefix(2000))) }
    let today = project.zone.day(at: transaction.now)
    var days = fields
    days["startDate"] = sprint.start.map { .string(project.zone.day(at: $0).text) }
    days["endDate"] = sprint.end.map { .string(project.zone.day(at: $0).text) }
    do throws(Failure) {
      return try SprintItem(days, id: id, key: key, project: project.id, today: today)
    } catch {
      problems.append("the sprint \(sprint.name) has 14 days from today on: \(error.message)")
    }
    // Without days of its own it is always possible.
    return (try? SprintItem(fields, id: id, key: key, project: project.id, today: today)) ?? SprintItem(fields: fields)
  }
}
