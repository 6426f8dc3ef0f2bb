import PluginKit

/// Which run caused an event: an event tells the workflow that acted, not the run, so that the runs of a workflow are found
/// by the time.
@Loop
final class Chains {
  private struct Record {
    let run: String
    let workflow: String
    let depth: Int
    let start: Instant
    var end: Instant?
  }

  /// The newest runs, in the order of their beginning.
  private var records: [Record] = []
  private static let limit = 1000
  /// A change is told a little after it was asked for.
  private static let slack: Int64 = 1000

  func begin(_ run: Run) {
    add(Record(run: run.id, workflow: run.workflow, depth: run.depth, start: run.startedAt, end: run.endedAt))
  }

  /// Takes over a run that was stored.
  ///
  /// - Parameter fields: Of the run: those of ``wanted``.
  func add(stored fields: Fields) {
    guard let run = fields["id"]?.string, let workflow = fields["workflow"]?.string,
      let start = fields["startedAt"]?.string.flatMap({ Instant($0) })
    else { return }
    let end = fields["endedAt"]?.string.flatMap { Instant($0) }
    add(Record(run: run, workflow: workflow, depth: Int(clamping: fields["depth"]?.int ?? 0), start: start, end: end))
  }

  /// What of a stored run has to be known here.
  static let wanted = ["id", "workflow", "depth", "startedAt", "endedAt"]

  private func add(_ record: Record) {
    if records.count >= 2 * Chains.limit { records.removeFirst(Chains.limit) }
    records.append(record)
  }

  func end(_ run: Run) {
    guard let place = records.lastIndex(where: { $0.run == run.id }) else { return }
    records[place].end = .now
  }

  /// How many runs caused each other before one that this event starts. When several runs of a workflow may have caused
  /// it, the deepest counts: a circle must come to an end.
  func depth(after occurrence: Occurrence) -> Int {
    // The events of this plugin say it themselves.
    if occurrence.topic.hasPrefix("workflow:"), let depth = occurrence.data["depth"]?.int {
      return Int(clamping: depth) + 1
    }
    guard let workflow = Run.workflow(of: occurrence.actor) else { return 0 }
    return depth(of: workflow, at: occurrence.time) + 1
  }

  private func depth(of workflow: String, at time: Instant) -> Int {
    let own = records.filter { $0.workflow == workflow && $0.start <= time }
    let open = own.filter { record in record.end.map { time.milliseconds <= $0.milliseconds + Chains.slack } ?? true }
    return open.map(\.depth).max() ?? own.last?.depth ?? 0
  }
}

/// How many runs a workflow has begun within the last minute.
struct RunRate: Sendable {
  static let limit = 100
  private static let window: Int64 = 60_000

  private var starts: [Instant] = []
  private var toldAt: Instant?

  /// What is to become of one more run.
  enum Verdict: Equatable { case start, stopAndTell, stop }

  mutating func next(at now: Instant) -> Verdict {
    starts.removeAll { $0.milliseconds <= now.milliseconds - RunRate.window || $0 > now }
    guard starts.count >= RunRate.limit else {
      starts.append(now)
      return .start
    }
    // Once a minute is enough to be told of it.
    if let toldAt, toldAt.milliseconds > now.milliseconds - RunRate.window, toldAt <= now { return .stop }
    toldAt = now
    return .stopAndTell
  }
}
