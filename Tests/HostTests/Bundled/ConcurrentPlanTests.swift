import Testing

import struct PluginTesting.SeededGenerator

@testable import OrchestronHost

/// Changes of the bundled plugin core that are made at the same time, over the real storage: what comes of them is what
/// would have come of them one after the other, in the order in which they were committed.
@Suite struct ConcurrentPlanTests {
  @Test func changesAtTheSameTimeDoWhatTheyWouldDoOneAfterTheOther() throws {
    for _ in 0..<3 {
      let seed = UInt64.random(in: 0...UInt64.max)
      let plan = try ConcurrentPlan(seed: seed)
      for round in 0..<60 { try plan.step("seed \(seed), round \(round)") }
      #expect(plan.changes > 30, "seed \(seed)")
      #expect(try plan.host.faults(of: "core") == 0, "seed \(seed)")
    }
  }

  // MARK: What each of these once broke

  @Test func noTimerRunsOnATaskThatWasDoneAtTheSameTime() throws {
    let host = try TestHost.withCore()
    for _ in 0..<20 {
      let task = try host.answer("tasks.create", ["title": "A", "type": "todo"])
      _ = try host.answer("tasks.setStatus", ["id": task["id"] ?? .null, "status": "in_progress"])
      let outcomes = try host.outcomes(of: [
        ("time.start", ["task": task["id"] ?? .null], "user:a"),
        ("tasks.bulk", ["ids": [task["id"] ?? .null], "patch": ["status": "done"]], "user:b"),
      ])
      #expect(outcomes[1].status == .ok)
      #expect(try host.answer("time.running", ["person": "*"])["items"] == [])
    }
  }

  @Test func theLastOfTwoBlockersThatAreDoneAtTheSameTimeLetsATaskGoOn() throws {
    let host = try TestHost.withCore()
    for _ in 0..<20 {
      let blockers = try (["A", "B"] as [JSON]).map { try host.answer("tasks.create", ["title": $0])["key"] ?? .null }
      let waiting = try host.answer("tasks.create", ["title": "C", "blockedBy": .array(blockers)])["key"] ?? .null
      _ = try host.outcomes(of: blockers.map { ("tasks.complete", ["id": $0], "user:\($0.string ?? "")") })
      #expect(try host.answer("tasks.get", ["id": waiting])["status"] == "todo")
    }
  }

  @Test func noTaskBeginsWhileWhatItWaitsForIsOpenedAgain() throws {
    let host = try TestHost.withCore()
    for _ in 0..<20 {
      let blocker = try host.answer("tasks.create", ["title": "A"])["key"] ?? .null
      let waiting = try host.answer("tasks.create", ["title": "B", "blockedBy": [blocker]])["key"] ?? .null
      _ = try host.answer("tasks.complete", ["id": blocker])
      _ = try host.outcomes(of: [
        ("tasks.setStatus", ["id": waiting, "status": "in_progress"], "user:a"),
        ("tasks.setStatus", ["id": blocker, "status": "todo"], "user:b"),
      ])
      #expect(try host.answer("tasks.get", ["id": waiting])["status"] == "blocked")
    }
  }

  @Test func noTaskBecomesAPartOfOneThatIsDeletedAtTheSameTime() throws {
    let host = try TestHost.withCore()
    for number in 0..<20 {
      let parent = try host.answer("tasks.create", ["title": "A"])["key"] ?? .null
      let part: (String, JSON, String) =
        number % 2 == 0
        ? ("tasks.create", ["title": "B", "parentTask": parent], "user:a")
        : ("tasks.quickAdd", ["text": .string("B parent:\(parent.string ?? "")")], "user:a")
      let outcomes = try host.outcomes(of: [part, ("tasks.delete", ["id": parent], "user:b")])
      let isPart = outcomes[0].answer?["parentTask"] != nil
      #expect(!(isPart && outcomes[1].status == .ok), "round \(number)")
      #expect(outcomes.contains { $0.status == .ok })
    }
  }

  @Test func noPartThatComesBackIsMissedByWhoDeletesItsParentAtTheSameTime() throws {
    let host = try TestHost.withCore()
    for number in 0..<20 {
      let parent = try host.answer("tasks.create", ["title": "A"])["key"] ?? .null
      let part = try host.answer("tasks.create", ["title": "B", "parentTask": parent])["key"] ?? .null
      _ = try host.answer("tasks.delete", ["id": part])
      let outcomes = try host.outcomes(of: [
        ("tasks.restore", ["id": part], "user:a"),
        ("tasks.delete", ["id": parent, "subtasks": true], "user:b"),
      ])
      #expect(outcomes.allSatisfy { $0.status == .ok })
      // Whoever was last has had the last word.
      guard try host.recordedEvents().last?.actor == "user:b" else { continue }
      let found = try host.outcomes(of: [("tasks.get", ["id": part], "user:c")])[0]
      #expect(found.status == .notFound, "round \(number)")
    }
  }

  @Test func manyWhoAddToOneTaskAtTheSameTimeAllDo() throws {
    let host = try TestHost.withCore()
    _ = try host.answer("tasks.create", ["title": "A"])
    let outcomes = try host.outcomes(
      of: (0..<200).map { ("tasks.quickAdd", ["text": .string("part \($0) parent:ORC-1")], "user:u\($0)") })
    #expect(outcomes.allSatisfy { $0.status == .ok && $0.answer?["parentTask"] != nil })
  }
}

extension TestHost {
  /// The outcomes of calls that are made at the same time.
  func outcomes(of calls: [(method: String, arguments: JSON, actor: String)]) throws -> [Outcome] {
    var outcomes = [Outcome?](repeating: nil, count: calls.count)
    for (place, one) in calls.enumerated() {
      host.call(one.method, Array(one.arguments.text.utf8), as: one.actor, timeout: 0) { reply in
        switch reply {
        case .chunk: break
        case .end(let bytes):
          outcomes[place] = Outcome(
            answer: bytes.isEmpty ? .null : try? JSON(parsing: bytes), failure: nil, chunks: [])
        case .failure(let failure, _): outcomes[place] = Outcome(answer: nil, failure: failure, chunks: [])
        }
      }
    }
    guard turn(until: { outcomes.allSatisfy { $0 != nil } }) else {
      throw TimedOut(what: "\(calls.count) calls", log: log)
    }
    return outcomes.compactMap { $0 }
  }
}

/// A plan that random changes are made on at the same time, beside a model that makes them one after the other.
private final class ConcurrentPlan {
  let host: TestHost
  private var model = PlanModel()
  /// The tasks that others are parts of, and who has a timer on which task.
  private var parents: [String: String] = [:]
  private var timers: [String: String] = [:]
  private var ids: [String: String] = [:]
  private var random: SeededGenerator
  private var calls = 0
  private var lastEvent: UInt64 = 0
  /// How many changes were made.
  private(set) var changes = 0

  private struct Change {
    let actor: String
    let method: String
    let arguments: JSON
    /// The same change of the model; `made` is the answer.
    let apply: (ConcurrentPlan, _ made: JSON) throws -> Void
  }

  init(seed: UInt64) throws {
    host = try TestHost.withCore()
    random = SeededGenerator(seed: seed)
    for _ in 0..<5 { try note(host.answer("tasks.create", ["title": "first"])) }
  }

  private func note(_ task: JSON) throws {
    let key = task["key"]?.string ?? ""
    ids[key] = task["id"]?.string
    model.tasks[key] = PlanModel.Task(title: task["title"]?.string ?? "", status: "todo")
  }

  /// Makes a few changes at the same time, and compares what has come of them.
  func step(_ place: String) throws {
    let wanted = (0..<Int.random(in: 2...8, using: &random)).map { _ in change() }
    let outcomes = try host.outcomes(of: wanted.map { ($0.method, $0.arguments, $0.actor) })
    let events = try host.recordedEvents().filter { $0.seq > lastEvent }
    lastEvent = events.last?.seq ?? lastEvent
    var order: [String] = []
    for event in events where order.last != event.actor { order.append(event.actor) }
    var told: [String] = []
    for actor in order {
      guard let number = wanted.firstIndex(where: { $0.actor == actor }) else { continue }
      let change = wanted[number]
      told.append("\(change.method) \(change.arguments.text)")
      do {
        try change.apply(self, outcomes[number].answer ?? .null)
        changes += 1
      } catch {
        Issue.record("\(place): the model refuses what was done last: \(told.joined(separator: ", "))")
      }
    }
    for (change, outcome) in zip(wanted, outcomes) {
      let expected: [Status] = [.ok, .notFound, .failedPrecondition, .invalidArgument]
      #expect(expected.contains(outcome.status), "\(place): \(change.method) \(outcome.message)")
    }
    try compare("\(place): \(told.joined(separator: ", "))")
  }

  private func compare(_ place: String) throws {
    let keys = Dictionary(ids.map { ($0.value, $0.key) }, uniquingKeysWith: { $1 })
    for (key, id) in ids {
      let now = try host.answer("history.get", ["id": .string(id)])["state"] ?? .null
      let parent = now["parentTask"]?.string
      #expect(PlanModel.Task(now, keys: keys) == model.tasks[key], "\(place): \(key)")
      #expect(parent.flatMap { keys[$0] } == parents[key], "\(place): \(key)")
    }
    let running = try host.answer("time.running", ["person": "*", "limit": 500])["items"]?.array ?? []
    let pairs = running.map { (("user:" + ($0["person"]?.string ?? "")), keys[$0["task"]?.string ?? ""] ?? "") }
    #expect(Dictionary(pairs, uniquingKeysWith: { $1 }) == timers, "\(place)")
  }

  // MARK: Changes

  private func any() -> String { model.tasks.keys.sorted().randomElement(using: &random) ?? "ORC-1" }

  private func change() -> Change {
    calls += 1
    let (actor, key, other) = ("user:u\(calls)", any(), any())
    func made(
      _ method: String, _ arguments: JSON, _ apply: @escaping (ConcurrentPlan, JSON) throws -> Void
    ) -> Change {
      Change(actor: actor, method: method, arguments: arguments, apply: apply)
    }
    switch Int.random(in: 0..<16, using: &random) {
    case 0...3:
      let status = ["in_progress", "done", "todo", "cancelled", "review"].randomElement(using: &random) ?? ""
      return made("tasks.setStatus", ["id": .string(key), "status": .string(status)]) { plan, _ in
        try plan.model.setStatus(key, status)
        plan.settle()
      }
    case 4, 5:
      return made("tasks.complete", ["id": .string(key)]) { plan, _ in
        try plan.model.complete(key)
        plan.settle()
      }
    case 6:
      let keys = [key, other].sorted()
      guard key != other else { return change() }
      return made("tasks.bulk", ["ids": .array(keys.map(JSON.string)), "patch": ["status": "done"]]) { plan, _ in
        for key in keys { try plan.model.setStatus(key, "done") }
        plan.settle()
      }
    case 7, 8:
      return made("tasks.addLink", ["id": .string(key), "other": .string(other)]) { plan, _ in
        try plan.model.link(key, to: other)
      }
    case 9:
      return made("tasks.removeLink", ["id": .string(key), "other": .string(other), "kind": "blockedBy"]) { plan, _ in
        try plan.model.unlink(key, from: other)
      }
    case 10, 11: return made("time.start", ["task": .string(key)]) { try $0.startTimer(on: key, actor, $1) }
    case 12:
      guard ids.count < 9 else { return change() }
      return made("tasks.create", ["title": "part", "parentTask": .string(key)]) { plan, task in
        _ = try plan.model.visible(key)
        try plan.note(task)
        plan.parents[task["key"]?.string ?? ""] = key
      }
    case 13, 14:
      let state = Int.random(in: 0..<3, using: &random) == 0 ? "archived" : nil
      return made(state == nil ? "tasks.restore" : "tasks.archive", ["id": .string(key)]) { plan, _ in
        try plan.model.hide(key, state)
        plan.settle()
      }
    default:
      let cascades = Bool.random(using: &random)
      return made("tasks.delete", ["id": .string(key), "subtasks": .bool(cascades)]) { plan, _ in
        try plan.delete(key, cascades: cascades)
      }
    }
  }

  private func delete(_ key: String, cascades: Bool) throws {
    _ = try model.visible(key)
    var below = [key]
    var place = 0
    while place < below.count {
      let level = parents.filter { $0.value == below[place] && model.tasks[$0.key]?.isDeleted == false }
      below += level.keys.sorted()
      place += 1
    }
    guard below.count == 1 || cascades else { throw PlanModel.Refused.forbidden }
    for key in below { try model.hide(key, "deleted") }
    settle()
  }

  private func startTimer(on key: String, _ actor: String, _ made: JSON) throws {
    let task = try model.visible(key)
    guard takesTime(task) else { throw PlanModel.Refused.forbidden }
    if ["todo", "backlog"].contains(task.status) { try model.setStatus(key, "in_progress") }
    timers[actor] = key
  }

  private func takesTime(_ task: PlanModel.Task) -> Bool {
    task.status != "done" && task.status != "cancelled" && task.hidden == nil
  }

  /// Stops the timers on what nobody works on any more.
  private func settle() { timers = timers.filter { model.tasks[$0.value].map(takesTime) ?? false } }
}
