import Testing

@testable import OrchestronHost

/// What core keeps in memory or counted, after a restart.
@Suite struct KeptFiguresTests {
  @Test func knowsTheLinksOfEarlierRuns() throws {
    let host = try TestHost.withCore()
    for title in ["A", "B", "C", "D"] { _ = try host.answer("tasks.create", ["title": .string(title)]) }
    for (task, other) in [("ORC-1", "ORC-2"), ("ORC-2", "ORC-3"), ("ORC-3", "ORC-4")] {
      _ = try host.answer("tasks.addLink", ["id": .string(task), "other": .string(other)])
    }
    host.stop()
    let again = try TestHost.withCore(storage: host.storageFolder)
    // The first question reads the links, the second one follows what has changed since.
    let cycle = try again.call("tasks.addLink", #"{"id":"ORC-4","other":"ORC-1"}"#)
    #expect(cycle.status == .failedPrecondition)
    #expect(cycle.message.contains("ORC-4 → ORC-1 → ORC-2 → ORC-3 → ORC-4"), "\(cycle.message)")
    _ = try again.answer("tasks.removeLink", ["id": "ORC-2", "other": "ORC-3"])
    #expect(try again.call("tasks.addLink", #"{"id":"ORC-4","other":"ORC-1"}"#).status == .ok)
  }

  @Test func countsTheStepsOfTasksAcrossARestart() throws {
    let host = try TestHost.withCore()
    for title in ["A", "B", "C"] { _ = try host.answer("tasks.create", ["title": .string(title)]) }
    for key in ["ORC-1", "ORC-2"] {
      _ = try host.answer("tasks.setStatus", ["id": .string(key), "status": "in_progress"])
      _ = try host.answer("tasks.complete", ["id": .string(key)])
    }
    func counts(_ host: TestHost) throws -> [JSON?] {
      let flow = try host.answer("analytics.cumulativeFlow")["counts"]
      let done = flow?["done"]?.array?.last
      return [flow?["todo"]?.array?.last, done, try host.answer("analytics.throughput")["total"]]
    }
    #expect(try counts(host) == [1, 2, 2])
    _ = try host.answer("tasks.setStatus", ["id": "ORC-2", "status": "in_progress"])
    _ = try host.answer("tasks.delete", ["id": "ORC-3"])
    let after = try counts(host)
    host.stop()
    let again = try TestHost.withCore(storage: host.storageFolder)
    #expect(try counts(again) == after)
    #expect(after[1] == 1)
  }
}
