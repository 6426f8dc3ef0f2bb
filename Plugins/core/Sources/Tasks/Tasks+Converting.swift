import PluginKit

/// Tasks that turn out to be of another kind.
extension Tasks {
  /// Makes a task of another type out of one. It stays the same task: id, key, history, comments and times are kept. A
  /// to-do of the low priority that it got by itself gets the one of its new type.
  func convert(_ call: Call) async throws(Failure) {
    let type = TaskType(rawValue: try call.string("type")) ?? .task
    try await change(call, "tasks.convert") { [self] task, transaction throws(Failure) in
      guard task.type != type else { return }
      var patch: Fields = ["type": .string(type.rawValue)]
      if task.type == .todo, task.priority == TaskType.todo.defaultPriority {
        patch["priority"] = .string(type.defaultPriority.rawValue)
      }
      try await apply(patch, to: task, transaction)
    }
  }
}

extension Core {
  @MethodBuilder<Core> static var convertingMethods: [Method<Core>] {
    Method.async(
      "convert", [.write, .idempotent],
      doc: "Makes a task of another type out of a to-do or any other; key, history and comments stay.",
      route: "POST /api/tasks/{id}/convert",
      parameters: [
        TaskText.id,
        .string(
          "type", "The new type", defaultValue: TaskType.task.rawValue, schema: TaskText.schema(of: TaskType.allCases)),
        TaskText.revision, TaskText.reason,
      ],
      result: .json(schema: TaskText.schema), examples: ConvertingText.examples
    ) { core, call in
      try await core.tasks.convert(call)
    }
  }
}

private enum ConvertingText {
  static let examples = #"""
    [{"args":{"id":"API-1","type":"bug"},"result":\#(QuickAddText.login(2, type: "bug"))},
     {"args":{"id":"API-1","type":"idea"},"error":"invalid_argument"},
     {"args":{"id":"API-999"},"error":"not_found"}]
    """#
}
