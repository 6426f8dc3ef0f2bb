import PluginKit

/// Tasks as they are on a branch.
extension Tasks {
  func get(_ name: String, on branch: BranchItem, _ call: Call) {
    let kept = call.retain()
    let view = BranchView(branch, documents: documents, context: call.context)
    Loop.task {
      do throws(Failure) {
        guard let task = try await view.find(Reference(name), as: TaskItem.self), !task.isDeleted else {
          throw Tasks.absent(name)
        }
        kept.call.answer(json: task.fields.arranged(by: TaskItem.order).json)
      } catch {
        kept.call.fail(error)
      }
    }
  }

  /// Answers a call with the tasks of a branch that match a query.
  func list(_ query: Documents.Query, on branch: BranchItem, _ call: Call) async throws(Failure) {
    let order = try call.string("order")
    guard order == "createdAt" || order == "-createdAt" else {
      throw Failure(
        .invalidArgument, "on a branch, tasks are listed in the order in which they were made: createdAt or -createdAt",
        details: Refusal.details(
          path: "order", message: "cannot be had on a branch", allowed: ["createdAt", "-createdAt"]))
    }
    let view = BranchView(branch, documents: documents, context: call.context)
    let page = try await view.page(
      query, of: TaskItem.noun, after: query.cursor, isDescending: order == "-createdAt")
    let items = page.items.map { Value.object($0.arranged(by: TaskItem.order)) }
    call.answer(json: Fields.page(items, next: page.next).json)
  }
}
