import PluginKit

/// Named steps on the way, and who wants to hear of a task.
extension Tasks {
  func checkpoint(_ call: Call) async throws(Failure) {
    let (name, isCompleted) = (try call.string("name"), try call.bool("completed"))
    try await change(call, "tasks.checkpoint") { [self] task, transaction throws(Failure) in
      var checkpoints = Checkpoints(of: task)
      let isNews = checkpoints.set(name, isCompleted, at: transaction.now)
      guard checkpoints.list.count <= Checkpoints.limit else {
        throw Failure(
          .failedPrecondition, "\(task.key) has \(Checkpoints.limit) checkpoints already; make a subtask instead")
      }
      var patch: Fields = ["checkpoints": .array(checkpoints.list)]
      if Checkpoints(of: task).isMeasure(of: task) { patch["progress"] = .int(checkpoints.progress) }
      try await apply(patch, to: task, transaction)
      guard isNews, isCompleted else { return }
      let event: Fields = [
        "task": .string(task.id), "key": .string(task.key), "project": .string(task.project),
        "actor": .string(transaction.person), "name": .string(name),
      ]
      transaction.announce("checkpoint:completed", event.json)
    }
  }

  func watch(_ call: Call) async throws(Failure) {
    try await changeWatchers(call, "tasks.watch") { watchers, caller in
      if !watchers.contains(caller) { watchers.append(caller) }
    }
  }

  func unwatch(_ call: Call) async throws(Failure) {
    try await changeWatchers(call, "tasks.unwatch") { watchers, caller in watchers.removeAll { $0 == caller } }
  }

  private func changeWatchers(
    _ call: Call, _ method: StaticString, _ body: @escaping @Loop (inout [String], _ caller: String) -> Void
  ) async throws(Failure) {
    try await change(call, method) { [self] task, transaction throws(Failure) in
      var watchers = task.references("watchers")
      body(&watchers, Handle.of(actor: transaction.actor))
      let value: Value = watchers.isEmpty ? .null : .array(watchers.map(Value.string))
      try await apply(["watchers": value], to: task, transaction)
    }
  }
}

/// The checkpoints of a task.
struct Checkpoints {
  /// The most that a task has.
  static let limit = 100

  private(set) var list: [Value]

  init(of task: TaskItem) {
    list = task.fields["checkpoints"]?.array ?? []
  }

  private func isCompleted(_ checkpoint: Value) -> Bool { checkpoint.object?["completed"] == true }

  /// Sets a checkpoint, or adds it.
  ///
  /// - Returns: Whether that changed anything.
  mutating func set(_ name: String, _ completed: Bool, at now: Instant) -> Bool {
    let place = list.firstIndex { $0.object?["name"] == .string(name) }
    if let place, isCompleted(list[place]) == completed { return false }
    var checkpoint: Fields = ["name": .string(name), "completed": .bool(completed)]
    if completed { checkpoint["timestamp"] = .string(now.text) }
    if let place { list[place] = .object(checkpoint) } else { list.append(.object(checkpoint)) }
    return true
  }

  /// Percent of the checkpoints that are completed, rounded down.
  var progress: Int64 {
    list.isEmpty ? 0 : Int64(list.count(where: isCompleted)) * 100 / Int64(list.count)
  }

  /// Whether the progress of the task is what its checkpoints say: then it goes on following them. One that somebody
  /// set otherwise is left alone, and so is that of a task that is done.
  func isMeasure(of task: TaskItem) -> Bool {
    !list.isEmpty && !task.isDone && progress == task.progress
  }
}

extension Core {
  @MethodBuilder<Core> static var checkpointMethods: [Method<Core>] {
    Method.async(
      "checkpoint", [.write, .idempotent],
      doc: "Completes a named step of a task, or adds one. Progress that was the share of completed steps stays so.",
      route: "POST /api/tasks/{id}/checkpoints",
      parameters: [
        TaskText.id, .string("name", "What the step is called", schema: TaskText.name),
        .bool("completed", "Whether it is completed", defaultValue: true), TaskText.revision, TaskText.reason,
      ],
      result: .json(schema: TaskText.schema), examples: CheckpointText.examples
    ) { core, call in
      try await core.tasks.checkpoint(call)
    }
  }

  @MethodBuilder<Core> static var watchMethods: [Method<Core>] {
    Method.async(
      "watch", [.write, .idempotent], doc: "Makes the caller a watcher of a task.", route: "POST /api/tasks/{id}/watch",
      parameters: [TaskText.id], result: .json(schema: TaskText.schema), examples: CheckpointText.watchExamples
    ) { core, call in
      try await core.tasks.watch(call)
    }
    Method.async(
      "unwatch", [.write, .idempotent], doc: "Makes the caller no watcher of a task any more.",
      route: "DELETE /api/tasks/{id}/watch", parameters: [TaskText.id], result: .json(schema: TaskText.schema),
      examples: CheckpointText.watchExamples
    ) { core, call in
      try await core.tasks.unwatch(call)
    }
  }

  static var checkpointTopics: [Topic] {
    [
      Topic(
        "checkpoint:completed", doc: "A named step of a task was completed.",
        schema: #"""
          {"type":"object","properties":{"task":{"type":"string"},"key":{"type":"string"},"project":{"type":"string"},
            "actor":{"type":"string"},"name":{"type":"string"}},"required":["task","key","project","actor","name"]}
          """#,
        example: #"""
          {"task":"0190a5e2-7c11-7a3b-9f5e-2b1c3d4e5f60","key":"ORC-1","project":"0190a5e2-7c11-7a3b-9f5e-000000000000",
           "actor":"user:ada","name":"Tests written"}
          """#)
    ]
  }
}

private enum CheckpointText {
  static let examples = #"""
    [{"args":{"id":"API-1","name":"Reproduced","completed":false},"result":\#(one)},
     {"args":{"id":"API-1","name":"Fixed","completed":false},"result":\#(two)},
     {"args":{"id":"API-1","name":"Reproduced"},"result":\#(half)},
     {"args":{"id":"API-1","name":""},"error":"invalid_argument"},
     {"args":{"id":"API-999","name":"Reproduced"},"error":"not_found"}]
    """#

  // Who the watcher is depends on who tries the example, so that no result is compared here.
  static let watchExamples = #"""
    [{"args":{"id":"API-2"}},
     {"args":{"id":"API-999"},"error":"not_found"}]
    """#

  private static let one = QuickAddText.login(
    3, type: "bug", #""checkpoints":[{"name":"Reproduced","completed":false}],"#)
  private static let two = QuickAddText.login(
    4, type: "bug",
    #""checkpoints":[{"name":"Reproduced","completed":false},{"name":"Fixed","completed":false}],"#)
  private static let half = QuickAddText.login(
    5, type: "bug", status: "in_progress", progress: 50,
    #""startDate":"2026-01-31T09:30:00.000Z","startedAt":"2026-01-31T09:30:00.000Z","#
      + #""statusSince":"2026-01-31T09:30:00.000Z","checkpoints":[{"name":"Reproduced","completed":true,"#
      + #""timestamp":"2026-01-31T09:30:00.000Z"},{"name":"Fixed","completed":false}],"#)
}
