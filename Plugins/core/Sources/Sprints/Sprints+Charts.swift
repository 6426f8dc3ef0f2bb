import PluginKit

/// Burndown, burnup and velocity.
extension Sprints {
  func chart(_ call: Call, _ face: SprintChart.Face) async throws(Failure) {
    let sprint = try await sprint(of: call)
    let project = projects[sprint.project]
    let now = Instant.now
    let chart = try await chart(of: sprint, until: now, call.context)
    var json = JSONWriter(capacity: 256 + chart.rows.count * 96)
    json.beginObject()
    json.identity(of: sprint, project.unit)
    json.member("status", sprint.status.rawValue)
    json.member("timeZone", project.zone.name)
    json.key("start" as StaticString)
    json.beginObject()
    json.total(chart.history.baseline, in: project.unit)
    json.endObject()
    json.key("days" as StaticString)
    chart.writeDays(face, in: project.unit, to: &json)
    json.key("scopeChanges" as StaticString)
    chart.history.writeScopeChanges(in: project.unit, to: &json)
    json.endObject()
    call.answer(json)
  }

  private func chart(
    of sprint: SprintItem, until now: Instant, _ context: Context?
  ) async throws(Failure) -> SprintChart {
    let project = projects[sprint.project]
    let known = sprint.startedAt.map { _ in project.zone.day(at: sprint.endedAt ?? now) }
    return SprintChart(
      try await history(of: sprint, until: now, context), days: days(of: sprint, until: now), end: sprint.endDate,
      known: known, isWorkday: project.isWorkday)
  }

  func velocity(_ call: Call) async throws(Failure) {
    let project = try projects.project(of: call)
    let sprints = try await ended(in: project.id, limit: try call.int("last"), call.context)
    var json = JSONWriter(capacity: 1024)
    json.beginObject()
    json.member("project", project.id)
    json.member("unit", project.unit.rawValue)
    json.key("sprints" as StaticString)
    json.beginArray()
    for sprint in sprints.reversed() {
      json.beginObject()
      json.key("sprint" as StaticString)
      json.brief(sprint)
      let metrics = sprint.fields["metrics"]?.object
      for figure in ["planned", "completed", "added", "removed", "carriedOver"] as [StaticString] {
        json.amount(figure, Effort(metrics?[figure.description]?.object)[project.unit])
      }
      json.endObject()
    }
    json.endArray()
    json.key("range" as StaticString)
    json.fields(Velocity(sprints, in: project.unit).fields)
    json.endObject()
    call.answer(json)
  }

  /// How much the last ten sprints of a project completed: the unit and the range; nil before the first has ended.
  func velocity(of project: ProjectItem, _ context: Context?) async throws(Failure) -> Fields? {
    let velocity = Velocity(try await ended(in: project.id, limit: 10, context), in: project.unit)
    guard velocity.samples > 0 else { return nil }
    return Fields([("unit", .string(project.unit.rawValue))] + velocity.fields.members.map { ($0.name, $0.value) })
  }

  /// The sprints of a project that ended last, the latest first, with what velocity needs of them.
  func ended(in project: String, limit: Int, _ context: Context?) async throws(Failure) -> [SprintItem] {
    var query = Documents.Query(SprintItem.collection, limit: limit)
    query.match("project", .string(project))
    query.match("hidden", .null)
    query.match("status", .string(SprintItem.Status.completed.rawValue))
    query.order = ["-endedAt"]
    query.fields = ["id", "key", "name", "startDate", "endDate", "metrics"]
    return try await documents.page(query, context).items.map(SprintItem.init)
  }
}

extension Velocity {
  init(_ sprints: [SprintItem], in unit: EstimateUnit) {
    self.init(sprints.map { Effort($0.fields["metrics"]?.object?["completed"]?.object)[unit] })
  }
}

extension JSONWriter {
  /// Writes which sprint an answer is about, and the unit of its figures.
  mutating func identity(of sprint: SprintItem, _ unit: EstimateUnit) {
    key("sprint" as StaticString)
    brief(sprint)
    member("unit", unit.rawValue)
  }

  /// `{"id","key","name","startDate","endDate"}`.
  mutating func brief(_ sprint: SprintItem) {
    beginObject()
    member("id", sprint.id)
    member("key", sprint.key)
    member("name", sprint.name)
    member("startDate", sprint.startDate.text)
    member("endDate", sprint.endDate.text)
    endObject()
  }

  /// Writes the members `scope`, `done` and `remaining`.
  mutating func total(_ total: ScopeHistory.Total, in unit: EstimateUnit) {
    amount("scope", total.scope[unit])
    amount("done", total.done[unit])
    amount("remaining", total.remaining[unit])
  }
}
