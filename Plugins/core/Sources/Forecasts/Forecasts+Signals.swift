import Forecasting
import PluginKit

/// What is unusual, and who has much on the table.
extension Forecasts {
  func anomalies(_ call: Call) async throws(Failure) {
    let project = try projects.project(of: call)
    let period = try analytics.period(of: call, project, days: 90)
    let throughput = try await analytics.throughput(in: period, of: project, call.context)
    let finished = try await analytics.finished(in: period, of: project, call.context)
    let timed = finished.compactMap { task in task.cycleHours.map { (task, $0 / 24) } }
    var json = JSONWriter(capacity: 2048)
    json.beginObject()
    json.period(period)
    // Days without work are usual on weekends: weeks compare with weeks.
    let weeks = throughput.weeks
    try await write(.throughput, weeks.map { Double($0.count) }, "throughput", "tasks per week", to: &json) {
      weeks[$0].first.text
    }
    try await write(.cycleTime, timed.map(\.1), "cycleTime", "days", to: &json) { timed[$0].0.key }
    json.endObject()
    call.answer(json)
  }

  /// Writes the findings of one series, or why there can be none.
  private func write(
    _ metric: Anomalies.Metric, _ values: [Double], _ name: StaticString, _ unit: StaticString,
    to json: inout JSONWriter, subject: (Int) -> String
  ) async throws(Failure) {
    json.key(name)
    json.beginObject()
    json.member("unit", unit.description)
    do {
      let found = try await compute { () throws(ForecastError) in try Anomalies(metric, in: values) }
      json.member("samples", found.evidence.samples)
      json.member("median", found.evidence.median)
      json.key("usual" as StaticString)
      json.beginArray()
      json.double(found.evidence.usual.lowerBound)
      json.double(found.evidence.usual.upperBound)
      json.endArray()
      json.member("rule", "modified z-score above 3.5 (Iglewicz and Hoaglin, 1993)")
      json.key("items" as StaticString)
      json.beginArray()
      for finding in found.findings {
        json.beginObject()
        json.member("subject", subject(finding.index))
        json.member("value", finding.value)
        // A series of equal values has no scale: anything else is beyond any score.
        if finding.score.isFinite { json.member("score", (finding.score * 100).rounded() / 100) }
        json.endObject()
      }
      json.endArray()
    } catch {
      guard error.status == .failedPrecondition else { throw error }
      json.member("refusal", error.message)
    }
    json.endObject()
  }

  func workload(_ call: Call) async throws(Failure) {
    let project = try projects.project(of: call)
    let name = call.handle(try call.string("assignee"))
    let now = Instant.now
    let today = project.zone.day(at: now)
    let open = try await analytics.inProgress(of: project, call.context)
      .count { $0.fields["assignee"] == .string(name) && $0.status == .inProgress }
    let history = try await inProgressHistory(of: name, project, until: today, call.context)
    let record = Workload.Record(
      inProgress: open, inProgressHistory: history, hoursLogged: 0, hoursOfCapacity: 0, outOfHoursShare: 0,
      outOfHoursHistory: [])
    let workload = try await compute { () throws(ForecastError) in try Workload(record) }
    var json = JSONWriter()
    json.beginObject()
    json.member("assignee", name)
    json.key("items" as StaticString)
    json.beginArray()
    for indicator in workload.indicators {
      json.beginObject()
      json.member("name", indicator.name.text)
      json.member("value", indicator.value)
      json.member("threshold", indicator.threshold)
      json.member("isHigh", indicator.isHigh)
      json.member("source", indicator.source)
      json.member("samples", indicator.samples)
      json.endObject()
    }
    json.endArray()
    json.endObject()
    call.answer(json)
  }

  /// How many tasks of somebody were in progress at the end of each of the last 90 days.
  private func inProgressHistory(
    of name: String, _ project: ProjectItem, until today: Day, _ context: Context?
  ) async throws(Failure) -> [Int] {
    var changes: [Day: Int] = [:]
    for (field, status, sign) in [("assignee", "to", 1), ("assigneeBefore", "from", -1)] {
      var query = Documents.Query(Transition.collection)
      query.match("project", .string(project.id))
      query.match(field, .string(name))
      query.match(status, .string(TaskStatus.inProgress.rawValue))
      for group in try await documents.groups(.init(query, by: ["day"]), context) {
        guard let day = group.first?.string.flatMap({ Day($0) }), let count = group.last?.int else { continue }
        changes[day, default: 0] += sign * Int(count)
      }
    }
    guard let first = changes.keys.min() else { return [] }
    var now = 0
    var days: [Int] = []
    for number in first.number..<max(first.number, today.number) {
      now += changes[Day(number: number)] ?? 0
      days.append(max(0, now))
    }
    return days.suffix(90)
  }
}

extension Workload.Indicator.Name {
  fileprivate var text: String {
    switch self {
    case .workInProgress: "workInProgress"
    case .hoursOfCapacity: "hoursOfCapacity"
    case .outOfHours: "outOfHours"
    }
  }
}
