import PluginKit

/// All API tokens, in memory and in the store.
@Loop
final class Tokens {
  /// So many there are at most.
  static let limit = 10_000
  /// After how many milliseconds it is stored again that a token is used.
  static let touchInterval: Int64 = 3_600_000

  private let store: Store
  private(set) var tokens: [String: APIToken] = [:]

  init(store: Store) { self.store = store }

  func load(_ documents: [Fields]) {
    for token in documents.map(APIToken.init(fields:)) { tokens[token.id] = token }
  }

  func add(_ token: APIToken) async throws(Failure) {
    guard tokens.count < Tokens.limit else {
      throw Failure(.resourceExhausted, "there are \(Tokens.limit) tokens, and may not be more; revoke one")
    }
    var batch = Store.Batch()
    batch.put(token.fields, token.id, in: .tokens, expected: 0)
    try await store.write(batch)
    tokens[token.id] = token
  }

  func remove(_ id: String) async throws(Failure) {
    // It is worth nothing from now on, also when the store does not work.
    tokens[id] = nil
    var batch = Store.Batch()
    batch.delete(id, in: .tokens)
    try await store.write(batch)
  }

  /// Forgets the tokens of a user who goes.
  func forget(of user: String, _ batch: inout Store.Batch) {
    for token in tokens.values where token.user == user {
      tokens[token.id] = nil
      batch.delete(token.id, in: .tokens)
    }
  }

  /// Remembers that a token was used, to the hour.
  func touch(_ id: String, at now: Instant) {
    guard var token = tokens[id] else { return }
    let last = token.fields["lastUsedAt"]?.string.flatMap { Instant($0) }?.milliseconds ?? 0
    guard now.milliseconds - last >= Tokens.touchInterval else { return }
    token.fields["lastUsedAt"] = .string(now.text)
    tokens[id] = token
    var batch = Store.Batch()
    batch.put(token.fields, id, in: .tokens)
    store.write(later: batch)
  }

  /// The tokens of a user, of everybody for nil; the newest first.
  func list(of user: String?) -> [APIToken] {
    tokens.values.filter { user == nil || $0.user == user }.sorted { $0.id > $1.id }
  }
}
