/// How many connections each place has. This machine and trusted proxies are no places: they have no limit of their own.
struct Places {
  private let limit: Int
  private var counts: [IPAddress: Int] = [:]

  init(limit: Int) { self.limit = limit }

  private func place(of remote: Remote) -> IPAddress? {
    remote.isLocal || remote.isProxy ? nil : remote.address?.place
  }

  /// Counts a connection; answers false when its place has as many as it may.
  mutating func enter(_ remote: Remote) -> Bool {
    guard let place = place(of: remote) else { return true }
    let count = counts[place, default: 0]
    guard count < limit else { return false }
    counts[place] = count + 1
    return true
  }

  /// A connection that was counted has ended.
  mutating func leave(_ remote: Remote) {
    guard let place = place(of: remote), let count = counts[place] else { return }
    counts[place] = count > 1 ? count - 1 : nil
  }
}
