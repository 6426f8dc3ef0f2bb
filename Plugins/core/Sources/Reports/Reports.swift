import PluginKit

/// The service `reports`: what happened, for people to read.
@Loop
final class Reports {
  let ledger: Ledger
  let projects: Projects
  let analytics: Analytics
  let outlook: Outlook
  var documents: Documents { ledger.documents }

  /// What reports ask of services that they do not know.
  struct Outlook {
    /// The active sprint of a project, as JSON; nil without one.
    var activeSprint: @Loop (ProjectItem, Context?) async throws(Failure) -> Fields?
    /// When the open tasks of a project will be done; nil when nobody can say.
    var forecast: @Loop (ProjectItem, Context?) async throws(Failure) -> Fields?
    /// How much sprints complete: unit and percentiles; nil before the first.
    var velocity: @Loop (ProjectItem, Context?) async throws(Failure) -> Fields?
  }

  init(ledger: Ledger, projects: Projects, analytics: Analytics, outlook: Outlook) {
    self.ledger = ledger
    self.projects = projects
    self.analytics = analytics
    self.outlook = outlook
  }

  // MARK: Activity

  /// What was changed, the newest first.
  func activity(_ call: Call) throws(Failure) {
    var query = Documents.Query(
      Revision.collection, limit: try call.int("limit"), cursor: call.stringIfPresent("cursor"))
    try projects.narrow(&query, to: call)
    if let actor = call.stringIfPresent("actor") { query.match("actor", .string(actor)) }
    if let kind = call.stringIfPresent("kind") { query.match("kind", .string(kind)) }
    query.order = ["-change"]
    query.fields = Reports.activityFields
    documents.answer(call, with: query)
  }

  static let activityFields = [
    "entity", "kind", "key", "project", "number", "change", "at", "actor", "method", "reason", "patch",
  ]

  // MARK: Graph

  /// Tasks with their parts and links, and the records that belong to them, as nodes and edges.
  func graph(_ call: Call) async throws(Failure) {
    let project = try projects.project(of: call)
    let limit = try call.int("limit")
    let tasks = try await nodes(PlanGraph.taskFields, "-updatedAt", limit, of: project, as: TaskItem.self, call.context)
    let records = try await nodes(
      PlanGraph.recordFields, "-createdAt", limit, of: project, as: RecordItem.self, call.context)
    let graph = PlanGraph(tasks: tasks.items, records: records.items)
    let isWhole = tasks.isAll && records.isAll
    call.answer(json: try await ledger.host.computed { graph.json(isWhole: isWhole) })
  }

  /// So many entities of a project, with these fields alone, and whether there are no more.
  private func nodes<E: Entity>(
    _ fields: [String], _ order: String, _ limit: Int, of project: ProjectItem, as type: E.Type, _ context: Context?
  ) async throws(Failure) -> (items: [E], isAll: Bool) {
    var query = Documents.Query(E.collection)
    query.match("project", .string(project.id))
    query.match("hidden", .null)
    query.order = [order]
    query.fields = fields
    var items: [E] = []
    repeat {
      // Small pages keep the loop free between them.
      query.limit = min(500, limit - items.count)
      let page = try await documents.page(query, context)
      items += page.items.map { E(fields: $0) }
      query.cursor = page.next
    } while query.cursor != nil && items.count < limit
    return (items, query.cursor == nil)
  }

  // MARK: Summary

  /// A report of a period, as JSON, Markdown or HTML.
  func summary(_ call: Call) async throws(Failure) {
    let project = try projects.project(of: call)
    let period = try await period(of: call, project)
    let report = try await report(of: period, project, call.context)
    var json = JSONWriter()
    json.beginObject()
    json.period(period)
    json.member("format", try call.string("format"))
    switch try call.string("format") {
    case "markdown": json.member("text", report.markdown)
    case "html": json.member("text", report.html)
    default:
      json.key("report" as StaticString)
      json.value(report.value)
    }
    json.endObject()
    call.answer(json)
  }

  private func period(of call: Call, _ project: ProjectItem) async throws(Failure) -> Analytics.Period {
    let today = project.zone.day(at: Instant.now)
    switch try call.string("period") {
    case "day": return try analytics.period(of: call, project, days: 1)
    case "sprint":
      guard let sprint = try await outlook.activeSprint(project, call.context),
        let first = sprint["startDate"]?.string.flatMap({ Day($0) })
      else {
        throw Failure(
          .failedPrecondition, "\(project.key) has no active sprint; start one, or ask for a day or a week",
          details: Refusal.details(path: "period", message: "there is no active sprint"))
      }
      return Analytics.Period(first: min(first, today), last: today)
    default: return try analytics.period(of: call, project, days: 7)
    }
  }

  private func report(
    of period: Analytics.Period, _ project: ProjectItem, _ context: Context?
  ) async throws(Failure) -> ReportDocument {
    let finished = try await analytics.finished(in: period, of: project, context)
    let open = try await analytics.inProgress(of: project, context)
    let bottlenecks = try await analytics.bottlenecks(of: project, context)
    let tasks = try await documents.get(finished.suffix(200).map(\.task), as: TaskItem.self, context)
    var report = ReportDocument(
      title: "\(project.fields["name"]?.string ?? project.key): report",
      subtitle: period.first == period.last ? period.first.text : "\(period.first.text) to \(period.last.text)")
    let cycle = Percentiles(finished.compactMap(\.cycleHours))
    var figures = ReportDocument.Section(heading: "Figures")
    figures.figures = [
      ("Finished", "\(finished.count)\(finished.count < Analytics.finishedLimit ? "" : " or more")"),
      ("In progress", String(open.count)),
      ("Blocked", String(open.count { $0.status == .blocked })),
      ("Cycle time, half of them within", Reports.duration(cycle?.p50)),
      ("Cycle time, 85 % of them within", Reports.duration(cycle?.p85)),
    ]
    report.sections.append(figures)
    report.sections.append(
      .init(
        heading: "Finished", items: tasks.compactMap { $0 }.filter { !$0.isDeleted }.map { "\($0.key) \($0.title)" }))
    report.sections.append(
      .init(
        heading: "In progress",
        items: open.prefix(200).map { "\($0.key) \($0.title) (\($0.status.rawValue)\(Reports.assignee(of: $0)))" }))
    report.sections.append(.init(heading: "Bottlenecks", items: bottlenecks.map(\.description)))
    let records = try await records(in: period, of: project, context)
    report.sections.append(
      .init(
        heading: "Records",
        items: records.map { "\($0.key) \($0.kind.rawValue): \($0.fields["title"]?.string ?? "")" }))
    return report
  }

  private func records(
    in period: Analytics.Period, of project: ProjectItem, _ context: Context?
  ) async throws(Failure) -> [RecordItem] {
    var query = Documents.Query(RecordItem.collection, limit: 200)
    query.match("project", .string(project.id))
    query.match("hidden", .null)
    query.match("createdAt", "greaterOrEqual", .string(project.zone.moment(of: period.first).text))
    query.match("createdAt", "less", .string(project.zone.moment(of: period.last + 1).text))
    query.order = ["-createdAt"]
    return try await documents.page(query, context).items.map(RecordItem.init)
  }

  private static func duration(_ hours: Double?) -> String {
    guard let hours else { return "–" }
    let (value, unit) = hours < 48 ? (hours, "h") : (hours / 24, "days")
    return "\((value * 10).rounded() / 10) \(unit)"
  }

  private static func assignee(of task: TaskItem) -> String {
    task.fields["assignee"]?.string.map { ", \($0)" } ?? ""
  }
}
