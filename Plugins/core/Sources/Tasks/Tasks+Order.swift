import PluginKit

/// The manual order.
extension Tasks {
  func move(_ call: Call) async throws(Failure) {
    let (before, after) = (call.stringIfPresent("before"), call.stringIfPresent("after"))
    guard (before == nil) != (after == nil) else {
      throw Failure(
        .invalidArgument, "say where to: give either before or after, with the task that it is to stand at",
        details: Refusal.details(path: "before", message: "or after is needed, and not both"))
    }
    try await change(call, "tasks.move", turn: Dependencies.turn) { [self] task, transaction throws(Failure) in
      let neighbour = try await self.task(before ?? after ?? "", transaction)
      guard neighbour.project == task.project, neighbour.id != task.id else {
        throw Failure(
          .failedPrecondition, "\(task.key) cannot stand beside \(neighbour.key): name another task of its project")
      }
      let beyond = try await rank(beyond: neighbour, downwards: before != nil, without: task.id, transaction)
      let rank = before == nil ? Rank.between(neighbour.rank, beyond) : Rank.between(beyond, neighbour.rank)
      guard let rank else { throw Failure(.internal, "there is no room beside \(neighbour.key)") }
      var new = task
      new.fields["rank"] = .string(rank)
      transaction.put(new)
    }
  }

  /// The rank on the other side of a gap; nil at the end of the list.
  private func rank(
    beyond neighbour: TaskItem, downwards: Bool, without moved: String, _ transaction: Transaction
  ) async throws(Failure) -> String? {
    var query = Documents.Query(TaskItem.collection)
    query.match("project", .string(neighbour.project))
    query.match("hidden", .null)
    query.match("rank", downwards ? "less" : "greater", .string(neighbour.rank))
    query.order = [downwards ? "-rank" : "rank"]
    query.fields = ["id", "rank"]
    // On a branch, tasks may stand elsewhere than in the plan.
    let own = try await transaction.differing(as: TaskItem.self).filter { $0.id != moved }
    let others = Set(own.map(\.id) + [moved])
    var ranks = own.filter { query.matches($0.fields) }.map(\.rank)
    query.limit = min(others.count + 1, 500)
    repeat {
      let page = try await documents.page(query, transaction.context)
      query.cursor = page.next
      guard let next = page.items.first(where: { !others.contains($0["id"]?.string ?? "") }) else { continue }
      ranks.append(next["rank"]?.string ?? "")
      break
    } while query.cursor != nil
    return downwards ? ranks.max() : ranks.min()
  }
}
