import Testing

@testable import OrchestronHost

/// Sprints with more tasks than one batch of storage has room for.
@Suite struct LargeSprintTests {
  private static let count = 2300

  @Test func deletesASprintInSeveralBatches() throws {
    let host = try TestHost.withCore()
    let lines = (1...Self.count).map { "- [ ] task \($0)" }.joined(separator: "\n")
    _ = try host.answer("imports.run", ["format": "todo", "content": .string(lines)])
    let sprint = try host.answer("sprints.create", ["name": "Everything"])["id"] ?? .null
    var keys = (1...Self.count).map { JSON.string("ORC-\($0)") }[...]
    while !keys.isEmpty {
      _ = try host.answer("sprints.addTasks", ["id": sprint, "tasks": .array(Array(keys.prefix(500)))])
      keys = keys.dropFirst(500)
    }
    // Refused before anything is taken out.
    let stale = try host.call("sprints.delete", (["id": sprint, "revision": 9] as JSON).text)
    #expect(stale.status == .aborted, "\(stale.message)")
    #expect(try host.answer("tasks.list", ["sprint": sprint, "limit": 1])["next"] != .null)

    _ = try host.answer("sprints.delete", ["id": sprint])
    #expect(try host.call("sprints.get", (["id": sprint] as JSON).text).status == .notFound)
    #expect(try host.answer("tasks.get", ["id": "ORC-1"])["sprint"] == nil)
    #expect(try host.answer("tasks.get", ["id": .string("ORC-\(Self.count)")])["sprint"] == nil)
    // What each batch did is in the history, as what the deletion did.
    let newest = try host.answer("history.list", ["id": "ORC-1", "limit": 1])["items"]?.array?.first
    #expect(newest?["method"] == "sprints.delete")
  }
}
