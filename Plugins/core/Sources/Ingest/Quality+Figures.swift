import PluginKit

/// The figures of the service `quality`.
extension Quality {
  /// The documents of a collection that a period's query finds, all pages of them.
  private func documents(
    _ collection: String, in period: Analytics.Period, of project: ProjectItem, fields: [String], _ context: Context?
  ) async throws(Failure) -> [Fields] {
    var query = Documents.Query(collection)
    query.match("project", .string(project.id))
    let zone = project.zone
    query.match("at", "greaterOrEqual", .string(zone.moment(of: period.first).text))
    query.match("at", "less", .string(zone.moment(of: period.last + 1).text))
    query.order = ["at"]
    query.fields = fields
    return try await documents.all(query, context)
  }

  // MARK: Code

  func code(_ call: Call) async throws(Failure) {
    let project = try projects.project(of: call)
    let period = try analytics.period(of: call, project, days: 90)
    var query = commits(in: period, of: project, merges: 0)
    query.fields = ["day", "fix", "added", "removed", "fileCount"]
    let commits = try await documents.all(query, call.context)
    let merges = try await documents.count(self.commits(in: period, of: project, merges: 1), call.context)
    let figures = try await away { CodeFigures(commits) }
    var files = self.commits(in: period, of: project, merges: 0)
    files.order = ["-day"]
    files.fields = ["fix", "files"]
    files.limit = 500
    var (hotspots, seen) = (Hotspots(), 0)
    while seen < Quality.hotspotLimit {
      let page = try await documents.page(files, call.context)
      for commit in page.items { hotspots.add(commit) }
      seen += page.items.count
      guard let next = page.next else { break }
      files.cursor = next
    }
    var json = JSONWriter(capacity: 4096)
    json.beginObject()
    json.period(period)
    json.sum(figures.total)
    json.member("merges", merges)
    json.key("size" as StaticString)
    json.beginObject()
    json.member("unit", "lines changed by a commit")
    json.percentiles(Percentiles(figures.sizes))
    json.endObject()
    json.list("weeks", figures.weeks) { json, week in
      json.member("day", week.first.text)
      json.sum(week.sum)
    }
    json.list("hotspots", hotspots.worst(20)) { json, file in
      json.member("path", file.path)
      json.member("commits", file.sum.commits)
      json.member("fixes", file.sum.fixes)
      json.member("linesAdded", file.sum.added)
      json.member("linesRemoved", file.sum.removed)
    }
    json.endObject()
    call.answer(json)
  }

  /// Of more commits than these, the latest ones tell which files are changed most.
  private static let hotspotLimit = 20_000

  private func commits(in period: Analytics.Period, of project: ProjectItem, merges: Int64) -> Documents.Query {
    var query = Documents.Query(CommitItem.collection)
    query.match("project", .string(project.id))
    query.match("merge", .int(merges))
    query.match("day", "greaterOrEqual", .string(period.first.text))
    query.match("day", "lessOrEqual", .string(period.last.text))
    query.order = ["day"]
    return query
  }

  private func away<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async throws(Failure) -> Value {
    do { return try await host.work { body() } } catch {
      throw Failure(.internal, "the figures could not be computed: \(error)")
    }
  }

  // MARK: Tests

  func tests(_ call: Call) async throws(Failure) {
    let project = try projects.project(of: call)
    let period = try analytics.period(of: call, project, days: 30)
    let fields = ["day", "at", "tests", "passed", "failed", "errors", "skipped", "seconds", "failing", "flaky"]
    let runs = try await documents(TestRunItem.collection, in: period, of: project, fields: fields, call.context)
    func names(_ run: Fields, _ field: String) -> [String] { run[field]?.array?.compactMap(\.string) ?? [] }
    let flaky = FlakyTests.find(runs.map { (names($0, "failing"), names($0, "flaky")) })
    var weeks: [(first: Day, runs: [Fields])] = []
    for run in runs {
      guard let day = run["day"]?.string.flatMap({ Day($0) }) else { continue }
      let monday = day - day.weekday
      if weeks.last?.first != monday { weeks.append((monday, [])) }
      weeks[weeks.count - 1].runs.append(run)
    }
    var json = JSONWriter(capacity: 4096)
    json.beginObject()
    json.period(period)
    json.member("runs", runs.count)
    json.rate("passRate", TestRunItem.passRate(of: runs))
    json.rate("latestPassRate", runs.last.flatMap { TestRunItem.passRate(of: [$0]) })
    json.key("duration" as StaticString)
    json.beginObject()
    json.member("unit", "seconds of a run")
    json.percentiles(Percentiles(runs.compactMap { $0["seconds"]?.double }))
    json.endObject()
    json.list("weeks", weeks) { json, week in
      json.member("day", week.first.text)
      json.member("runs", week.runs.count)
      json.rate("passRate", TestRunItem.passRate(of: week.runs))
    }
    json.list("flaky", flaky.prefix(50)) { json, test in
      json.member("name", test.name)
      json.member("turns", test.turns)
      json.member("reruns", test.reruns)
    }
    json.key("failing" as StaticString)
    json.strings(runs.last.map { names($0, "failing") } ?? [])
    json.endObject()
    call.answer(json)
  }

  // MARK: Coverage

  func coverage(_ call: Call) async throws(Failure) {
    let project = try projects.project(of: call)
    let period = try analytics.period(of: call, project, days: 90)
    let trend = try await documents(
      CoverageItem.collection, in: period, of: project, fields: ["day", "lines"], call.context)
    var query = Documents.Query(CoverageItem.collection, limit: 1)
    query.match("project", .string(project.id))
    query.order = ["-at"]
    let latest = try await documents.page(query, call.context).items.first
    func share(_ count: Fields?) -> Double? {
      guard let found = count?["found"]?.int, let hit = count?["hit"]?.int, found > 0 else { return nil }
      return Double(hit) / Double(found)
    }
    func write(_ count: Fields?, to json: inout JSONWriter) {
      json.member("found", count?["found"]?.int ?? 0)
      json.member("hit", count?["hit"]?.int ?? 0)
      json.rate("share", share(count))
    }
    var json = JSONWriter(capacity: 4096)
    json.beginObject()
    json.period(period)
    json.key("latest" as StaticString)
    if let latest {
      json.beginObject()
      json.member("at", latest["at"]?.string ?? "")
      for name in ["lines", "branches", "functions"] {
        json.key(name)
        json.beginObject()
        write(latest[name]?.object, to: &json)
        json.endObject()
      }
      json.member("files", latest["fileCount"]?.int ?? 0)
      json.endObject()
    } else {
      json.null()
    }
    json.list("trend", trend) { json, item in
      json.member("day", item["day"]?.string ?? "")
      json.rate("share", share(item["lines"]?.object))
    }
    let files = (latest?["files"]?.array ?? []).compactMap(\.object)
    let worst = files.filter { $0["found"] != $0["hit"] }.prefix(20)
    json.list("leastCovered", worst) { json, file in
      json.member("path", file["path"]?.string ?? "")
      write(file, to: &json)
    }
    json.endObject()
    call.answer(json)
  }

  // MARK: Debt

  /// What is open because something was done badly before: bugs, and tasks with a label that says so.
  func debt(_ call: Call) async throws(Failure) {
    let project = try projects.project(of: call)
    var open = Documents.Query(TaskItem.collection)
    open.match("project", .string(project.id))
    open.match("hidden", .null)
    open.match("status", anyOf: TaskStatus.allCases.filter(\.isOpen).map { .string($0.rawValue) })
    open.match("type", "notEqual", .string(TaskType.epic.rawValue))
    open.fields = ["id", "component", "estimatedHours"]
    var found: [String: Fields] = [:]
    var bugs = open
    bugs.match("type", .string(TaskType.bug.rawValue))
    for task in try await documents.all(bugs, call.context) { found[task["id"]?.string ?? ""] = task }
    for label in Quality.debtLabels {
      var query = open
      query.match("labels", containing: label)
      for task in try await documents.all(query, call.context) { found[task["id"]?.string ?? ""] = task }
    }
    let all = try await documents.groups(
      .init(open, by: [], measures: [.count, .sum("estimatedHours")]), call.context
    ).first
    let debt = DebtFigures(Array(found.values))
    let (count, hours) = (all?.first?.int ?? 0, all?.last?.double ?? 0)
    var json = JSONWriter(capacity: 2048)
    json.beginObject()
    json.member("unit", "hours")
    json.debt(debt.total)
    json.member("openTasks", count)
    json.member("openHours", hours)
    json.rate("shareOfTasks", count > 0 ? Double(debt.total.tasks) / Double(count) : nil)
    json.rate("shareOfHours", hours > 0 ? debt.total.hours / hours : nil)
    json.list("components", debt.components) { json, component in
      if component.name.isEmpty { json.key("component"); json.null() } else { json.member("component", component.name) }
      json.debt(component.sum)
    }
    json.key("labels" as StaticString)
    json.strings(Quality.debtLabels)
    json.endObject()
    call.answer(json)
  }

  private static let debtLabels = ["debt", "tech-debt", "technical-debt", "refactor", "refactoring"]
}

/// Open work that pays for what was done badly before.
struct DebtFigures: Sendable {
  struct Sum: Sendable, Equatable {
    var tasks = 0
    var hours = 0.0
    /// Tasks that nobody has estimated, which the hours leave out.
    var withoutEstimate = 0

    mutating func add(_ task: Fields) {
      tasks += 1
      if let estimate = task["estimatedHours"]?.double { hours += estimate } else { withoutEstimate += 1 }
    }
  }

  private(set) var total = Sum()
  /// The one with the most hours first; the name is empty where tasks have no component.
  let components: [(name: String, sum: Sum)]

  init(_ tasks: [Fields]) {
    var sums: [String: Sum] = [:]
    for task in tasks {
      total.add(task)
      sums[task["component"]?.string ?? "", default: Sum()].add(task)
    }
    components = sums.sorted { left, right in
      (right.value.hours, right.value.tasks, left.key) < (left.value.hours, left.value.tasks, right.key)
    }.map { ($0.key, $0.value) }
  }
}

extension JSONWriter {
  fileprivate mutating func sum(_ sum: CodeFigures.Sum) {
    member("commits", sum.commits)
    member("fixes", sum.fixes)
    rate("fixShare", sum.fixShare)
    member("linesAdded", sum.added)
    member("linesRemoved", sum.removed)
    member("filesChanged", sum.files)
  }

  fileprivate mutating func debt(_ sum: DebtFigures.Sum) {
    member("tasks", sum.tasks)
    member("hours", (sum.hours * 100).rounded() / 100)
    member("withoutEstimate", sum.withoutEstimate)
  }

  /// Writes a share of 0 to 1, null where there is none.
  fileprivate mutating func rate(_ name: StaticString, _ value: Double?) {
    key(name)
    if let value { double((value * 10_000).rounded() / 10_000) } else { null() }
  }

  fileprivate mutating func list<Element>(
    _ name: StaticString, _ elements: some Sequence<Element>, _ write: (inout JSONWriter, Element) -> Void
  ) {
    key(name)
    beginArray()
    for element in elements {
      beginObject()
      write(&self, element)
      endObject()
    }
    endArray()
  }
}
