import PluginKit
import PluginTesting
import Testing

@testable import WorkflowPlugin

/// The plugin alone. Runs are tested over the real storage and core, in the tests of the host.
@Suite struct PluginTests {
  @Test func doesNotStartWithoutStorage() async {
    let failure = await #expect(throws: Failure.self) { try await FakeHost.run(workflowEntry) { _ in } }
    #expect(failure?.status == .notFound)
    #expect(failure?.message.contains("storage.declare") == true)
  }

  @Test @Loop func makesIdsThatSortByTheirOrder() {
    let identifiers = Identities()
    let ids = (0..<10_000).map { identifiers.next(at: Instant(milliseconds: 1_769_850_000_000 + Int64($0 / 5000))) }
    #expect(ids == ids.sorted())
    #expect(Set(ids).count == ids.count)
    #expect(ids.allSatisfy { $0.utf8.count == 36 && Array($0)[14] == "7" && "89ab".contains(Array($0)[19]) })
  }

  @Test func rehearsesAWorkflow() throws {
    let definition = try Definition(try #require(BuiltIns.all.first { $0["name"] == "status-transitions" }))
    let occurrence = Occurrence([
      "topic": "task:updated",
      "data": [
        "changes": ["progress": [40, 95]], "task": ["status": "in_progress", "progress": 95],
      ],
    ])
    let fields = Rehearsal(definition, occurrence, project: .null).fields
    #expect(fields["trigger"] == 0)
    #expect(fields["condition"] == true)
    #expect(fields["stages"]?.array?.compactMap { $0.object?["runs"]?.bool } == [false, true, false])
  }

  @Test func readsARunAsItWasWritten() throws {
    var run = Run(
      id: "r", workflow: "w", name: "n", definition: 2, trigger: ["type": "manual"],
      occurrence: Occurrence(topic: "manual", time: Instant(milliseconds: 5), source: "s", actor: "a", data: ["x": 1]),
      depth: 3, startedAt: Instant(milliseconds: 7))
    run.record(
      Step(
        stage: "s", name: "a", action: "call", status: .failed, attempts: 2, input: ["y": 2],
        error: ["status": "internal"]))
    run.error = ["status": "internal", "message": "m"]
    #expect(Run(run.fields)?.fields == run.fields)
    #expect(Run(["id": "r"]) == nil)
  }
}
