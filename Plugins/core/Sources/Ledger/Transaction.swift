import PluginKit

/// One change of the plan while it is put together: it sees what is stored and what it has put itself, and is committed
/// as a whole or not at all.
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
    /// Nil when it is new.
    let old: Fields?
    var new: Fields?
    var record: Recorder?
    var noun = ""
  }

  init(
    documents: Documents, calendars: Calendars, change: String, origin: Ledger.Origin, now: Instant, context: Context?,
    branch: BranchItem? = nil
  ) {
    self.documents = documents
    self.calendars = calendars
    self.change = change
    self.origin = origin
    self.now = now
    self.context = context
    self.branch = branch
    view = branch.map { BranchView($0, documents: documents, context: context) }
  }

  /// On whose behalf the change is made.
  var actor: String { context?.actor ?? "plugin:\(Core.id)" }

  /// The next number of a sequence. A number that is not used after all stays a gap.
  func next(_ sequence: String) async throws(Failure) -> Int { try await documents.next(sequence, context) }

  // MARK: Reading

  /// The entity of that id, as it is after what this transaction has put; nil when there is none.
  func get<E: Entity>(_ id: String, as type: E.Type) async throws(Failure) -> E? {
    if let state = states[id] { return (state.new ?? state.old).map(E.init) }
    guard let view else { return remember(try await documents.find(.id(id), as: E.self, context)) }
    return remember(try await view.find(.id(id), as: E.self))
  }

  /// The entity of that id or key; nil when there is none.
  func find<E: Entity>(_ reference: Reference, as type: E.Type) async throws(Failure) -> E? {
    if case .id(let id) = reference { return try await get(id, as: type) }
    if let view { return try await view.find(reference, as: E.self).map { get($0, as: type) } }
    return try await documents.find(reference, as: E.self, context).map { get($0, as: type) }
  }

  /// The entities of these ids, in their order; those that there are not are left out.
  func get<E: Entity>(_ ids: [String], as type: E.Type) async throws(Failure) -> [E] {
    let missing = ids.filter { states[$0] == nil }
    let found =
      if let view { try await view.get(missing, as: E.self) } else {
        try await documents.get(missing, as: E.self, context)
      }
    for case let entity? in found { remember(entity) }
    var entities: [E] = []
    for id in ids {
      if let state = states[id], let fields = state.new ?? state.old { entities.append(E(fields: fields)) }
    }
    return entities
  }

  /// All entities that match a query of what is stored, as they are after what this transaction has put.
  func all<E: Entity>(_ query: Documents.Query, as type: E.Type) async throws(Failure) -> [E] {
    if let view { return try await view.all(query, as: E.self).map { get($0, as: type) } }
    return try await documents.all(query, context).map { get(E(fields: $0), as: type) }
  }

  /// The entities of a kind of which this transaction knows that they are not what the plan has: those that it has put,
  /// and those that its branch has touched.
  func differing<E: Entity>(as type: E.Type) async throws(Failure) -> [E] {
    let own = try await view?.touched(E.noun) ?? []
    let put = touched.compactMap { id in states[id].flatMap { $0.noun == E.noun ? $0.new : nil } }
    return (own + put).map(E.init)
  }

  private func get<E: Entity>(_ stored: E, as type: E.Type) -> E {
    if let state = states[stored.id], let fields = state.new ?? state.old { return E(fields: fields) }
    remember(stored)
    return stored
  }

  @discardableResult
  private func remember<E: Entity>(_ entity: E?) -> E? {
    guard let entity else { return nil }
    if states[entity.id] == nil { states[entity.id] = State(old: entity.fields, new: nil, record: nil) }
    return entity
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
    states[id] = State(old: old, new: new.fields, record: recorder(of: E.self), noun: E.noun)
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
    states[id] = State(old: old, new: new.arranged(by: E.order), record: record, noun: E.noun)
  }

  // MARK: Committing

  /// Writes what was put.
  ///
  /// - Parameter reply: What the caller is answered, kept for the repetition of an idempotent change.
  /// - Returns: The reply, and what was committed; the reply of the first time and nothing when the change is a
  ///   repetition.
  func commit(replying reply: [UInt8]) async throws(Failure) -> (reply: [UInt8], commits: [Ledger.Commit]) {
    guard !touched.isEmpty || !announcements.isEmpty || origin.idempotency != nil else { return (reply, []) }
    try view?.checkOpen()
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
    let rewritings = try await rewritings()
    var json = JSONWriter(capacity: records.reduce(reply.count + 512) { $0 + $1.size })
    json.beginObject()
    json.key("operations" as StaticString)
    json.beginArray()
    for record in records { record.writeOperations(to: &json) }
    for rewriting in rewritings { rewriting.write(to: &json) }
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
    if !purged.isEmpty { isErased = try documents.host.parse(answer)["erased"].bool ?? false }
    guard origin.idempotency != nil else { return (reply, commits) }
    let repeated = try documents.host.parse(answer)["repeated"]
    return repeated.isPresent ? (Array(repeated.text.utf8), []) : (reply, commits)
  }

  /// What has to be stored again without its content, in the batch of the change. Of a past that is too long for one
  /// batch, the first parts go before: a purge that is interrupted there is repeated as a whole.
  private func rewritings() async throws(Failure) -> [Erasure.Rewriting] {
    guard !purged.isEmpty else { return [] }
    var rest = try await Erasure(documents: documents, context: context).rewritings(of: purged)[...]
    while rest.count > Erasure.batchLimit {
      var json = JSONWriter()
      json.beginObject()
      json.key("operations" as StaticString)
      json.beginArray()
      for rewriting in rest.prefix(Erasure.batchLimit) { rewriting.write(to: &json) }
      json.endArray()
      json.endObject()
      _ = try await documents.write(json, context)
      rest = rest.dropFirst(Erasure.batchLimit)
    }
    return Array(rest)
  }
}

extension JSONWriter {
  mutating func event(_ topic: String, _ data: [UInt8]) {
    beginObject()
    member("topic", topic)
    key("data" as StaticString)
    raw(data)
    endObject()
  }

  fileprivate mutating func redactions(_ ids: [String]) {
    guard !ids.isEmpty else { return }
    key("redact" as StaticString)
    beginArray()
    for id in ids {
      beginObject()
      member("id", id)
      endObject()
    }
    endArray()
  }

  fileprivate mutating func idempotency(_ idempotency: Ledger.Idempotency, _ reply: [UInt8]) {
    key("idempotency" as StaticString)
    beginObject()
    member("key", idempotency.key)
    member("fingerprint", idempotency.fingerprint)
    key("reply" as StaticString)
    raw(reply)
    endObject()
  }
}
