import PluginKit
import PluginTesting
import Testing

@testable import CorePlugin

/// What a branch keeps of an entity, and finds again.
@Suite struct LedgerBranchTests {
  @Test func keepsOnlyWhatDiffers() {
    let base: Fields = [
      "id": "t", "key": "ORC-1", "project": "p", "title": "a", "assignee": "ada", "createdAt": "then", "revision": 4,
    ]
    var state = base
    state["title"] = "b"
    state["assignee"] = nil
    state["revision"] = 5
    let item = BranchedItem(state, of: "task", on: "b", since: base, at: 4)
    #expect(item.id == "b.t")
    #expect(item.fields["changes"] == ["title": "b"])
    #expect(item.fields["removed"] == ["assignee"])
    #expect(item.topics(since: nil).isEmpty)
  }

  @Test func leadsBackToTheStateThatItWasMadeOf() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    for number in Int64(0)..<500 {
      guard case .object(var base) = Value.random(&random), case .object(var state) = Value.random(&random) else {
        continue
      }
      if number == 0 { base = [:] } else { base["createdAt"] = "then" }
      for (name, value) in ["id": "t", "project": "p"] as [String: Value] { state[name] = value }
      state["createdAt"] = base["createdAt"] ?? "now"
      var item = BranchedItem(state, of: "task", on: "b", since: base, at: number)
      item.fields["createdAt"] = "now"
      item.fields["updatedAt"] = "later"
      item.fields["revision"] = 1
      state["updatedAt"] = "later"
      state["revision"] = .int(number + 1)
      #expect(item.state(since: base) == state, "seed \(seed)")
    }
  }

  @Test func matchesAsStorageDoes() {
    let task: Fields = ["status": "todo", "labels": ["x", "y"], "points": 3, "rank": "a1"]
    func matches(_ field: String, _ test: String, _ value: Value) -> Bool {
      var query = Documents.Query("core/tasks")
      query.match(field, test, value)
      return query.matches(task)
    }
    #expect(matches("status", "equal", "todo"))
    #expect(!matches("status", "equal", "done"))
    #expect(matches("hidden", "equal", .null))
    #expect(matches("hidden", "notEqual", "deleted"))
    #expect(!matches("status", "notEqual", "todo"))
    #expect(matches("status", "any", ["done", "todo"]))
    #expect(!matches("assignee", "any", ["ada"]))
    #expect(matches("labels", "contains", "y"))
    #expect(!matches("assignee", "contains", "y"))
    #expect(matches("rank", "prefix", "a"))
    #expect(matches("points", "exists", true))
    #expect(matches("hidden", "exists", false))
    #expect(matches("points", "less", 4) && !matches("points", "less", 3) && matches("points", "lessOrEqual", 3))
    #expect(
      matches("rank", "greater", "a0") && !matches("rank", "greater", "b") && matches("rank", "greaterOrEqual", "a1"))
    #expect(!matches("hidden", "less", "x") && !matches("hidden", "greater", ""))
  }
}
