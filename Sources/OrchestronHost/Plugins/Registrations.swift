/// What one plugin has registered with the host (timers, subscriptions, watchers, …), so that all of it is undone when
/// the plugin stops.
///
/// Ids come from one counter of the host and are never used again: a late one finds nothing.
struct Registrations {
  private var undo: [UInt64: () -> Void] = [:]

  /// Remembers how to undo a registration.
  mutating func add(_ id: UInt64, undo: @escaping () -> Void) { self.undo[id] = undo }

  /// Forgets a registration that ended by itself; nil when it had ended before.
  mutating func remove(_ id: UInt64) -> (() -> Void)? { undo.removeValue(forKey: id) }

  func contains(_ id: UInt64) -> Bool { undo[id] != nil }

  /// Gives all that is left, in the reverse order of their ids.
  mutating func removeAll() -> [() -> Void] {
    let all = undo.sorted { $0.key > $1.key }.map(\.value)
    undo = [:]
    return all
  }
}
