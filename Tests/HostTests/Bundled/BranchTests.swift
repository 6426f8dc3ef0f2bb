import Testing

import struct PluginTesting.SeededGenerator

@testable import OrchestronHost

/// The service `branches` and the argument `branch` of the bundled plugin core, over the real storage.
@Suite struct BranchTests {
  @Test func keepsWhatIsChangedThereApart() throws {
    let host = try TestHost.withCore()
    let plan = try host.answer("tasks.create", ["title": "A", "labels": ["x"]])
    _ = try host.answer("tasks.create", ["title": "B"])
    _ = try host.answer("branches.create", ["name": "what-if"])
    let events = try host.recordedEvents().count
    let there = try host.answer("tasks.update", ["id": "ORC-1", "title": "A2", "branch": "what-if"])
    #expect(there["title"] == "A2")
    let made = try host.answer("tasks.create", ["title": "C", "branch": "what-if", "blockedBy": ["ORC-2"]])
    #expect(made["key"] == "ORC-3")
    #expect(made["status"] == "blocked")
    _ = try host.answer("tasks.update", ["id": "ORC-3", "branch": "what-if", "title": "C2"])
    #expect(try host.recordedEvents().count == events, "a branch tells nobody")
    #expect(try host.answer("tasks.get", ["id": "ORC-1"]) == plan)
    #expect(try host.answer("tasks.get", ["id": "ORC-1", "branch": "main"]) == plan)
    #expect(try host.answer("tasks.get", ["id": "ORC-1", "branch": "what-if"]) == there)
    #expect(try host.answer("tasks.get", ["id": "ORC-3", "branch": "what-if"])["title"] == "C2")
    #expect(try host.answer("tasks.get", ["id": "ORC-2", "branch": "what-if"])["blocking"] == [made["id"] ?? .null])
    #expect(try host.answer("tasks.get", ["id": "ORC-2"])["blocking"] == nil)
    #expect(try host.call("tasks.get", #"{"id":"ORC-3"}"#).status == .notFound)
    #expect(try host.call("tasks.get", #"{"id":"ORC-1","branch":"nowhere"}"#).status == .notFound)
    func titles(_ method: String, _ arguments: JSON) throws -> [String?] {
      try (host.answer(method, arguments)["items"]?.array ?? []).map { $0["title"]?.string }
    }
    #expect(try titles("tasks.list", [:]) == ["A", "B"])
    #expect(try titles("tasks.list", ["branch": "what-if"]) == ["A2", "B", "C2"])
    #expect(try titles("tasks.list", ["branch": "what-if", "order": "-createdAt", "limit": 2]) == ["C2", "B"])
    #expect(try titles("tasks.list", ["branch": "what-if", "status": "blocked"]) == ["C2"])
    #expect(try titles("history.checkout", ["branch": "what-if"]) == ["A2", "B", "C2"])
    let page = try host.answer("history.checkout", ["branch": "what-if", "limit": 1])
    #expect(page["items"]?[0]?["title"] == "A2")
    #expect(try titles("history.checkout", ["branch": "what-if", "cursor": page["next"] ?? .null]) == ["B", "C2"])
    let diff = try host.answer("branches.diff", ["id": "what-if"])["items"]?.array ?? []
    #expect(diff.map { $0["what"]?.string } == ["changed", "changed", "added"])
    #expect(diff[0]["changes"] == ["title": ["A", "A2"]])
    #expect(try host.call("tasks.list", #"{"branch":"what-if","order":"rank"}"#).status == .invalidArgument)
    // It is all there after a restart.
    host.stop()
    let again = try TestHost.withCore(storage: host.storageFolder)
    #expect(try again.answer("tasks.get", ["id": "ORC-1", "branch": "what-if"]) == there)
  }

  @Test func obeysTheRulesOfTasks() throws {
    let host = try TestHost.withCore()
    for title in ["A", "B", "C"] { _ = try host.answer("tasks.create", ["title": .string(title)]) }
    _ = try host.answer("tasks.addLink", ["id": "ORC-1", "other": "ORC-2"])
    _ = try host.answer("branches.create", ["name": "b"])
    _ = try host.answer("tasks.addLink", ["id": "ORC-2", "other": "ORC-3", "branch": "b"])
    let cycle = try host.call("tasks.addLink", #"{"id":"ORC-3","other":"ORC-1","branch":"b"}"#)
    #expect(cycle.status == .failedPrecondition)
    #expect(cycle.message.contains("ORC-1"), "\(cycle.message)")
    // In the plan, where ORC-2 does not wait for ORC-3, that is no cycle.
    #expect(try host.call("tasks.addLink", #"{"id":"ORC-3","other":"ORC-1"}"#).status == .ok)
    let forbidden = try host.call("tasks.setStatus", #"{"id":"ORC-3","status":"review","branch":"b"}"#)
    #expect(forbidden.status == .failedPrecondition)
    let stale = try host.call("tasks.update", #"{"id":"ORC-2","title":"x","revision":1,"branch":"b"}"#)
    #expect(stale.status == .aborted)
    // The two links close a cycle together: the merge is refused as a whole.
    let merge = try host.call("branches.merge", #"{"id":"b"}"#)
    #expect(merge.status == .failedPrecondition, "\(merge.message)")
    #expect(try host.answer("tasks.get", ["id": "ORC-2"])["blockedBy"] == nil)
  }

  @Test func mergesFieldByFieldInOneChangeWithASecondParent() throws {
    let host = try TestHost.withCore()
    for title in ["A", "B"] { _ = try host.answer("tasks.create", ["title": .string(title), "labels": ["x"]]) }
    _ = try host.answer("branches.create", ["name": "b"])
    _ = try host.answer("tasks.update", ["id": "ORC-1", "title": "A2", "labels": ["x", "y"], "branch": "b"])
    _ = try host.answer("tasks.create", ["title": "C", "parentTask": "ORC-1", "branch": "b"])
    for status in ["in_progress", "review", "done"] {
      _ = try host.answer("tasks.setStatus", ["id": "ORC-3", "status": .string(status), "branch": "b"])
    }
    _ = try host.answer("tasks.update", ["id": "ORC-1", "assignee": "ada", "labels": ["x", "z"]])
    let rehearsal = try host.answer("branches.merge", ["id": "b", "dryRun": true])
    #expect(rehearsal["merged"]?.array?.count == 2)
    #expect(try host.call("tasks.get", #"{"id":"ORC-3"}"#).status == .notFound)
    let answer = try host.answer("branches.merge", ["id": "b"])
    #expect(answer["merged"] == rehearsal["merged"])
    #expect(answer["conflicts"] == [])
    let task = try host.answer("tasks.get", ["id": "ORC-1"])
    #expect(task["title"] == "A2")
    #expect(task["assignee"] == "ada")
    #expect(task["labels"] == ["x", "z", "y"])
    let made = try host.answer("tasks.get", ["id": "ORC-3"])
    #expect(made["status"] == "done")
    #expect(made["parentTask"] == task["id"])
    let revisions = try ["ORC-1", "ORC-3"].map { try host.answer("history.get", ["id": .string($0)]) }
    #expect(revisions[0]["change"] == revisions[1]["change"])
    #expect(revisions.allSatisfy { $0["merged"]?.string?.contains(".") == true && $0["method"] == "branches.merge" })
    #expect(try host.answer("branches.get", ["id": "b"])["status"] == "merged")
    #expect(try host.call("tasks.update", #"{"id":"ORC-1","title":"x","branch":"b"}"#).status == .failedPrecondition)
    #expect(try host.call("branches.merge", #"{"id":"b"}"#).status == .failedPrecondition)
    let topics = try host.recordedEvents().suffix(4).map(\.topic)
    #expect(topics.contains("task:created") && topics.contains("branch:updated"), "\(topics)")
  }

  @Test func namesConflictsAndTakesTheSideThatIsAskedFor() throws {
    let host = try TestHost.withCore()
    for title in ["A", "B"] { _ = try host.answer("tasks.create", ["title": .string(title)]) }
    _ = try host.answer("branches.create", ["name": "b"])
    for id in ["ORC-1", "ORC-2"] as [JSON] {
      _ = try host.answer("tasks.update", ["id": id, "title": "ours", "component": "ours", "branch": "b"])
      _ = try host.answer("tasks.update", ["id": id, "title": "theirs", "component": "theirs"])
    }
    let failure = try host.call("branches.merge", #"{"id":"b"}"#).failure
    #expect(failure?.status == .aborted)
    let conflicts = failure?.details?["conflicts"]?.array ?? []
    #expect(conflicts.count == 4)
    #expect(conflicts.first?["key"] == "ORC-1")
    #expect(conflicts.first?["field"] == "title")
    #expect(conflicts.first?["base"] == "A")
    #expect(conflicts.first?["ours"] == "ours")
    #expect(conflicts.first?["theirs"] == "theirs")
    #expect(try host.answer("branches.merge", ["id": "b", "dryRun": true])["conflicts"]?.array?.count == 4)
    _ = try host.answer(
      "branches.merge",
      [
        "id": "b", "resolve": "theirs",
        "resolutions": [["entity": "ORC-1", "field": "title", "take": "ours"]],
      ])
    let tasks = try host.answer("tasks.list")["items"]?.array ?? []
    #expect(tasks.map { $0["title"]?.string } == ["ours", "theirs"])
    #expect(tasks.map { $0["component"]?.string } == ["theirs", "theirs"])
  }

  @Test func forgetsADeletedBranchAndGivesItsNameAgain() throws {
    let host = try TestHost.withCore()
    _ = try host.answer("tasks.create", ["title": "A"])
    _ = try host.answer("branches.create", ["name": "b"])
    _ = try host.answer("tasks.update", ["id": "ORC-1", "title": "x", "branch": "b"])
    _ = try host.answer("branches.delete", ["id": "b"])
    #expect(try host.call("tasks.get", #"{"id":"ORC-1","branch":"b"}"#).status == .notFound)
    _ = try host.answer("branches.create", ["name": "b"])
    #expect(try host.answer("tasks.get", ["id": "ORC-1", "branch": "b"])["title"] == "A")
    #expect(try host.answer("branches.list")["items"]?.array?.count == 1)
  }

  // MARK: Properties

  /// Random changes of disjoint tasks and fields on two branches, which start from the same plan.
  private func merged(seed: UInt64, order: [String]) throws -> [JSON] {
    let host = try TestHost.withCore()
    var random = SeededGenerator(seed: seed)
    for number in 0..<6 {
      _ = try host.answer("tasks.create", ["title": .string("\(number)"), "labels": ["a", "b"]])
    }
    for name in ["left", "right"] { _ = try host.answer("branches.create", ["name": .string(name)]) }
    for _ in 0..<60 {
      let id = "ORC-\(Int.random(in: 1...6, using: &random))"
      let isLeft = Bool.random(using: &random)
      let branch: JSON = isLeft ? "left" : "right"
      let value = ["x", "y", "z"].randomElement(using: &random) ?? ""
      switch Int.random(in: 0..<4, using: &random) {
      case 0, 1:
        let field = isLeft ? "assignee" : "component"
        _ = try host.answer("tasks.update", ["id": .string(id), field: .string(value), "branch": branch])
      case 2:
        // Each side adds labels of its own, and takes away those that were there.
        let label = isLeft ? "l\(value)" : "r\(value)"
        let old = try host.answer("tasks.get", ["id": .string(id), "branch": branch])["labels"]?.array ?? []
        let labels = old.filter { $0 != .string(isLeft ? "a" : "b") && $0 != .string(label) } + [.string(label)]
        _ = try host.answer("tasks.update", ["id": .string(id), "labels": .array(labels), "branch": branch])
      default:
        // Statuses of different tasks.
        let task = "ORC-\(isLeft ? Int.random(in: 1...3, using: &random) : Int.random(in: 4...6, using: &random))"
        let status = PlanModel.next.keys.sorted().randomElement(using: &random) ?? ""
        _ = try host.call(
          "tasks.setStatus", #"{"id":"\#(task)","status":"\#(status)","branch":"\#(branch.string ?? "")"}"#)
      }
    }
    for name in order { _ = try host.answer("branches.merge", ["id": .string(name)]) }
    return (try host.answer("tasks.list")["items"]?.array ?? []).map { task in
      var content = JSONObject()
      for name in ["key", "title", "assignee", "component", "status", "progress"] { content[name] = task[name] }
      content["labels"] = .array((task["labels"]?.array ?? []).sorted { $0.string ?? "" < $1.string ?? "" })
      return .object(content)
    }
  }

  @Test func givesTheSamePlanInWhicheverOrderDisjointBranchesAreMerged() throws {
    for _ in 0..<4 {
      let seed = UInt64.random(in: 0...UInt64.max)
      let first = try merged(seed: seed, order: ["left", "right"])
      #expect(first == (try merged(seed: seed, order: ["right", "left"])), "seed \(seed)")
      #expect(first.count == 6)
    }
  }
}
