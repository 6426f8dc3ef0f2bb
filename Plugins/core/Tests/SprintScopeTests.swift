import PluginKit
import PluginTesting
import Testing

@testable import CorePlugin

@Suite struct SprintScopeTests {
  private let monday = Day(year: 2026, month: 3, day: 2)

  private func movement(
    _ from: TaskStatus?, _ to: TaskStatus?, wasIn: Bool = true, isIn: Bool = true, points: Double = 3,
    before: Double? = nil, on day: Int = 0
  ) -> ScopeHistory.Movement {
    ScopeHistory.Movement(
      day: monday + day, from: from, to: to, wasInSprint: wasIn, isInSprint: isIn,
      before: Effort(points: before ?? points, count: 1), after: Effort(points: points, count: 1))
  }

  private func change(_ movements: ScopeHistory.Movement...) -> ScopeHistory.Change {
    ScopeHistory(baseline: .init(), movements, first: monday).changes.first ?? .init(day: monday)
  }

  @Test func seesTasksComeAndGo() {
    #expect(change(movement(.todo, .todo, wasIn: false)).added[.points] == 3)
    #expect(change(movement(nil, .todo, wasIn: false)).added[.points] == 3)
    #expect(change(movement(.cancelled, .todo)).added[.points] == 3)
    #expect(change(movement(.todo, .todo, isIn: false)).removed[.points] == 3)
    #expect(change(movement(.todo, nil, isIn: false)).removed[.points] == 3)
    #expect(change(movement(.review, .cancelled)).removed[.points] == 3)
    let both = change(movement(.todo, .todo, wasIn: false), movement(.todo, .cancelled))
    #expect(both.changesScope && both.scope.isZero)
  }

  @Test func seesEstimatesGrowAndShrink() {
    let grown = change(movement(.todo, .inProgress, points: 8, before: 3))
    #expect(grown.reestimated[.points] == 5)
    #expect(grown.reestimated[.count] == 0)
    let done = change(movement(.testing, .done, points: 2, before: 3))
    #expect(done.reestimated[.points] == -1)
    #expect(done.completed[.points] == 2)
  }

  @Test func seesWorkDoneAndOpenedAgain() {
    #expect(change(movement(.testing, .done)).completed[.points] == 3)
    #expect(change(movement(.done, .todo)).completed[.points] == -3)
    #expect(change(movement(.done, .done, wasIn: false)).completed[.points] == 3)
    let left = change(movement(.done, .done, isIn: false))
    #expect(left.completed[.points] == -3)
    #expect(left.removed[.points] == 3)
  }

  @Test func keepsWhatWasDoneWhenItsTaskIsPutAway() {
    #expect(change(movement(.done, nil, isIn: false)) == .init(day: monday))
    #expect(change(movement(nil, .done, wasIn: false)) == .init(day: monday))
  }

  @Test func countsWhatWasRecordedForAnEarlierDayOnTheFirst() {
    let history = ScopeHistory(
      baseline: .init(), [movement(.testing, .done, on: -2), movement(.testing, .done, on: 3)], first: monday)
    #expect(history.changes.map(\.day) == [monday, monday + 3])
  }

  @Test func equalsARecomputationOfEveryDayFromTheTasksThemselves() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    for round in 0..<60 {
      let zone = try #require(
        TimeZone(["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/Sao_Paulo", "Pacific/Auckland"][round % 5]))
      var plan = RandomPlan(zone: zone, &random)
      plan.run(steps: 400, &random)
      let chart = SprintChart(
        ScopeHistory(baseline: plan.baseline, plan.movements, first: plan.first),
        days: plan.first...plan.last, end: plan.last, known: plan.last, isWorkday: { _ in true })
      for row in chart.rows {
        let naive = plan.total(at: zone.moment(of: row.day + 1))
        for unit in EstimateUnit.allCases {
          #expect(row.total?.scope[unit] == naive.scope[unit], "seed \(seed), round \(round), \(row.day.text)")
          #expect(row.total?.done[unit] == naive.done[unit], "seed \(seed), round \(round), \(row.day.text)")
        }
      }
      #expect(chart.history.total.scope[.points] == chart.rows.last?.total?.scope[.points], "seed \(seed)")
    }
  }
}

/// Tasks that move at random within and around a sprint, with all states that they ever had.
private struct RandomPlan {
  private static let sprint = "S"
  let zone: TimeZone
  let start: Instant
  let first: Day
  private(set) var last: Day
  private var now: Instant
  private var tasks: [TaskItem] = []
  private var states: [(at: Instant, task: Int, state: TaskItem)] = []
  private var records: [(day: Day, fields: Fields)] = []

  init(zone: TimeZone, _ random: inout SeededGenerator) {
    self.zone = zone
    // Around the days on which clocks change, in the north and in the south.
    let day = Day(year: 2026, month: [3, 10].randomElement(using: &random) ?? 3, day: 20)
    start = Instant(
      milliseconds: zone.moment(of: day).milliseconds + Int64.random(in: 0..<86_400_000, using: &random))
    now = start
    first = zone.day(at: start)
    last = first
    for number in 0..<12 {
      var task: Fields = ["id": .string("\(number)"), "status": "todo"]
      if number % 3 > 0 { task["sprint"] = [.string("S"), .string("T")].randomElement(using: &random) }
      if number % 2 > 0 { task["storyPoints"] = .int(Int64.random(in: 0...8, using: &random)) }
      if number % 5 > 0 { task["estimatedHours"] = .double(Double(Int.random(in: 0...40, using: &random)) / 8) }
      if number == 4 { task["status"] = "done" }
      tasks.append(TaskItem(fields: task))
      states.append((now, number, TaskItem(fields: task)))
    }
  }

  /// What was in the sprint when it began.
  var baseline: ScopeHistory.Total { total(at: Instant(milliseconds: start.milliseconds + 1)) }

  mutating func run(steps: Int, _ random: inout SeededGenerator) {
    for _ in 0..<steps {
      now = Instant(milliseconds: now.milliseconds + Int64.random(in: 1...9_000_000, using: &random))
      let place = Int.random(in: 0..<tasks.count, using: &random)
      let old = tasks[place]
      var new = old
      if old.isHidden {
        new.fields["hidden"] = nil
      } else {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: new.fields["sprint"] = [nil, "S", "S", "T"].randomElement(using: &random) ?? nil
        case 1: new.fields["storyPoints"] = .int(Int64.random(in: 0...8, using: &random))
        case 2: new.fields["estimatedHours"] = .double(Double(Int.random(in: 0...40, using: &random)) / 8)
        case 3: new.fields["hidden"] = ["archived", "deleted"].randomElement(using: &random)
        default: new.fields["status"] = TaskStatus.allCases.randomElement(using: &random).map { .string($0.rawValue) }
        }
      }
      tasks[place] = new
      states.append((now, place, new))
      if let record = new.transition(since: old) { records.append((zone.day(at: now), record)) }
    }
    last = zone.day(at: now)
  }

  /// The recorded transitions as storage adds them up.
  var movements: [ScopeHistory.Movement] {
    let id = Value.string(RandomPlan.sprint)
    let inside = sums(
      of: records.filter { $0.fields["sprint"] == id }, by: ["from", "to", "sprintBefore"],
      ["storyPoints", "estimatedHours", "storyPointsBefore", "estimatedHoursBefore"])
    let leaving = sums(
      of: records.filter { $0.fields["sprintBefore"] == id && $0.fields["sprint"] != id }, by: ["from", "to"],
      ["storyPointsBefore", "estimatedHoursBefore"])
    return inside.compactMap { .init(inside: $0, sprint: RandomPlan.sprint) }
      + leaving.compactMap { .init(leaving: $0) }
  }

  private func sums(
    of records: [(day: Day, fields: Fields)], by keys: [String], _ measures: [String]
  ) -> [[Value]] {
    var rows: [String: [Value]] = [:]
    for (day, fields) in records {
      let key = [.string(day.text)] + keys.map { fields[$0] ?? .null }
      var row = rows["\(key)"] ?? key + [0] + measures.map { _ in .null }
      row[key.count] = .int((row[key.count].int ?? 0) + 1)
      for (place, measure) in measures.enumerated() {
        guard let amount = fields[measure]?.double else { continue }
        row[key.count + 1 + place] = .double((row[key.count + 1 + place].double ?? 0) + amount)
      }
      rows["\(key)"] = row
    }
    return Array(rows.values)
  }

  /// Counts the tasks as they were just before a moment. One that was done when it was put away still is.
  func total(at moment: Instant) -> ScopeHistory.Total {
    var last: [Int: TaskItem] = [:]
    for state in states where state.at < moment { last[state.task] = state.state }
    var total = ScopeHistory.Total()
    for task in last.values where task.sprint == RandomPlan.sprint && task.status != .cancelled {
      guard !task.isHidden || task.isDone else { continue }
      total.scope += Effort(of: task.fields)
      if task.isDone { total.done += Effort(of: task.fields) }
    }
    return total
  }
}
