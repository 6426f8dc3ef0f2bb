/// How many connections each place has.
struct Places {
  private let limit: Int
  private var counts: [IPAddress: Int] = [:]

  init(limit: Int) { self.limit = limit }

  /// Counts a connection; answers false when its place has as many as it may.
  mutating func enter(_ remote: Remote) -> Bool {
    guard let place = remote.limitedPlace else { return true }
    let count = counts[place, default: 0]
    guard count < limit else { return false }
    counts[place] = count + 1
    return true
  }

  /// A connection that was counted has ended.
  mutating func leave(_ remote: Remote) {
    guard let place = remote.limitedPlace, let count = counts[place] else { return }
    counts[place] = count > 1 ? count - 1 : nil
  }
}
