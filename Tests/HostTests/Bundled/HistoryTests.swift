import Testing

@testable import OrchestronHost

/// The service `history` of the bundled plugin core, over the real storage.
@Suite struct HistoryTests {
  // MARK: Properties

  @Test(arguments: [3, 5, 7])
  func followsTheRulesAndReplaysToEveryStateThatThereWas(most: Int) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    let plan = try PlanUnderTest(seed: seed, most: most)
    for _ in 0..<300 { try plan.step() }
    let stored = try ["all", "deleted"].flatMap { hidden in
      try plan.host.answer("tasks.list", ["hidden": .string(hidden), "limit": 500])["items"]?.array ?? []
    }
    for (key, states) in plan.states {
      let id = plan.ids[key] ?? ""
      #expect(stored.first { $0["id"]?.string == id } == states.last, "seed \(seed): \(key)")
      for (index, state) in states.enumerated() {
        let recorded = try plan.host.answer("history.get", ["id": .string(id), "revision": .int(Int64(index + 1))])
        #expect(recorded["state"] == state, "seed \(seed): \(key) at revision \(index + 1)")
      }
    }
    #expect(try plan.host.faults(of: "core") == 0, "seed \(seed)")
    #expect(try plan.host.answer("storage.integrity")["ok"] == true, "seed \(seed)")
  }

  /// The status of a deleted task stands still while links of it come and go with the tasks that it waited for.
  @Test func undoesLinksOfADeletedTaskWithoutMovingIt() throws {
    let host = try TestHost.withCore()
    for title in ["waits", "blocks"] { _ = try host.answer("tasks.create", ["title": .string(title)]) }
    let id = try host.answer("tasks.addLink", ["id": "ORC-1", "other": "ORC-2"])["id"] ?? .null
    _ = try host.answer("tasks.complete", ["id": "ORC-2"])
    _ = try host.answer("tasks.delete", ["id": "ORC-1"])
    _ = try host.answer("tasks.setStatus", ["id": "ORC-2", "status": "todo"])
    let before = try host.answer("history.get", ["id": id])["state"]
    #expect(before?["status"] == "todo")
    #expect(before?["blockedBy"]?.array?.count == 1)
    _ = try host.answer("history.restore", ["id": "ORC-2", "revision": 1])
    let between = try host.answer("history.get", ["id": id])["state"]
    #expect(between?["status"] == "todo")
    #expect(between?["blockedBy"] == nil)
    _ = try host.answer("history.undo")
    let after = try host.answer("history.get", ["id": id])["state"]
    #expect(after?["status"] == "todo")
    #expect(after?["blockedFrom"] == nil)
    #expect(after?["blockedBy"] == before?["blockedBy"])
  }

  // MARK: Reading

  @Test func tellsWhoChangedWhatAndWhy() throws {
    let host = try TestHost.withCore()
    let task = try host.answer("tasks.create", ["title": "A", "reason": "somebody has to"], as: "user:ada")
    _ = try host.answer("tasks.update", ["id": "ORC-1", "title": "B", "reason": "typo"], as: "user:bob")
    _ = try host.answer("tasks.setStatus", ["id": "ORC-1", "status": "in_progress"], as: "user:ada")
    let items = try host.answer("history.list", ["id": "orc-1"])["items"]?.array ?? []
    #expect(items.map { $0["revision"]?.int } == [3, 2, 1])
    #expect(items.map { $0["actor"]?.string } == ["user:ada", "user:bob", "user:ada"])
    #expect(items.map { $0["reason"]?.string } == [nil, "typo", "somebody has to"])
    #expect(items.map { $0["method"]?.string } == ["tasks.setStatus", "tasks.update", "tasks.create"])
    #expect(items[1]["changes"] == ["title": "B"])
    #expect(items[1]["entity"] == task["id"])
    let blame = try host.answer("history.blame", ["id": "ORC-1"])["fields"]
    #expect(blame?["title"]?["revision"] == 2)
    #expect(blame?["title"]?["reason"] == "typo")
    #expect(blame?["status"]?["actor"] == "user:ada")
    #expect(blame?["priority"]?["revision"] == 1)
    #expect(blame?["revision"] == nil)
    let ofProject = try host.answer("history.list", ["limit": 2])
    #expect(ofProject["items"]?.array?.map { $0["revision"]?.int } == [3, 2])
    let rest = try host.answer("history.list", ["limit": 10, "cursor": ofProject["next"] ?? .null])
    #expect(rest["items"]?.array?.map { $0["kind"]?.string } == ["task", "project"])
    #expect(try host.answer("history.list", ["actor": "user:bob"])["items"]?.array?.count == 1)
  }

  @Test func showsAnEntityAndAProjectAsTheyWere() throws {
    let host = try TestHost.withCore()
    let first = try host.answer("tasks.create", ["title": "A"])
    _ = try host.answer("tasks.create", ["title": "C"])
    wait(until: try host.answer("tasks.get", ["id": "ORC-2"])["updatedAt"])
    let middle = try host.answer("tasks.update", ["id": "ORC-1", "title": "B"])
    let instant = middle["updatedAt"] ?? .null
    wait(until: instant)
    _ = try host.answer("tasks.delete", ["id": "ORC-2"])
    _ = try host.answer("tasks.update", ["id": "ORC-1", "assignee": "ada"])
    _ = try host.answer("tasks.create", ["title": "D"])
    #expect(try host.answer("history.get", ["id": "ORC-1", "at": instant])["state"] == middle)
    #expect(try host.answer("history.get", ["id": "ORC-1", "revision": 1])["state"] == first)
    let diff = try host.answer("history.diff", ["id": "ORC-1", "from": 1])
    #expect(diff["changes"] == ["title": ["A", "B"], "assignee": [.null, "ada"]])
    #expect(diff["from"]?["revision"] == 1)
    #expect(diff["to"]?["revision"] == 3)
    #expect(try host.answer("history.diff", ["id": "ORC-1"])["changes"] == ["assignee": [.null, "ada"]])
    #expect(try host.answer("history.diff", ["id": "ORC-1", "from": 3, "to": 1])["changes"]?["title"] == ["B", "A"])
    let whole = try host.answer("history.diff", ["from": instant])["items"]?.array ?? []
    #expect(whole.map { $0["key"]?.string } == ["ORC-1", "ORC-2", "ORC-3"])
    #expect(whole.map { $0["what"]?.string } == ["changed", "removed", "added"])
    #expect(whole[0]["changes"] == ["assignee": [.null, "ada"]])
    let page = try host.answer("history.diff", ["from": instant, "limit": 2])
    #expect(page["items"]?.array?.count == 2)
    let next = try host.answer("history.diff", ["from": instant, "limit": 2, "cursor": page["next"] ?? .null])
    #expect(next["items"]?.array?.map { $0["key"]?.string } == ["ORC-3"])
    #expect(next["next"] == .null)
    let then = try host.answer("history.checkout", ["at": instant])["items"]?.array ?? []
    #expect(then.map { $0["title"]?.string } == ["B", "C"])
    var titles: [String?] = []
    var cursor = JSON.null
    repeat {
      let page = try host.answer("history.checkout", ["at": instant, "limit": 1, "cursor": cursor])
      titles += (page["items"]?.array ?? []).map { $0["title"]?.string }
      cursor = page["next"] ?? .null
    } while cursor != .null
    #expect(titles == ["B", "C"])
  }

  // MARK: Restoring and undoing

  @Test func restoresAnEarlierStateAndNamesWhatItsRulesForbid() throws {
    let host = try TestHost.withCore()
    _ = try host.answer("tasks.create", ["title": "A", "labels": ["x"], "status": "backlog"])
    _ = try host.answer("tasks.update", ["id": "ORC-1", "title": "B", "labels": ["y"], "status": "in_progress"])
    let answer = try host.answer("history.restore", ["id": "ORC-1", "revision": 1, "reason": "it was better"])
    #expect(answer["entity"]?["title"] == "A")
    #expect(answer["entity"]?["labels"] == ["x"])
    #expect(answer["entity"]?["status"] == "in_progress")
    #expect(answer["entity"]?["revision"] == 3)
    #expect(answer["kept"] == [["field": "status", "value": "backlog", "reason": "it cannot follow in_progress"]])
    #expect(try host.answer("history.get", ["id": "ORC-1"])["reason"] == "it was better")
    #expect(try host.answer("history.get", ["id": "ORC-1"])["method"] == "history.restore")
  }

  @Test func bringsLinksBackOnBothSides() throws {
    let host = try TestHost.withCore()
    for title in ["A", "B"] { _ = try host.answer("tasks.create", ["title": .string(title)]) }
    let linked = try host.answer("tasks.addLink", ["id": "ORC-1", "other": "ORC-2"])
    #expect(linked["status"] == "blocked")
    _ = try host.answer("tasks.removeLink", ["id": "ORC-1", "other": "ORC-2", "kind": "blockedBy"])
    let answer = try host.answer("history.restore", ["id": "ORC-1", "revision": 2])
    #expect(answer["entity"]?["blockedBy"] == linked["blockedBy"])
    #expect(answer["entity"]?["status"] == "blocked")
    #expect(try host.answer("tasks.get", ["id": "ORC-2"])["blocking"] == [linked["id"] ?? .null])
    // Undoing the restoring removes them on both sides again.
    _ = try host.answer("history.undo")
    #expect(try host.answer("tasks.get", ["id": "ORC-2"])["blocking"] == nil)
    #expect(try host.answer("tasks.get", ["id": "ORC-1"])["status"] == "todo")
  }

  @Test func undoesTheCallersLatestChangeAndTheUndoing() throws {
    let host = try TestHost.withCore()
    _ = try host.answer("tasks.create", ["title": "A"], as: "user:ada")
    _ = try host.answer("tasks.create", ["title": "X"], as: "user:bob")
    _ = try host.answer("tasks.update", ["id": "ORC-1", "title": "B"], as: "user:ada")
    _ = try host.answer("tasks.update", ["id": "ORC-2", "title": "Y"], as: "user:bob")
    let undone = try host.answer("history.undo", [:], as: "user:ada")
    #expect(undone["items"]?[0]?["key"] == "ORC-1")
    #expect(undone["items"]?[0]?["revision"] == 3)
    #expect(try host.answer("tasks.get", ["id": "ORC-1"])["title"] == "A")
    #expect(try host.answer("tasks.get", ["id": "ORC-2"])["title"] == "Y")
    _ = try host.answer("history.undo", [:], as: "user:ada")
    #expect(try host.answer("tasks.get", ["id": "ORC-1"])["title"] == "B")
    #expect(try host.call("history.undo", "{}", as: "user:eve").status == .notFound)
  }

  @Test func refusesToUndoWhatHasChangedSinceAndShowsBoth() throws {
    let host = try TestHost.withCore()
    _ = try host.answer("tasks.create", ["title": "A"])
    _ = try host.answer("tasks.update", ["id": "ORC-1", "title": "B"])
    let change = try host.answer("history.get", ["id": "ORC-1"])["change"] ?? .null
    let current = try host.answer("tasks.update", ["id": "ORC-1", "assignee": "ada"])
    let failure = try host.call("history.undo", (["change": change] as JSON).text).failure
    #expect(failure?.status == .aborted)
    #expect(failure?.message.contains("ORC-1 has changed since") == true)
    #expect(failure?.details?["current"] == current)
    #expect(failure?.details?["changed"]?["patch"] == ["title": "B"])
    #expect(try host.answer("tasks.get", ["id": "ORC-1"]) == current)
  }

  @Test func undoesAChangeOfSeveralTasksAsAWhole() throws {
    let host = try TestHost.withCore()
    for title in ["A", "B", "C"] { _ = try host.answer("tasks.create", ["title": .string(title)]) }
    _ = try host.answer("tasks.addLink", ["id": "ORC-2", "other": "ORC-1"])
    _ = try host.answer("tasks.setStatus", ["id": "ORC-1", "status": "in_progress"])
    _ = try host.answer("tasks.complete", ["id": "ORC-1"])
    #expect(try host.answer("tasks.get", ["id": "ORC-2"])["status"] == "todo")
    let undone = try host.answer("history.undo")
    #expect(undone["items"]?.array?.count == 2)
    #expect(try host.answer("tasks.get", ["id": "ORC-1"])["status"] == "in_progress")
    #expect(try host.answer("tasks.get", ["id": "ORC-1"])["completedDate"] == nil)
    #expect(try host.answer("tasks.get", ["id": "ORC-2"])["status"] == "blocked")
    #expect(try host.answer("tasks.get", ["id": "ORC-2"])["blockedFrom"] == "todo")
  }

  @Test func undoesAMakingByDeletingAndRefusesAForbiddenStep() throws {
    let host = try TestHost.withCore()
    _ = try host.answer("tasks.create", ["title": "A"])
    _ = try host.answer("history.undo")
    #expect(try host.call("tasks.get", #"{"id":"ORC-1"}"#).status == .notFound)
    _ = try host.answer("history.undo")
    #expect(try host.answer("tasks.get", ["id": "ORC-1"])["title"] == "A")
    for status in ["in_progress", "review", "done"] {
      _ = try host.answer("tasks.setStatus", ["id": "ORC-1", "status": .string(status)])
    }
    let outcome = try host.call("history.undo")
    #expect(outcome.status == .failedPrecondition)
    #expect(outcome.message == "ORC-1 is done and cannot become review; it may become todo or in_progress")
  }
}

/// Waits until the clock shows a later millisecond than a time of the plan.
private func wait(until time: JSON?) {
  while Clock.rfc3339(unixMilliseconds: Clock.unixMilliseconds()) <= time?.string ?? "" {}
}
