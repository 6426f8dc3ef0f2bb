import PluginKit

/// Entries: what was spent without a timer, and corrections.
extension TimeTracking {
  /// The most that one entry says of one day, in seconds.
  private static let dayLimit: Int64 = 24 * 3600

  func log(_ call: Call) async throws(Failure) {
    let (name, person) = (try call.string("task"), person(of: call) ?? call.caller)
    guard let seconds = try duration(of: call) else {
      throw Failure(
        .invalidArgument, "say how long it took: give hours or minutes",
        details: Refusal.details(path: "hours", message: "or minutes is needed"))
    }
    let start = moment("startTime", of: call)
    try await change(call, "time.log", of: person) { [self] transaction throws(Failure) in
      let task = try await tasks.task(name, transaction)
      let zone = projects[task.project].zone
      let today = zone.day(at: transaction.now)
      let day = start.map { zone.day(at: $0) } ?? self.day(of: call) ?? today
      try refuseFuture(day, start == nil ? "day" : "startTime", today)
      var entry = TimeEntry(
        of: person, on: task, id: ledger.ids.next(at: transaction.now), seconds: seconds, day: day)
      if let start {
        entry.begin(at: start, zone)
        entry.finish(at: start.wholeSecond + seconds, zone)
      }
      entry.fields["note"] = call.stringIfPresent("note").map(Value.string)
      return try await withOverlaps(try await put(entry, since: nil, transaction), transaction)
    }
  }

  func get(_ call: Call) throws(Failure) {
    let name = try call.string("id")
    documents.answer(call, with: .id(name.asciiLowercased), of: TimeEntry.collection) { [self] in absentEntry(name) }
  }

  func list(_ call: Call) async throws(Failure) {
    var query = Documents.Query(
      TimeEntry.collection, limit: try call.int("limit"), cursor: call.stringIfPresent("cursor"))
    query.match("hidden", .null)
    if let name = call.stringIfPresent("task") {
      guard let task = try await documents.find(Reference(name), as: TaskItem.self, call.context) else {
        throw Tasks.absent(name)
      }
      query.match("task", .string(task.id))
    } else {
      try projects.narrow(&query, to: call)
    }
    if call.stringIfPresent("person") != nil, let person = person(of: call) { query.match("person", .string(person)) }
    if let from = call.stringIfPresent("from") { query.match("lastDay", "greaterOrEqual", .string(from)) }
    if let to = call.stringIfPresent("to") { query.match("day", "lessOrEqual", .string(to)) }
    query.order = ["-lastDay"]
    documents.answer(call, with: query)
  }

  func update(_ call: Call) async throws(Failure) {
    let patch = Fields(try host.parse(call.arguments))
    let (seconds, day) = (try duration(of: call), day(of: call))
    let (start, end) = (moment("startTime", of: call), moment("endTime", of: call))
    try await changeEntry(call, "time.update") { [self] entry, zone, now throws(Failure) in
      if let note = patch["note"] { entry.fields["note"] = note == .null ? nil : note }
      try refuse(entry, seconds: seconds, day: day, start: start, end: end)
      let days = [("day", day), ("startTime", start.map(zone.day)), ("endTime", end.map(zone.day))]
      for case (let name, let day?) in days { try refuseFuture(day, name, zone.day(at: now)) }
      if let day { entry.set(day: day) }
      if let start { entry.begin(at: start, zone) }
      guard !entry.isRunning else { return }
      guard let begin = entry.start else {
        if let seconds { entry.fields["hours"] = .double(TimeEntry.hours(seconds)) }
        return
      }
      // An entry that had no times lasts as long as it did; one that had an end keeps it.
      let finish = end ?? seconds.map { begin + $0 } ?? entry.end ?? begin + entry.seconds
      guard begin <= finish.wholeSecond else {
        throw Failure(
          .invalidArgument, "a session cannot end at \(finish.text), before it begins at \(begin.text)",
          details: Refusal.details(path: end == nil ? "startTime" : "endTime", message: "is on the wrong side"))
      }
      entry.finish(at: finish, zone)
    }
  }

  private func refuseFuture(_ day: Day, _ path: String, _ today: Day) throws(Failure) {
    // Where people live, the next day may have begun before it begins by the project's clock.
    guard day > today + 1 else { return }
    throw Failure(
      .invalidArgument, "\(day.text) has not come yet; log the time when it was spent",
      details: Refusal.details(path: path, message: "is in the future"))
  }

  /// Refuses what does not fit together or does not fit the entry.
  private func refuse(
    _ entry: TimeEntry, seconds: Int64?, day: Day?, start: Instant?, end: Instant?
  ) throws(Failure) {
    func refuse(_ path: String, _ sentence: String) -> Failure {
      Failure(.invalidArgument, sentence, details: Refusal.details(path: path, message: "does not fit the entry"))
    }
    if seconds != nil, end != nil { throw refuse("endTime", "give either endTime or how long it took, not both") }
    if day != nil, start != nil || entry.start != nil {
      throw refuse("day", "the entry is a session, whose startTime says on which day it was; change that instead")
    }
    if end != nil, start == nil, entry.start == nil {
      throw refuse("endTime", "the entry has no startTime; give one with the endTime")
    }
    if entry.isRunning, seconds != nil || end != nil {
      throw refuse("endTime", "the timer is still running; time.stop ends it")
    }
  }

  func delete(_ call: Call) async throws(Failure) {
    try await changeEntry(call, "time.delete") { entry, _, now throws(Failure) in
      // A timer that is thrown away does not run on.
      entry.fields["running"] = nil
      entry.fields["hidden"] = "deleted"
      entry.fields["hiddenAt"] = .string(now.text)
    }
  }

  private func changeEntry(
    _ call: Call, _ method: StaticString,
    _ body: @Loop (inout TimeEntry, TimeZone, _ now: Instant) throws(Failure) -> Void
  ) async throws(Failure) {
    let name = try call.string("id")
    let id = name.asciiLowercased
    guard let person = try await documents.find(.id(id), as: TimeEntry.self, call.context)?.person else {
      throw absentEntry(name)
    }
    try await change(call, method, of: person) { [self] transaction throws(Failure) in
      guard let old = try await transaction.get(id, as: TimeEntry.self), !old.isDeleted else { throw absentEntry(name) }
      try Refusal.stale(call, old)
      var entry = old
      try body(&entry, projects[entry.project].zone, transaction.now)
      return try await withOverlaps(try await put(entry, since: old, transaction), transaction)
    }
  }

  private func absentEntry(_ name: String) -> Failure {
    Failure(.notFound, "there is no time entry \"\(name)\"; time.list shows those that there are")
  }

  // MARK: Arguments

  /// What the call says of how long something took; nil when it says nothing.
  private func duration(of call: Call) throws(Failure) -> Int64? {
    let (hours, minutes) = (call.doubleIfPresent("hours"), call.doubleIfPresent("minutes"))
    guard hours == nil || minutes == nil else {
      throw Failure(
        .invalidArgument, "give hours or minutes, not both",
        details: Refusal.details(path: "minutes", message: "is given besides hours"))
    }
    guard let hours = hours ?? minutes.map({ $0 / 60 }) else { return nil }
    let seconds = TimeEntry.seconds(hours)
    guard seconds > 0, seconds <= Self.dayLimit else {
      throw Failure(
        .invalidArgument, "one entry is more than nothing and at most 24 hours; spread the time over its days",
        details: Refusal.details(path: "hours", message: "is not between 0 and 24"))
    }
    return seconds
  }

  private func day(of call: Call) -> Day? { call.stringIfPresent("day").flatMap { Day($0) } }

  private func moment(_ name: StaticString, of call: Call) -> Instant? {
    call.stringIfPresent(name).flatMap { Instant($0) }
  }
}

extension Instant {
  fileprivate static func + (moment: Instant, seconds: Int64) -> Instant {
    Instant(milliseconds: moment.milliseconds + seconds * 1000)
  }
}
