import PluginKit

/// How the time of a period divides among days, people and tasks. Nothing here waits or looks anything up.
struct Timesheet: Sendable, Equatable {
  /// One sum: what one person spent on one task on one day.
  struct Line: Sendable, Hashable {
    let day: Day
    let person: String
    let task: String
  }

  /// Two sessions of one person that share time.
  struct Overlap: Sendable, Equatable {
    let entries: [String]
    let seconds: Int64
  }

  private(set) var seconds: [Line: Int64] = [:]
  private(set) var overlaps: [Overlap] = []

  /// - Parameters:
  ///   - entries: All that may fall into the period; those that were deleted count nothing.
  ///   - days: The period, both ends included.
  ///   - now: Until when running sessions count.
  ///   - zone: The zone of a project, by whose midnights its sessions are divided.
  init(_ entries: [TimeEntry], days: ClosedRange<Day>, now: Instant, zone: (_ project: String) -> TimeZone) {
    var sessions: [WorkSession] = []
    for entry in entries where !entry.isDeleted {
      guard let start = entry.start else {
        if let day = entry.day, days.contains(day) { add(entry.seconds, day, entry) }
        continue
      }
      let session = WorkSession(
        start: start, end: entry.end ?? max(start, now.wholeSecond), id: entry.id, person: entry.person)
      let zone = zone(entry.project)
      guard let part = session.part(of: days, in: zone) else { continue }
      for (day, seconds) in part.days(in: zone) { add(seconds, day, entry) }
      sessions.append(session)
    }
    overlaps = WorkSession.overlaps(sessions)
  }

  private mutating func add(_ amount: Int64, _ day: Day, _ entry: TimeEntry) {
    seconds[Line(day: day, person: entry.person, task: entry.task), default: 0] += amount
  }

  /// Sums by one property of the lines, in its order.
  func sums<Key: Hashable & Comparable>(by key: (Line) -> Key) -> [(key: Key, seconds: Int64)] {
    var sums: [Key: Int64] = [:]
    for (line, amount) in seconds { sums[key(line), default: 0] += amount }
    return sums.sorted { $0.key < $1.key }.map { (key: $0.key, seconds: $0.value) }
  }

  /// All seconds of the period.
  var total: Int64 { seconds.values.reduce(0, +) }
}

/// A stretch of time.
struct WorkSession: Sendable {
  let start: Instant
  let end: Instant
  var id = ""
  var person = ""

  /// The days that the session touches, and how many seconds of each: a day has 23 to 25 hours where clocks change.
  func days(in zone: TimeZone) -> [(day: Day, seconds: Int64)] {
    var parts: [(day: Day, seconds: Int64)] = []
    var (day, place) = (zone.day(at: start), start)
    while place < end {
      let next = min(end, zone.moment(of: day + 1))
      // Where a zone skips a whole day, the day after it begins at the same moment.
      if next > place { parts.append((day, (next.milliseconds - place.milliseconds) / 1000)) }
      (day, place) = (day + 1, max(place, next))
    }
    if parts.isEmpty { parts.append((day, 0)) }
    return parts
  }

  /// What of the session falls on these days; nil when nothing does. It may be much longer than they are.
  func part(of days: ClosedRange<Day>, in zone: TimeZone) -> WorkSession? {
    let (first, last) = (zone.moment(of: days.lowerBound), zone.moment(of: days.upperBound + 1))
    // One that lasted no time is on the day of its start.
    guard start < last, end > first || start >= first else { return nil }
    return WorkSession(start: max(start, first), end: min(end, last), id: id, person: person)
  }

  /// The seconds that two sessions share.
  func shared(with other: WorkSession) -> Int64 {
    max(0, min(end, other.end).milliseconds - max(start, other.start).milliseconds) / 1000
  }

  /// Each session that begins before an earlier one of the same person has ended, with that one.
  static func overlaps(_ sessions: [WorkSession]) -> [Timesheet.Overlap] {
    var overlaps: [Timesheet.Overlap] = []
    for (_, own) in Dictionary(grouping: sessions, by: \.person).sorted(by: { $0.key < $1.key }) {
      let sorted = own.sorted { ($0.start, $0.id) < ($1.start, $1.id) }
      guard var latest = sorted.first else { continue }
      for session in sorted.dropFirst() {
        let shared = latest.shared(with: session)
        if shared > 0 { overlaps.append(.init(entries: [latest.id, session.id], seconds: shared)) }
        if session.end > latest.end { latest = session }
      }
    }
    return overlaps
  }
}
