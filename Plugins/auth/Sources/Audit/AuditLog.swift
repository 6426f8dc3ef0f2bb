import PluginKit

/// The audit log: sign-ins, refusals, changes of users and tokens.
@Loop
final class AuditLog {
  /// For how many milliseconds refusals that are alike are counted before they are written as one.
  private static let foldTime = 60_000
  /// By how many entries the log may be too long before the oldest go.
  private static let slack = 200

  private let store: Store
  private let identities: Identities
  private let limit: Int
  private var fold = AuditFold()
  private var count = 0
  private var isShortening = false
  private var timer: Timer?

  init(store: Store, identities: Identities, limit: Int) {
    self.store = store
    self.identities = identities
    self.limit = limit
  }

  func start() async throws(Failure) { count = try await store.count(.audit) }

  func stop() async throws(Failure) {
    timer?.stop()
    try await store.write(takeRefusals())
  }

  /// Writes an entry soon; nobody waits for it.
  func note(_ entry: AuditEntry, at now: Instant = .now) {
    var batch = Store.Batch()
    add(AuditFold.Folded(entry: entry, first: now, last: now), to: &batch)
    store.write(later: batch)
    shorten()
  }

  /// Counts a refusal; those that are alike become one entry.
  func refuse(_ entry: AuditEntry, at now: Instant = .now) {
    fold.add(entry, at: now)
    guard timer == nil else { return }
    timer = try? store.host.after(milliseconds: AuditLog.foldTime) { [weak self] in
      guard let self else { return }
      store.write(later: takeRefusals())
      shorten()
    }
  }

  private func takeRefusals() -> Store.Batch {
    timer = nil
    var batch = Store.Batch()
    for folded in fold.take() { add(folded, to: &batch) }
    return batch
  }

  private func add(_ folded: AuditFold.Folded, to batch: inout Store.Batch) {
    let id = identities.next(at: folded.first)
    batch.put(
      folded.entry.fields(id: id, from: folded.first, to: folded.last, count: folded.count), id, in: .audit, expected: 0
    )
    count += 1
  }

  private func shorten() {
    guard count > limit + AuditLog.slack, !isShortening else { return }
    isShortening = true
    Loop.task { [self] in
      defer { isShortening = false }
      let ids = try await store.oldest(min(count - limit, 1000), of: .audit)
      var batch = Store.Batch()
      for id in ids { batch.delete(id, in: .audit) }
      try await store.write(batch)
      count -= ids.count
    }
  }

  // MARK: Methods

  func list(_ call: Call) async throws(Failure) {
    // What was refused a moment ago is part of the answer.
    timer?.stop()
    try await store.write(takeRefusals())
    let filters = [("kind", call.stringIfPresent("kind")), ("actor", call.stringIfPresent("actor"))]
    store.answer(
      call, with: .audit, matching: filters.compactMap { name, value in value.map { (field: name, value: $0) } })
  }

  /// Other plugins tell what they have refused.
  func record(_ call: Call) throws(Failure) {
    refuse(
      AuditEntry(
        kind: .refused, actor: try call.string("actor"), address: try call.string("address"),
        subject: try call.string("subject"), detail: try call.string("detail")))
    call.answer()
  }
}
