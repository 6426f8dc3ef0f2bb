import PluginKit

/// What the service knows of the kinds of entities.
extension History {
  /// What it has to know of a kind, in order to find an entity by its key and to change it by its rules.
  struct Kind {
    let order: [String]
    /// Finds none where entities have no keys.
    let find: @Loop (Reference, Context?) async throws(Failure) -> Fields?
    /// The entity as a transaction sees it.
    let get: @Loop (_ id: String, Transaction) async throws(Failure) -> Fields?
    let bring: Bring
    /// Takes the content of an entity out, which has to be deleted.
    let purge: @Loop (_ id: String, Transaction) async throws(Failure) -> Void
  }

  /// Gives the entity with this id another state, by its rules.
  typealias Bring = @Loop (_ id: String, _ state: Fields, _ way: Tasks.Way, Transaction) async throws(Failure) -> [Kept]

  /// A field that an entity keeps although the state that it was to get has another value for it.
  struct Kept {
    var field: String
    var value: Value
    var reason: String

    init(_ field: String, _ value: Value, _ reason: String) {
      (self.field, self.value, self.reason) = (field, value, reason)
    }

    var json: Value { ["field": .string(field), "value": value, "reason": .string(reason)] }
  }

  /// Learns the kinds of entities that there are.
  func start(_ tasks: Tasks, _ sprints: Sprints, _ time: TimeTracking) {
    learn(TaskItem.self) { id, state, way, transaction throws(Failure) in
      try await tasks.bring(id, to: state, way, transaction)
    }
    learn(SprintItem.self) { id, state, way, transaction throws(Failure) in
      try await sprints.bring(id, to: state, way, transaction)
    }
    learn(TimeEntry.self, hasKeys: false) { id, state, _, transaction throws(Failure) in
      try await time.bring(id, to: state, transaction)
      return []
    }
    learn(ProjectItem.self) { project, state throws(Failure) in
      guard project.isDeleted == (state["hidden"] == "deleted") else {
        throw Failure(
          .failedPrecondition,
          "project \(project.key) cannot be deleted or brought back by its history; use its own methods")
      }
    }
    learn(RecordItem.self)
    learn(PersonItem.self, hasKeys: false)
    learn(CommentItem.self, hasKeys: false)
    learn(BookmarkItem.self, hasKeys: false)
  }

  /// Lets entities of a kind be found, restored, undone and purged whose states have no rules among each other.
  ///
  /// - Parameter check: Refuses a state that the entity cannot get.
  private func learn<E: Entity>(
    _ type: E.Type, hasKeys: Bool = true, check: @escaping @Loop (E, Fields) throws(Failure) -> Void = { _, _ in }
  ) {
    learn(type, hasKeys: hasKeys) { id, state, _, transaction throws(Failure) in
      guard let now = try await transaction.get(id, as: E.self) else { return [] }
      try check(now, state)
      transaction.put(E(fields: now.keepingBookkeeping(in: state)))
      return []
    }
  }

  /// Lets entities of a kind be found, restored, undone and purged.
  ///
  /// - Parameter hasKeys: Whether callers may name them by a field `key`.
  private func learn<E: Entity>(_ type: E.Type, hasKeys: Bool = true, bring: @escaping Bring) {
    let documents = documents
    kinds[E.noun] = Kind(
      order: E.order,
      find: { reference, context throws(Failure) in
        hasKeys ? try await documents.find(reference, as: E.self, context)?.fields : nil
      },
      get: { id, transaction throws(Failure) in try await transaction.get(id, as: E.self)?.fields }, bring: bring,
      purge: { id, transaction throws(Failure) in
        guard let entity = try await transaction.get(id, as: E.self) else { return }
        transaction.purge(entity, leaving: History.remains(of: entity.fields))
      })
  }

  /// How to change entities of a kind.
  func kind(_ name: String, _ key: String) throws(Failure) -> Kind {
    if let kind = kinds[name] { return kind }
    throw Failure(
      .failedPrecondition,
      "\(key) is a \(name), and its earlier states can be read but not brought back; change it "
        + "by its own methods")
  }
}

extension Entity {
  /// Another state of the same entity: what identifies it and follows from changes is as it is now.
  func keepingBookkeeping(in state: Fields) -> Fields {
    var fields = state
    for name in Self.bookkeeping { fields[name] = self.fields[name] }
    return fields
  }
}
