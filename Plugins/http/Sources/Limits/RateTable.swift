/// Token buckets in a table of fixed size: nothing is allocated for a request, and nobody can make it grow.
///
/// A bucket is one number, the moment at which it is full again (the generic cell rate algorithm). Four of them share a set;
/// when a fifth comes, the fullest is forgotten. Keys are hashed with a seed of the process: nobody can choose his set.
struct RateTable {
  /// What is left of a bucket.
  struct State: Equatable {
    /// How many may come at once when the bucket is full.
    var limit: Int
    /// How many may come now.
    var remaining: Int
    /// Microseconds until the bucket is full.
    var reset: UInt64
    /// Microseconds until the next may come; 0 when this one may.
    var wait: UInt64
  }

  private struct Bucket {
    var key: UInt64 = 0
    /// When it is full, in microseconds.
    var full: UInt64 = 0
  }

  private static let width = 4
  private let sets: Int
  private let burst: Int
  /// Microseconds for one.
  private let interval: UInt64
  private var buckets: [Bucket] = []

  /// - Parameters:
  ///   - perSecond: How many come back each second; 0 for no limit.
  ///   - burst: How many may come at once.
  ///   - sets: A power of two.
  init(perSecond: Int, burst: Int, sets: Int = 2048) {
    self.sets = sets
    self.burst = max(burst, 1)
    interval = perSecond > 0 ? UInt64(max(1_000_000 / perSecond, 1)) : 0
  }

  var isUnlimited: Bool { interval == 0 }

  /// By what a place or a name is known here. Never 0, which stands for nobody.
  static func key<Name: Hashable>(of name: Name) -> UInt64 {
    var hasher = Hasher()
    hasher.combine(name)
    return UInt64(bitPattern: Int64(hasher.finalize())) | 1
  }

  /// Takes one out of a bucket, when it has one. `now` is in milliseconds and never goes back.
  mutating func take(_ key: UInt64, at now: UInt64) -> State {
    let now = now * 1000
    // Most servers have no limited client: they pay nothing.
    if buckets.isEmpty { buckets = Array(repeating: Bucket(), count: sets * Self.width) }
    let index = place(of: key)
    let full = buckets[index].key == key ? max(buckets[index].full, now) : now
    let capacity = interval * UInt64(burst)
    let next = full + interval
    guard next - now <= capacity else {
      return State(limit: burst, remaining: 0, reset: full - now, wait: next - now - capacity)
    }
    buckets[index] = Bucket(key: key, full: next)
    return State(limit: burst, remaining: Int((capacity - (next - now)) / interval), reset: next - now, wait: 0)
  }

  /// Where the bucket is, or the one of its set that is forgotten for it.
  private func place(of key: UInt64) -> Int {
    let first = Int(truncatingIfNeeded: key >> 1) & (sets - 1)
    let start = first * Self.width
    var fullest = start
    for index in start..<start + Self.width {
      if buckets[index].key == key { return index }
      if buckets[index].full < buckets[fullest].full { fullest = index }
    }
    return fullest
  }
}
