import PluginKit

/// The service `time`: timers. What was spent without one, and the sums, are in the extensions.
///
/// A timer is an entry without an end, so that it runs on through every restart. The task's `actualHours` follows its
/// entries in the transaction that changes them.
@Loop
final class TimeTracking {
  let ledger: Ledger
  let projects: Projects
  let tasks: Tasks
  var host: Host { ledger.host }
  var documents: Documents { ledger.documents }
  /// Changes of one person's times happen one after the other, so that nobody has two timers.
  private let turns = Turns()

  init(ledger: Ledger, projects: Projects, tasks: Tasks) {
    self.ledger = ledger
    self.projects = projects
    self.tasks = tasks
  }

  static let collection = Documents.Definition(
    collection: TimeEntry.collection,
    indexes: [
      .init(fields: ["running", "person"], isUnique: true), .init(fields: ["task", "hidden", "lastDay"]),
      .init(fields: ["project", "hidden", "lastDay", "day"]), .init(fields: ["person", "hidden", "lastDay", "day"]),
    ])

  func start() { tasks.time = self }

  /// Stops the timers on a task that has changed, when nobody works on it any more.
  func settle(_ task: TaskItem, since old: TaskItem, _ transaction: Transaction) async throws(Failure) {
    guard Self.takesTime(old), !Self.takesTime(task) else { return }
    try transaction.hold("timers \(task.id)")
    for entry in try await running(on: task.id, transaction) { try await stop(entry, transaction) }
  }

  /// Whether somebody may be working on a task.
  private static func takesTime(_ task: TaskItem) -> Bool {
    !task.isDone && task.status != .cancelled && !task.isHidden
  }

  // MARK: Changing

  /// Changes the times of one person, and answers the call with what `body` returns; with null for nothing.
  ///
  /// - Parameter task: The task whose turn is taken as well.
  func change(
    _ call: Call, _ method: StaticString, of person: String, about task: String? = nil,
    _ body: @Loop (Transaction) async throws(Failure) -> Fields?
  ) async throws(Failure) {
    try await turns.run(person) { () throws(Failure) in
      try await ledger.answer(call, method, about: task) { transaction throws(Failure) in
        try await body(transaction)?.json ?? Array("null".utf8)
      }
    }
  }

  /// Puts a new state of an entry, and adds the difference to its task.
  @discardableResult
  func put(_ entry: TimeEntry, since old: TimeEntry?, _ transaction: Transaction) async throws(Failure) -> TimeEntry {
    let new = transaction.put(entry)
    let difference = entry.seconds - (old?.seconds ?? 0)
    guard difference != 0, let task = try await transaction.get(entry.task, as: TaskItem.self), !task.isPurged else {
      return new
    }
    let seconds = TimeEntry.seconds(task.fields["actualHours"]?.double ?? 0) + difference
    var charged = task
    charged.fields["actualHours"] = seconds > 0 ? .double(TimeEntry.hours(seconds)) : nil
    try await tasks.put(charged, since: task, transaction)
    return new
  }

  @discardableResult
  private func stop(_ entry: TimeEntry, _ transaction: Transaction) async throws(Failure) -> TimeEntry {
    var stopped = entry
    stopped.finish(at: transaction.now, projects[entry.project].zone)
    return try await put(stopped, since: entry, transaction)
  }

  // MARK: Running timers

  /// The timer of one person; nil when none is running.
  private func running(of person: String, _ transaction: Transaction) async throws(Failure) -> TimeEntry? {
    var query = Documents.Query(TimeEntry.collection)
    query.match("running", true)
    query.match("person", .string(person))
    return try await transaction.all(query, as: TimeEntry.self).first { $0.isRunning }
  }

  /// The timers on one task. There are as many running timers as there are people who work, at most.
  private func running(on task: String, _ transaction: Transaction) async throws(Failure) -> [TimeEntry] {
    var query = Documents.Query(TimeEntry.collection)
    query.match("running", true)
    query.match("task", .string(task))
    return try await transaction.all(query, as: TimeEntry.self).filter(\.isRunning)
  }

  func listRunning(_ call: Call) throws(Failure) {
    var query = Documents.Query(
      TimeEntry.collection, limit: try call.int("limit"), cursor: call.stringIfPresent("cursor"))
    query.match("running", true)
    if let person = person(of: call) { query.match("person", .string(person)) }
    query.order = ["person"]
    documents.answer(call, with: query)
  }

  /// The handle that the call means with its argument `person`; nil for everybody.
  func person(of call: Call) -> String? {
    let name = call.stringIfPresent("person") ?? Handle.caller
    return name == "*" ? nil : call.handle(name)
  }

  // MARK: Methods

  func startTimer(_ call: Call) async throws(Failure) {
    let name = try call.string("task")
    let person = call.caller
    guard let id = try await documents.find(Reference(name), as: TaskItem.self, call.context)?.id else {
      throw Tasks.absent(name)
    }
    try await change(call, "time.start", of: person, about: id) { [self] transaction throws(Failure) in
      // Whoever finishes the task stops the timers that it finds.
      try transaction.hold("timers \(id)")
      let task = try await tasks.task(id, transaction)
      guard Self.takesTime(task) else { throw closed(task) }
      if let running = try await running(of: person, transaction) {
        if running.task == id { return running.fields }
        try await stop(running, transaction)
      }
      if task.status == .todo || task.status == .backlog {
        // Stopping may have changed the task that this one is a part of, never the task itself.
        try await tasks.apply(["status": .string(TaskStatus.inProgress.rawValue)], to: task, transaction)
      }
      var entry = TimeEntry(
        timerOf: person, on: task, id: ledger.ids.next(at: transaction.now), at: transaction.now,
        zone: projects[task.project].zone)
      entry.fields["note"] = call.stringIfPresent("note").map(Value.string)
      return transaction.put(entry).fields
    }
  }

  private func closed(_ task: TaskItem) -> Failure {
    let state = task.fields["hidden"]?.string ?? task.status.rawValue
    return Failure(
      .failedPrecondition,
      "\(task.key) is \(state), so no timer runs on it; \(task.isHidden ? "restore" : "open") it again first, or use "
        + "time.log for what was spent before",
      details: Refusal.details(path: "task", message: "is \(state)"))
  }

  func stopTimer(_ call: Call) async throws(Failure) {
    let person = call.caller
    try await change(call, "time.stop", of: person) { [self] transaction throws(Failure) in
      guard let entry = try await running(of: person, transaction) else {
        throw Failure(.failedPrecondition, "no timer is running; time.start begins one")
      }
      if let name = call.stringIfPresent("task") {
        let task = try await tasks.task(name, transaction)
        guard task.id == entry.task else {
          let other = try await transaction.get(entry.task, as: TaskItem.self)
          throw Failure(
            .failedPrecondition,
            "the timer of \(person) is running on \(other?.key ?? entry.task), not on \(task.key); leave task out to "
              + "stop it",
            details: Refusal.details(path: "task", message: "is not the one that the timer runs on"))
        }
      }
      return try await withOverlaps(try await stop(entry, transaction), transaction)
    }
  }
}
