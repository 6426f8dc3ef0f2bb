import PluginKit
import Testing

@testable import CorePlugin

@Suite struct DependencyTests {
  @Test(arguments: ["blockedBy", "parentTask", "sprint"])
  func changesThatDependOnOthersTakeOneTurn(field: String) {
    #expect(Dependencies.turn(for: [field: "ORC-1"]) == Dependencies.turn)
    #expect(Dependencies.turn(for: [field: .null]) == Dependencies.turn)
    #expect(Dependencies.turn(for: ["title": "Alone"]) == nil)
  }

  @Test func workdaysAreCountedOnce() {
    let project = ProjectItem(fields: ["workdays": ["mon", "tue", "wed", "thu", "fri"], "holidays": ["2026-01-06"]])
    let monday = Day(year: 2026, month: 1, day: 5)
    let workdays = Workdays(of: project, in: monday - 366...monday + 14)
    for (start, end) in [(0, 0), (0, 1), (0, 4), (0, 7), (-3, 14), (7, 0)] {
      let days = start <= end ? start..<end : end..<start
      let count = days.count { project.isWorkday(monday + $0 + 1) }
      #expect(workdays.count(after: monday + start, through: monday + end) == (start <= end ? count : -count))
    }
    #expect(workdays.count(after: monday + 14, through: monday + 1000) == 0)
  }
}
