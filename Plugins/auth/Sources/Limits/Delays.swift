import PluginKit

/// Slows down who guesses: some failures are free, then each doubles the time until the next attempt.
///
/// Counted by a name: where somebody comes from, or whom he says to be. What nobody has tried for a while is forgotten, and
/// so is the oldest when there are too many names.
struct Delays: Sendable {
  /// How many failures cost nothing.
  let free: Int
  let first: Int64 = 1000
  /// The longest delay in milliseconds.
  let longest: Int64
  /// Milliseconds after which failures are forgotten.
  let memory: Int64 = 15 * 60_000
  let limit: Int

  private struct Entry {
    var failures = 0
    var last: Int64 = 0
  }

  private var entries: [String: Entry] = [:]

  init(free: Int, longest: Int64, limit: Int = 4096) {
    self.free = free
    self.longest = longest
    self.limit = limit
  }

  var count: Int { entries.count }

  /// Milliseconds until the next attempt is heard; 0 for now.
  func wait(_ name: String, at now: Instant) -> Int64 {
    guard let entry = entries[name], entry.failures > free, now.milliseconds - entry.last < memory else { return 0 }
    let doublings = min(entry.failures - free - 1, 30)
    return max(0, entry.last + min(first << Int64(doublings), longest) - now.milliseconds)
  }

  /// Counts an attempt before its outcome is known, so that many at once are not one.
  mutating func begin(_ name: String, at now: Instant) {
    if entries[name] == nil, entries.count >= limit { makeRoom(at: now) }
    var entry = entries[name] ?? Entry()
    if now.milliseconds - entry.last >= memory { entry.failures = 0 }
    entry.failures += 1
    entry.last = now.milliseconds
    entries[name] = entry
  }

  /// Forgets a name: the attempt was right.
  mutating func succeed(_ name: String) { entries[name] = nil }

  /// Takes one attempt back: it was right, and says nothing of the others.
  mutating func takeBack(_ name: String) {
    guard let entry = entries[name] else { return }
    if entry.failures > 1 { entries[name]?.failures -= 1 } else { entries[name] = nil }
  }

  private mutating func makeRoom(at now: Instant) {
    entries = entries.filter { now.milliseconds - $0.value.last < memory }
    guard entries.count >= limit else { return }
    // A quarter at once, so that this is not done for each newcomer.
    for (name, _) in entries.sorted(by: { $0.value.last < $1.value.last }).prefix(limit / 4 + 1) { entries[name] = nil }
  }
}
