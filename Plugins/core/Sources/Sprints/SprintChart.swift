import PluginKit

/// Burndown and burnup of a sprint: one row for each day, with what was known at its end.
struct SprintChart: Sendable, Equatable {
  struct Row: Sendable, Equatable {
    let day: Day
    let isWorkday: Bool
    /// How much of the work would be done at the end of the day if every workday did the same: 0 to 1.
    let idealShare: Double
    /// Nil for days that are still to come and for a sprint that has not begun.
    let total: ScopeHistory.Total?
  }

  let history: ScopeHistory
  let rows: [Row]

  /// - Parameters:
  ///   - days: The days that are shown.
  ///   - end: The planned last day, by which the ideal line has done everything.
  ///   - known: The last day of which something is known; nil when none is.
  ///   - isWorkday: Whether people work on a day. Without any workday up to `end` all days count as such.
  init(
    _ history: ScopeHistory, days: ClosedRange<Day>, end: Day, known: Day?, isWorkday: (Day) -> Bool
  ) {
    self.history = history
    let shown = (0...(days.upperBound - days.lowerBound)).map { days.lowerBound + $0 }
    let workdays = shown.map(isWorkday)
    let planned = zip(shown, workdays).prefix { $0.0 <= end }
    let counted = planned.contains { $0.1 } ? planned.map(\.1) : planned.map { _ in true }
    let length = counted.count { $0 }
    var changes = history.changes[...]
    var (total, passed) = (history.baseline, 0)
    var rows: [Row] = []
    rows.reserveCapacity(shown.count)
    for (place, day) in shown.enumerated() {
      while let change = changes.first, change.day <= day {
        total.scope += change.scope
        total.done += change.completed
        changes.removeFirst()
      }
      if place < counted.count, counted[place] { passed += 1 }
      let isKnown = known.map { day <= $0 } ?? false
      rows.append(
        Row(
          day: day, isWorkday: workdays[place], idealShare: length == 0 ? 1 : Double(passed) / Double(length),
          total: isKnown ? total : nil))
    }
    self.rows = rows
  }

  /// What a chart shows: what is left, or what there is.
  enum Face {
    case burndown, burnup
  }

  /// `{"day","workday","ideal","remaining","scope"}` for a burndown, `done` instead of `remaining` for a burnup; null
  /// for days that are to come.
  func writeDays(_ face: Face, in unit: EstimateUnit, to json: inout JSONWriter) {
    let (scope, done) = (history.baseline.scope[unit], history.baseline.done[unit])
    json.beginArray()
    for row in rows {
      json.beginObject()
      json.member("day", row.day.text)
      json.member("workday", row.isWorkday)
      let ideal = (scope - done) * row.idealShare
      json.amount("ideal", face == .burndown ? scope - done - ideal : done + ideal)
      switch face {
      case .burndown: json.amount("remaining", row.total?.remaining[unit])
      case .burnup: json.amount("done", row.total?.done[unit])
      }
      json.amount("scope", row.total?.scope[unit])
      json.endObject()
    }
    json.endArray()
  }
}

extension ScopeHistory {
  /// `{"day","added","removed","reestimated"}` for each day on which the scope was changed.
  func writeScopeChanges(in unit: EstimateUnit, to json: inout JSONWriter) {
    json.beginArray()
    for change in changes where change.changesScope {
      json.beginObject()
      json.member("day", change.day.text)
      json.amount("added", change.added[unit])
      json.amount("removed", change.removed[unit])
      json.amount("reestimated", change.reestimated[unit])
      json.endObject()
    }
    json.endArray()
  }
}

extension JSONWriter {
  /// Writes a figure, rounded to a millionth; null when it is not known.
  mutating func amount(_ name: StaticString, _ value: Double?) {
    key(name)
    if let value { double((value * 1e6).rounded() / 1e6) } else { null() }
  }
}
