import PluginKit

/// The figures of flow: times, throughput, age, cumulative flow, work in progress.
extension Analytics {
  func cycleTime(_ call: Call) async throws(Failure) {
    try await times(call, "hours") { $0.cycleHours }
  }

  func leadTime(_ call: Call) async throws(Failure) {
    try await times(call, "hours") { $0.leadHours }
  }

  func flowEfficiency(_ call: Call) async throws(Failure) {
    try await times(call, "share") { $0.flowEfficiency }
  }

  /// Answers with the percentiles of a figure of finished tasks, and the tasks that they come from.
  private func times(
    _ call: Call, _ unit: String, _ figure: @escaping (FinishedTask) -> Double?
  ) async throws(Failure) {
    let project = try projects.project(of: call)
    let period = try period(of: call, project, days: 90)
    let finished = try await finished(
      in: period, of: project, assignee: call.stringIfPresent("assignee").map(call.handle),
      type: call.stringIfPresent("type"),
      call.context)
    let known = finished.compactMap { task in figure(task).map { (task, $0) } }
    var json = JSONWriter(capacity: 256 + known.count * 96)
    json.beginObject()
    json.period(period)
    json.member("unit", unit)
    json.percentiles(Percentiles(known.map(\.1)))
    json.member("withoutFigure", finished.count - known.count)
    json.key("items" as StaticString)
    json.beginArray()
    // The newest are what a scatter plot shows; the percentiles are of all.
    for (task, value) in known.suffix(Analytics.itemLimit) {
      json.beginObject()
      json.member("task", task.task)
      json.member("key", task.key)
      json.member("day", task.day.text)
      json.member("value", (value * 1000).rounded() / 1000)
      json.endObject()
    }
    json.endArray()
    json.endObject()
    call.answer(json)
  }

  /// The most tasks that an answer lists.
  private static let itemLimit = 2000

  func throughput(_ call: Call) async throws(Failure) {
    let project = try projects.project(of: call)
    let period = try period(of: call, project, days: 90)
    let throughput = try await throughput(in: period, of: project, call.context)
    let isWeekly = call.stringIfPresent("per") == "week"
    let items = isWeekly ? throughput.weeks : throughput.counts.enumerated().map { (throughput.first + $0, $1) }
    var json = JSONWriter(capacity: 256 + items.count * 40)
    json.beginObject()
    json.period(period)
    json.member("unit", isWeekly ? "tasks per week" : "tasks per day")
    json.member("total", throughput.total)
    json.percentiles(Percentiles(items.map { Double($0.1) }))
    json.key("items" as StaticString)
    json.beginArray()
    for (day, count) in items {
      json.beginObject()
      json.member("day", day.text)
      json.member("count", count)
      json.endObject()
    }
    json.endArray()
    json.endObject()
    call.answer(json)
  }

  func cumulativeFlow(_ call: Call) async throws(Failure) {
    let project = try projects.project(of: call)
    let period = try period(of: call, project, days: 30)
    let steps = try await steps(in: period, of: project, call.context)
    let flow = CumulativeFlow(steps, from: period.first, to: period.last)
    var json = JSONWriter(capacity: 1024 + flow.days.count * 96)
    json.beginObject()
    json.period(period)
    json.member("unit", "tasks")
    json.key("days" as StaticString)
    json.strings(flow.days.map(\.text))
    json.key("counts" as StaticString)
    json.beginObject()
    for status in TaskStatus.allCases {
      json.key(status.rawValue)
      json.beginArray()
      for count in flow.counts[status] ?? [] { json.int(count) }
      json.endArray()
    }
    json.endObject()
    json.endObject()
    call.answer(json)
  }

  func age(_ call: Call) async throws(Failure) {
    let project = try projects.project(of: call)
    let now = Instant.now
    let today = project.zone.day(at: now)
    let finished = try await finished(in: Period(first: today - 89, last: today), of: project, call.context)
    let usual = Percentiles(finished.compactMap(\.cycleHours))
    let open = try await inProgress(of: project, call.context).compactMap { task in
      task.ageHours(at: now).map { (task, $0) }
    }
    var json = JSONWriter(capacity: 512 + open.count * 160)
    json.beginObject()
    json.member("unit", "hours")
    json.key("cycleTime" as StaticString)
    json.beginObject()
    json.percentiles(usual)
    json.endObject()
    json.key("items" as StaticString)
    json.beginArray()
    for (task, age) in open.sorted(by: { $0.1 > $1.1 }).prefix(500) {
      json.beginObject()
      json.member("task", task.id)
      json.member("key", task.key)
      json.member("title", task.title)
      json.member("status", task.status.rawValue)
      if let assignee = task.fields["assignee"]?.string { json.member("assignee", assignee) }
      json.member("age", (age * 10).rounded() / 10)
      if let usual { json.member("isOld", age > usual.p85) }
      json.endObject()
    }
    json.endArray()
    json.endObject()
    call.answer(json)
  }

  func workInProgress(_ call: Call) async throws(Failure) {
    let project = try projects.project(of: call)
    let open = try await inProgress(of: project, call.context)
    func counts(_ json: inout JSONWriter, _ name: StaticString, _ value: (TaskItem) -> String) {
      json.key(name)
      json.beginObject()
      for (value, tasks) in Dictionary(grouping: open, by: value).sorted(by: { $0.key < $1.key }) {
        json.key(value)
        json.int(tasks.count)
      }
      json.endObject()
    }
    var json = JSONWriter()
    json.beginObject()
    json.member("total", open.count)
    counts(&json, "byStatus") { $0.status.rawValue }
    counts(&json, "byAssignee") { $0.fields["assignee"]?.string ?? "nobody" }
    json.endObject()
    call.answer(json)
  }
}

extension JSONWriter {
  mutating func period(_ period: Analytics.Period) {
    member("from", period.first.text)
    member("to", period.last.text)
  }

  /// Writes `count`, and `p50`, `p85`, `p95`, which are null without any value.
  mutating func percentiles(_ percentiles: Percentiles?) {
    func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
    member("count", percentiles?.count ?? 0)
    for (name, value) in [("p50", percentiles?.p50), ("p85", percentiles?.p85), ("p95", percentiles?.p95)] {
      key(name)
      if let value { double(rounded(value)) } else { null() }
    }
  }
}
