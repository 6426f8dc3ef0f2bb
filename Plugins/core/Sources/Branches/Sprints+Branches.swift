import PluginKit

/// Sprints as they are on a branch, where they are planned and not run: beginning and ending happen in the plan.
extension Sprints {
  /// Answers a call with the sprints of a branch that match a query, by their first day.
  func list(_ query: Documents.Query, on branch: BranchItem, _ call: Call) async throws(Failure) {
    var query = query
    let (limit, last) = (query.limit, query.cursor ?? "")
    query.cursor = nil
    let view = BranchView(branch, documents: documents, context: call.context)
    // A project has no more sprints than fit on some pages.
    let sprints = try await view.all(query, as: SprintItem.self)
      .map { (place: "\($0.startDate.text) \($0.id)", sprint: $0) }.sorted { $0.place < $1.place }
    let rest = sprints.drop { $0.place <= last }
    let items = rest.prefix(limit).map { Value.object($0.sprint.fields.arranged(by: SprintItem.order)) }
    let next = rest.count > limit ? rest.prefix(limit).last?.place : nil
    call.answer(json: Fields.page(items, next: next).json)
  }
}
