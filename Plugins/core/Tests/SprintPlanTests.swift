import PluginKit
import Testing

@testable import CorePlugin

@Suite struct SprintPlanTests {
  private func task(_ id: String, hours: Double? = 1, waitingFor blockers: [String] = []) -> TaskItem {
    var fields: Fields = ["id": .string(id), "key": .string("ORC-\(id)"), "priority": "medium", "status": "todo"]
    fields["estimatedHours"] = hours.map(Value.double)
    if !blockers.isEmpty { fields["blockedBy"] = .array(blockers.map(Value.string)) }
    return TaskItem(fields: fields)
  }

  @Test func keepsOutWhatWaitsForSomethingThatCannotBePlanned() {
    let plan = SprintPlan(
      [task("3", waitingFor: ["2"]), task("2", waitingFor: ["1"]), task("1", hours: nil), task("4")], unit: "hours")
    #expect(plan.candidates.map(\.effort) == [1])
    #expect(plan.leftOut.map(\.key) == ["ORC-1", "ORC-2", "ORC-3"])
  }

  @Test func keepsOutWhatWaitsForWorkThatNobodyHasBegun() {
    let tasks = [task("1", waitingFor: ["elsewhere"]), task("2", waitingFor: ["done"]), task("3", waitingFor: ["1"])]
    let plan = SprintPlan(tasks, unit: "count", waitingFor: ["elsewhere"])
    #expect(plan.candidates.count == 1)
    #expect(plan.leftOut.map(\.key) == ["ORC-1", "ORC-3"])
  }

  @Test func namesPredecessorsByTheirPlaces() {
    let plan = SprintPlan([task("1", hours: nil), task("2", waitingFor: ["3"]), task("3")], unit: "hours")
    #expect(plan.candidates.map(\.predecessors) == [[1], []])
  }

  @Test(.timeLimit(.minutes(1)))
  func takesALongChainInTheWrongOrderInGoodTime() {
    let chain = (1...2000).map { task("\($0)", waitingFor: ["\($0 + 1)"]) } + [task("2001", hours: nil)]
    for _ in 0..<10 { #expect(SprintPlan(chain, unit: "hours").leftOut.count == 2001) }
  }
}
