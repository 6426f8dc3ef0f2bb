import PluginKit
import Testing

@testable import CorePlugin

@Suite struct TaskMentionTests {
  @Test(arguments: [
    ("Fix login (ORC-42)", ["ORC-42"]), ("orc-7: ORC-7, ORC-8", ["ORC-7", "ORC-8"]), ("FORC-1 ORC-", []),
    ("ORC-1x ORC-0 ORC-01", []), ("feature/ORC-12-login", ["ORC-12"]), ("ORC-12345678901234567890", []), ("", []),
    ("äORC-1 ORC-1ä", []),
  ])
  func findsTheKeysOfTasks(message: String, keys: [String]) {
    #expect(TaskMentions.keys(in: message, of: "orc") == keys)
  }
}

@Suite struct QualityTests {
  private func commit(_ day: String, fix: Int64 = 0, added: Int64, files: [String] = []) -> Fields {
    [
      "day": .string(day), "fix": .int(fix), "added": .int(added), "removed": 1, "fileCount": .int(Int64(files.count)),
      "files": .array(files.map { ["path": .string($0), "added": .int(added), "removed": 1] }),
    ]
  }

  @Test func sumsCommitsUpByWeeks() {
    let figures = CodeFigures([
      commit("2026-01-05", added: 10), commit("2026-01-11", fix: 1, added: 20), commit("2026-01-12", added: 30),
    ])
    #expect(figures.total == .init(commits: 3, fixes: 1, added: 60, removed: 3, files: 0))
    #expect(figures.weeks.map(\.first.text) == ["2026-01-05", "2026-01-12"])
    #expect(figures.weeks.map(\.sum.commits) == [2, 1])
    #expect(figures.sizes == [11, 21, 31])
    #expect(CodeFigures([]).total.fixShare == nil)
  }

  @Test func findsTheFilesWhereFixesGather() {
    var hotspots = Hotspots()
    hotspots.add(commit("2026-01-05", added: 10, files: ["a", "b"]))
    hotspots.add(commit("2026-01-06", fix: 1, added: 1, files: ["b"]))
    hotspots.add(commit("2026-01-07", added: 1, files: ["a"]))
    hotspots.add(commit("2026-01-07", added: 1, files: ["a"]))
    #expect(hotspots.worst(5).map(\.path) == ["b", "a"])
    #expect(hotspots.worst(1).first?.sum == .init(commits: 2, fixes: 1, added: 11, removed: 2, files: 0))
  }

  @Test func findsTestsThatFailAndPassByTurns() {
    let runs = [[], ["a", "broken"], [], ["a", "broken"], ["broken"]].map { (failing: $0, flaky: [String]()) }
    let flaky = FlakyTests.find(runs + [(["broken"], ["slow"])])
    #expect(flaky.map(\.name) == ["a", "broken", "slow"])
    #expect(flaky.map(\.turns) == [4, 3, 0])
    #expect(flaky.map(\.reruns) == [0, 0, 1])
    #expect(FlakyTests.find([(["a"], []), (["a"], []), ([], [])]).isEmpty)
  }

  @Test func knowsNoPassRateOfNothing() {
    #expect(TestRunItem.passRate(of: [["tests": 2, "skipped": 2]]) == nil)
    #expect(TestRunItem.passRate(of: [["tests": 4, "passed": 3], ["tests": 1, "passed": 0, "skipped": 0]]) == 0.6)
  }

  @Test func sumsDebtUpByComponents() {
    let debt = DebtFigures([
      ["component": "api", "estimatedHours": 2], ["component": "api"], ["estimatedHours": 5.5],
    ])
    #expect(debt.total == .init(tasks: 3, hours: 7.5, withoutEstimate: 1))
    #expect(debt.components.map(\.name) == ["", "api"])
  }
}
