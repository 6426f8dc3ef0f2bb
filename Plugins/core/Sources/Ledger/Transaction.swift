import PluginKit

/// One change of the plan while it is put together: it sees what is stored and what it has put itself, and is committed
/// as a whole or not at all.
///
/// What was read by its id or key must be at the same revision when the change is committed, whether it was changed or
/// only looked at; storage checks both in the batch. What was found by a query is checked when it is changed; whoever
/// decides by what a query has found or not found takes a turn or a ``hold(_:)``.
@Loop
final class Transaction {
  /// The id of the change, which all of its revisions bear. It sorts by time.
  let change: String
  /// When the change happens.
  let now: Instant
  let context: Context?
  /// The branch that the change is made on; nil for the plan itself.
  let branch: BranchItem?
  private let view: BranchView?
  private let documents: Documents
  private let calendars: Calendars
  private let origin: Ledger.Origin
  private var holds: Holds?
  private var states: [String: State] = [:]
  /// The ids of what was put, in the order of the first time.
  private var touched: [String] = []
  /// The second parents of revisions that merge, by entity.
  private var merged: [String: String] = [:]
  private var announcements: [(topic: String, data: [UInt8])] = []
  /// The entities that are purged.
  private var purged: [String] = []
  /// Whether nothing of what was purged is left in the store's files; known once it is committed.
  private(set) var isErased = false

  /// Writes what the change of an entity adds to the batch.
  ///
  /// `merged` is the revision of a branch that the new state was merged from, if it was.
  private typealias Recorder = @Loop (_ old: Fields?, _ new: Fields, _ merged: String?) -> EntityRecord

  /// An entity as it was read and as it is to be.
  private struct State {
    let collection: String
    let noun: String
    /// Nil when it is new.
    let old: Fields?
    var new: Fields?
    var record: Recorder?
    /// Whether the change depends on it, although it may not change it.
    var isVerified = false
  }

  init(
    documents: Documents, calendars: Calendars, change: String, origin: Ledger.Origin, now: Instant, context: Context?,
    branch: BranchItem? = nil, holds: Holds? = nil
  ) {
    self.documents = documents
    self.calendars = calendars
    self.change = change
    self.origin = origin
    self.now = now
    self.context = context
    self.branch = branch
    view = branch.map { BranchView($0, documents: documents, context: context) }
    self.holds = holds
  }

  /// On whose behalf the change is made.
  var actor: String { context?.actor ?? "plugin:\(Core.id)" }

  /// As whom the caller works.
  var person: String { context?.person ?? actor }

  /// The next number of a sequence. A number that is not used after all stays a gap.
  func next(_ sequence: String) async throws(Failure) -> Int { try await documents.next(sequence, context) }

  // MARK: Reading

  /// The entity of that id, as it is after what this transaction has put; nil when there is none.
  func get<E: Entity>(_ id: String, as type: E.Type) async throws(Failure) -> E? {
    if states[id] == nil {
      let stored =
        if let view { try await view.find(.id(id), as: E.self) } else {
          try await documents.find(.id(id), as: E.self, context)
        }
      if let stored { remember(stored) }
    }
    return verified(id, as: type)
  }

  /// The entity of that id or key; nil when there is none.
  func find<E: Entity>(_ reference: Reference, as type: E.Type) async throws(Failure) -> E? {
    if case .id(let id) = reference { return try await get(id, as: type) }
    let stored =
      if let view { try await view.find(reference, as: E.self) } else {
        try await documents.find(reference, as: E.self, context)
      }
    guard let stored else { return nil }
    remember(stored)
    return verified(stored.id, as: type)
  }

  /// The entities of these ids, in their order; those that there are not are left out.
  func get<E: Entity>(_ ids: [String], as type: E.Type) async throws(Failure) -> [E] {
    let missing = ids.filter { states[$0] == nil }
    let found =
      if let view { try await view.get(missing, as: E.self) } else {
        try await documents.get(missing, as: E.self, context)
      }
    for case let entity? in found { remember(entity) }
    return ids.compactMap { verified($0, as: type) }
  }

  /// All entities that match a query of what is stored, as they are after what this transaction has put.
  ///
  /// Whether more of them have come until the commit is not checked: see ``hold(_:)``.
  func all<E: Entity>(_ query: Documents.Query, as type: E.Type) async throws(Failure) -> [E] {
    let found =
      if let view { try await view.all(query, as: E.self) } else {
        try await documents.all(query, context).map(E.init)
      }
    return found.map { stored in
      remember(stored)
      return states[stored.id].flatMap { $0.new ?? $0.old }.map(E.init) ?? stored
    }
  }

  /// Keeps everybody else who wants the same name from going on, until this change is committed or given up. Both take
  /// it before they read: whoever decides by a query, and whoever adds to what that finds. On a branch changes happen
  /// one after the other anyway.
  ///
  /// - Parameter name: A word for what is asked, and an id, such as `parts <task>`.
  /// - Throws: When somebody else has it. The change is then given up and begins again.
  func hold(_ name: String) throws(Failure) {
    if view == nil { try take(name) }
  }

  private func take(_ name: String) throws(Failure) {
    guard holds?.take(name) == false else { return }
    throw Failure(.aborted, "somebody else is changing what belongs together with this; repeat the change")
  }

  /// Whether something that it wanted to hold is somebody else's, so that it cannot be committed.
  var missesAHold: Bool { holds?.refused != nil }
  var wantedHolds: Set<String> { holds?.wanted ?? [] }

  /// Lets others go on who want what it holds.
  func letGo() { holds?.letGo() }

  /// The entities of a kind of which this transaction knows that they are not what the plan has: those that it has put,
  /// and those that its branch has touched.
  func differing<E: Entity>(as type: E.Type) async throws(Failure) -> [E] {
    let own = try await view?.touched(E.noun) ?? []
    let put = touched.compactMap { id in states[id].flatMap { $0.noun == E.noun ? $0.new : nil } }
    return (own + put).map(E.init)
  }

  /// An entity that was remembered, which the change depends on from now on.
  private func verified<E: Entity>(_ id: String, as type: E.Type) -> E? {
    states[id]?.isVerified = true
    return states[id].flatMap { $0.new ?? $0.old }.map(E.init)
  }

  /// Takes an entity for stored that another change is about to store: if that does not, this one is refused.
  func assume<E: Entity>(_ entity: E) {
    remember(entity)
  }

  private func remember<E: Entity>(_ entity: E) {
    guard states[entity.id] == nil else { return }
    states[entity.id] = State(collection: E.collection, noun: E.noun, old: entity.fields)
  }

  // MARK: Writing

  /// Takes a new state of an entity. What was read before is changed, anything else is new; what differs in nothing
  /// from what was read stays as it was, without a revision.
  ///
  /// - Returns: The entity with its revision and the time of the change.
  @discardableResult
  func put<E: Entity>(_ entity: E) -> E {
    let id = entity.id
    let old = states[id]?.old
    var new = entity
    if let old, Changes(from: old, to: entity.fields, ignoring: E.bookkeeping).isEmpty {
      states[id]?.new = nil
      touched.removeAll { $0 == id }
      return E(fields: old)
    }
    if old == nil, new.fields["createdAt"] == nil { new.fields["createdAt"] = .string(now.text) }
    new.fields["updatedAt"] = .string(now.text)
    new.fields["revision"] = .int((old?["revision"]?.int ?? 0) + 1)
    new.fields = new.fields.arranged(by: E.order)
    if states[id]?.new == nil { touched.append(id) }
    states[id] = State(
      collection: E.collection, noun: E.noun, old: old, new: new.fields, record: recorder(of: E.self),
      isVerified: states[id]?.isVerified ?? false)
    return new
  }

  private func recorder<E: Entity>(of type: E.Type) -> Recorder {
    let (calendars, change, origin, now, actor) = (calendars, change, origin, now, actor)
    return { [view] old, new, merged in
      let entity = E(fields: new)
      if let view {
        let item = view.item(entity, at: now)
        return EntityRecord(
          item.new, since: item.old, change: change, origin: origin, at: now,
          in: calendars.zone(of: entity.project), actor: actor)
      }
      return EntityRecord(
        entity, since: old.map(E.init), change: change, origin: origin, at: now,
        in: calendars.zone(of: entity.project), actor: actor, merged: merged)
    }
  }

  /// Publishes a further event with the change.
  ///
  /// - Parameter data: JSON.
  func announce(_ topic: String, _ data: [UInt8]) {
    announcements.append((topic, data))
  }

  /// Says of an entity that its new state comes from a revision of a branch, which becomes its second parent.
  func merge(_ id: String, from revision: String) {
    merged[id] = revision
  }

  /// Takes the content of a stored entity out for good: of its state, its revisions, its transitions and its events. It
  /// has to be the last that is put of this entity.
  ///
  /// - Parameter remains: What is left of it.
  func purge<E: Entity>(_ entity: E, leaving remains: Fields) {
    let id = entity.id
    guard let old = states[id]?.old else { return }
    var new = remains
    new["updatedAt"] = .string(now.text)
    new["revision"] = .int((old["revision"]?.int ?? 0) + 1)
    if states[id]?.new == nil { touched.append(id) }
    purged.append(id)
    let (calendars, change, origin, now, actor) = (calendars, change, origin, now, actor)
    let record: Recorder = { old, new, _ in
      let remains = E(fields: new)
      return EntityRecord(
        purging: entity, to: remains, since: E(fields: old ?? entity.fields), change: change, origin: origin, at: now,
        in: calendars.zone(of: remains.project), actor: actor)
    }
    states[id] = State(
      collection: E.collection, noun: E.noun, old: old, new: new.arranged(by: E.order), record: record)
  }

  // MARK: Committing

  /// Writes what was put.
  ///
  /// - Parameter reply: What the caller is answered, kept for the repetition of an idempotent change.
  /// - Returns: The reply, and what was committed; the reply of the first time and nothing when the change is a
  ///   repetition.
  func commit(replying reply: [UInt8]) async throws(Failure) -> (reply: [UInt8], commits: [Ledger.Commit]) {
    // A body that went on although it was refused a hold has seen what does not count.
    guard !missesAHold else { throw Failure(.aborted, "the change has to be repeated") }
    guard !touched.isEmpty || !announcements.isEmpty || origin.idempotency != nil else { return (reply, []) }
    try view?.checkOpen()
    // Whoever purges an entity purges what it finds of it on branches.
    for beginning in beginnings { try take("branched \(beginning.id)") }
    var records: [EntityRecord] = []
    var commits: [Ledger.Commit] = []
    for id in touched {
      guard let state = states[id], let new = state.new, let record = state.record else { continue }
      if let branch, new["project"]?.string != branch.project {
        throw Failure(
          .failedPrecondition, "branch \(branch.name) is of another project than what was to be changed on it")
      }
      records.append(record(state.old, new, merged[id]))
      commits.append(Ledger.Commit(noun: view == nil ? state.noun : BranchedItem.noun, old: state.old, new: new))
    }
    let erasure = Erasure(documents: documents, context: context)
    let rewritings = try await erasure.rewritings(of: purged, before: change)
    var json = JSONWriter(capacity: records.reduce(reply.count + 512) { $0 + $1.size })
    json.beginObject()
    json.key("operations" as StaticString)
    json.beginArray()
    for record in records { record.writeOperations(to: &json) }
    for check in checks { json.check(check.collection, check.id, revision: check.revision) }
    for rewriting in rewritings.prefix(Erasure.batchLimit) { rewriting.write(to: &json) }
    let isLong = rewritings.count > Erasure.batchLimit
    if isLong { Erasure.writeIntent(change, to: purged, &json) }
    json.endArray()
    json.key("events" as StaticString)
    json.beginArray()
    for record in records { record.writeEvents(to: &json) }
    // What happens on a branch has not happened.
    for announcement in announcements where view == nil { json.event(announcement.topic, announcement.data) }
    json.endArray()
    if let idempotency = origin.idempotency { json.idempotency(idempotency, reply) }
    json.redactions(purged)
    json.endObject()
    let answer = try await documents.write(json, context)
    if isLong {
      isErased = try await erasure.finish(change, of: purged, rewritings.dropFirst(Erasure.batchLimit))
    } else if !purged.isEmpty {
      isErased = try documents.host.parse(answer)["erased"].bool ?? false
    }
    guard origin.idempotency != nil else { return (reply, commits) }
    let repeated = try documents.host.parse(answer)["repeated"]
    return repeated.isPresent ? (Array(repeated.text.utf8), []) : (reply, commits)
  }

  private typealias Check = (collection: String, id: String, revision: Int64)

  /// What the change depends on without changing it, and the revisions that it has seen. A branch sees the plan as that
  /// goes on, and depends only on what it begins with.
  private var checks: [Check] {
    guard view == nil else { return beginnings }
    return states.values.compactMap { state in
      guard state.isVerified, state.new == nil, let old = state.old else { return nil }
      return (state.collection, old["id"]?.string ?? "", old["revision"]?.int ?? 0)
    }
  }

  /// What a branch changes for the first time, and the revisions of the plan that it begins with.
  private var beginnings: [Check] {
    guard let view else { return [] }
    return touched.compactMap { id in
      guard let state = states[id], state.new != nil, let number = view.beginning(of: id) else { return nil }
      return (state.collection, id, number)
    }
  }
}
