import PluginKit

/// Keeps the history of runs from growing for ever, and knows the newest of it.
@Loop
final class RunHistory {
  private static let hour = 3_600_000

  private let host: Host
  private let store: Store
  private let chains: Chains
  private let keepDays: Int
  private var timer: Timer?

  init(host: Host, store: Store, chains: Chains, keepDays: Int) {
    self.host = host
    self.store = store
    self.chains = chains
    self.keepDays = keepDays
  }

  /// Tells the chains of the newest runs, which may have caused events that are still to be read.
  func start() async throws(Failure) {
    var query = Store.Query(collection: .runs)
    query.order = ["-startedAt"]
    query.fields = Chains.wanted
    query.limit = 500
    for fields in try await store.page(query).reversed() { chains.add(stored: fields) }
    timer = try host.every(milliseconds: RunHistory.hour) { [self] in
      Loop.task { await self.prune() }
    }
    await prune()
  }

  func stop() {
    timer?.stop()
  }

  /// Removes the runs that ended too long ago, a page at a time.
  private func prune() async {
    let limit = Instant(milliseconds: Instant.now.milliseconds - Int64(keepDays) * 86_400_000)
    var query = Store.Query(collection: .runs)
    query.filters = [("startedAt", "less", .string(limit.text)), ("status", "notEqual", "running")]
    query.order = ["startedAt"]
    query.fields = ["id"]
    query.limit = 500
    do throws(Failure) {
      while true {
        let old = try await store.page(query)
        guard !old.isEmpty else { return }
        var batch = Store.Batch()
        for id in old.compactMap({ $0["id"]?.string }) { batch.delete(id, in: .runs) }
        try await store.write(batch)
      }
    } catch {
      host.log(.warn, "old runs cannot be removed: \(error.message)")
    }
  }
}
