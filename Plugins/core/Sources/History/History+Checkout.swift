import PluginKit

/// The plan as it was, or as it is on a branch.
extension History {
  func checkout(_ call: Call) async throws(Failure) {
    let (cursor, limit) = (call.stringIfPresent("cursor"), Int(try call.int("limit")))
    let branch = try ledger.branches.branch(of: call)
    let instant = call.stringIfPresent("at").flatMap { Instant($0) }
    guard branch == nil || instant == nil else {
      throw Failure(
        .invalidArgument, "give a branch or an instant, and not both",
        details: Refusal.details(path: "at", message: "or branch, not both"))
    }
    var query = Documents.Query(TaskItem.collection, limit: limit)
    let project = if let branch { branch.project } else { try projects.project(of: call).id }
    query.match("project", .string(project))
    let page: (items: [Fields], next: String?)
    if let branch {
      query.match("hidden", .null)
      let view = BranchView(branch, documents: documents, context: call.context)
      page = try await view.page(query, of: TaskItem.noun, after: cursor)
    } else {
      page = try await tasks(query, at: instant ?? .now, after: cursor, call.context)
    }
    call.answer(json: Fields.page(page.items.map(Value.object), next: page.next).json)
  }

  /// One page of the tasks that were visible at an instant, as they were, in the order of their ids.
  private func tasks(
    _ query: Documents.Query, at instant: Instant, after cursor: String?, _ context: Context?
  ) async throws(Failure) -> (items: [Fields], next: String?) {
    var (query, items, next) = (query, [Fields](), cursor)
    query.order = ["id"]
    if let cursor { query.match("id", "greater", .string(cursor)) }
    repeat {
      let page = try await documents.page(query, context)
      for now in page.items {
        guard items.count < query.limit else { return (items, next) }
        next = now["id"]?.string
        if let state = try await state(of: now, at: instant, context) { items.append(state) }
      }
      query.cursor = page.next
    } while query.cursor != nil
    return (items, nil)
  }

  /// The state of a task at an instant; nil when it was not there or hidden.
  private func state(of now: Fields, at instant: Instant, _ context: Context?) async throws(Failure) -> Fields? {
    var state: Fields? = now
    if now["updatedAt"]?.string ?? "" > instant.text {
      let id = now["id"]?.string ?? ""
      guard let revision = try await log.latest(of: id, upTo: instant, context) else { return nil }
      state = try await log.state(of: id, at: revision.number, context)?.arranged(by: TaskItem.order)
    }
    return state?["hidden"] == nil ? state : nil
  }
}
