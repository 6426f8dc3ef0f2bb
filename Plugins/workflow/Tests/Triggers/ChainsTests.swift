import PluginKit
import Testing

@testable import WorkflowPlugin

@Suite struct ChainsTests {
  private func occurrence(by actor: String, at time: Int64, topic: String = "task:updated", depth: Int64? = nil)
    -> Occurrence
  {
    Occurrence(
      topic: topic, time: Instant(milliseconds: time), source: "core", actor: actor,
      data: depth.map { ["depth": .int($0)] } ?? Fields())
  }

  private func stored(_ workflow: String, depth: Int64, from start: Int64, to end: Int64?) -> Fields {
    var fields: Fields = [
      "id": .string("\(workflow)\(start)"), "workflow": .string(workflow), "depth": .int(depth),
      "startedAt": .string(Instant(milliseconds: start).text),
    ]
    if let end { fields["endedAt"] = .string(Instant(milliseconds: end).text) }
    return fields
  }

  @Test @Loop func findsTheRunByItsTime() {
    let chains = Chains()
    chains.add(stored: stored("w", depth: 0, from: 1000, to: 2000))
    chains.add(stored: stored("w", depth: 3, from: 10_000, to: 20_000))
    chains.add(stored: stored("w", depth: 1, from: 15_000, to: nil))
    #expect(chains.depth(after: occurrence(by: "user:ada", at: 1500)) == 0)
    #expect(chains.depth(after: occurrence(by: "workflow:w", at: 1500)) == 1)
    #expect(chains.depth(after: occurrence(by: "workflow:w", at: 12_000)) == 4)
    // Of two that may have been the cause, the deeper one counts.
    #expect(chains.depth(after: occurrence(by: "workflow:w", at: 16_000)) == 4)
    #expect(chains.depth(after: occurrence(by: "workflow:w", at: 90_000)) == 2)
    #expect(chains.depth(after: occurrence(by: "workflow:other", at: 1500)) == 1)
  }

  @Test @Loop func believesTheEventsOfWorkflows() {
    #expect(Chains().depth(after: occurrence(by: "plugin:workflow", at: 0, topic: "workflow:completed", depth: 5)) == 6)
  }

  @Test func letsAHundredRunsPassEachMinute() {
    var rate = RunRate()
    for index in 0..<100 { #expect(rate.next(at: Instant(milliseconds: Int64(index))) == .start) }
    #expect(rate.next(at: Instant(milliseconds: 200)) == .stopAndTell)
    #expect(rate.next(at: Instant(milliseconds: 201)) == .stop)
    #expect(rate.next(at: Instant(milliseconds: 60_000)) == .start)
    #expect(rate.next(at: Instant(milliseconds: 60_000)) == .stop)
    #expect(rate.next(at: Instant(milliseconds: 60_201)) == .start)
  }
}
