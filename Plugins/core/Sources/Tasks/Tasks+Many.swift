import PluginKit

/// What concerns several tasks at once.
extension Tasks {
  /// Changes many tasks in the same way, all or none.
  func bulk(_ call: Call) async throws(Failure) {
    let names = try host.parse(try call.json("ids")).elements.compactMap(\.string)
    let patch = Fields(try host.parse(try call.json("patch")))
    try await ledger.answer(call, "tasks.bulk", about: Dependencies.turn(for: patch)) { transaction throws(Failure) in
      var (ids, seen) = ([String](), Set<String>())
      for name in names {
        let task = try await task(name, transaction)
        guard seen.insert(task.id).inserted else {
          throw Failure(
            .invalidArgument, "\(task.key) is named twice; name each task once",
            details: Refusal.details(path: "ids", message: "names \(task.key) twice"))
        }
        ids.append(task.id)
        try await apply(patch, to: task, transaction)
      }
      return Fields.page(
        try await transaction.get(ids, as: TaskItem.self).map { .object($0.fields) }, next: nil
      ).json
    }
  }

  // MARK: Hierarchy

  /// Sums up what is below a task.
  func rollup(_ call: Call) async throws(Failure) {
    let name = try call.string("id")
    let reading = try ledger.reading(call.context, on: ledger.branches.branch(of: call))
    let task = try await task(name, reading)
    let below = try await subtasks(of: task.id, reading)
    call.answer(json: Rollup(of: task, below: below).json)
  }
}

/// The sums of the tasks below one.
struct Rollup {
  private let task: TaskItem
  private let below: [TaskItem]
  private let leaves: [TaskItem]

  init(of task: TaskItem, below: [TaskItem]) {
    self.task = task
    self.below = below
    let parents = Set(below.compactMap(\.parentTask))
    // A task with parts is done when its parts are: counting both would count the same work twice.
    leaves = below.filter { !parents.contains($0.id) && $0.status != .cancelled }
  }

  /// The share that is done, in percent: each task without parts counts with its estimated hours, and with the mean of
  /// those that are estimated when it has none.
  var progress: Int64 {
    guard !leaves.isEmpty else { return task.progress }
    let known = leaves.compactMap { $0.fields["estimatedHours"]?.double }.filter { $0 > 0 }
    let usual = known.isEmpty ? 1 : known.reduce(0, +) / Double(known.count)
    var (total, done) = (0.0, 0.0)
    for leaf in leaves {
      let hours = leaf.fields["estimatedHours"]?.double ?? 0
      let weight = hours > 0 ? hours : usual
      total += weight
      done += weight * (leaf.isDone ? 1 : Double(leaf.progress) / 100)
    }
    return Int64((done / total * 100).rounded(.down))
  }

  private func sum(_ field: String) -> Double { leaves.reduce(0) { $0 + ($1.fields[field]?.double ?? 0) } }

  var json: [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.member("task", task.id)
    json.member("key", task.key)
    json.member("count", below.count)
    json.member("done", below.count(where: \.isDone))
    json.member("cancelled", below.count { $0.status == .cancelled })
    json.member("progress", progress)
    json.member("estimatedHours", sum("estimatedHours"))
    json.member("actualHours", sum("actualHours"))
    json.member("storyPoints", sum("storyPoints"))
    json.member("withoutEstimate", leaves.count { $0.fields["estimatedHours"] == nil })
    json.endObject()
    return Array(json.bytes)
  }
}
