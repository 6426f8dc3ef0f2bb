import Forecasting
import PluginKit

/// The service `forecasts`: gathers the history of a project and lets the library `Forecasting` say what it promises.
/// What computes for more than a moment does so on a worker.
@Loop
final class Forecasts {
  let ledger: Ledger
  let projects: Projects
  let analytics: Analytics
  let models: EffortModels
  var host: Host { ledger.host }
  var documents: Documents { ledger.documents }

  init(ledger: Ledger, projects: Projects, analytics: Analytics) {
    self.ledger = ledger
    self.projects = projects
    self.analytics = analytics
    models = EffortModels(ledger: ledger)
  }

  /// The seed of a forecast for which none is given: the same history gives the same forecast.
  static let seed: UInt64 = 1

  /// Runs what the library does, away from the loop.
  func compute<Value: Sendable>(
    _ body: @escaping @Sendable () throws(ForecastError) -> Value
  ) async throws(Failure) -> Value {
    try await computed(on: host, body)
  }

  // MARK: Delivery

  /// When so many tasks will be done.
  func completion(_ call: Call) async throws(Failure) {
    let project = try projects.project(of: call)
    var count = call.intIfPresent("count")
    if count == nil { count = try await waiting(in: project, call.context) }
    let least = count ?? 0
    let most = call.intIfPresent("upTo") ?? least
    guard least <= most else {
      throw Failure(
        .invalidArgument, "upTo is \(most), less than count, which is \(least)",
        details: Refusal.details(path: "upTo", message: "must not be less than count"))
    }
    guard least > 0 else {
      throw Failure(.failedPrecondition, "\(project.key) has nothing left to do; give count to ask for so many tasks")
    }
    let seed = UInt64(clamping: try call.int("seed"))
    let today = project.zone.day(at: Instant.now)
    let forecast = try await completion(of: least...most, project, from: today, seed: seed, call.context)
    call.answer(json: forecast.json)
  }

  /// When the tasks that wait will be done, for a glance; nil when nobody can say.
  func outlook(of project: ProjectItem, _ context: Context?) async throws(Failure) -> Fields? {
    let count = try await waiting(in: project, context)
    guard count > 0 else { return nil }
    let today = project.zone.day(at: Instant.now)
    do {
      let forecast = try await completion(of: count...count, project, from: today, seed: Forecasts.seed, context)
      return Fields(try host.parse(forecast.json))
    } catch {
      if error.status == .failedPrecondition { return nil }
      throw error
    }
  }

  private func completion(
    of items: ClosedRange<Int>, _ project: ProjectItem, from today: Day, seed: UInt64, _ context: Context?
  ) async throws(Failure) -> CompletionForecast {
    let history = try await history(of: project, until: today - 1, context)
    return try await compute { () throws(ForecastError) in
      try MonteCarlo(seed: seed).completion(
        of: items, after: ThroughputHistory(counts: history, cycle: 7), firstDay: today.number)
    }
  }

  /// How many tasks will be done by a day.
  func count(_ call: Call) async throws(Failure) {
    let project = try projects.project(of: call)
    let text = try call.string("by")
    let today = project.zone.day(at: Instant.now)
    guard let day = Day(text), day >= today, day - today < MonteCarlo.horizon else {
      throw Failure(
        .invalidArgument, "by is \"\(text)\"; give today or a day within ten years after it",
        details: Refusal.details(path: "by", message: "is no day from today on"))
    }
    let seed = UInt64(clamping: try call.int("seed"))
    let history = try await history(of: project, until: today - 1, call.context)
    let forecast = try await compute { () throws(ForecastError) in
      try MonteCarlo(seed: seed).count(
        by: day.number, after: ThroughputHistory(counts: history, cycle: 7), firstDay: today.number)
    }
    call.answer(json: forecast.json)
  }

  /// How often forecasts would have held in the past.
  func calibration(_ call: Call) async throws(Failure) {
    let project = try projects.project(of: call)
    let today = project.zone.day(at: Instant.now)
    let days = try call.int("days")
    let seed = UInt64(clamping: try call.int("seed"))
    let history = try await history(of: project, until: today - 1, call.context)
    let report = try await compute { () throws(ForecastError) in
      let history = try ThroughputHistory(counts: history, cycle: 7)
      return try Backtest(stride: max(1, history.counts.count / 200), seed: seed).replay(
        .count(periods: days), in: history)
    }
    var json = JSONWriter()
    json.beginObject()
    json.member("question", "how many tasks in \(days) days")
    json.key("calibration" as StaticString)
    json.calibration(report)
    json.endObject()
    call.answer(json)
  }

  /// Finished tasks of each day from the first one on, at most two years of them. What began late is short: the library
  /// says whether that is enough.
  private func history(
    of project: ProjectItem, until last: Day, _ context: Context?
  ) async throws(Failure) -> [Int] {
    let throughput = try await analytics.throughput(
      in: Analytics.Period(first: last - 729, last: last), of: project, context)
    return Array(throughput.counts.drop { $0 == 0 })
  }

  /// How many tasks are to be done: open ones that are not in the backlog. Epics and parents are what others add up to.
  private func waiting(in project: ProjectItem, _ context: Context?) async throws(Failure) -> Int {
    var query = Documents.Query(TaskItem.collection)
    query.match("project", .string(project.id))
    query.match("hidden", .null)
    query.match(
      "status", anyOf: TaskStatus.allCases.filter { $0.isOpen && $0 != .backlog }.map { .string($0.rawValue) })
    query.match("type", "notEqual", .string(TaskType.epic.rawValue))
    return try await documents.count(query, context)
  }
}

/// Runs what the library does on a worker; its refusals become failures.
@Loop
func computed<Value: Sendable>(
  on host: Host, _ body: @escaping @Sendable () throws(ForecastError) -> Value
) async throws(Failure) -> Value {
  do {
    return try await host.work { try body() }
  } catch let error as ForecastError {
    switch error.reason {
    case .invalidInput: throw Failure(.invalidArgument, error.message)
    case .tooLittleHistory: throw Failure(.failedPrecondition, error.message)
    }
  } catch let error as Failure {
    throw error
  } catch {
    throw Failure(.internal, "the forecast failed: \(error)")
  }
}
