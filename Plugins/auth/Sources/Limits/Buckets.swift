import PluginKit

/// Token buckets by name: so many at once, then so many each second.
struct Buckets: Sendable {
  let burst: Double
  let perSecond: Double
  let limit: Int

  private struct Bucket {
    var level: Double
    var time: Int64
  }

  private var buckets: [String: Bucket] = [:]

  init(burst: Int, perSecond: Int, limit: Int = 4096) {
    self.burst = Double(burst)
    self.perSecond = Double(perSecond)
    self.limit = limit
  }

  /// In how many milliseconds there will be one; 0 for now.
  func wait(_ name: String, at now: Instant) -> Int64 {
    guard let bucket = buckets[name] else { return 0 }
    let level = level(of: bucket, at: now)
    return level < 1 ? max(1, Int64((1 - level) / perSecond * 1000)) : 0
  }

  /// Takes one.
  ///
  /// - Returns: 0, or in how many milliseconds there will be one again.
  mutating func take(_ name: String, at now: Instant) -> Int64 {
    var bucket = buckets[name] ?? Bucket(level: burst, time: now.milliseconds)
    bucket.level = level(of: bucket, at: now)
    bucket.time = now.milliseconds
    let isEmpty = bucket.level < 1
    if !isEmpty { bucket.level -= 1 }
    if buckets[name] == nil, buckets.count >= limit {
      buckets = buckets.filter { level(of: $0.value, at: now) < burst }
      // Whoever has to be forgotten begins anew: better than to refuse those who have done nothing.
      if buckets.count >= limit { buckets.removeAll(keepingCapacity: true) }
    }
    buckets[name] = bucket
    return isEmpty ? max(1, Int64((1 - bucket.level) / perSecond * 1000)) : 0
  }

  private func level(of bucket: Bucket, at now: Instant) -> Double {
    min(burst, bucket.level + Double(max(0, now.milliseconds - bucket.time)) / 1000 * perSecond)
  }
}
