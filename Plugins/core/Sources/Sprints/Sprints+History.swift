import PluginKit

/// What the recorded transitions say of a sprint.
extension Sprints {
  /// How the scope of a sprint has changed since it began; of one that has not begun, its scope as it is now.
  ///
  /// Storage adds up the transitions of each day, from an index and without reading one of them, so that the sprint
  /// may be long and have many tasks.
  func history(of sprint: SprintItem, until now: Instant, _ context: Context?) async throws(Failure) -> ScopeHistory {
    let first = days(of: sprint, until: now).lowerBound
    guard let baseline = sprint.baseline, let startedAt = sprint.startedAt else {
      return ScopeHistory(baseline: try await scope(of: sprint, context), [], first: first)
    }
    let end = min(sprint.endedAt ?? now, now)
    let known = settled.entry(of: sprint.id, startedAt: startedAt)
    func recorded(in field: String) -> Documents.Query {
      var query = Documents.Query(Transition.collection)
      query.match(field, .string(sprint.id))
      if let known { query.match("day", "greater", .string(known.through.text)) }
      query.match("at", "greater", .string(startedAt.text))
      query.match("at", "less", .string(end.text))
      return query
    }
    var movements = known?.movements ?? []
    movements += try await inside(recorded(in: "sprint"), of: sprint.id, context)
    movements += try await leaving(recorded(in: "sprintBefore"), of: sprint.id, context)
    settled.keep(
      movements, of: sprint.id, startedAt: startedAt, upTo: projects[sprint.project].zone.day(at: end))
    return ScopeHistory(baseline: baseline, movements, first: first)
  }

  /// The days that charts of a sprint show: from its beginning to its planned end, and on to its real one.
  func days(of sprint: SprintItem, until now: Instant) -> ClosedRange<Day> {
    let zone = projects[sprint.project].zone
    let first = sprint.startedAt.map(zone.day) ?? sprint.startDate
    let last = sprint.startedAt == nil ? sprint.endDate : max(sprint.endDate, zone.day(at: sprint.endedAt ?? now))
    return first...max(first, last)
  }

  /// The sums of the transitions after which tasks were in the sprint.
  private func inside(
    _ query: Documents.Query, of sprint: String, _ context: Context?
  ) async throws(Failure) -> [ScopeHistory.Movement] {
    let rows = try await documents.groups(
      Documents.Aggregate(
        query, by: ["day", "from", "to", "sprintBefore"],
        measures: [
          .count, .sum("storyPoints"), .sum("estimatedHours"), .sum("storyPointsBefore"),
          .sum("estimatedHoursBefore"),
        ]), context)
    return rows.compactMap { ScopeHistory.Movement(inside: $0, sprint: sprint) }
  }

  /// The sums of the transitions by which tasks left the sprint: for none, for one whose id comes before, and for one
  /// whose id comes after. Each is a range of an index; that the ids differ would not be.
  private func leaving(
    _ query: Documents.Query, of sprint: String, _ context: Context?
  ) async throws(Failure) -> [ScopeHistory.Movement] {
    var movements: [ScopeHistory.Movement] = []
    for (test, value) in [("equal", .null), ("less", .string(sprint)), ("greater", .string(sprint))] as [(_, Value)] {
      var query = query
      query.match("sprint", test, value)
      let rows = try await documents.groups(
        Documents.Aggregate(
          query, by: ["day", "from", "to"],
          measures: [.count, .sum("storyPointsBefore"), .sum("estimatedHoursBefore")]), context)
      movements += rows.compactMap { ScopeHistory.Movement(leaving: $0) }
    }
    return movements
  }

  /// What is in a sprint now.
  func scope(of sprint: SprintItem, _ context: Context?) async throws(Failure) -> ScopeHistory.Total {
    let rows = try await documents.groups(
      Documents.Aggregate(
        visible(in: sprint), by: ["status"], measures: [.count, .sum("storyPoints"), .sum("estimatedHours")]), context)
    var total = ScopeHistory.Total()
    for row in rows where row.count == 4 && row[0].string != TaskStatus.cancelled.rawValue {
      let effort = Effort(hours: row[3].double ?? 0, points: row[2].double ?? 0, count: row[1].double ?? 0)
      total.scope += effort
      if row[0].string == TaskStatus.done.rawValue { total.done += effort }
    }
    return total
  }

  /// How many tasks of a sprint count for nothing because nobody has estimated them.
  func unestimated(in sprint: SprintItem, _ unit: EstimateUnit, _ context: Context?) async throws(Failure) -> Int {
    var query = visible(in: sprint)
    switch unit {
    case .hours: query.match("estimatedHours", .null)
    case .points: query.match("storyPoints", .null)
    case .count: return 0
    }
    query.match("status", "notEqual", .string(TaskStatus.cancelled.rawValue))
    return try await documents.count(query, context)
  }

  private func visible(in sprint: SprintItem) -> Documents.Query {
    var query = Documents.Query(TaskItem.collection)
    query.match("sprint", .string(sprint.id))
    query.match("hidden", .null)
    return query
  }
}

extension ScopeHistory.Movement {
  /// Reads a row of sums of transitions after which tasks were in the sprint: day, from, to, the sprint before, count,
  /// points, hours, points before, hours before.
  init?(inside row: [Value], sprint: String) {
    guard row.count == 9, let day = row[0].string.flatMap({ Day($0) }), let count = row[4].double else { return nil }
    self.init(
      day: day, from: row[1].string.flatMap(TaskStatus.init), to: row[2].string.flatMap(TaskStatus.init),
      wasInSprint: row[3].string == sprint, isInSprint: true,
      before: Effort(hours: row[8].double ?? 0, points: row[7].double ?? 0, count: count),
      after: Effort(hours: row[6].double ?? 0, points: row[5].double ?? 0, count: count))
  }

  /// Reads a row of sums of transitions by which tasks left the sprint: day, from, to, count, points before, hours
  /// before.
  init?(leaving row: [Value]) {
    guard row.count == 6, let day = row[0].string.flatMap({ Day($0) }), let count = row[3].double else { return nil }
    self.init(
      day: day, from: row[1].string.flatMap(TaskStatus.init), to: row[2].string.flatMap(TaskStatus.init),
      wasInSprint: true, isInSprint: false,
      before: Effort(hours: row[5].double ?? 0, points: row[4].double ?? 0, count: count), after: Effort())
  }
}
