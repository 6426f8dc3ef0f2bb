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
      let beyond = try await rank(beyond: neighbour, downwards: before != nil, without: task.id, transaction.context)
      let rank = before == nil ? Rank.between(neighbour.rank, beyond) : Rank.between(beyond, neighbour.rank)
      guard let rank else { throw Failure(.internal, "there is no room beside \(neighbour.key)") }
      var new = task
      new.fields["rank"] = .string(rank)
      transaction.put(new)
    }
  }

  /// The rank on the other side of a gap; nil at the end of the list.
  private func rank(
    beyond neighbour: TaskItem, downwards: Bool, without moved: String, _ context: Context?
  ) async throws(Failure) -> String? {
    var query = Documents.Query(TaskItem.collection, limit: 2)
    query.match("project", .string(neighbour.project))
    query.match("hidden", .null)
    query.match("rank", downwards ? "less" : "greater", .string(neighbour.rank))
    query.order = [downwards ? "-rank" : "rank"]
    query.fields = ["id", "rank"]
    return try await documents.page(query, context).items
      .first { $0["id"] != .string(moved) }?["rank"]?.string
  }
}
