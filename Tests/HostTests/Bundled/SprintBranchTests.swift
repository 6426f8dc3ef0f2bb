import Testing

import struct PluginTesting.SeededGenerator

@testable import OrchestronHost

/// Sprints, the manual order and sums on branches of the bundled plugin core, over the real storage.
@Suite struct SprintBranchTests {
  @Test func plansASprintOnABranchAndMergesItWithItsTasks() throws {
    let host = try TestHost.withCore()
    for title in ["A", "B"] { _ = try host.answer("tasks.create", ["title": .string(title)]) }
    let old = try host.answer("sprints.create", ["name": "One", "startDate": "2026-01-05", "people": ["ada"]])
    _ = try host.answer("branches.create", ["name": "b"])
    let events = try host.recordedEvents().count
    let made = try host.answer("sprints.create", ["name": "Two", "startDate": "2026-02-02", "branch": "b"])
    #expect(made["key"] == "ORC-S2")
    _ = try host.answer("sprints.addTasks", ["id": "ORC-S2", "tasks": ["ORC-1", "ORC-2"], "branch": "b"])
    _ = try host.answer("sprints.removeTasks", ["id": "ORC-S2", "tasks": ["ORC-2"], "branch": "b"])
    let there = try host.answer(
      "sprints.update", ["id": "ORC-S1", "goal": "ours", "people": ["ada", "bob"], "branch": "b"])
    #expect(try host.recordedEvents().count == events, "a branch tells nobody")
    #expect(try host.answer("sprints.get", ["id": "ORC-S1"]) == old)
    #expect(try host.answer("sprints.get", ["id": "ORC-S1", "branch": "b"]) == there)
    #expect(try host.call("sprints.get", #"{"id":"ORC-S2"}"#).status == .notFound)
    #expect(try host.answer("sprints.list")["items"]?.array?.count == 1)
    let page = try host.answer("sprints.list", ["branch": "b", "limit": 1])
    #expect(page["items"]?[0]?["key"] == "ORC-S1")
    let rest = try host.answer("sprints.list", ["branch": "b", "cursor": page["next"] ?? .null])
    #expect(rest["items"]?.array?.map { $0["key"] } == ["ORC-S2"])
    #expect(rest["next"] == .null)
    // Meanwhile the plan goes on.
    _ = try host.answer("sprints.update", ["id": "ORC-S1", "name": "First", "people": ["ada", "eve"]])
    _ = try host.answer("sprints.start", ["id": "ORC-S1"])
    let answer = try host.answer("branches.merge", ["id": "b"])
    #expect(answer["conflicts"] == [])
    #expect(answer["kept"] == [])
    let first = try host.answer("sprints.get", ["id": "ORC-S1"])
    #expect(first["name"] == "First")
    #expect(first["goal"] == "ours")
    #expect(first["people"] == ["ada", "eve", "bob"])
    #expect(first["status"] == "active")
    let second = try host.answer("sprints.get", ["id": "ORC-S2"])
    #expect(second["createdAt"] == made["createdAt"])
    #expect(second["status"] == "planned")
    #expect(try host.answer("tasks.get", ["id": "ORC-1"])["sprint"] == made["id"])
    #expect(try host.answer("tasks.get", ["id": "ORC-2"])["sprint"] == nil)
    let revision = try host.answer("history.get", ["id": "ORC-S1"])
    #expect(revision["merged"] != nil && revision["method"] == "branches.merge")
    #expect(try host.faults(of: "core") == 0)
  }

  @Test func namesConflictsOfSprintsAndKeepsDaysThatFit() throws {
    let host = try TestHost.withCore()
    for name in ["One", "Two"] {
      _ = try host.answer(
        "sprints.create", ["name": .string(name), "startDate": "2026-01-05", "endDate": "2026-01-16"])
    }
    _ = try host.answer("branches.create", ["name": "b"])
    _ = try host.answer("sprints.update", ["id": "ORC-S1", "name": "ours", "branch": "b"])
    _ = try host.answer("sprints.update", ["id": "ORC-S1", "name": "theirs"])
    _ = try host.answer("sprints.update", ["id": "ORC-S2", "startDate": "2026-01-14", "branch": "b"])
    _ = try host.answer("sprints.update", ["id": "ORC-S2", "endDate": "2026-01-09"])
    let failure = try host.call("branches.merge", #"{"id":"b"}"#).failure
    #expect(failure?.status == .aborted)
    #expect(failure?.details?["conflicts"]?[0]?["key"] == "ORC-S1")
    #expect(failure?.details?["conflicts"]?[0]?["field"] == "name")
    let answer = try host.answer("branches.merge", ["id": "b", "resolve": "ours"])
    #expect(answer["kept"]?[0]?["field"] == "startDate")
    #expect(try host.answer("sprints.get", ["id": "ORC-S1"])["name"] == "ours")
    #expect(try host.answer("sprints.get", ["id": "ORC-S2"])["startDate"] == "2026-01-05")
  }

  @Test func deletesASprintOnABranchWithoutTakingItsTasksOutInThePlan() throws {
    let host = try TestHost.withCore()
    _ = try host.answer("tasks.create", ["title": "A"])
    let sprint = try host.answer("sprints.create", ["name": "One"])
    _ = try host.answer("sprints.addTasks", ["id": "ORC-S1", "tasks": ["ORC-1"]])
    _ = try host.answer("branches.create", ["name": "b"])
    _ = try host.answer("sprints.delete", ["id": "ORC-S1", "branch": "b"])
    #expect(try host.call("sprints.get", #"{"id":"ORC-S1","branch":"b"}"#).status == .notFound)
    #expect(try host.answer("tasks.get", ["id": "ORC-1", "branch": "b"])["sprint"] == nil)
    #expect(try host.answer("tasks.get", ["id": "ORC-1"])["sprint"] == sprint["id"])
    _ = try host.answer("branches.merge", ["id": "b"])
    #expect(try host.call("sprints.get", #"{"id":"ORC-S1"}"#).status == .notFound)
    #expect(try host.answer("tasks.get", ["id": "ORC-1"])["sprint"] == nil)
  }

  @Test func leavesATaskWhereItIsWhenItsSprintHasEndedMeanwhile() throws {
    let host = try TestHost.withCore()
    _ = try host.answer("tasks.create", ["title": "A"])
    _ = try host.answer("sprints.create", ["name": "One"])
    _ = try host.answer("branches.create", ["name": "b"])
    _ = try host.answer("sprints.addTasks", ["id": "ORC-S1", "tasks": ["ORC-1"], "branch": "b"])
    _ = try host.answer("sprints.start", ["id": "ORC-S1"])
    _ = try host.answer("sprints.end", ["id": "ORC-S1"])
    let answer = try host.answer("branches.merge", ["id": "b"])
    #expect(answer["kept"]?[0]?["reason"] == "that sprint has ended, or was deleted")
    #expect(try host.answer("tasks.get", ["id": "ORC-1"])["sprint"] == nil)
  }

  @Test func movesTasksInTheOrderOfABranch() throws {
    let host = try TestHost.withCore()
    for title in ["A", "B", "C"] { _ = try host.answer("tasks.create", ["title": .string(title)]) }
    _ = try host.answer("branches.create", ["name": "b"])
    func ranks(_ branch: JSON) throws -> [String] {
      try (1...3).map { number in
        let task = try host.answer("tasks.get", ["id": .string("ORC-\(number)"), "branch": branch])
        return (task["rank"]?.string ?? "", task["key"]?.string ?? "")
      }.sorted { $0.0 < $1.0 }.map(\.1)
    }
    func move(_ id: String, _ place: String, _ other: String) throws {
      _ = try host.answer("tasks.move", ["id": .string(id), place: .string(other), "branch": "b"])
    }
    try move("ORC-3", "before", "ORC-1")
    #expect(try ranks("b") == ["ORC-3", "ORC-1", "ORC-2"])
    // What has moved away on the branch is not in the way there.
    try move("ORC-1", "after", "ORC-2")
    #expect(try ranks("b") == ["ORC-3", "ORC-2", "ORC-1"])
    try move("ORC-1", "before", "ORC-2")
    #expect(try ranks("b") == ["ORC-3", "ORC-1", "ORC-2"])
    #expect(try ranks("main") == ["ORC-1", "ORC-2", "ORC-3"])
    _ = try host.answer("branches.merge", ["id": "b"])
    #expect(try ranks("main") == ["ORC-3", "ORC-1", "ORC-2"])
  }

  @Test func sumsUpAndFindsTheLongestWayOfABranch() throws {
    let host = try TestHost.withCore()
    _ = try host.answer("tasks.create", ["title": "A", "estimatedHours": 1])
    _ = try host.answer("tasks.create", ["title": "B", "estimatedHours": 2, "parentTask": "ORC-1"])
    _ = try host.answer("tasks.create", ["title": "C", "estimatedHours": 4, "blockedBy": ["ORC-2"]])
    _ = try host.answer("branches.create", ["name": "b"])
    let made = try host.answer(
      "tasks.create", ["title": "D", "estimatedHours": 8, "parentTask": "ORC-1", "blockedBy": ["ORC-3"], "branch": "b"])
    let changed = try host.answer(
      "tasks.bulk", ["ids": ["ORC-2", "ORC-4"], "patch": ["estimatedHours": 16], "branch": "b"])
    #expect(changed["items"]?.array?.count == 2)
    #expect(try host.answer("tasks.rollup", ["id": "ORC-1"])["estimatedHours"] == 2)
    #expect(try host.answer("tasks.rollup", ["id": "ORC-1", "branch": "b"])["estimatedHours"] == 32)
    #expect(try host.answer("tasks.rollup", ["id": "ORC-1", "branch": "b"])["count"] == 2)
    func way(_ arguments: JSON) throws -> [String?] {
      (try host.answer("tasks.criticalPath", arguments)["items"]?.array ?? []).map { $0["key"]?.string }
    }
    #expect(try way([:]) == ["ORC-2", "ORC-3"])
    #expect(try way(["branch": "b"]) == ["ORC-2", "ORC-3", "ORC-4"])
    #expect(try way(["branch": "b", "id": made["id"] ?? .null]) == ["ORC-2", "ORC-3", "ORC-4"])
    _ = try host.answer("tasks.removeLink", ["id": "ORC-3", "other": "ORC-2", "kind": "blockedBy", "branch": "b"])
    #expect(try way(["branch": "b"]) == ["ORC-3", "ORC-4"])
    #expect(try host.answer("tasks.criticalPath", ["branch": "b"])["hours"] == 20)
    // A task that was made on the branch keeps the time at which it was made there.
    _ = try host.answer("branches.merge", ["id": "b"])
    #expect(try host.answer("tasks.get", ["id": "ORC-4"])["createdAt"] == made["createdAt"])
  }

  // MARK: Properties

  /// Random plans of sprints and their tasks on two branches, each with fields and tasks of its own.
  private func merged(seed: UInt64, order: [String]) throws -> [JSON] {
    let host = try TestHost.withCore()
    var random = SeededGenerator(seed: seed)
    for number in 1...6 { _ = try host.answer("tasks.create", ["title": .string("\(number)")]) }
    for number in 1...3 {
      _ = try host.answer("sprints.create", ["name": .string("\(number)"), "people": ["x"]])
    }
    for name in ["left", "right"] { _ = try host.answer("branches.create", ["name": .string(name)]) }
    for _ in 0..<40 {
      let isLeft = Bool.random(using: &random)
      let branch: JSON = isLeft ? "left" : "right"
      let sprint: JSON = .string("ORC-S\(Int.random(in: 1...3, using: &random))")
      let value = ["x", "y", "z"].randomElement(using: &random) ?? ""
      switch Int.random(in: 0..<4, using: &random) {
      case 0:
        _ = try host.answer(
          "sprints.update", ["id": sprint, isLeft ? "name" : "goal": .string(value), "branch": branch])
      case 1:
        _ = try host.answer(
          "sprints.update", ["id": sprint, "people": ["x", .string((isLeft ? "l" : "r") + value)], "branch": branch])
      default:
        let number = Int.random(in: 1...3, using: &random) + (isLeft ? 0 : 3)
        let method = Int.random(in: 0..<4, using: &random) == 0 ? "sprints.removeTasks" : "sprints.addTasks"
        _ = try host.answer(method, ["id": sprint, "tasks": [.string("ORC-\(number)")], "branch": branch])
      }
    }
    for name in order { _ = try host.answer("branches.merge", ["id": .string(name)]) }
    let sprints = try host.answer("sprints.list")["items"]?.array ?? []
    let keys = Dictionary(uniqueKeysWithValues: sprints.map { ($0["id"]?.string ?? "", $0["key"] ?? .null) })
    let plans = sprints.map { sprint -> JSON in
      let people = (sprint["people"]?.array ?? []).sorted { $0.string ?? "" < $1.string ?? "" }
      return [
        "key": sprint["key"] ?? .null, "name": sprint["name"] ?? .null, "goal": sprint["goal"] ?? .null,
        "people": .array(people),
      ]
    }
    return plans.sorted { $0["key"]?.string ?? "" < $1["key"]?.string ?? "" }
      + (try host.answer("tasks.list")["items"]?.array ?? []).map { task in
        ["key": task["key"] ?? .null, "sprint": task["sprint"]?.string.flatMap { keys[$0] } ?? .null]
      }
  }

  @Test func givesTheSameSprintsInWhicheverOrderDisjointBranchesAreMerged() throws {
    for _ in 0..<4 {
      let seed = UInt64.random(in: 0...UInt64.max)
      let first = try merged(seed: seed, order: ["left", "right"])
      #expect(first == (try merged(seed: seed, order: ["right", "left"])), "seed \(seed)")
      #expect(first.count == 9)
    }
  }
}
