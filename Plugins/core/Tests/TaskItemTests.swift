import PluginKit
import PluginTesting
import Testing

@testable import CorePlugin

@Suite struct StatusMachineTests {
  /// Every edge, as it was decided: status, then what may follow.
  private static let edges: [TaskStatus: Set<TaskStatus>] = [
    .backlog: [.todo, .inProgress],
    .todo: [.inProgress, .blocked, .cancelled],
    .inProgress: [.review, .blocked, .todo, .cancelled, .done, .testing],
    .review: [.testing, .inProgress, .cancelled, .done],
    .testing: [.done, .inProgress, .review, .cancelled],
    .done: [.todo, .inProgress],
    .cancelled: [.todo, .backlog],
    .blocked: [.todo, .inProgress, .cancelled],
  ]

  @Test(arguments: TaskStatus.allCases)
  func allowsExactlyWhatWasDecided(status: TaskStatus) {
    for type in TaskType.allCases {
      let extra: Set<TaskStatus> = type == .todo && status == .todo ? [.done] : []
      let successors = StatusMachine.successors(of: status, type: type)
      #expect(Set(successors) == Self.edges[status]?.union(extra))
      #expect(Set(successors).count == successors.count)
      for next in TaskStatus.allCases {
        #expect(StatusMachine.allows(next, after: status, type: type) == successors.contains(next))
      }
    }
  }
}

@Suite struct TaskItemTests {
  static let start = Instant(milliseconds: 1_000_000)
  static let later = Instant(milliseconds: 2_000_000)

  private func task(_ given: Fields = [:]) -> TaskItem {
    var fields: Fields = ["title": "A"]
    for (name, value) in given.members { fields[name] = value }
    // The dates that these tests give can be kept.
    return try! TaskItem(fields, id: "i", key: "ORC-1", project: "p", rank: "a1")
  }

  /// A task that came to this status by setting the status alone.
  private func task(in status: TaskStatus, type: TaskType = .task) throws -> TaskItem {
    var task = task(["status": status == .backlog ? "backlog" : "todo", "type": .string(type.rawValue)])
    let path: [TaskStatus] =
      switch status {
      case .backlog, .todo: []
      case .inProgress, .blocked, .cancelled: [status]
      case .review, .testing, .done: [.inProgress, status]
      }
    for step in path { try task.apply(["status": .string(step.rawValue)], at: Self.start) }
    return task
  }

  // MARK: Making

  @Test func beginsWithDefaults() {
    #expect(
      task().fields == [
        "id": "i", "key": "ORC-1", "project": "p", "type": "task", "title": "A", "status": "todo",
        "priority": "medium", "labels": [], "rank": "a1", "progress": 0,
      ])
  }

  @Test func givesTodosLowPriorityUnlessToldOtherwise() {
    #expect(task(["type": "todo"]).fields["priority"] == "low")
    #expect(task(["type": "todo", "priority": "high"]).fields["priority"] == "high")
  }

  @Test func treatsNullLikeAbsentInANewTask() {
    let plain = task()
    #expect(task(["description": .null, "labels": .null, "priority": .null]) == plain)
  }

  @Test(arguments: [
    "9999-12-31T23:30:00-01:00", "0001-01-01T00:30:00+01:00", "0000-01-01T00:00:00+02:00", "0000-06-01",
    "0000-12-31T23:59:59Z",
  ])
  func refusesDatesOutsideOfTheYearsWithFourDigits(_ date: String) throws {
    for name in ["startDate", "dueDate"] {
      let given = Fields([("title", "A"), (name, .string(date))])
      let made = #expect(throws: Failure.self) {
        try TaskItem(given, id: "i", key: "ORC-1", project: "p", rank: "a1")
      }
      var task = task()
      let changed = #expect(throws: Failure.self) { try task.apply(Fields([(name, .string(date))]), at: Self.start) }
      for failure in [made, changed] {
        #expect(failure?.status == .invalidArgument)
        #expect(failure?.message.contains(date) == true && failure?.message.contains("1 to 9999") == true)
        #expect(failure?.message.contains(name) == true)
      }
    }
  }

  @Test func keepsTheFirstAndTheLastMoment() {
    let made = task(["startDate": "0001-01-01T01:00:00+01:00", "dueDate": "9999-12-31T22:59:59.999-01:00"])
    #expect(made.fields["startDate"] == "0001-01-01T00:00:00.000Z")
    #expect(made.fields["dueDate"] == "9999-12-31T23:59:59.999Z")
    #expect(task(["dueDate": "9999-12-31"]).fields["dueDate"] == "9999-12-31")
  }

  @Test func keepsDaysAndBringsMomentsToUTC() {
    let made = task(["startDate": "2026-01-31", "dueDate": "2026-02-01T01:00:00+02:00"])
    #expect(made.fields["startDate"] == "2026-01-31")
    #expect(made.fields["dueDate"] == "2026-01-31T23:00:00.000Z")
  }

  // MARK: Changing

  @Test func setsAndRemovesFieldsAsAMergePatch() throws {
    var changed = task(["assignee": "ada", "labels": ["x"]])
    try changed.apply(["title": "B", "assignee": .null, "labels": .null, "estimatedHours": 2.5], at: Self.later)
    #expect(changed.fields["title"] == "B")
    #expect(changed.fields["assignee"] == nil)
    #expect(changed.fields["labels"] == [])
    #expect(changed.fields["estimatedHours"] == 2.5)
  }

  @Test func isTheSameWhenNothingChanges() throws {
    let original = task(["labels": ["x"], "estimatedHours": 3])
    var changed = original
    try changed.apply(["labels": ["x"], "estimatedHours": 3.0, "status": "todo", "assignee": .null], at: Self.later)
    #expect(changed == original)
  }

  @Test(arguments: ["title", "type", "status", "priority"])
  func keepsWhatEveryTaskHas(field: String) {
    var changed = task()
    let failure = #expect(throws: Failure.self) { try changed.apply([field: .null], at: Self.later) }
    #expect(failure?.status == .invalidArgument)
    #expect(failure?.message == "a task has a \(field); give another one instead of removing it")
  }

  // MARK: Status

  @Test func startsWhenItIsInProgress() throws {
    let started = try task(in: .inProgress)
    #expect(started.fields["startDate"] == .string(Self.start.text))
    var planned = task(["startDate": "2026-01-31"])
    try planned.apply(["status": "in_progress"], at: Self.later)
    #expect(planned.fields["startDate"] == "2026-01-31")
  }

  @Test func isCompleteWhenItIsDone() throws {
    var done = try task(in: .inProgress)
    try done.apply(["status": "done"], at: Self.later)
    #expect(done.fields["completedDate"] == .string(Self.later.text))
    #expect(done.progress == 100)
  }

  @Test(arguments: ["todo", "in_progress"])
  func beginsAnewWhenItIsOpenedAgain(status: String) throws {
    var opened = try task(in: .done)
    try opened.apply(["status": .string(status)], at: Self.later)
    #expect(opened.fields["completedDate"] == nil)
    #expect(opened.progress == 0)
    var half = try task(in: .done)
    try half.apply(["status": .string(status), "progress": 50], at: Self.later)
    #expect(half.progress == 50)
    #expect(half.fields["status"] == .string(status))
  }

  @Test func saysWhatIsAllowedInsteadOfAForbiddenStatus() throws {
    var done = try task(in: .done)
    let before = done
    let failure = #expect(throws: Failure.self) { try done.apply(["status": "review", "title": "B"], at: Self.later) }
    #expect(failure?.status == .failedPrecondition)
    #expect(failure?.message == "ORC-1 is done and cannot become review; it may become todo or in_progress")
    #expect(
      failure?.details
        == #"{"errors":[{"path":"/status","message":"cannot follow done","allowed":["todo","in_progress"]}]}"#)
    #expect(before.fields["title"] == "A")
  }

  @Test func letsATodoBeDoneAtOnceAlsoInTheChangeThatMakesItOne() throws {
    var chore = task(["type": "todo"])
    try chore.apply(["status": "done"], at: Self.later)
    #expect(chore.status == .done)
    var turned = task()
    try turned.apply(["status": "done", "type": "todo"], at: Self.later)
    #expect(turned.status == .done)
    var larger = task(["type": "todo"])
    #expect(throws: Failure.self) { try larger.apply(["status": "done", "type": "story"], at: Self.later) }
  }

  // MARK: Progress

  @Test(
    arguments: [
      (.backlog, 50, .backlog), (.todo, 1, .inProgress), (.todo, 100, .testing), (.inProgress, 99, .inProgress),
      (.inProgress, 100, .testing), (.review, 100, .testing), (.review, 50, .review), (.testing, 100, .testing),
      (.blocked, 100, .blocked), (.cancelled, 100, .cancelled),
    ] as [(TaskStatus, Int64, TaskStatus)])
  func movesTheStatusWithTheProgressAlongAllowedEdges(from: TaskStatus, progress: Int64, to: TaskStatus) throws {
    var changed = try task(in: from)
    try changed.apply(["progress": .int(progress)], at: Self.later)
    #expect(changed.status == to)
    #expect(changed.progress == progress)
    let starts = from == .todo
    if starts { #expect(changed.fields["startDate"] == .string(Self.later.text)) }
  }

  @Test func leavesTheStatusToWhoNamesIt() throws {
    var changed = task()
    try changed.apply(["progress": 100, "status": "in_progress"], at: Self.later)
    #expect(changed.status == .inProgress)
    try changed.apply(["status": "todo"], at: Self.later)
    try changed.apply(["progress": 100], at: Self.later)
    #expect(changed.status == .todo, "the progress is what it was, so it moves nothing")
  }

  @Test(arguments: [["progress": 99], ["progress": .null], ["status": "done", "progress": 0]] as [Fields])
  func keepsTheProgressOfWhatIsDone(patch: Fields) throws {
    var done = try task(in: .done)
    let failure = #expect(throws: Failure.self) { try done.apply(patch, at: Self.later) }
    #expect(failure?.status == .failedPrecondition)
    #expect(
      failure?.details
        == #"{"errors":[{"path":"/progress","message":"is 100 when a task is done","allowed":[100]}]}"#)
  }

  @Test func acceptsThatADoneTaskIsDoneToAHundredPercent() throws {
    var changed = try task(in: .testing)
    try changed.apply(["status": "done", "progress": 100], at: Self.later)
    #expect(changed.status == .done)
  }

  // MARK: Any change

  /// Random patches from any state: no forbidden edge is ever taken, and the fields agree with the status.
  @Test func neverBreaksItsRules() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    var item = task()
    var seen: Set<TaskStatus> = []
    var refusals = 0
    for step in 0..<5000 {
      let patch = Fields.randomPatch(&random)
      let old = item
      let now = Instant(milliseconds: Int64(step) * 1000)
      do {
        try item.apply(patch, at: now)
      } catch {
        refusals += 1
        item = old
        continue
      }
      seen.insert(item.status)
      let note = "seed \(seed), step \(step): \(patch) on \(old.fields)"
      if item == old { continue }
      #expect((item.fields["completedDate"] != nil) == (item.status == .done), "\(note)")
      #expect(item.status != .done || item.progress == 100, "\(note)")
      #expect(!item.changes(since: old).isEmpty, "\(note)")
      #expect(["id", "key", "project", "createdAt"].allSatisfy { item.fields[$0] == old.fields[$0] }, "\(note)")
      if item.status != old.status { #expect(isReachable(item, from: old, patch), "\(note)") }
    }
    #expect(seen.count == TaskStatus.allCases.count, "seed \(seed)")
    #expect(refusals > 250, "seed \(seed)")
  }

  /// One allowed edge for a status that was named; at most two for a progress.
  private func isReachable(_ new: TaskItem, from old: TaskItem, _ patch: Fields) -> Bool {
    let next = StatusMachine.successors(of: old.status, type: new.type)
    if patch["status"] != nil { return next.contains(new.status) }
    return new.progress > 0
      && (next.contains(new.status) || next.contains { StatusMachine.allows(new.status, after: $0, type: new.type) })
  }
}

extension Fields {
  fileprivate static func randomPatch(_ random: inout SeededGenerator) -> Fields {
    var patch = Fields()
    if Bool.random(using: &random) {
      patch["status"] = TaskStatus.allCases.randomElement(using: &random).map { .string($0.rawValue) }
    }
    if Int.random(in: 0..<3, using: &random) == 0 {
      patch["progress"] = [0, 1, 50, 100, .null].randomElement(using: &random)
    }
    if Int.random(in: 0..<4, using: &random) == 0 {
      patch["type"] = TaskType.allCases.randomElement(using: &random).map { .string($0.rawValue) }
    }
    if Int.random(in: 0..<4, using: &random) == 0 {
      patch["startDate"] = [.null, "2026-01-31", "2026-01-31T00:00:00Z"].randomElement(using: &random)
    }
    if Int.random(in: 0..<8, using: &random) == 0 { patch["title"] = ["A", "B"].randomElement(using: &random) }
    return patch
  }
}
