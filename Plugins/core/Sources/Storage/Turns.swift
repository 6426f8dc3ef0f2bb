import PluginKit

/// Lets changes of one entity happen one after the other, in the order in which they come, so that each sees what the
/// one before it has done. Changes of different entities do not wait for each other.
@Loop
final class Turns {
  /// Who waits for an entity that somebody is changing.
  private var waiting: [String: [CheckedContinuation<Void, Never>]] = [:]

  /// Runs `body` when nobody else changes the entity.
  func run<Value>(_ id: String, _ body: @Loop () async throws(Failure) -> Value) async throws(Failure) -> Value {
    await take(id)
    defer { pass(id) }
    return try await body()
  }

  /// Takes the turn of an entity when it comes; ``pass(_:)`` gives it on.
  func take(_ id: String) async {
    guard !takeIfFree(id) else { return }
    await withCheckedContinuation { waiting[id, default: []].append($0) }
  }

  /// Takes the turn of an entity that nobody has.
  ///
  /// - Returns: Whether nobody had it.
  func takeIfFree(_ id: String) -> Bool {
    guard waiting[id] == nil else { return false }
    waiting[id] = []
    return true
  }

  func pass(_ id: String) {
    if waiting[id]?.isEmpty == false {
      waiting[id]?.removeFirst().resume()
    } else {
      waiting[id] = nil
    }
  }
}
