import PluginKit

/// The engine: every change of an entity goes through it, and becomes one batch of storage that holds the new states,
/// a revision for each, the transitions that analytics count, and the events that tell of it.
@Loop
final class Ledger {
  let host: Host
  let documents: Documents
  let calendars: Calendars
  let ids: Identities
  let branches = BranchDirectory()
  private let turns = Turns()
  private var observers: [@Loop (Commit) -> Void] = []

  init(host: Host, documents: Documents, calendars: Calendars, ids: Identities) {
    self.host = host
    self.documents = documents
    self.calendars = calendars
    self.ids = ids
  }

  /// Makes the collections of revisions and transitions, and ends the purges that a crash has interrupted.
  static let collections: [Documents.Definition] = [
    // A revision's id is its entity's with the number behind it: the history of an entity is a range of ids.
    .init(
      collection: Revision.collection,
      indexes: [
        .init(fields: ["project", "change"]), .init(fields: ["change"]), .init(fields: ["actor", "change"]),
      ]),
    .init(collection: BranchedItem.collection, indexes: [.init(fields: ["branch", "key"])]),
    .init(
      collection: Transition.collection,
      indexes: [.init(fields: ["project", "to", "day", "from"])]
        + Transition.scopeIndexes.map { .init(fields: $0, isSparse: true) },
      tally: ["project", "day", "from", "to"]),
    .init(collection: Erasure.collection, indexes: []),
  ]

  func start() async throws(Failure) {
    try await Erasure(documents: documents, context: nil).finishAll()
  }

  /// Calls `body` with each entity that was committed, before whoever changed it is answered.
  func observe(_ body: @escaping @Loop (Commit) -> Void) {
    observers.append(body)
  }

  /// An entity that was committed.
  struct Commit {
    let noun: String
    /// Nil when it is new.
    let old: Fields?
    let new: Fields
  }

  /// Makes a change and answers the call with what `body` returns.
  ///
  /// The arguments `reason`, `idempotencyKey` and `branch` of the call are honoured where its method declares them: the
  /// first is recorded, the second makes a repetition within 24 hours answer what the first one was answered, and the
  /// third says where the change is made.
  ///
  /// - Parameters:
  ///   - method: The name of the method: idempotency keys of different methods are different keys.
  ///   - id: The entity that the change is about; changes of one entity happen one after the other.
  ///   - body: Reads and puts entities, and returns the answer as JSON. It runs again when an entity that it has read
  ///     by its id or key was changed by somebody else before the commit, or when somebody else has what it wants to
  ///     hold, so that it must not act on anything but the transaction.
  func answer(
    _ call: Call, _ method: StaticString, about id: String? = nil,
    _ body: @Loop (Transaction) async throws(Failure) -> [UInt8]
  ) async throws(Failure) {
    try Refusal.nulls(in: call, host)
    let context = call.context
    let idempotency = call.stringIfPresent("idempotencyKey").map { key in
      Idempotency(key: "\(method) \(key)", fingerprint: fingerprint(call.arguments))
    }
    let origin = Origin(method: method.description, reason: call.stringIfPresent("reason"), idempotency: idempotency)
    let branch = try branches.branch(of: call)
    call.answer(json: try await change(origin, about: id, on: branch, context, body))
  }

  /// Makes a change that no idempotency key protects.
  ///
  /// - Parameter branch: The branch that it is made on; changes of one branch happen one after the other.
  func change(
    _ origin: Origin, about id: String? = nil, on branch: BranchItem? = nil, _ context: Context?,
    _ body: @Loop (Transaction) async throws(Failure) -> [UInt8]
  ) async throws(Failure) -> [UInt8] {
    guard let branch else { return try await inTurn(of: id, origin, context, nil, body) }
    return try await alone(on: branch) { () throws(Failure) in
      try await inTurn(of: id, origin, context, branch.id, body)
    }
  }

  /// Runs `body` while nobody else changes or merges a branch.
  func alone<Answer>(
    on branch: BranchItem, _ body: @Loop () async throws(Failure) -> Answer
  ) async throws(Failure) -> Answer {
    try await turns.run(branch.id, body)
  }

  private func inTurn(
    of id: String?, _ origin: Origin, _ context: Context?, _ branch: String?,
    _ body: @Loop (Transaction) async throws(Failure) -> [UInt8]
  ) async throws(Failure) -> [UInt8] {
    guard let id else { return try await attempt(origin, context, branch, body) }
    return try await turns.run(id) { () throws(Failure) in try await attempt(origin, context, branch, body) }
  }

  /// Goes through a change without making it.
  func rehearse(
    _ origin: Origin, _ context: Context?, _ body: @Loop (Transaction) async throws(Failure) -> [UInt8]
  ) async throws(Failure) -> [UInt8] {
    let now = Instant.now
    return try await body(
      Transaction(
        documents: documents, calendars: calendars, change: ids.next(at: now), origin: origin, now: now,
        context: context))
  }

  /// A transaction that is never committed: for what reads several entities in the same way as a change does.
  ///
  /// - Parameter branch: The branch that is read; nil for the plan itself.
  func reading(_ context: Context?, on branch: BranchItem? = nil) -> Transaction {
    Transaction(
      documents: documents, calendars: calendars, change: "", origin: Origin(method: ""), now: .now, context: context,
      branch: branch)
  }

  /// Where a change comes from.
  struct Origin {
    var method: String
    var reason: String?
    var idempotency: Idempotency?
  }

  /// Makes a repeated change harmless: the same key within 24 hours gets the first answer again.
  struct Idempotency {
    /// Storage keeps the keys of different actors apart.
    var key: String
    /// Tells one set of arguments from another.
    var fingerprint: String
  }

  private static let attempts = 50

  private func attempt(
    _ origin: Origin, _ context: Context?, _ branch: String?,
    _ body: @Loop (Transaction) async throws(Failure) -> [UInt8]
  ) async throws(Failure) -> [UInt8] {
    var attempts = Ledger.attempts
    var wanted: Set<String> = []
    while true {
      let branch = try branches.branch(named: branch)
      // Whoever waits here has nothing that others wait for but what sorts before, so that nobody waits for ever.
      for name in wanted.sorted() { await turns.take(name) }
      let now = Instant.now
      let transaction = Transaction(
        documents: documents, calendars: calendars, change: ids.next(at: now), origin: origin, now: now,
        context: context, branch: branch, holds: Holds(turns, having: wanted))
      defer { transaction.letGo() }
      var isCommitting = false
      do throws(Failure) {
        let reply = try await body(transaction)
        isCommitting = true
        let committed = try await transaction.commit(replying: reply)
        for commit in committed.commits {
          for observer in observers { observer(commit) }
        }
        return committed.reply
      } catch {
        attempts -= 1
        // Somebody was faster: what was read is out of date, so read again. One of those who collide always wins.
        guard attempts > 0, transaction.missesAHold || isCommitting && error.status == .aborted else { throw error }
        wanted = transaction.wantedHolds
      }
    }
  }
}

/// Tells one text from another: FNV-1a of 64 bits, in hexadecimal.
private func fingerprint(_ text: UnsafeRawBufferPointer) -> String {
  String(text.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }, radix: 16)
}
