import PluginKit

/// What was recorded of sprints on days that are over, so that a chart reads the last days alone.
///
/// What was recorded never changes. The last two days are left out, for changes that began before midnight and for a
/// clock that was set back.
struct MovementCache {
  /// The movements of a sprint up to a day.
  struct Entry {
    let startedAt: Instant
    let through: Day
    let movements: [ScopeHistory.Movement]
  }

  private var entries: [String: Entry] = [:]
  private static let capacity = 64

  /// - Parameter startedAt: When the sprint began; what is kept of another beginning does not count.
  func entry(of sprint: String, startedAt: Instant) -> Entry? {
    entries[sprint].flatMap { $0.startedAt == startedAt ? $0 : nil }
  }

  /// Keeps what is settled of all movements of a sprint up to a day.
  mutating func keep(_ movements: [ScopeHistory.Movement], of sprint: String, startedAt: Instant, upTo day: Day) {
    let through = day - 2
    guard entry(of: sprint, startedAt: startedAt).map({ $0.through < through }) ?? true else { return }
    if entries.count >= MovementCache.capacity { entries.removeAll() }
    entries[sprint] = Entry(
      startedAt: startedAt, through: through, movements: movements.filter { $0.day <= through })
  }
}
