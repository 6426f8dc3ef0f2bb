import PluginKit

/// Which tasks belong to a sprint.
extension Sprints {
  func addTasks(_ call: Call) async throws(Failure) {
    try await changeTasks(call, "sprints.addTasks") { sprint, task in
      task.sprint == sprint.id ? nil : ["sprint": .string(sprint.id)]
    }
  }

  func removeTasks(_ call: Call) async throws(Failure) {
    try await changeTasks(call, "sprints.removeTasks") { sprint, task in
      task.sprint == sprint.id ? ["sprint": .null] : nil
    }
  }

  /// Changes all of the call's tasks or none, and answers with them.
  ///
  /// - Parameter patch: What to change of a task; nil when it is as it should be.
  private func changeTasks(
    _ call: Call, _ method: StaticString, _ patch: @escaping @Loop (SprintItem, TaskItem) -> Fields?
  ) async throws(Failure) {
    let name = try call.string("id")
    let names = Value(try host.parse(call.json("tasks"))).array?.compactMap(\.string) ?? []
    try await ledger.answer(call, method, about: Sprints.turn) { [self] transaction throws(Failure) in
      let sprint = try await sprint(name, transaction)
      var ids: [String] = []
      for name in names {
        let task = try await tasks.task(name, transaction)
        if let patch = patch(sprint, task) { try await tasks.apply(patch, to: task, transaction) }
        ids.append(task.id)
      }
      let changed = try await transaction.get(ids, as: TaskItem.self)
      return Fields.page(changed.map { .object($0.fields) }, next: nil).json
    }
  }
}

/// What belonging to a sprint means for a task.
extension Tasks {
  /// Turns the sprint in a patch into its id, and refuses one that the task cannot belong to. A task of the backlog
  /// that comes into an active sprint is to be done, unless the patch says otherwise.
  func resolveSprint(
    _ patch: inout Fields, of task: TaskItem?, in project: String, _ transaction: Transaction
  ) async throws(Failure) {
    guard let name = patch["sprint"]?.string, name != task?.sprint else { return }
    guard let sprint = try await transaction.find(Reference(name), as: SprintItem.self), !sprint.isDeleted else {
      throw Sprints.absent(name)
    }
    func refuse(_ sentence: String, _ message: String) -> Failure {
      Failure(.failedPrecondition, sentence, details: Refusal.details(path: "sprint", message: message))
    }
    let key = task.map(\.key) ?? "a task"
    guard sprint.project == project else {
      throw refuse("\(sprint.key) belongs to another project; \(key) can be in a sprint of its own", "is elsewhere")
    }
    guard sprint.status != .completed || sprint.id == task?.sprint else {
      throw refuse("\(sprint.key) has ended; choose a sprint that is planned or active", "has ended")
    }
    patch["sprint"] = .string(sprint.id)
    if sprint.status == .active, task?.status == .backlog, patch["status"] == nil { patch["status"] = "todo" }
  }
}
