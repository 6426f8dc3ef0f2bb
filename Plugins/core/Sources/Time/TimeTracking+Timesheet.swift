import PluginKit

/// Sums and overlaps.
extension TimeTracking {
  /// The longest period of a timesheet, in days.
  private static let period = 366
  /// From how many entries on a sum is made beside the loop.
  private static let manyEntries = 2000

  func timesheet(_ call: Call) async throws(Failure) {
    let now = Instant.now
    let everywhere = call.stringIfPresent("project") == "*"
    let today = (everywhere ? TimeZone.utc : try projects.project(of: call).zone).day(at: now)
    let from = call.stringIfPresent("from").flatMap { Day($0) } ?? today - today.weekday
    let to = call.stringIfPresent("to").flatMap { Day($0) } ?? max(today, from)
    guard from <= to, to - from < Self.period else {
      throw Failure(
        .invalidArgument, "a timesheet goes from a day to the same or a later one, over at most \(Self.period) days",
        details: Refusal.details(path: "to", message: "does not fit from"))
    }
    let person = person(of: call)
    let entries = try await entries(of: person, from...to, call)
    let zones = Dictionary(
      entries.map { ($0.project, projects[$0.project].zone) }, uniquingKeysWith: { first, _ in first })
    let tasks = try await names(of: Set(entries.map(\.task)), call.context)
    let make: @Sendable () -> [UInt8] = {
      let sheet = Timesheet(entries, days: from...to, now: now) { zones[$0] ?? .utc }
      return Self.fields(sheet, person, from...to, tasks).json
    }
    call.answer(json: entries.count > Self.manyEntries ? try await host.computed(make) : make())
  }

  /// The entries that may fall into a period, and those that are running.
  private func entries(
    of person: String?, _ days: ClosedRange<Day>, _ call: Call
  ) async throws(Failure) -> [TimeEntry] {
    // Small pages keep the loop free between them.
    var query = Documents.Query(TimeEntry.collection, limit: 1000)
    try projects.narrow(&query, to: call)
    if let person { query.match("person", .string(person)) }
    query.match("hidden", .null)
    var running = query
    running.match("running", true)
    // A project's zone may have changed since the days were written: one day more on either side is enough.
    query.match("lastDay", "greaterOrEqual", .string((days.lowerBound - 1).text))
    query.match("day", "lessOrEqual", .string((days.upperBound + 1).text))
    query.match("running", .null)
    let found = try await documents.all(query, call.context) + documents.all(running, call.context)
    return found.map { TimeEntry(fields: $0) }
  }

  /// What tasks are called: their keys and titles.
  private func names(of tasks: Set<String>, _ context: Context?) async throws(Failure) -> [TaskItem] {
    let ids = tasks.sorted()
    var found: [TaskItem] = []
    for start in stride(from: 0, to: ids.count, by: 500) {
      let part = ids[start..<min(start + 500, ids.count)]
      var query = Documents.Query(TaskItem.collection, limit: part.count)
      query.match("id", anyOf: part.map(Value.string))
      query.fields = ["id", "key", "title"]
      found += try await documents.page(query, context).items.map { TaskItem(fields: $0) }
    }
    return found
  }

  nonisolated private static func fields(
    _ sheet: Timesheet, _ person: String?, _ days: ClosedRange<Day>, _ tasks: [TaskItem]
  ) -> Fields {
    let known = Dictionary(tasks.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    func describe(_ task: String, _ seconds: Int64) -> Fields {
      var fields: Fields = ["task": .string(task)]
      fields["key"] = known[task].map { .string($0.key) }
      fields["title"] = known[task].map { .string($0.title) }
      fields["hours"] = .double(TimeEntry.hours(seconds))
      return fields
    }
    var lines: [Day: [Value]] = [:]
    let sorted = sheet.seconds.sorted { ($0.key.person, $0.key.task) < ($1.key.person, $1.key.task) }
    for (line, seconds) in sorted {
      var fields: Fields = ["person": .string(line.person)]
      for (name, value) in describe(line.task, seconds).members { fields[name] = value }
      lines[line.day, default: []].append(.object(fields))
    }
    var fields = Fields()
    fields["person"] = person.map(Value.string)
    fields["from"] = .string(days.lowerBound.text)
    fields["to"] = .string(days.upperBound.text)
    fields["hours"] = .double(TimeEntry.hours(sheet.total))
    fields["days"] = .array(
      sheet.sums(by: \.day).map { day, seconds in
        ["day": .string(day.text), "hours": .double(TimeEntry.hours(seconds)), "entries": .array(lines[day] ?? [])]
      })
    fields["tasks"] = .array(sheet.sums(by: \.task).map { .object(describe($0.key, $0.seconds)) })
    fields["people"] = .array(
      sheet.sums(by: \.person).map { ["person": .string($0.key), "hours": .double(TimeEntry.hours($0.seconds))] })
    fields["overlaps"] = .array(
      sheet.overlaps.map { overlap in
        ["entries": .array(overlap.entries.map(Value.string)), "hours": .double(TimeEntry.hours(overlap.seconds))]
      })
    return fields
  }

  // MARK: Overlaps

  /// An entry as it is answered: with the ids of those that it shares time with, when there are any; nothing of one that
  /// was deleted.
  func withOverlaps(_ entry: TimeEntry, _ transaction: Transaction) async throws(Failure) -> Fields? {
    guard !entry.isDeleted else { return nil }
    var fields = entry.fields
    guard let start = entry.start, let end = entry.end, let day = fields["day"], let lastDay = fields["lastDay"] else {
      return fields
    }
    var query = Documents.Query(TimeEntry.collection)
    query.match("person", .string(entry.person))
    query.match("hidden", .null)
    query.match("lastDay", "greaterOrEqual", day)
    query.match("day", "lessOrEqual", lastDay)
    let session = WorkSession(start: start, end: end)
    let others = try await documents.all(query, transaction.context).map { TimeEntry(fields: $0) }
      .filter { other in
        guard other.id != entry.id, let start = other.start, let end = other.end else { return false }
        return session.shared(with: WorkSession(start: start, end: end)) > 0
      }
    if !others.isEmpty { fields["overlaps"] = .array(others.map { .string($0.id) }) }
    return fields
  }
}
