import PluginKit

/// Results that were too large for an answer, for a while.
@Loop
final class KeptResults {
  static let prefix = "orchestron://results/"
  /// How long one is kept, in milliseconds.
  static let time: Int64 = 10 * 60_000

  private struct Kept {
    var owner: String
    var bytes: [UInt8]
    var type: String
    var expires: Int64
  }

  private let limit: Int
  private var all: [String: Kept] = [:]
  /// The oldest first.
  private var order: [String] = []
  private var size = 0

  /// - Parameter limit: Bytes of all together.
  init(limit: Int) { self.limit = limit }

  /// Keeps a result for who caused it.
  ///
  /// - Returns: Its URI; nil when it is larger than all that may be kept.
  func keep(_ bytes: [UInt8], type: String, for caller: Caller, now: Instant = .now) -> String? {
    guard bytes.count <= limit else { return nil }
    let id = StateSeal.id()
    all[id] = Kept(owner: caller.key, bytes: bytes, type: type, expires: now.milliseconds + Self.time)
    order.append(id)
    size += bytes.count
    while size > limit { dropOldest() }
    return Self.prefix + id
  }

  /// The result at a URI, for whom it was kept.
  func find(_ uri: String, for caller: Caller, now: Instant = .now) -> (bytes: [UInt8], type: String)? {
    guard uri.hasPrefix(Self.prefix), let kept = all[String(uri.dropFirst(Self.prefix.count))],
      kept.owner == caller.key, now.milliseconds < kept.expires
    else { return nil }
    return (kept.bytes, kept.type)
  }

  /// Lets go of what is too old.
  func expire(now: Instant = .now) {
    while let id = order.first, let kept = all[id], kept.expires <= now.milliseconds { dropOldest() }
  }

  private func dropOldest() {
    guard let id = order.first else { return }
    order.removeFirst()
    size -= all.removeValue(forKey: id)?.bytes.count ?? 0
  }
}
