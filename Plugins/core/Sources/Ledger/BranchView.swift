import PluginKit

/// The plan as it is on a branch: what the branch has touched as it is there, all else as it is in the plan.
@Loop
final class BranchView {
  let branch: BranchItem
  private let documents: Documents
  private let context: Context?
  /// What was read of the branch, by the id of the entity.
  private var places: [String: Place] = [:]
  private var isWhole = false

  /// Where an entity of the branch comes from.
  private struct Place {
    /// Nil when the branch has not touched it.
    var item: BranchedItem?
    /// The entity in the plan, at the revision that the branch began with.
    var base: Fields
    var number: Int64
  }

  init(_ branch: BranchItem, documents: Documents, context: Context?) {
    self.branch = branch
    self.documents = documents
    self.context = context
  }

  // MARK: Reading

  /// These entities in their order; nil where there is none.
  func get<E: Entity>(_ ids: [String], as type: E.Type) async throws(Failure) -> [E?] {
    let stored = try await documents.get(ids, as: E.self, context)
    let own = try await documents.get(
      ids.map { BranchedItem.id(of: $0, on: branch.id) }, as: BranchedItem.self, context)
    var entities: [E?] = []
    for (stored, item) in zip(stored, own) {
      if let item {
        entities.append(E(fields: try await state(of: item, inPlan: stored?.fields)))
      } else {
        if let stored { places[stored.id] = Place(item: nil, base: stored.fields, number: stored.revision) }
        entities.append(stored)
      }
    }
    return entities
  }

  func find<E: Entity>(_ reference: Reference, as type: E.Type) async throws(Failure) -> E? {
    switch reference {
    case .id(let id): return try await get([id], as: type).first ?? nil
    case .key(let key):
      if let stored = try await documents.find(reference, as: E.self, context) {
        return try await get([stored.id], as: type).first ?? nil
      }
      var query = Documents.Query(BranchedItem.collection, limit: 1)
      query.match("branch", .string(branch.id))
      query.match("key", .string(key))
      guard let fields = try await documents.page(query, context).items.first else { return nil }
      return E(fields: try await state(of: BranchedItem(fields: fields), inPlan: nil))
    }
  }

  /// All entities that match a query of the plan, as they are on the branch.
  func all<E: Entity>(_ query: Documents.Query, as type: E.Type) async throws(Failure) -> [E] {
    let own = try await touched(E.noun)
    let ids = Set(own.map { $0["id"]?.string ?? "" })
    var entities: [E] = []
    for fields in try await documents.all(query, context) {
      let entity = E(fields: fields)
      guard !ids.contains(entity.id) else { continue }
      places[entity.id] = Place(item: nil, base: fields, number: entity.revision)
      entities.append(entity)
    }
    return entities + own.filter(query.matches).map(E.init)
  }

  /// One page of the entities that match a query of the plan, as they are on the branch, in the order of their ids.
  ///
  /// - Parameters:
  ///   - last: The id of the last one of the page before.
  ///   - isDescending: Whether the newest come first.
  func page(
    _ query: Documents.Query, of kind: String, after last: String?, isDescending: Bool = false
  ) async throws(Failure) -> (items: [Fields], next: String?) {
    let own = try await touched(kind)
    let ids = Set(own.map { $0["id"]?.string ?? "" })
    var (query, found) = (query, [Fields]())
    query.order = [isDescending ? "-id" : "id"]
    query.cursor = nil
    if let last { query.match("id", isDescending ? "less" : "greater", .string(last)) }
    let limit = query.limit
    query.limit = limit + 1
    repeat {
      let page = try await documents.page(query, context)
      found += page.items.filter { !ids.contains($0["id"]?.string ?? "") }
      query.cursor = page.next
    } while query.cursor != nil && found.count <= limit
    let all = (found + own.filter(query.matches)).sorted { left, right in
      let (left, right) = (left["id"]?.string ?? "", right["id"]?.string ?? "")
      return isDescending ? right < left : left < right
    }
    return (Array(all.prefix(limit)), all.count > limit ? all[limit - 1]["id"]?.string : nil)
  }

  /// The entities of a kind that the branch has touched, as they are on it, in the order of their ids.
  func touched(_ kind: String) async throws(Failure) -> [Fields] {
    var states: [Fields] = []
    for item in try await items() where item.kind == kind {
      states.append(try await state(of: item, inPlan: nil))
    }
    return states
  }

  /// What the branch has touched, in the order of the entities' ids.
  func items() async throws(Failure) -> [BranchedItem] {
    if !isWhole {
      var query = Documents.Query(BranchedItem.collection)
      query.match("id", prefix: "\(branch.id).")
      query.order = ["id"]
      for fields in try await documents.all(query, context) {
        _ = try await state(of: BranchedItem(fields: fields), inPlan: nil)
      }
      isWhole = true
    }
    return places.values.compactMap(\.item).sorted { $0.entity < $1.entity }
  }

  /// The entity that a branch began with; empty when it was made there.
  func base(of entity: String) -> Fields { places[entity]?.base ?? Fields() }

  private func state(of item: BranchedItem, inPlan stored: Fields?) async throws(Failure) -> Fields {
    if places[item.entity]?.item == nil {
      places[item.entity] = Place(
        item: item, base: try await base(of: item, inPlan: stored), number: item.base)
    }
    return item.state(since: base(of: item.entity))
  }

  private func base(of item: BranchedItem, inPlan stored: Fields?) async throws(Failure) -> Fields {
    guard item.base > 0 else { return Fields() }
    if let stored, stored["revision"] == .int(item.base) { return stored }
    return try await RevisionLog(documents: documents).state(of: item.entity, at: item.base, context) ?? Fields()
  }

  /// The revision of the plan that the branch begins with when it now touches an entity for the first time; nil when it
  /// has touched it, and for what was made on it.
  func beginning(of entity: String) -> Int64? {
    guard let place = places[entity], place.item == nil, place.number > 0 else { return nil }
    return place.number
  }

  // MARK: Writing

  /// Refuses changes of what the branch cannot hold.
  func checkOpen() throws(Failure) {
    guard branch.isOpen else {
      throw Failure(
        .failedPrecondition, "branch \(branch.name) was merged and cannot be changed any more; make another branch")
    }
  }

  /// What a change adds to the branch, to be recorded.
  func item<E: Entity>(_ entity: E, at now: Instant) -> (new: BranchedItem, old: BranchedItem?) {
    let place = places[entity.id]
    var new = BranchedItem(
      entity.fields, of: E.noun, on: branch.id, since: place?.base ?? Fields(), at: place?.number ?? 0)
    new.fields["createdAt"] = place?.item?.fields["createdAt"] ?? .string(now.text)
    new.fields["updatedAt"] = .string(now.text)
    new.fields["revision"] = .int((place?.item?.revision ?? 0) + 1)
    return (BranchedItem(fields: new.fields.arranged(by: BranchedItem.order)), place?.item)
  }
}
