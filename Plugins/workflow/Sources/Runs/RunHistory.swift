import PluginKit

/// Keeps the history of runs, and the definitions that they followed, from growing for ever, and knows the newest of it.
@Loop
final class RunHistory {
  private static let hour = 3_600_000

  private let host: Host
  private let store: Store
  private let chains: Chains
  private let catalogue: Catalogue
  private let launcher: Launcher
  private let keepDays: Int
  private var timer: Timer?

  init(host: Host, store: Store, chains: Chains, catalogue: Catalogue, launcher: Launcher, keepDays: Int) {
    self.host = host
    self.store = store
    self.chains = chains
    self.catalogue = catalogue
    self.launcher = launcher
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

  private func prune() async {
    do throws(Failure) {
      try await pruneRuns()
      try await pruneVersions()
    } catch {
      host.log(.warn, "old runs and definitions cannot be removed: \(error.message)")
    }
  }

  /// Removes the runs that ended too long ago, a page at a time.
  private func pruneRuns() async throws(Failure) {
    let limit = Instant(milliseconds: Instant.now.milliseconds - Int64(keepDays) * 86_400_000)
    var query = Store.Query(collection: .runs)
    query.filters = [("startedAt", "less", .string(limit.text)), ("status", "notEqual", "running")]
    query.order = ["startedAt"]
    query.fields = ["id"]
    query.limit = 500
    while true {
      let old = try await store.page(query)
      guard !old.isEmpty else { return }
      var batch = Store.Batch()
      for id in old.compactMap({ $0["id"]?.string }) { batch.delete(id, in: .runs) }
      try await store.write(batch)
    }
  }

  /// Removes the definitions that hold no more and that no run has followed.
  func pruneVersions() async throws(Failure) {
    var query = Store.Query(collection: .versions)
    query.fields = ["id"]
    query.limit = 500
    var stale: [String: [Int64]] = [:]
    for fields in try await store.all(query) {
      guard let id = fields["id"]?.string, let (workflow, revision) = versionParts(id) else { continue }
      // What is newer than here is being made. One that is not here at all may be, too.
      if revision < catalogue[workflow]?.revision ?? .max { stale[workflow, default: []].append(revision) }
    }
    // A run that has begun and is not written down may follow one of these. None that begins later does.
    guard launcher.isIdle else { return }
    for (workflow, revisions) in stale {
      if catalogue[workflow] == nil, try await store.get(workflow, in: .definitions) != nil { continue }
      var runs = Store.Query(collection: .runs)
      runs.filters = [("workflow", "equal", .string(workflow))]
      let followed = Set(try await store.values(of: "definition", runs).compactMap(\.int))
      let unused = revisions.filter { !followed.contains($0) }
      for start in stride(from: 0, to: unused.count, by: 500) {
        var batch = Store.Batch()
        for revision in unused[start..<min(start + 500, unused.count)] {
          batch.delete(versionID(workflow, revision), in: .versions)
        }
        try await store.write(batch)
      }
    }
  }
}
